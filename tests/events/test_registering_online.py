"""Who comes online has the link: given, changed, kept for those who have a seat (A1, A3)."""

from __future__ import annotations

import pytest
from django.test import Client

from core.models import OutboxMail
from events.models import Event, Session
from events.pro_acts import ACTS
from events.services import registering, sessions
from events.services.secret_links import secret_of
from members.models import Mandate
from tests import factories
from tests.events.test_registering_seats import asked, session_of

pytestmark = pytest.mark.django_db
LINK = "https://visio.exemple.invalid/salle"


def told() -> list[tuple[str, str]]:
    rows = OutboxMail.objects.filter(key__contains="-link-").order_by("pk")
    return [(mail.to.partition("@")[0], mail.subject.partition(" : ")[0]) for mail in rows]


def test_A3_nobody_is_sent_online_without_a_link_or_a_word() -> None:
    session = session_of()
    for name, data in (("en-ligne", {}), ("deplacer", {"attendance": "online"})):
        form = ACTS[name].form(data, session)
        assert list(form.errors) == ["online_url"], name
        assert ACTS[name].form({**data, "message": "Le lien sera envoyé la veille."}, session).errors == {}
        assert ACTS[name].form({**data, "online_url": LINK}, session).errors == {}


def test_A3_the_link_given_then_changed_reaches_who_has_a_seat_once_a_change() -> None:
    session = session_of(seats=2)
    registering.confirm(registration=asked(session, "a"))
    asked(session, "held")
    asked(session, "waiting")
    session = sessions.move_online(session=session, online_url="", message="Le lien viendra.", actor=None)
    assert "vous le recevrez par courriel" in OutboxMail.objects.get(key__contains="-change-", to__startswith="a@").text
    assert told() == []
    for link in (LINK, LINK, f"{LINK}2", LINK):
        session = sessions.edit(session=session, values={"online_url": link}, actor=None)
    assert told() == [("a", "Le lien de connexion")] * 3
    assert f"\n{LINK}2\n" in OutboxMail.objects.filter(key__contains="-link-").order_by("pk")[1].text
    sessions.edit(session=session, values={"online_url": ""}, actor=None)
    sessions.edit(session=session, values={"label": "Groupe A"}, actor=None)
    assert len(told()) == 3


@pytest.mark.parametrize("act", ["cancel", "postpone"])
def test_A3_the_link_of_a_date_that_does_not_take_place_waits_for_its_return(act: str) -> None:
    session = session_of(attendance="online")
    registering.confirm(registration=asked(session, "a"))
    session = getattr(sessions, act)(session=session, actor=None)
    session = sessions.edit(session=session, values={"online_url": LINK}, actor=None)
    assert told() == []
    sessions.restore(session=session, actor=None)
    mail = OutboxMail.objects.filter(key__contains="-change-").order_by("-pk")[0]
    assert (mail.subject.partition(" : ")[0], LINK in mail.text) == ("Aura bien lieu", True)


def test_A1_the_link_is_for_who_confirmed_on_their_page_and_by_mail(client: Client) -> None:
    session = session_of(attendance="online", online_url=LINK)
    held = asked(session, "a")
    url = f"/agenda/mon-inscription/{secret_of(held)}/"
    public = client.get(f"/agenda/{session.event.slug}/").content.decode()
    assert (LINK in public, "le lien est envoyé aux personnes inscrites" in public) == (False, True)
    assert LINK not in client.get(url).content.decode()
    assert not any(LINK in text for text in OutboxMail.objects.values_list("text", flat=True))
    for _ in range(2):
        client.post(url, {"geste": "confirmer"})
    assert LINK in client.get(url).content.decode()
    assert [LINK in mail.text for mail in OutboxMail.objects.filter(key__endswith="-confirmed")] == [True]


def test_A3_without_a_link_yet_pages_promise_it_and_say_nothing_false(client: Client) -> None:
    session = session_of(attendance="online", place_text="Le lien part la veille.")
    held = registering.confirm(registration=asked(session, "a"))
    public = client.get(f"/agenda/{session.event.slug}/").content.decode()
    assert ("le lien sera envoyé aux personnes inscrites" in public, "Le lien part la veille." in public) == (
        True,
        True,
    )
    own = client.get(f"/agenda/mon-inscription/{secret_of(held)}/").content.decode()
    assert "Le lien de connexion n’est pas encore connu" in own


def test_A3_the_page_of_the_date_says_that_the_link_goes_out(client: Client) -> None:
    session = session_of(attendance="online")
    house, user = factories.organisation(), factories.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    Event.objects.filter(pk=session.event_id).update(organisation=house)
    registering.confirm(registration=asked(session, "a"))
    client.force_login(user)
    url = f"/pro/agenda/{session.event.slug}/dates/{session.public_id}/"
    page = client.post(url, {"online_url": LINK, "waiting_list": "on"}, follow=True).content.decode()
    assert "Les personnes inscrites reçoivent le lien par courriel." in page
    assert (Session.objects.get().online_url, len(told())) == (LINK, 1)
