"""The page of an event: its dates, what became of them, who may see it, what leaves it (A3, A4, A8)."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from events.models import Event, Session
from events.services import sessions
from events.services.states import publish, refuse, submit, withdraw
from tests.events.tools import date_of, draft, first_session, paris, published
from tests.factories import organisation, person, professional, region_staff, site, town

pytestmark = pytest.mark.django_db
S = "https://schema.org/"


def page(client: Client, event: Event) -> str:
    """The words of the page, without tags, runs of spaces made one."""
    response = client.get(f"/agenda/{event.slug}/")
    assert response.status_code == 200
    main = re.sub(r"(?s)^.*<main|</main>.*$", "", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").replace("\u202f", " ").split())


def structured(client: Client, event: Event) -> list[dict[str, Any]]:
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return list(json.loads(block))


def vevents(client: Client, event: Event, query: str = "") -> list[Any]:
    response = client.get(f"/agenda/{event.slug}/event.ics{query}")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))


def test_A1_what_when_where_and_who(client: Client) -> None:
    place = site(commune=town("Épinal"), address="3 rue du Lycée", access=["pmr"])
    event = published(
        date_of("2027-03-16 14:00", site=place), title="Forum « métiers » d'ici", organisation=place.organisation,
        kind="forum", publics=["lyceen"], age_min=15, age_max=18, sectors=["bois"], description="*Oui*.",
        access=["lsf"],
    )  # fmt: skip
    said = page(client, event)
    for words in (
        "Forum « métiers » d’ici", "mardi 16 mars 2027, 14 h – 16 h", "3 rue du Lycée", "Lycéen·ne (de 15 à 18 ans)",
        "Bois", "Gratuit", "Entrée libre, sans inscription.", "langue des signes", "Le lieu : accès de plain-pied.",
    ):  # fmt: skip
        assert words in said
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    assert f'<a href="{place.get_absolute_url()}">' in text
    assert "<h4" not in text
    assert "<em>Oui</em>" in text


def _cancel(one: Session) -> Session:
    return sessions.cancel(session=one, message="Faute de salle.", actor=None)


def _postpone(one: Session) -> Session:
    return sessions.postpone(session=one, message="Faute de salle.", actor=None)


def _online(one: Session) -> Session:
    return sessions.move_online(
        session=one, online_url="https://visio.exemple.invalid/x", message="Faute de salle.", actor=None
    )


def _reschedule(one: Session) -> Session:
    return sessions.reschedule(
        session=one, starts_at=paris("2027-03-23 10:00"), ends_at=paris("2027-03-23 12:00"), message="Faute de salle.",
        actor=None,
    )  # fmt: skip


def _move(one: Session) -> Session:
    return sessions.move(session=one, place={"place_name": "Mairie"}, message="Faute de salle.", actor=None)


@pytest.mark.parametrize(
    ("act", "words", "status", "summary", "schema"),
    [
        (_cancel, "Cette date est annulée. Faute de salle.", "CANCELLED", "[ANNULÉ] Forum", "EventCancelled"),
        (_postpone, ("Reporté : la nouvelle date n’est pas encore connue. C’était prévu le mardi 16 mars 2027 à 14 h."
         " Faute de salle."), "TENTATIVE", "[REPORTÉ] Forum", "EventPostponed"),
        (_online, "La rencontre se fait en ligne. C’était prévu ici : Lycée, Colmar. Faute de salle.", "CONFIRMED",
         "Forum", "EventMovedOnline"),
        (_reschedule, "La date a changé. C’était prévu le mardi 16 mars 2027 à 14 h. Faute de salle.", "CONFIRMED",
         "Forum", "EventRescheduled"),
        (_move, "Le lieu a changé. C’était prévu ici : Lycée, Colmar. Faute de salle.", "CONFIRMED", "Forum",
         "EventScheduled"),
    ],
)  # fmt: skip
def test_A3_a_change_is_told_on_the_page_in_calendars_and_to_search_engines(
    client: Client, act: Any, words: str, status: str, summary: str, schema: str
) -> None:
    event = published(date_of("2027-03-16 14:00", place_name="Lycée", town="Colmar"), title="Forum", kind="forum")
    before = first_session(event)
    act(before)
    said = page(client, event)
    assert words in said
    assert "Ce qui a changé" in said  # the public history
    (one,) = vevents(client, event)
    assert (str(one["STATUS"]), str(one["SUMMARY"]), int(one["SEQUENCE"])) == (status, summary, 1)
    assert str(one["UID"]) == str(before.public_id)
    (fact,) = structured(client, event)
    assert fact["eventStatus"] == f"{S}{schema}"


def test_A3_the_former_date_is_struck_through_and_said(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), title="Forum")
    _reschedule(first_session(event))
    text = client.get(f"/agenda/{event.slug}/").content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")
    assert "<span>Ancienne date :</span> <del>mardi 16 mars 2027 à 14 h</del>" in text


def test_A3_full_is_said_and_leaves_no_way_to_register(client: Client) -> None:
    event = published(registration_mode="link", registration_url="https://inscription.exemple.invalid/")
    assert "S’inscrire" in page(client, event)
    sessions.say_full(session=first_session(event), full=True, actor=None)
    said = page(client, event)
    assert "Complet" in said
    assert "S’inscrire" not in said
    assert structured(client, event)[0]["offers"]["availability"] == f"{S}SoldOut"


def test_each_date_has_its_way_to_register_here_and_the_seats_that_are_left(client: Client) -> None:
    event = published(date_of(seats=3), date_of(seats=40), registration_mode="builtin")
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    for session in Session.objects.filter(event=event):
        assert f'href="/agenda/inscription/{session.public_id}/"' in text
    said = page(client, event)
    assert said.count("Il reste") == 1
    assert "Il reste 3 places" in said


def test_A4_several_dates_and_one_of_them_for_a_calendar(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), date_of("2027-03-23 14:00"))
    assert len(vevents(client, event)) == 2
    second = Session.objects.filter(event=event).order_by("-starts_at")[0]
    (one,) = vevents(client, event, f"?seance={second.public_id}")
    assert str(one["UID"]) == str(second.public_id)
    for wrong in ("pas-un-uuid", "00000000-0000-4000-8000-000000000000", ""):
        assert client.get(f"/agenda/{event.slug}/event.ics?seance={wrong}").status_code == 404


def test_search_engines_read_one_event_a_date(client: Client) -> None:
    event = published(date_of("2027-03-27 14:00"), date_of("2027-03-28 14:00"))
    found = structured(client, event)
    assert [fact["startDate"] for fact in found] == ["2027-03-27T14:00:00+01:00", "2027-03-28T14:00:00+02:00"]
    assert {fact["superEvent"]["@type"] for fact in found} == {"EventSeries"}


def test_past_dates_are_folded_and_a_past_event_says_so(client: Client) -> None:
    ago = timezone.now() - timedelta(days=40)
    event = published(date_of(ago), date_of())
    assert "La date passée" in page(client, event)
    gone = published(date_of(ago))
    assert "Cet évènement est passé" in page(client, gone)
    assert "Ajouter à mon agenda" not in page(client, gone)


def test_an_undated_event_of_the_pack_says_what_is_known(client: Client) -> None:
    event = draft(date_note="en avril 2018", source_note="Charte du SPRO, annexe 7.")
    Session.objects.filter(event=event).delete()
    publish(event=event, actor=None)
    said = page(client, event)
    assert "En avril 2018" in said
    assert "La date exacte n’est pas connue." in said
    assert "Charte du SPRO, annexe 7." in said
    assert client.get(f"/agenda/{event.slug}/event.ics").status_code == 200
    assert client.get(f"/agenda/{event.slug}/image.png").status_code == 200


def test_A8_a_withdrawn_event_keeps_its_page_which_says_so(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"))
    withdraw(event=event, reason="Annoncé par erreur.", actor=None)
    said = page(client, event)
    assert "a été retiré de l’agenda" in said
    assert "mardi 16 mars 2027" in said
    assert 'name="robots" content="noindex"' in client.get(f"/agenda/{event.slug}/").content.decode()
    assert [str(one["STATUS"]) for one in vevents(client, event)] == ["CANCELLED"]


def test_A8_a_merged_event_leads_to_the_one_that_stays(client: Client) -> None:
    kept, folded = published(), published()
    Event.objects.filter(pk=folded.pk).update(state=Event.State.MERGED, merged_into=kept)
    first = published()
    Event.objects.filter(pk=first.pk).update(state=Event.State.MERGED, merged_into=folded)
    response = client.get(f"/agenda/{first.slug}/")
    assert (response.status_code, response.headers["Location"]) == (301, f"/agenda/{kept.slug}/")
    assert client.get(f"/agenda/{folded.slug}/event.ics").headers["Location"] == f"/agenda/{kept.slug}/event.ics"


@pytest.mark.parametrize("state", ["draft", "proposed", "refused"])
def test_A5_before_it_is_public_only_who_may_edit_sees_it(state: str) -> None:
    user = professional()
    house = user.mandates.get().organisation
    event = draft(organisation=house, title="Secret")
    if state != "draft":
        submit(event=event, actor=None, at_once=False)
    if state == "refused":
        refuse(event=Event.objects.get(pk=event.pk), reason="Trop loin.", actor=None)
    addresses = [f"/agenda/{event.slug}/{rest}" for rest in ("", "event.ics", "image.png")]
    region = region_staff()  # reads what is sent to it: a draft is its team's alone
    for stranger in (None, person(), professional(), *([region] if state == "draft" else [])):
        visitor = Client()
        if stranger:
            visitor.force_login(stranger)
        assert [visitor.get(address).status_code for address in addresses] == [404, 404, 404]
    for reader in (user, *([] if state == "draft" else [region])):
        visitor = Client()
        visitor.force_login(reader)
        responses = [visitor.get(address) for address in addresses]
        assert [response.status_code for response in responses] == [200, 200, 200]
        assert all(response.headers["Cache-Control"] == "private, no-store" for response in responses)
        assert "Cette page n’est pas publique" in page(visitor, event)


def test_nothing_of_a_text_runs(client: Client) -> None:
    evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    event = published(
        date_of(place_name=evil[:200], label=evil[:120]), title=evil[:200], summary=evil, description=evil,
        organiser_name=evil, partners_text=evil, access_text=evil,
    )  # fmt: skip
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert structured(client, event)[0]["name"] == evil


def test_what_networks_read_of_the_page(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00", town="Colmar"), title="Forum")
    text = client.get(f"/agenda/{event.slug}/").content.decode().replace("\u00a0", " ")
    address = f"http://127.0.0.1:8000/agenda/{event.slug}/"
    tags = dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)">', text))
    assert (tags["url"], tags["image"], tags["image:width"]) == (address, f"{address}image.png", "1200")
    assert tags["description"] == "Forum : mardi 16 mars 2027, 14 h – 16 h, Colmar."
    assert f'<link rel="canonical" href="{address}">' in text
    assert 'name="twitter:card" content="summary_large_image"' in text


def test_S2_nothing_of_another_site_is_loaded(client: Client) -> None:
    event = published(date_of(lat=48.0, lon=7.0, town="Colmar"), website="https://ailleurs.exemple.invalid/")
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    loaded = re.findall(
        r'<(?:script|img|iframe|link rel="(?:stylesheet|preload|icon)")[^>]*(?:src|href)="([^"]+)"', text
    )
    assert [address for address in loaded if not address.startswith("/")] == []
    assert "style=" not in text


def test_an_address_of_another_place_gives_its_country(client: Client) -> None:
    event = published(date_of(place_name="Berufsschule", town="Offenburg", country="DE"))
    assert "Offenburg (DE)" in page(client, event)


def test_other_events_of_the_same_organisation_are_shown_once(client: Client) -> None:
    house = organisation()
    event = published(organisation=house)
    other = published(date_of(), date_of(), organisation=house, title="Portes ouvertes du lycée")
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    assert text.count(f'href="/agenda/{other.slug}/"') == 1


def test_the_page_costs_the_same_with_one_date_and_with_many(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    place = site(commune=town("Épinal"))
    one = published(date_of(site=place), organisation=place.organisation, registration_mode="builtin")
    many = published(
        *(date_of(site=place) for _ in range(12)), organisation=place.organisation, registration_mode="builtin"
    )
    sessions.cancel(session=first_session(many), actor=None)
    client.get(f"/agenda/{one.slug}/")
    for event in (one, many):
        with django_assert_max_num_queries(9):
            client.get(f"/agenda/{event.slug}/")


def test_the_page_is_read_again_only_when_it_changed(client: Client) -> None:
    event = published()
    first = client.get(f"/agenda/{event.slug}/")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get(f"/agenda/{event.slug}/", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
