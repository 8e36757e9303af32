"""Events that may be the same one, found before a second is published, at a flat cost (A5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from events.services.duplicates import find
from events.services.states import submit, withdraw
from tests.events.tools import date_of, draft, paris, published
from tests.factories import organisation, town

pytestmark = pytest.mark.django_db
START = "2027-03-16 14:00"
TITLE = "Forum des métiers du bois"


def found(event: Event) -> list[tuple[str, list[str]]]:
    return [(other.title, reasons) for other, reasons in find(event)]


def test_A5_same_day_near_and_a_title_like_it() -> None:
    here = town("Épinal")
    published(date_of(START, commune=here), title="Le forum des métiers du bois 2027")
    event = draft(date_of("2027-03-16 10:00", commune=here), title=TITLE)
    assert found(event) == [("Le forum des métiers du bois 2027", ["même jour, même lieu", "titre proche"])]


@pytest.mark.parametrize(
    ("start", "lat", "title", "expected"),
    [
        ("2027-03-17 14:00", 48.5, TITLE, [(TITLE, ["à un jour près, même lieu", "titre identique"])]),
        ("2027-03-18 14:00", 48.5, TITLE, []),  # two days later
        (START, 48.53, TITLE, [(TITLE, ["même jour, à 3\u00a0km", "titre identique"])]),
        (START, 48.6, TITLE, []),  # eleven kilometres away
        (START, 48.5, "Portes ouvertes du lycée agricole", []),
    ],
)
def test_A5_what_makes_two_events_one(start: str, lat: float, title: str, expected: Any) -> None:
    published(date_of(start, commune=town("Là", lat=lat)), title=title)
    assert found(draft(date_of(START, commune=town("Ici")), title=TITLE)) == expected


def test_A5_online_events_are_compared_by_day_and_title() -> None:
    link: dict[str, Any] = {"attendance": "online", "online_url": "https://visio.exemple.invalid/a"}
    published(date_of(START, **link), title="Webinaire Parcoursup")
    assert found(draft(date_of(START, **link), title="Webinaire Parcoursup !")) == [
        ("Webinaire Parcoursup", ["même jour, en ligne tous les deux", "titre identique"])
    ]
    assert found(draft(date_of(START, commune=town()), title="Webinaire Parcoursup")) == []


def test_A5_two_schools_open_their_doors_on_the_same_saturday() -> None:
    here, there = town("Colmar"), town("Colmar-Sud", lat=48.52)
    first, second = organisation(name="Lycée Pasteur"), organisation(name="Lycée Hugo")
    published(date_of(START, commune=here), organisation=first, title="Portes ouvertes du lycée Pasteur")
    other = draft(date_of(START, commune=there), organisation=second, title="Portes ouvertes du lycée Hugo")
    assert found(other) == []
    same = draft(
        date_of(START, commune=there), organiser_name="LYCEE PASTEUR", title="Portes ouvertes au lycée Pasteur"
    )
    assert found(same) == [
        ("Portes ouvertes du lycée Pasteur", ["même jour, à 2\u00a0km", "titre proche", "même organisateur"])
    ]


def test_A5_the_same_link_tells_one_event_under_two_names() -> None:
    here = town("Épinal")
    page = "https://exemple.invalid/forum"
    published(date_of(START, commune=here), title="Rencontres de la filière", website=page)
    event = draft(date_of(START, commune=here), title=TITLE, website=page)
    assert found(event) == [("Rencontres de la filière", ["même jour, même lieu", "même lien"])]


def test_A5_proposals_are_compared_too_and_what_left_the_agenda_is_not() -> None:
    here = town("Épinal")
    gone = published(date_of(START, commune=here), title=TITLE)
    withdraw(event=gone, reason="", actor=None)
    draft(date_of(START, commune=here), title=TITLE)
    waits = submit(event=draft(date_of(START, commune=here), title=TITLE), actor=None, at_once=False)
    event = draft(date_of(START, commune=here), title=TITLE)
    assert [other for other, _ in find(event)] == [waits]


def test_an_event_without_a_date_has_no_double() -> None:
    published(date_of(START, commune=town("Épinal")), title=TITLE)
    event = draft(date_of(START), title=TITLE)
    event.sessions.all().delete()
    assert find(event) == []


def test_A5_the_cost_is_flat(django_assert_num_queries: Any) -> None:
    here = town("Épinal")
    event = draft(date_of(START, commune=here), title=TITLE)
    for number in range(5):
        published(date_of(START, commune=here), title=f"{TITLE} {number}")
        published(date_of(timezone.now() + timedelta(days=300 + number), commune=here), title=TITLE)
    with django_assert_num_queries(4):  # the pairs told apart are one
        assert len(find(event)) == 5


def test_an_event_of_many_dates_is_found_by_its_next_ones() -> None:
    here = town("Épinal")
    days = [date_of(paris(START) + timedelta(days=7 * n), commune=here) for n in range(30)]
    weekly = published(*days, title=TITLE)
    event = draft(date_of(paris(START) + timedelta(days=7 * 25), commune=here), title=TITLE)
    assert [other for other, _ in find(event)] == [weekly]
