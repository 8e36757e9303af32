"""The page of an event says only what is known: where, when, and how one still comes (A1, A3)."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.models import SearchDocument
from events.models import Event, Rendering, Session
from events.render import card
from events.services import sessions
from events.services.states import publish
from tests.events.test_event_page import page, structured, vevents
from tests.events.tools import date_of, draft, first_session, published
from tests.factories import organisation, site, town

TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.mark.django_db
def test_A8_the_centre_of_a_town_is_never_given_for_the_place(client: Client) -> None:
    troyes = town("Troyes")
    typed = published(date_of(commune=troyes, address="3 rue du Lycée", place_name="Lycée"), title="Atelier A")
    session = first_session(typed)
    assert (session.lat, session.lon) == (troyes.lat, troyes.lon)  # « near » works
    text = html.unescape(client.get(f"/agenda/{typed.slug}/").content.decode())
    assert 'href="geo:0,0?q=Lyc%C3%A9e%2C%203%20rue%20du%20Lyc%C3%A9e%2C%20Troyes"' in text
    assert "https://www.openstreetmap.org/search?query=Lyc%C3%A9e%2C+3+rue+du+Lyc%C3%A9e%2C+Troyes" in text
    assert f"{troyes.lat:.5f}" not in text
    assert "Nous n’avons pas la position exacte" in page(client, typed)
    assert "GEO" not in vevents(client, typed)[0]
    assert "geo" not in structured(client, typed)[0]["location"]
    bare = published(date_of(commune=troyes), title="Atelier B")
    assert "Itinéraire" not in page(client, bare)


@pytest.mark.django_db
def test_A8_a_place_that_is_known_is_led_to(client: Client) -> None:
    troyes = town("Troyes")
    place = site(commune=troyes)
    place.lat, place.lon = troyes.lat + 0.01, troyes.lon + 0.01
    place.save()
    event = published(date_of(site=place))
    assert f"geo:{place.lat:.5f},{place.lon:.5f}?q=" in client.get(f"/agenda/{event.slug}/").content.decode()
    assert "Nous n’avons pas la position exacte" not in page(client, event)
    assert (vevents(client, event)[0]["GEO"].latitude, vevents(client, event)[0]["GEO"].longitude) == (
        round(place.lat, 6), round(place.lon, 6),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("act", [sessions.cancel, sessions.postpone])
def test_A3_nobody_is_told_to_come_to_what_is_not_held(client: Client, act: object) -> None:
    event = published()
    act(session=first_session(event), actor=None)  # type: ignore[operator]
    said = page(client, event)
    assert ("Entrée libre" in said, "avant de venir" in said) == (False, False)
    assert "Voir d’autres évènements" in said
    assert "Entrée libre" not in Rendering.objects.get().card


@pytest.mark.django_db
def test_A3_what_is_full_is_not_open_to_all(client: Client) -> None:
    event = published()
    assert "Entrée libre" in Rendering.objects.get().card
    sessions.say_full(session=first_session(event), full=True, actor=None)
    said = page(client, event)
    assert "Entrée libre" not in said
    assert "Complet Il n’y a plus de place. Voir d’autres évènements" in said
    assert "Entrée libre" not in Rendering.objects.get().card


@pytest.mark.django_db
def test_A3_what_is_over_is_no_longer_open(client: Client) -> None:
    event = published(date_of(timezone.now() - timedelta(days=40)))
    said = page(client, event)
    assert [words in said for words in ("Entrée libre", "avant de venir", "Bien préparer")] == [False] * 3
    session, stored = first_session(event), Rendering.objects.get().card
    filled = card.fill(stored, starts_at=session.starts_at, ends_at=session.ends_at, now=timezone.now())
    assert ("Entrée libre" in stored, "Entrée libre" in filled) == (True, False)


@pytest.mark.django_db
def test_A3_a_series_that_is_cancelled_says_so_once(client: Client) -> None:
    event = published(date_of(), date_of(), date_of())
    for session in Session.objects.filter(event=event):
        sessions.cancel(session=session, message="Faute de salle.", actor=None)
    said = page(client, event)
    assert said.count("Toutes les dates sont annulées") == 1
    assert "Cette date est annulée." not in said


@pytest.mark.django_db
def test_A1_what_the_charter_tells_of_does_not_read_as_coming(client: Client) -> None:
    note = "Cité par la charte de 2018\u00a0; aucune date à venir n’est connue."
    event = draft(title="Carrefour", pack_key="carrefour", date_note="date non publiée", source_note=note)
    Session.objects.filter(event=event).delete()
    publish(event=Event.objects.get(pk=event.pk), actor=None)
    said = page(client, event)
    assert "Cité par la charte de 2018 ; aucune date à venir n’est connue." in said
    for words in ("Entrée libre", "avant de venir", "Gratuit", "Bien préparer", "Proposée au portail"):
        assert words not in said
    coming = published(title="Carrefour")
    weights = dict(SearchDocument.objects.filter(kind="event").values_list("key", "weight"))
    assert weights == {event.slug: 1, coming.slug: 3}


@pytest.mark.django_db
def test_A3_a_long_series_shows_three_dates_then_lines(client: Client) -> None:
    event = published(*(date_of() for _ in range(15)), registration_mode="builtin")
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    assert (text.count('class="event-date"'), text.count('class="event-line"')) == (3, 12)
    for session in Session.objects.filter(event=event):
        assert text.count(f'id="seance-{session.public_id}"') == 1
        assert text.count(f'href="/agenda/inscription/{session.public_id}/"') == 1
        assert text.count(f"event.ics?seance={session.public_id}") == 1


@pytest.mark.django_db
def test_a_town_is_said_once() -> None:
    troyes = town("Troyes")
    for name, where in (
        ("Mission locale de Troyes", "Mission locale de Troyes"), ("Lycée", "Lycée, Troyes"), ("Troyes", "Troyes"),
        ("Salle Detroyes", "Salle Detroyes, Troyes"),
    ):  # fmt: skip
        event = published(date_of(commune=troyes, place_name=name))
        stored = Rendering.objects.get(session__event=event).card
        assert re.findall(r'<p class="where"><span>(.*?)</span>', stored) == [where]


@pytest.mark.django_db
def test_another_name_of_an_organisation_or_a_place_reaches_stored_cards() -> None:
    place = site(commune=town("Troyes"))
    house = place.organisation
    event = published(date_of(site=place), organisation=house)
    ago = published(date_of(timezone.now() - timedelta(days=40), site=place))
    house.current_name = "Maison des métiers"
    house.save()
    place.name = "Salle des fêtes"
    place.save()
    stored = Rendering.objects.get(session__event=event)
    assert ("Maison des métiers" in stored.card, "Salle des fêtes" in stored.card) == (True, True)
    assert ("LOCATION:Salle des fêtes" in stored.ics, first_session(event).sequence) == (True, 1)
    assert first_session(ago).place_name != "Salle des fêtes"  # what took place there took place under that name
    place.save()
    assert first_session(event).sequence == 1


@pytest.mark.django_db
def test_renaming_costs_the_same_for_one_date_and_for_many(django_assert_max_num_queries: object) -> None:
    house = organisation()
    published(*(date_of() for _ in range(12)), organisation=house)
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        house.save()


@pytest.mark.django_db
def test_the_sheets_to_get_ready_are_listed_and_a_lost_visitor_is_shown_the_agenda(client: Client) -> None:
    listed = client.get("/agenda/preparer/").content.decode()
    assert "/agenda/preparer/forum/" in listed
    assert '<a href="/agenda/">Voir l’agenda</a>' in client.get("/nulle-part/").content.decode()


def test_no_entity_stands_in_an_attribute_of_a_component() -> None:
    """It would be escaped once more, and read « &nbsp; » by the public."""
    wrong = re.compile(r'<c-[^>]*?="[^"]*&(?:nbsp|#\d+|#x[0-9a-f]+|amp|[a-z]+quo);', re.IGNORECASE)
    found = [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if wrong.search(path.read_text())]
    assert found == []
