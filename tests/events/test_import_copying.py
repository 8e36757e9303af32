"""The quick ways of an import (A6) write what the plain ones write: objects, rows, lists, cards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Model

from events.copying import Among, Mould, array, copy_rows
from events.derived import refresh
from events.importers.guess import kind_of, publics_of, sectors_of
from events.models import Event, Listing, Rendering, Session
from tests.events.importing import bring, trusted, vevent
from tests.factories import organisation, town

pytestmark = pytest.mark.django_db

# What COPY, arrays and JSON each write in their own way.
NASTY = [
    "", "simple", "\\", "\\.", "\\N", "NULL", "null", "a\tb", "a\nb\n\\.\nc", "a\r\nb", 'un "mot"', "l’été, {a}", "{}",
    "a,b;c", "'; --", "\\n", "é\u00a0🎈", " ", "%s %%", "</script>",
]  # fmt: skip
START = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)


def row_of(made: Model) -> dict[str, Any]:
    """What stands in the database, but what tells two rows apart."""
    row = type(made)._default_manager.filter(pk=made.pk).values().get()
    return {name: value for name, value in row.items() if name not in {"id", "public_id", "slug", "created_at"}}


def described(number: int, text: str) -> dict[str, Any]:
    return {
        "slug": f"a-{number}", "title": text, "folded_title": text, "description": text * 3, "kind": "atelier",
        "sectors": [text, "tous"] if number % 2 else [], "publics": [text], "age_min": number if number % 3 else None,
        "free": bool(number % 2), "source_uid": f"u{number}", "source_values": {"event": {text: [text, None, 1.5]}},
        "state": Event.State.PUBLISHED if number % 2 else Event.State.DRAFT, "published_at": START,
        "updated_at": START,
    }  # fmt: skip


def test_A6_a_moulded_object_is_the_object_its_class_makes() -> None:
    house = organisation()
    values = described(1, "Atelier")
    plain = Event(**values, organisation=house, source=None)
    moulded = Mould(Event)({**values, "organisation_id": house.pk, "source_id": None}, {
        "organisation": house, "source": None,
    })  # fmt: skip
    random = {"public_id", "_state", "created_at", "updated_at"}
    assert {k: v for k, v in vars(moulded).items() if k not in random} == {
        k: v for k, v in vars(plain).items() if k not in random
    }
    assert moulded._state.fields_cache == plain._state.fields_cache
    assert moulded._state.adding
    other = Mould(Event)(values, {})
    assert other.public_id != moulded.public_id
    assert other.access is not moulded.access  # a default of its own for each
    moulded.save()  # an object like another
    assert Event.objects.get().organiser == house.display_name


def test_A6_rows_copied_are_the_rows_saved() -> None:
    house = organisation()
    saved = [Event(**described(n, text), organisation=house) for n, text in enumerate(NASTY)]
    copied = [Event(**described(n, text), organisation=None) for n, text in enumerate(NASTY)]
    for event in copied:
        event.organisation_id, event.slug = house.pk, f"copie-{event.slug}"
        event.source_uid = f"copie-{event.source_uid}"
    for event in saved:
        event.save()
    copy_rows(copied)
    different = {"source_uid": ""}
    # `updated_at` is left to the database, as every column that it fills by itself.
    assert [row_of(event) | different | {"updated_at": START} for event in copied] == [
        row_of(event) | different for event in saved
    ]


def test_A6_dates_copied_are_the_dates_saved() -> None:
    event, commune = Event.objects.create(**described(0, "Atelier")), town("Épinal", insee="88160")
    told = [
        {
            "source_key": f"{n}", "starts_at": START, "ends_at": START + timedelta(hours=1 + n), "all_day": n == 1,
            "status": Session.Status.CANCELLED if n else "scheduled", "place_name": text, "commune": commune,
            "lat": 48.123456789012 if n else None, "lon": -0.0 if n else None, "access": [text] * n,
        }
        for n, text in enumerate(NASTY[:5])
    ]  # fmt: skip
    saved = [Session.objects.create(event=event, **one) for one in told]
    rows = [row_of(session) for session in saved]
    Session.objects.all().delete()
    copied = [Session(event=event, **one) for one in told]
    copy_rows(copied)
    assert [row_of(session) | {"changed_at": 0} for session in copied] == [row | {"changed_at": 0} for row in rows]


def test_A6_a_long_list_is_one_parameter_that_says_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array([*NASTY, None])])
        assert cursor.fetchone() == ([*NASTY, None],)
        cursor.execute("SELECT %s::float8[], %s::bool[], %s::timestamptz[], %s::text[]", [
            array([1.1, None, -0.5]), array([True, False, None]), array([START, None]), array([]),
        ])  # fmt: skip
        assert cursor.fetchone() == ([1.1, None, -0.5], [True, False, None], [START, None], [])
    for number, text in enumerate(NASTY):
        Event.objects.create(**described(number, text) | {"source_uid": text, "state": "draft"})
    asked = [*NASTY[1::2], "absent"]
    assert set(Event.objects.filter(Among(F("source_uid"), asked)).values_list("pk")) == set(
        Event.objects.filter(source_uid__in=asked).values_list("pk")
    )


def test_A6_what_an_import_writes_for_searches_is_what_is_written_again_later(tmp_path: Path) -> None:
    """New rows go another way than those written again: they say the same, to the last letter."""
    town("Épinal", insee="88160")
    house = trusted()
    report = bring(
        tmp_path, house,
        vevent("a", SUMMARY='Forum « métiers » & "cuisine" <b>', LOCATION="Salle des fêtes\\, Épinal"),
        vevent("b", SUMMARY="Atelier\\; CV", DESCRIPTION="Une ligne\\n\\nUne autre, \\\\.", CATEGORIES="BTP,Lycéens"),
        vevent("c", RRULE="FREQ=WEEKLY;COUNT=3", LOCATION="https://visio.exemple.fr/a"),
        vevent("d", STATUS="CANCELLED", LOCATION="3 rue des Tanneurs\\, 88000 Épinal"),
    )  # fmt: skip
    assert (report.created, report.rejected) == (4, 0)
    before = [list(model.objects.order_by("pk").values()) for model in (Listing, Rendering, Event)]
    assert [len(rows) for rows in before] == [6, 6, 4]
    now = Listing.objects.values_list("changed_at", flat=True).distinct().get()
    Session.objects.update(changed_at=now)  # by the clock of the database, it is some milliseconds later
    assert refresh(Session.objects.all()) == 6
    after = [list(model.objects.order_by("pk").values()) for model in (Listing, Rendering, Event)]
    for was, become in zip(chain(*before), chain(*after), strict=True):
        assert {name: (was[name], become[name]) for name in was if was[name] != become[name]} == {}


def test_A6_words_are_found_by_their_first_one_in_the_order_of_the_list() -> None:
    assert kind_of("Salon puis portes ouvertes", []) == "portes-ouvertes"
    assert kind_of("Ateliers et jobs datings", []) == "job-dating"
    assert kind_of("Le salonnier", ["jpo du CFA"]) == "portes-ouvertes"
    assert sectors_of("Aide à domicile, aides-soignantes, filière bois", []) == ["bois", "sanitaire-social"]
    assert publics_of("Parents, lycéennes et demandeuses d’emploi", []) == ["lyceen", "demandeur-emploi", "parent"]
    assert sectors_of("Porte fermée", ["portes"]) == []
