"""The card of a date: what it says, what is filled when it is served, and what it costs (ADR 0004, 0009)."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from events.models import Session
from events.render import card as cards
from events.render.jsonld import jsonld
from events.render.vevent import vevent
from tests.events.test_render_vevent import NASTY, session
from tests.events.tools import paris

_TAGS = re.compile(r"<[^>]*>")


def words(text: str) -> str:
    """The words of a card, as one reads them."""
    plain = html.unescape(_TAGS.sub(" ", text)).replace("\u00a0", " ").replace("\u202f", " ")
    return " ".join(plain.split())


def test_a_card_says_what_when_where_and_for_how_much() -> None:
    one = session(
        "Forum d'hiver : l'avenir", place_name="Lycée", town="Colmar", event__organiser_name="CIO", event__age_min=16,
        event__registration_mode="builtin", access=["lsf"], event__summary="Venez !",
    )  # fmt: skip
    assert words(cards.fill(cards.card(one))) == (
        "16 mars Forum d’hiver : l’avenir Forum · CIO mardi 16 mars 2027, 14 h – 16 h Lycée, Colmar Venez ! Gratuit"
        " Sur inscription À partir de 16 ans LSF"
    )


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ({}, []),
        ({"status": Session.Status.CANCELLED, "full": True}, ["Annulé"]),
        ({"status": Session.Status.POSTPONED}, ["Reporté, nouvelle date à venir"]),
        ({"status": Session.Status.MOVED_ONLINE, "full": True}, ["Passé en ligne", "Complet"]),
        ({"event__state": "withdrawn"}, ["Retiré de l’agenda"]),
    ],
)
def test_A3_the_state_of_a_date_is_in_words(fields: dict[str, Any], marks: list[str]) -> None:
    text = cards.card(session(**fields))
    assert re.findall(r'<span class="badge \w+">([^<]+)</span>', text) == marks
    assert ("is-off" in text) == (marks[:1] not in ([], ["Passé en ligne"]))


@given(NASTY, NASTY)
def test_no_text_of_an_organiser_is_markup_nor_a_slot(title: str, place: str) -> None:
    plain = cards.card(session("x", place_name="y"))
    evil = cards.card(session(f"<b>{title}\ue011\ue012", place_name=f'"><script>{place}\ue010'))
    assert re.findall(r"<(\w+)", evil) == re.findall(r"<(\w+)", plain)
    assert [evil.count(slot) for slot in (cards.DAY, cards.OTHERS, cards.DISTANCE)] == [1, 1, 1]


def test_what_depends_on_the_day_and_the_visitor_is_filled_when_served() -> None:
    one = session()
    stored = cards.card(one)
    now = one.starts_at - timedelta(days=1)
    served = cards.fill(
        stored, starts_at=one.starts_at, ends_at=one.ends_at, now=now, others=5, distance='<p class="plate">3 km</p>'
    )
    assert "14 h – 16 h Demain et 5 autres dates Lieu à préciser 3 km" in words(served)
    assert "et 1 autre date" in words(cards.fill(stored, others=1))
    bare = cards.joined([cards.fill(stored)])
    assert not re.search("[\ue000-\uf8ff]", bare)


def test_a_whole_day_has_a_date_and_no_hour() -> None:
    text = cards.card(session(all_day=True, starts_at=paris("2027-05-03 00:00"), ends_at=paris("2027-05-06 00:00")))
    assert 'datetime="2027-05-03">du 3 au 5' in text


@pytest.mark.parametrize("write", [cards.card, vevent, jsonld])
def test_what_an_import_writes_a_hundred_thousand_times_is_quick(write: Callable[[Session], str]) -> None:
    """Measured at 50 to 100 microseconds; what is forbidden here is a template, a query or a parser."""
    one = session(
        "Forum de l’orientation", place_name="Lycée", town="Colmar", event__organiser_name="CIO",
        event__summary="Des métiers, des gens." * 5, event__description="**Venez** nombreux.\n" * 40,
    )  # fmt: skip
    write(one)
    spent = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(100):
            write(one)
        spent.append((time.process_time() - start) / 100)
    assert min(spent) < 0.0005
