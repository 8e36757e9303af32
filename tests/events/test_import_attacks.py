"""Files made to harm: each refuses what it must and nothing else, in French, and soon (A6, S4)."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from events.importers.command import run_file
from events.importers.incoming import CUT, CutError, FormatError, Incoming
from events.importers.openagenda import read_openagenda
from events.importers.table import read_table
from events.models import Event
from events.services import writing
from events.services.agenda_files import _said
from tests.events.importing import bring, calendar, items, trusted, vevent, written
from tests.events.tools import draft

RULE = "récurrence illisible («\u00a0{rule}\u00a0»)"


def problems(folder: Path, **lines: Any) -> list[str]:
    [item] = items(folder, vevent("un", **lines))
    return item.problems


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=99999", "FREQ=WEEKLY;BYDAY=99MO",
        "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=YEARLY;BYDAY=1MO;BYWEEKNO=3",
    ],
)  # fmt: skip
def test_S4_a_rule_that_no_calendar_has_is_refused(tmp_path: Path, rule: str) -> None:
    assert problems(tmp_path, RRULE=rule) == [RULE.format(rule=rule)]


def test_S4_a_rule_too_long_to_be_one_is_refused(tmp_path: Path) -> None:
    rule = "FREQ=YEARLY;BYSETPOS=" + ",".join(["1"] * 300)
    assert problems(tmp_path, RRULE=rule) == [RULE.format(rule=rule[:60])]


@pytest.mark.parametrize("part", ["BYHOUR=9,14", "BYMINUTE=0,10", "BYHOUR=9;BYSECOND=1,2"])
def test_S4_several_times_in_a_day_are_refused(tmp_path: Path, part: str) -> None:
    assert problems(tmp_path, RRULE=f"FREQ=DAILY;{part}") == ["récurrence plus serrée que la journée"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=40",
        "FREQ=DAILY;BYSETPOS=5;BYMONTH=4;BYMONTHDAY=31", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31;COUNT=3",
        "FREQ=YEARLY;BYDAY=53MO;BYYEARDAY=1",
    ],
)  # fmt: skip
def test_S4_a_rule_that_never_matches_is_left_soon(tmp_path: Path, rule: str) -> None:
    before = time.process_time()
    for found in items(tmp_path, *(vevent(f"n{number}", RRULE=rule) for number in range(20))):
        assert found.problems == ["sans date"]
    assert time.process_time() - before < 5  # dateutil looks until the year 9999: a minute


def test_A6_the_watch_over_rules_changes_none_of_their_dates(tmp_path: Path) -> None:
    start = "20270104T090000"
    for rule, expected in {
        "FREQ=YEARLY;BYDAY=20MO;COUNT=2": ["2027-05-17", "2028-05-15"],
        "FREQ=YEARLY;BYMONTH=3;BYDAY=1MO;COUNT=2": ["2027-03-01", "2028-03-06"],
        "FREQ=MONTHLY;BYDAY=-1FR;COUNT=2": ["2027-01-29", "2027-02-26"],
        "FREQ=MONTHLY;INTERVAL=12;COUNT=3": ["2027-01-04", "2028-01-04", "2029-01-04"],
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2": ["2028-02-29", "2032-02-29"],
    }.items():
        [item] = items(tmp_path, vevent("a", DTSTART=start, DTEND=None, RRULE=rule))
        assert [f"{date.starts_at:%Y-%m-%d}" for date in item.dates] == expected, rule


@pytest.mark.parametrize(
    "lines",
    [
        {"DTSTART": ";VALUE=DATE:99991231", "DTEND": None},
        {"DTSTART": ";TZID=Asia/Tokyo:00010101T000000", "DTEND": None},
        {"DTSTART": ";VALUE=DATE:99991231", "DTEND": None, "RRULE": "FREQ=DAILY;COUNT=3"},
        {"RDATE": "99991231T235959Z"},
        {"DURATION": "P9999W", "DTEND": None, "DTSTART": "99900101T000000"},
    ],
)
def test_S4_a_date_out_of_time_refuses_its_event_alone(tmp_path: Path, lines: dict[str, Any]) -> None:
    bad, good = items(tmp_path, vevent("a", **lines), vevent("b"))
    assert (bad.uid, [problem[:24] for problem in bad.problems]) == ("a", ["date hors de notre temps"])
    assert good.problems == []


def test_S4_a_table_with_a_date_out_of_time_keeps_its_other_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "titre;date\nA;31/12/9999\nB;01/01/0001\nC;16/03/2027\n", "e.csv")
    assert [(item.where, [problem[:24] for problem in item.problems]) for item in read_table(path)] == [
        ("ligne 2", ["date hors de notre temps"]),
        ("ligne 3", ["date hors de notre temps"]),
        ("ligne 4", []),
    ]


def read(folder: Path, text: str) -> list[Incoming]:
    return list(read_openagenda(written(folder, text, "oa.json")))


EVENT = {
    "uid": 7, "title": "Forum", "timings": [{"begin": "2027-03-16T14:00:00+01:00", "end": "2027-03-16T16:00:00+01:00"}],
}  # fmt: skip


def test_S4_what_is_no_event_in_a_list_is_refused_and_the_rest_kept(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps({"events": [5, None, EVENT, "x"]}))
    assert [(item.where, item.problems) for item in found] == [
        ("évènement 1", ["illisible"]), ("évènement 2", ["illisible"]), ("7", []), ("évènement 4", ["illisible"]),
    ]  # fmt: skip


def test_S4_a_number_without_measure_refuses_the_file_in_french(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="nombre démesuré"):
        read(tmp_path, '{"events": [{"uid": ' + "9" * 5_000 + "}]}")


def test_S4_an_event_that_breaks_the_reader_is_refused_alone_and_is_not_withdrawn(tmp_path: Path) -> None:
    broken = EVENT | {"uid": 8, "status": 1, "attendanceMode": [1]}
    assert [(item.uid, item.problems) for item in read(tmp_path, json.dumps([EVENT, broken]))] == [
        ("oa:7", []), ("oa:8", ["illisible"]),
    ]  # fmt: skip


def test_S4_what_no_database_takes_is_left_out(tmp_path: Path) -> None:
    said = EVENT | {
        "uid": "a\0\ud800b", "registration": [{"type": "email", "value": "a\0@exemple.invalid"}],
        "location": {"insee": "1\0", "postalCode": "10\ud800", "countryCode": "F\0"},
    }  # fmt: skip
    [item] = read(tmp_path, json.dumps(said))
    place = item.dates[0].place
    assert (item.uid, item.contact_email, place.insee, place.postal_code, place.country) == (
        "oa:ab", "a@exemple.invalid", "1", "10", "F",
    )  # fmt: skip


def counts(report: Any) -> tuple[int, int, int, int, int]:
    return tuple(report.counts.values())


@pytest.mark.django_db
@pytest.mark.parametrize("withdraw", [None, True])
def test_A6_a_file_that_stops_before_its_end_withdraws_nothing_and_says_so(
    tmp_path: Path, withdraw: bool | None
) -> None:
    house = trusted()
    whole = calendar(vevent("a"), vevent("b"), vevent("c"))
    assert counts(bring(tmp_path, house, vevent("a"), vevent("b"), vevent("c")))[0] == 3
    for cut in (
        whole.rpartition("BEGIN:VEVENT")[0],
        whole[: whole.rindex("UID:c") + 8],
        whole[: whole.rindex("END:VCAL")],
    ):
        report = run_file(written(tmp_path, cut), "ics", house, withdraw=withdraw)
        assert (report.withdrawn, report.suspicious) == (0, CUT)
        assert _said(report)["notes"] == [report.suspicious]
    assert set(Event.objects.values_list("state", flat=True)) == {"published"}
    report = run_file(written(tmp_path, calendar(vevent("a"), vevent("b"))), "ics", house)
    assert (report.withdrawn, report.suspicious) == (1, "")


@pytest.mark.parametrize("kept", [-1, -3, -30, -90])
def test_S4_a_json_that_stops_gives_what_came_then_says_so(tmp_path: Path, kept: int) -> None:
    text = json.dumps({"events": [EVENT, EVENT | {"uid": 8}]})[:-1]
    path = written(tmp_path, text[:kept], "oa.json")
    found = read_openagenda(path)
    assert next(found).uid == "oa:7"
    with pytest.raises(CutError):
        list(found)


def test_S4_a_quote_that_is_never_closed_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path, 'titre;date;resume\nA;16/03/2027;\nB;17/03/2027;"ouvert\nC;18/03/2027;\n', "e.csv")
    found = read_table(path)
    assert next(found).title == "A"
    with pytest.raises(CutError, match="Ligne 3\u00a0: un guillemet"):
        list(found)


def test_A6_a_quoted_cell_on_several_lines_is_one_cell(tmp_path: Path) -> None:
    path = written(tmp_path, 'titre;date;description\nA;16/03/2027;"un\ndeux; ""trois"""\nB;17/03/2027;\n', "e.csv")
    assert [(item.title, item.description) for item in read_table(path)] == [("A", 'un\ndeux; "trois"'), ("B", "")]


def test_S4_a_workbook_too_large_once_open_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "e.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"<si/>" * 7_000_000)
    before = time.process_time()
    with pytest.raises(FormatError, match="trop grand une fois ouvert"):
        list(read_table(path))
    assert (time.process_time() - before < 1, path.stat().st_size < 1_000_000) == (True, True)


def test_S4_what_nobody_sees_leaves_titles(tmp_path: Path) -> None:
    [item] = items(
        tmp_path, vevent("a", SUMMARY="Fo\u200brum \u202eel\u202c \u2066x\u2069\u200d", DESCRIPTION="a\u00adb")
    )
    assert (item.title, item.description) == ("Forum el x", "ab")
    [item] = items(tmp_path, vevent("a", SUMMARY="Métiers 👩\u200d🔬"))
    assert item.title == "Métiers 👩\u200d🔬"


@pytest.mark.django_db
def test_S4_what_nobody_sees_leaves_titles_typed_by_hand() -> None:
    event = draft()
    writing.edit_event(event=event, values={"title": "Fo\u200brum \u202evrai"}, actor=None)
    assert Event.objects.get(pk=event.pk).title == "Forum vrai"
