"""Anybody proposes an event: read once the address is confirmed, public once it is read (A5)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from events.forms_proposals import token
from events.models import Event, Listing
from events.services import proposing
from events.services.states import publish, refuse
from events.views.proposals import ProposalUse
from tests.events.tools import date_of, published
from tests.factories import professional, town

pytestmark = pytest.mark.django_db
PAGE = "/agenda/proposer/"


def typed(**changes: Any) -> dict[str, Any]:
    """What somebody types, all right."""
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    return {
        "title": "Forum des métiers du bois", "kind": "forum", "description": "Rencontrer des menuisières.",
        "organiser_name": "Amicale du bois", "day_1": day, "start_1": "09:00", "end_1": "17:00",
        "attendance": "place", "place_name": "Salle des fêtes", "address": "2 rue du Pin", "commune": "Épinal",
        "name": "Camille Dupré", "email": "camille@exemple.invalid", "token": token(),
    } | changes  # fmt: skip


def send(client: Client, **changes: Any) -> Any:
    return client.post(PAGE, typed(**changes) | {"etape": "envoyer"})


def mails(start: str) -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(key__startswith=start).order_by("pk"))


def link_of(mail: OutboxMail) -> str:
    found = re.search(r"https?://[^/\s]+(/agenda/proposer/confirmer/\S+)", mail.text)
    assert found
    return found[1]


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def test_A5_a_proposal_is_confirmed_by_mail_then_waits_in_the_queue_of_its_agency(client: Client) -> None:
    place = town("Épinal")
    preview = client.post(PAGE, typed())
    assert (preview.status_code, Event.objects.count()) == (200, 0)
    assert "Salle des fêtes" in preview.content.decode()
    answer = send(client)
    assert (answer.status_code, answer["Location"]) == (303, "/agenda/proposer/merci/")
    event = Event.objects.get()
    assert (event.state, event.agency, event.proposer_email) == ("draft", place.agency, "camille@exemple.invalid")
    link = link_of(mails("event_confirm-")[0])
    assert (client.get(link).status_code, Event.objects.get().state) == (200, "draft")  # a GET never writes
    assert client.post(link).status_code == 303
    assert (Event.objects.get().state, Listing.objects.count()) == ("proposed", 0)
    assert [mail.to for mail in mails("event_received-")] == ["camille@exemple.invalid"]
    assert client.post(link).status_code == 303
    assert len(mails("event_received-")) == 1


def test_A5_the_stranger_is_told_of_the_answer(client: Client) -> None:
    town("Épinal")
    send(client)
    event = Event.objects.get()
    proposing.confirm(event)
    refuse(event=event, reason="Cet évènement est privé.", actor=None)
    assert "Cet évènement est privé." in mails("event_refused-")[0].text
    send(client, title="Forum des métiers du cuir")
    other = Event.objects.get(title="Forum des métiers du cuir")
    proposing.confirm(other)
    publish(event=other, actor=None)
    assert f"/agenda/{other.slug}/" in mails("event_published-")[0].text


def test_S4_what_is_wrong_is_said_beside_its_field_and_everything_typed_is_kept(client: Client) -> None:
    town("Épinal")
    answer = client.post(PAGE, typed(title="", end_1="08:00", commune="Nullepart", email="camille", day_2="2020-01-01"))
    assert answer.status_code == 200
    assert set(errors(answer)) == {"title", "end_1", "commune", "email", "start_2", "end_2"}
    page = answer.content.decode()
    assert ("Rencontrer des menuisières." in page, "Salle des fêtes" in page, "Nullepart" in page) == (True, True, True)
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "<script>alert(1)</script>"}, "title"), ({"description": "Venez <b>tous</b>"}, "description"),
        ({"day_1": "1901-01-01"}, "day_1"), ({"day_1": "9999-12-31"}, "day_1"), ({"day_1": "demain"}, "day_1"),
        ({"end_1": "09:00"}, "end_1"), ({"attendance": "online"}, "online_url"), ({"commune": ""}, "commune"),
        ({"place_name": "", "address": ""}, "place_name"), ({"website": "javascript:alert(1)"}, "website"),
        ({"kind": "bal"}, "kind"), ({"publics": ["roi"]}, "publics"), ({"title": "a\x00b"}, "title"),
        ({"email": "сamille@exemple.invalid"}, "email"), ({"token": "autre"}, "__all__"),
        ({"title": "x" * 151}, "title"),
    ],
)  # fmt: skip
def test_S4_bad_input_of_a_stranger_has_a_clear_answer(client: Client, changes: dict[str, Any], field: str) -> None:
    town("Épinal")
    answer = send(client, **changes)
    assert (answer.status_code, list(errors(answer)), Event.objects.count()) == (200, [field], 0)


def test_A3_several_dates_and_a_town_over_the_border(client: Client) -> None:
    town("Épinal")
    days = [(timezone.localdate() + timedelta(days=n)).isoformat() for n in (40, 41)]
    rows = {"day_2": days[1], "start_2": "10:00", "end_2": "12:00"}
    rows |= {"day_3": days[0], "start_3": "10:00", "end_3": "11:30"}
    assert send(client, commune="Paris", **rows).status_code == 303
    event = Event.objects.get()
    assert [(s.town, s.commune) for s in event.sessions.all()] == [("Paris", None)] * 3
    assert event.agency is None  # the Region reads it


def test_correcting_gives_back_the_form_as_it_was_typed(client: Client) -> None:
    town("Épinal")
    answer = client.post(PAGE, typed(publics=["lyceen", "parent"]) | {"etape": "corriger"})
    form = answer.context["form"]
    assert (form["title"].value(), form["publics"].value()) == ("Forum des métiers du bois", ["lyceen", "parent"])
    assert errors(answer) == {}


def test_A5_what_the_agenda_already_has_is_shown_before_sending(client: Client) -> None:
    place = town("Épinal")
    start = timezone.now() + timedelta(days=30)
    known = published(date_of(start, commune=place), title="Forum des métiers du bois et de la forêt")
    published(date_of(start, commune=town("Ailleurs", lat=49.5)), title="Forum des métiers du bois")
    answer = client.post(PAGE, typed())
    assert [event for event, _ in answer.context["known"]] == [known]
    assert known.get_absolute_url() in answer.content.decode()


def test_a_program_is_thanked_and_nothing_is_written(client: Client) -> None:
    town("Épinal")
    answer = send(client, fax="achetez")
    assert (answer["Location"], Event.objects.count(), OutboxMail.objects.count()) == ("/agenda/proposer/merci/", 0, 0)


def test_another_site_does_not_send_in_our_name(client: Client) -> None:
    town("Épinal")
    answer = client.post(PAGE, typed() | {"etape": "envoyer"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, Event.objects.count()) == (200, 0)


def test_the_same_words_twice_are_one_proposal_and_a_crowd_is_stopped(client: Client) -> None:
    town("Épinal")
    send(client)
    send(client)
    assert (Event.objects.count(), len(mails("event_confirm-"))) == (1, 1)
    for number in range(proposing.UNCONFIRMED_KEPT - 1):
        send(client, title=f"Forum numéro {number}")
    answer = send(client, title="Un de trop")  # told as to everybody: an address says nothing of who has it
    assert (answer.status_code, answer["Location"]) == (303, "/agenda/proposer/merci/")
    assert (Event.objects.count(), len(mails("event_confirm-"))) == (proposing.UNCONFIRMED_KEPT,) * 2
    assert send(client, title="Un autre", email="autre@exemple.invalid").status_code == 303


def test_too_many_at_once_wait_and_keep_what_was_typed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    town("Épinal")
    monkeypatch.setitem(ProposalUse.THROTTLE_RATES, "proposals", "1/hour")
    client.defaults["REMOTE_ADDR"] = "192.0.2.77"
    codes = [send(client, title=f"Salon {n}") for n in range(2)]
    assert [answer.status_code for answer in codes] == [303, 429]
    assert ("Salon 1" in codes[1].content.decode(), Event.objects.count()) == (True, 1)


def test_a_link_that_is_not_ours_leads_nowhere(client: Client) -> None:
    town("Épinal")
    send(client)
    event = Event.objects.get()
    assert client.get(f"/agenda/proposer/confirmer/{event.public_id}:faux/").status_code == 404
    assert client.post("/agenda/proposer/confirmer/rien/").status_code == 404
    event.delete()
    assert client.get(link_of(mails("event_confirm-")[0])).status_code == 404


def test_S2_strangers_are_forgotten(client: Client) -> None:
    town("Épinal")
    send(client)
    send(client, title="Un forum décidé")
    decided = Event.objects.get(title="Un forum décidé")
    proposing.confirm(decided)
    publish(event=decided, actor=None)
    assert proposing.forget() == (0, 0)
    past = timezone.now() - timedelta(days=settings.EVENT_PROPOSER_DAYS + 1)
    Event.objects.update(created_at=past)
    Event.objects.filter(pk=decided.pk).update(published_at=past)
    assert proposing.forget() == (1, 1)
    decided.refresh_from_db()
    assert (Event.objects.get(), decided.proposer_name, decided.proposer_email) == (decided, "", "")
    assert "camille" not in str(list(JournalEntry.objects.values())).lower()


def test_professionals_are_told_of_the_espace_pro(client: Client) -> None:
    assert "espace pro : il" not in client.get(PAGE).content.decode().replace("\xa0", " ")
    client.force_login(professional())
    assert client.get(PAGE).context["professional"] is True


def test_a_visitor_gets_no_cookie(client: Client) -> None:
    answer = client.get(PAGE)
    assert (answer.status_code, len(answer.cookies), "no-store" in answer["Cache-Control"]) == (200, 0, True)


def test_S4_a_day_that_no_calendar_knows_stays_readable(client: Client) -> None:
    town("Épinal")
    page = client.post(PAGE, typed(day_1="mardi prochain")).content.decode()
    assert ('value="mardi prochain"' in page, page.count('type="date"')) == (True, 4)
