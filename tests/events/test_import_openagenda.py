"""Exports of OpenAgenda, in each of their shapes (A6)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from events.importers.incoming import FormatError, Incoming
from events.importers.openagenda import read_openagenda
from tests.events.importing import SAMPLES, needs_samples, written

TIMING = {"begin": "2027-03-16T14:00:00+01:00", "end": "2027-03-16T16:00:00+01:00"}


def event(**fields: Any) -> dict[str, Any]:
    return {"uid": 7, "slug": "forum", "title": {"fr": "Forum", "en": "Fair"}, "timings": [TIMING]} | fields


def read(folder: Path, said: Any) -> list[Incoming]:
    return list(read_openagenda(written(folder, json.dumps(said), "oa.json")))


@pytest.mark.parametrize(
    "shape", [lambda e: e, lambda e: [e], lambda e: {"events": [e]}, lambda e: {"from0": {"total": 1, "events": [e]}},
              lambda e: [{"events": [e]}], lambda e: {"event": e}],
)  # fmt: skip
def test_A6_an_event_is_found_in_every_shape(tmp_path: Path, shape: Any) -> None:
    [item] = read(tmp_path, shape(event()))
    assert (item.uid, item.title, item.problems, len(item.dates)) == ("oa:7", "Forum", [], 1)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (1, ("scheduled", False, "place")), (2, ("scheduled", False, "place")), (3, ("scheduled", False, "online")),
        (4, ("postponed", False, "place")), (5, ("scheduled", True, "place")), (6, ("cancelled", False, "place")),
    ],
)  # fmt: skip
def test_A6_each_status_is_understood(tmp_path: Path, status: int, expected: tuple[str, bool, str]) -> None:
    [item] = read(tmp_path, event(status=status, location={"name": "Lycée", "city": "Troyes"}))
    date = item.dates[0]
    assert (str(date.status), date.full, str(date.attendance)) == expected


def test_A6_without_timings_the_cited_ones_are_kept_else_it_is_refused(tmp_path: Path) -> None:
    [item] = read(tmp_path, event(timings=None, nextTiming=TIMING, lastTiming=TIMING))
    assert (len(item.dates), len(item.notes), item.problems) == (1, 1, [])
    [item] = read(tmp_path, event(timings=[]))
    assert item.problems == ["séances absentes («\u00a0timings\u00a0»)"]


def test_A6_only_what_is_public_there_comes_here(tmp_path: Path) -> None:
    for fields in ({"draft": True}, {"private": True}, {"state": 0}):
        [item] = read(tmp_path, event(**fields))
        assert item.problems == ["non publié dans OpenAgenda"]


def test_A6_what_it_says_besides(tmp_path: Path) -> None:
    [item] = read(tmp_path, event(
        conditions={"fr": "5 € sur place"}, age={"min": 15, "max": 25}, accessibility={"mi": True},
        imageCredits="Ville",
        registration=[{"type": "email", "value": "inscription@exemple.invalid"}], keywords={"fr": ["Numérique"]},
        originAgenda={"slug": "agenda-x"}, longDescription={"fr": "<p>Long</p>"},
        location={"name": "Lycée", "address": "3 rue du Lycée, 10000 Troyes", "postalCode": "10000", "city": "Troyes",
                  "insee": "10387", "latitude": 48.3, "longitude": 4.07},
    ))  # fmt: skip
    assert (item.free, item.price_text, item.access) == (False, "5 € sur place", ["pmr"])
    assert (item.age_min, item.age_max) == (15, 25)
    assert (item.registration_contact, item.contact_email) == (True, "inscription@exemple.invalid")
    assert (item.source_url, item.words, item.image_credit) == (
        "https://openagenda.com/agenda-x/events/forum", ["Numérique"], "Ville",
    )  # fmt: skip
    place = item.dates[0].place
    assert (place.address, place.insee, place.lat, item.description) == ("3 rue du Lycée", "10387", 48.3, "Long")


def test_A6_languages_fall_back(tmp_path: Path) -> None:
    [item] = read(tmp_path, event(title={"de": "Messe"}))
    assert item.title == "Messe"


@pytest.mark.parametrize(
    "content", ["", "BEGIN:VCALENDAR", "[1, 2]", '{"events": [{"uid": 1,', "[" * 100_000, '"texte"']
)
def test_S4_what_is_no_export_is_said_so(tmp_path: Path, content: str) -> None:
    with pytest.raises(FormatError):
        list(read_openagenda(written(tmp_path, content, "oa.json")))


def test_A6_a_large_export_is_read_event_by_event(tmp_path: Path) -> None:
    many = {"total": 3_000, "events": [event(uid=number, longDescription={"fr": "x" * 900}) for number in range(3_000)]}
    found = read(tmp_path, many)
    assert (len(found), len({item.uid for item in found})) == (3_000, 3_000)


@needs_samples
@pytest.mark.parametrize(
    ("name", "events", "dates"),
    [
        ("openagenda_event_v2.json", 1, 2),
        ("openagenda_events_v2_list.json", 6, 0),
        ("openagenda_events_v2_pages.json", 25, 0),
    ],
)
def test_A6_real_exports_are_read(name: str, events: int, dates: int) -> None:
    found = list(read_openagenda(SAMPLES / name))
    assert (len(found), [item.problems for item in found if item.problems]) == (events, [])
    assert all(item.dates for item in found)
    assert not dates or sum(len(item.dates) for item in found) == dates
