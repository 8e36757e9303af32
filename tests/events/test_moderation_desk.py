"""The queue of each agency: read, published, refused with a reason, withdrawn; two moderators at once (A5, S3)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from core import desk
from core.models import JournalEntry, OutboxMail
from events.models import Event, Revision, Source, Trust
from events.services import proposing, revising
from events.services.states import publish, submit
from events.services.writing import edit_event
from members.models import Mandate
from territories.models import OfficerMandate
from tests.events.tools import date_of, draft, published
from tests.factories import agency, organisation, person, region_staff, town

pytestmark = pytest.mark.django_db
LIST = "/admin/events/event/"


def serving(place: Any) -> Any:
    """An officer of the agency of a commune."""
    user = person(name="Camille Officière")
    OfficerMandate.objects.create(user=user, agency=place.agency)
    return user


def waiting(place: Any, **values: Any) -> Event:
    return submit(event=draft(date_of(commune=place), **values), actor=None, at_once=False)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, event: Event, word: str, status: int = 302, **data: Any) -> list[str]:
    """Post to a button of the sheet as it was read; what the next page says. `status` is 200 where nothing is done and
    the sheet comes back with what was typed."""
    event_now = data.pop("read", None) or Event.objects.get(pk=event.pk)
    known = {"seen": event_now.updated_at.isoformat(), "was": event_now.state}
    answer = client.post(f"{LIST}{event.pk}/{word}/", known | data)
    assert answer.status_code == status
    return [str(message) for message in get_messages(answer.wsgi_request)][-1:]


def state(event: Event) -> str:
    return Event.objects.get(pk=event.pk).state


def test_S3_an_officer_sees_their_queue_and_the_region_all() -> None:
    here, there = town("Épinal"), town("Troyes")
    mine, other = waiting(here, title="Ici"), waiting(there, title="Là")
    nobody = submit(event=draft(title="Partout", organiser_name="X"), actor=None, at_once=False)
    client = signed_in(serving(here))
    shown = list(client.get(f"{LIST}?due=a-relire").context["cl"].queryset)
    assert (shown, client.get(f"{LIST}{other.pk}/change/").status_code) == ([mine], 404)
    assert client.post(f"{LIST}{other.pk}/publier/").status_code == 404
    region = signed_in(region_staff()).get(f"{LIST}?due=a-relire").context["cl"].queryset
    assert set(region) == {mine, other, nobody}


def test_A5_publish_and_refuse_from_the_sheet() -> None:
    place = town("Épinal")
    client, event, other = signed_in(serving(place)), waiting(place), waiting(place)
    page = client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert f"{LIST}{event.pk}/publier/" in page
    act(client, event, "publier")
    assert act(client, other, "refuser", status=200, reason=" ")[0].startswith("Rien n’a été fait.")
    assert (state(event), state(other)) == ("published", "proposed")
    act(client, other, "refuser", reason="Sans lien avec l’orientation.")
    assert Event.objects.get(pk=other.pk).state_reason == "Sans lien avec l’orientation."
    act(client, event, "retirer", reason="Annoncé deux fois.")
    assert (state(event), state(other)) == ("withdrawn", "refused")
    act(client, event, "publier")
    act(client, other, "publier")
    assert (state(event), state(other)) == ("published", "published")


def test_A5_only_a_post_decides() -> None:
    event = waiting(town("Épinal"))
    client = signed_in(region_staff())
    for word in ("publier", "refuser", "retirer", "temps-fort"):
        assert client.get(f"{LIST}{event.pk}/{word}/").status_code == 405
    assert client.post(f"{LIST}{event.pk}/change/", {"title": "Autre"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{event.pk}/delete/").status_code == 403


def test_A5_the_second_moderator_is_told_who_decided() -> None:
    place = town("Épinal")
    event, first, second = waiting(place), serving(place), region_staff(name="Dominique Région")
    read = Event.objects.get(pk=event.pk)
    act(signed_in(first), event, "publier", read=read)
    said = act(signed_in(second), event, "refuser", read=read, status=200, reason="Non.")
    assert (state(event), len(said)) == ("published", 1)
    assert "Camille Officière" in said[0]
    assert OutboxMail.objects.filter(key__startswith="event_refused").count() == 0


def test_A5_what_changed_since_it_was_read_is_read_again() -> None:
    event = waiting(town("Épinal"))
    client, read = signed_in(region_staff()), Event.objects.get(pk=event.pk)
    edit_event(event=event, values={"title": "Tout autre chose"}, actor=None)
    said = act(client, event, "publier", read=read)
    assert (state(event), "a changé" in said[0]) == ("proposed", True)
    act(client, event, "publier")
    assert state(event) == "published"


def test_A5_the_author_with_an_account_is_told() -> None:
    author, place = person(), town("Épinal")
    event = waiting(place)
    Event.objects.filter(pk=event.pk).update(author_key=author.journal_key)
    act(signed_in(region_staff()), event, "refuser", reason="Trop loin du sujet.")
    mail = OutboxMail.objects.get(key__startswith="event_refused")
    assert (mail.to, "Trop loin du sujet." in mail.text, f"/pro/agenda/{event.slug}/" in mail.text) == (
        author.email, True, True,
    )  # fmt: skip
    assert "Trop loin" not in str(list(JournalEntry.objects.values_list("changes", flat=True)))


def test_S2_a_proposal_nobody_confirmed_is_read_by_nobody() -> None:
    event = draft(date_of(commune=town("Épinal")))
    Event.objects.filter(pk=event.pk).update(proposer_email="x@exemple.invalid")
    client = signed_in(region_staff())
    assert client.get(f"{LIST}{event.pk}/change/").status_code == 404
    proposing.confirm(Event.objects.get(pk=event.pk))
    assert client.get(f"{LIST}{event.pk}/change/").status_code == 200


def test_A5_a_revision_is_compared_accepted_or_refused_once() -> None:
    place = town("Épinal")
    event = published(date_of(commune=place), title="Forum")
    revision = revising.propose_edit(event=event, values={"title": "Grand forum", "kind": "salon"}, actor=None)
    assert revision is not None
    first, second = signed_in(serving(place)), signed_in(region_staff())
    page = first.get(f"/admin/events/revision/{revision.pk}/change/")
    assert page.context["diff"] == [("Titre", "Forum", "Grand forum"), ("Type", "Atelier", "Salon")]
    assert first.post(f"/admin/events/revision/{revision.pk}/accepter/").status_code == 302
    assert Event.objects.get().title == "Grand forum"
    late = second.post(f"/admin/events/revision/{revision.pk}/refuser/", {"reason": "Non."})
    assert [m.level_tag for m in get_messages(late.wsgi_request)] == ["warning"]
    assert Revision.objects.get().state == "accepted"
    far = signed_in(serving(town("Troyes")))
    assert far.get(f"/admin/events/revision/{revision.pk}/change/").status_code == 404
    assert far.post(f"/admin/events/revision/{revision.pk}/accepter/").status_code == 404


def lines(user: Any) -> dict[str, tuple[int, bool]]:
    mine = {"events-late", "events", "revisions", "sources"}
    return {line["key"]: (line["count"], line["late"]) for line in desk.waiting("region", user) if line["key"] in mine}


def test_S3_the_first_page_says_what_waits_and_its_lists_hold_the_same_rows() -> None:
    place = town("Épinal")
    old = waiting(place)
    Event.objects.filter(pk=old.pk).update(proposed_at=timezone.now() - timedelta(days=8))
    waiting(place)
    waiting(town("Troyes"))
    revising.propose_edit(event=published(date_of(commune=place)), values={"title": "Autre"}, actor=None)
    Source.objects.create(
        slug="s", name="S", organisation=organisation(), format="ics", url="https://exemple.invalid/a.ics", failures=3
    )
    officer, staff = serving(place), region_staff()
    assert lines(officer) == {"events-late": (1, True), "events": (2, False), "revisions": (1, False)}
    assert lines(staff) == {
        "events-late": (1, True), "events": (3, False), "revisions": (1, False), "sources": (1, False),
    }  # fmt: skip
    for line in desk.waiting("region", staff):
        if line["url"].startswith("/admin/events/"):
            assert signed_in(staff).get(line["url"]).context["cl"].result_count == line["count"]


def test_A5_trust_is_given_and_taken_back_by_the_region() -> None:
    house, client = organisation(), signed_in(region_staff())
    assert client.post("/admin/events/trust/add/", {"organisation": house.pk}).status_code == 302
    assert (
        client.post("/admin/events/trust/add/", {"organisation": house.pk}).status_code == 200
    )  # said beside the field
    assert Trust.objects.filter(organisation=house, ended_at=None).count() == 1
    page = f"/admin/events/trust/{Trust.objects.get().pk}/"
    assert f"{page}fin/" in client.get(f"{page}change/").content.decode()
    client.post(f"{page}fin/")
    client.post(f"{page}fin/")
    acts = JournalEntry.objects.filter(verb__startswith="trust.").order_by("id")
    assert list(acts.values_list("verb", flat=True)) == ["trust.grant", "trust.end"]


def test_S3_the_search_of_the_desk_finds_events() -> None:
    event = published(date_of(commune=town("Épinal")), title="Forum des métiers du bois")
    groups = signed_in(region_staff()).get("/admin/recherche/?q=bois").context["groups"]
    assert [row["text"] for group in groups for row in group["rows"]] == [event.title]


def test_G6_a_high_point_is_marked() -> None:
    event = published(date_of(commune=town("Épinal")))
    client = signed_in(region_staff())
    act(client, event, "temps-fort", flagship="1")
    act(client, event, "temps-fort", flagship="1")
    assert (Event.objects.get().flagship, JournalEntry.objects.filter(verb="event.flagship").count()) == (True, 1)


def test_the_list_and_the_sheet_cost_the_same_for_one_and_for_many(django_assert_max_num_queries: Any) -> None:
    place, user = town("Épinal"), region_staff()
    client = signed_in(user)
    # Titles of their own: those that the factory numbers look alike or not, as the numbers fall.
    event = waiting(place, organisation=organisation(), title="Forum du bois")
    client.get(LIST)
    with django_assert_max_num_queries(24) as few:
        client.get(LIST)
    for title in ("Couture", "Soudure à l’arc", "Jardiner", "Parler anglais", "Mécanique"):
        waiting(place, organisation=organisation(), title=title)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(LIST)
    with django_assert_max_num_queries(36):
        client.get(f"{LIST}{event.pk}/change/")


def alike(client: Client) -> list[str]:
    """What the column of the queue says of each row."""
    text = client.get(f"{LIST}?due=a-relire").content.decode()
    cells = re.findall(r'<td class="field-shown_alike[^"]*">(.*?)</td>', text, re.DOTALL)
    return [unescape(one).replace("\u00a0", " ").strip() for one in cells]


def test_A5_the_queue_says_what_looks_like_another_without_a_question_a_row(
    django_assert_max_num_queries: Any,
) -> None:
    place, client = town("Épinal"), signed_in(region_staff())
    published(date_of(commune=place), title="Forum des métiers du bois")
    waiting(place, title="Forum des métiers du bois 2027")
    waiting(place, title="Parler anglais")
    said = "Ressemble à « Forum des métiers du bois » (même jour, même lieu, titre proche)"
    assert sorted(alike(client)) == ["", said]
    assert "field-shown_alike" not in client.get(LIST).content.decode()
    with django_assert_max_num_queries(40) as few:
        alike(client)
    for name in ("Cuisine", "Soudure", "Jardinage"):
        waiting(place, title=f"{name} en ville")
        waiting(place, title=f"{name} en ville !")
    with django_assert_max_num_queries(len(few.captured_queries)):
        found = alike(client)
    assert (len(found), sum(bool(one) for one in found)) == (8, 7)
    assert sum("», à relire aussi (" in one for one in found) == 6


def test_the_agency_of_a_manager_is_not_enough() -> None:
    house, place = organisation(), town("Épinal", agency=agency())
    manager = person()
    Mandate.objects.create(user=manager, organisation=house, role=Mandate.Role.MANAGER)
    event = waiting(place, organisation=house)
    assert signed_in(manager).get(f"{LIST}{event.pk}/change/").status_code == 404
    publish(event=event, actor=None)
