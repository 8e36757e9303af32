"""What calendars really are: zones, lengths, rules, folds, charsets, and what is wrong in them (A6, S4)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from events.importers.ics import read_ics
from events.importers.incoming import CutError, FormatError, Incoming
from tests.events.importing import SAMPLES, calendar, items, needs_samples, soon, vevent, written


def when(item: Incoming, number: int = 0) -> tuple[str, str]:
    """The start and the end of a date, in Paris."""
    date = item.dates[number]
    return f"{timezone.localtime(date.starts_at):%Y-%m-%d %H:%M}", f"{timezone.localtime(date.ends_at):%Y-%m-%d %H:%M}"


def one(folder: Path, head: str = "", **lines: str | None) -> Incoming:
    [item] = items(folder, vevent("un", **lines), head=head)
    return item


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("DTSTART:20270316T140000", "DTEND:20270316T160000", ("2027-03-16 14:00", "2027-03-16 16:00")),
        ("DTSTART:20270316T140000Z", "DTEND:20270316T160000Z", ("2027-03-16 15:00", "2027-03-16 17:00")),
        ("DTSTART;TZID=/Europe/Oslo:20270716T140000", "DURATION:PT1H30M", ("2027-07-16 14:00", "2027-07-16 15:30")),
        ("DTSTART;TZID=Romance Standard Time:20270316T140000", "", ("2027-03-16 14:00", "2027-03-16 15:00")),
        ('DTSTART;TZID="(UTC-03:00) Inconnu":20270316T100000', "", ("2027-03-16 14:00", "2027-03-16 15:00")),
        ("DTSTART;TZID=Lune/Mare:20270316T140000", "", ("2027-03-16 14:00", "2027-03-16 15:00")),
        ("DTSTART;VALUE=DATE:20270316", "DTEND;VALUE=DATE:20270316", ("2027-03-16 00:00", "2027-03-17 00:00")),
        ("DTSTART;VALUE=DATE:20270316", "DTEND;VALUE=DATE:20270318", ("2027-03-16 00:00", "2027-03-18 00:00")),
        ("DTSTART;VALUE=DATE:20270327", "DURATION:P2D", ("2027-03-27 00:00", "2027-03-29 00:00")),
        ("DTSTART:20270328T013000", "DTEND:20270328T033000", ("2027-03-28 01:30", "2027-03-28 03:30")),
    ],
)
def test_A6_times_are_those_of_the_clock_in_paris(tmp_path: Path, start: str, end: str, expected: object) -> None:
    lines = filter(None, ["BEGIN:VEVENT", "UID:a", "SUMMARY:Un", start, end, "END:VEVENT"])
    [item] = items(tmp_path, "\r\n".join(lines) + "\r\n")
    assert (item.problems, when(item)) == ([], expected)


def test_A6_an_unknown_zone_is_said_and_floating_times_follow_the_calendar(tmp_path: Path) -> None:
    item = one(tmp_path, DTSTART=";TZID=Lune/Mare:20270316T140000", DTEND=None)
    assert item.notes == ["fuseau inconnu («\u00a0Lune/Mare\u00a0»)\u00a0: heure de Paris retenue"]
    item = one(tmp_path, head="X-WR-TIMEZONE:Europe/London", DTSTART="20270316T140000", DTEND=None)
    assert when(item)[0] == "2027-03-16 15:00"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"DTSTART": "20270316T140000", "DTEND": "20270316T130000"}, "la fin vient avant le début"),
        ({"DTSTART": "19010316T140000", "DTEND": None}, "date hors de notre temps (16/03/1901)"),
        ({"DTSTART": "99990316T140000", "DTEND": None}, "date hors de notre temps (16/03/9999)"),
        ({"DTSTART": "20270230T140000", "DTEND": None}, "date impossible («\u00a020270230T140000\u00a0»)"),
        ({"DTSTART": "bientôt", "DTEND": None}, "date illisible («\u00a0bientôt\u00a0»)"),
        ({"DTSTART": None, "DTEND": None}, "sans date"),
        ({"SUMMARY": None}, "sans titre"),
        ({"SUMMARY": "<script>alert(1)</script>"}, "sans titre"),
        ({"RRULE": "FREQ=SECONDLY"}, "récurrence plus serrée que la journée"),
        ({"RRULE": "FREQ=PARFOIS"}, "récurrence illisible («\u00a0FREQ=PARFOIS\u00a0»)"),
        ({"DTEND": None, "DURATION": "longtemps"}, "durée illisible («\u00a0longtemps\u00a0»)"),
    ],
)
def test_S4_what_cannot_be_an_event_is_refused_with_its_reason(
    tmp_path: Path, lines: dict[str, str | None], problem: str
) -> None:
    assert one(tmp_path, **lines).problems == [problem]


def test_A6_a_rule_without_end_gives_eighteen_months_and_says_so(tmp_path: Path) -> None:
    start = soon()
    item = one(tmp_path, RRULE="FREQ=WEEKLY")
    assert len(item.dates) == (548 - 10) // 7 + 1
    assert item.dates[-1].starts_at < timezone.now() + timedelta(days=549)
    assert item.notes == ["récurrence sans fin proche\u00a0: dates gardées sur dix-huit mois, 400 au plus"]
    item = one(tmp_path, RRULE="FREQ=DAILY", DTSTART=f"{start.replace(year=1990):%Y%m%dT%H%M%S}", DTEND=None)
    assert len(item.dates) == 400
    assert item.dates[0].starts_at.date() >= timezone.localdate()


def test_A6_a_rule_keeps_the_clock_when_the_hour_changes_and_leaves_what_is_excluded(tmp_path: Path) -> None:
    item = one(
        tmp_path, DTSTART=";TZID=Europe/Paris:20270320T140000", DTEND=";TZID=Europe/Paris:20270320T150000",
        RRULE="FREQ=WEEKLY;UNTIL=20270410T120000Z", EXDATE=";TZID=Europe/Paris:20270403T140000",
        RDATE=";TZID=Europe/Paris:20270415T140000",
    )  # fmt: skip
    assert [when(item, n)[0] for n in range(len(item.dates))] == [
        "2027-03-20 14:00", "2027-03-27 14:00", "2027-04-10 14:00", "2027-04-15 14:00",
    ]  # fmt: skip


def test_A6_a_date_changed_alone_stands_in_its_place_wherever_it_is_in_the_file(tmp_path: Path) -> None:
    master = vevent("a", DTSTART="20270316T140000", DTEND="20270316T150000", RRULE="FREQ=WEEKLY;COUNT=3")
    moved = vevent("a", DTSTART="20270324T100000", DTEND="20270324T110000", **{"RECURRENCE-ID": "20270323T140000"})
    off = vevent(
        "a", DTSTART="20270330T140000", DTEND="20270330T150000", STATUS="CANCELLED",
        **{"RECURRENCE-ID": "20270330T140000"},
    )  # fmt: skip
    for order in ([master, moved, off], [moved, off, master]):
        [item] = items(tmp_path, *order)
        assert [(when(item, n)[0], str(item.dates[n].status)) for n in range(3)] == [
            ("2027-03-16 14:00", "scheduled"), ("2027-03-24 10:00", "scheduled"), ("2027-03-30 14:00", "cancelled"),
        ]  # fmt: skip
    [alone] = items(tmp_path, moved)
    assert (alone.uid, len(alone.dates)) == ("a", 1)


def test_S4_lines_folded_badly_or_not_at_all_are_read(tmp_path: Path) -> None:
    text = (
        "BEGIN:VCALENDAR\nVERSION\n\n :2.0\nBEGIN:VEVENT\nUID\n :a\nSUMMARY:Portes \n ouvertes\nDESCRIPTION:Première\n"
        "ligne cassée, sans repli\nDTSTART;VALUE=DATE\n :20270316\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    [item] = read_ics(written(tmp_path, text))
    assert (item.uid, item.title, item.description) == (
        "a", "Portes ouvertes", "Première\nligne cassée, sans repli",
    )  # fmt: skip


def test_S4_a_fold_may_cut_a_character_in_two(tmp_path: Path) -> None:
    content = calendar(vevent("a", SUMMARY="Métiers")).encode()
    cut = content.index("é".encode()) + 1
    [item] = read_ics(written(tmp_path, content[:cut] + b"\r\n " + content[cut:]))
    assert item.title == "Métiers"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_S4_a_wrong_charset_is_understood(tmp_path: Path, encoding: str) -> None:
    text = calendar(vevent("a", SUMMARY="Journée des métiers d’été"))
    [item] = read_ics(written(tmp_path, text.encode(encoding)))
    assert item.title == "Journée des métiers d’été"


def test_S4_markup_scripts_and_control_characters_leave_the_text(tmp_path: Path) -> None:
    item = one(
        tmp_path, SUMMARY="Atelier <b>CV</b> &amp; lettre<script>alert(1)</script>\x00",
        DESCRIPTION="<p>Un</p><p>Deux&nbsp;: <a href='javascript:x'>lien</a></p>&amp;lt;script&amp;gt;x",
    )  # fmt: skip
    assert item.title == "Atelier CV & lettre"
    assert item.description == "Un\nDeux\u00a0: lien"


def test_S4_an_event_cut_by_the_end_of_the_file_is_refused_and_the_others_kept(tmp_path: Path) -> None:
    text = calendar(vevent("a"), vevent("b"))
    found = read_ics(written(tmp_path, text[: text.rindex("DTEND")]))
    kept, cut = next(found), next(found)
    with pytest.raises(CutError):
        next(found)
    assert (kept.problems, cut.problems) == ([], ["évènement incomplet\u00a0: le fichier s’arrête avant sa fin"])


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b'{"events": []}', b"\x89PNG\r\n\x00", b"BEGIN:VCARD\r\nEND:VCARD"]
)
def test_S4_what_is_no_calendar_is_said_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FormatError, match="pas un calendrier"):
        list(read_ics(written(tmp_path, content)))


def test_A6_without_uid_the_same_event_has_the_same_key(tmp_path: Path) -> None:
    first, other = (item.uid for item in items(tmp_path, vevent("x", UID=None), vevent("y", UID=None)))
    assert first != other
    assert [item.uid for item in items(tmp_path, vevent("y", UID=None))] == [other]


def test_A6_where_and_how_one_attends(tmp_path: Path) -> None:
    online = one(tmp_path, LOCATION="https://meet.google.com/abc-defg-hij").dates[0]
    assert (str(online.attendance), online.online_url) == ("online", "https://meet.google.com/abc-defg-hij")
    link = ";VALUE=URI:https://visio.exemple.invalid/a"
    both = one(tmp_path, LOCATION="Lycée\\, 10000 Troyes", CONFERENCE=link).dates[0]
    assert (str(both.attendance), both.place.text) == ("hybrid", "Lycée, 10000 Troyes")


def test_A6_a_method_that_cancels_cancels(tmp_path: Path) -> None:
    assert str(one(tmp_path, head="METHOD:CANCEL").dates[0].status) == "cancelled"


@needs_samples
@pytest.mark.parametrize(
    ("name", "events", "dates", "refused"),
    [
        ("categories_with_commas.ics", 1, 1, []),
        ("etalab_jours_feries_alsace_moselle.ics", 143, 143, []),
        ("google_calendar_public_export.ics", 95, 95, []),
        ("mozilla_badly_folded_two_calendars.ics", 3, 3, []),
        ("outlook_like_non_ascii_tzid.ics", 1, 1, ["sans titre"]),
        ("plone_europe_vienna_vtimezone.ics", 1, 1, []),
        ("weekly_rrule_exdates_vevent_only.ics", 1, 10, []),
    ],
)
def test_A6_real_calendars_are_read(name: str, events: int, dates: int, refused: list[str]) -> None:
    found = list(read_ics(SAMPLES / name))
    assert (len(found), sum(len(item.dates) for item in found)) == (events, dates)
    assert [problem for item in found for problem in item.problems] == refused


@needs_samples
def test_A6_a_zone_described_in_the_file_is_followed() -> None:
    [item] = read_ics(SAMPLES / "outlook_like_non_ascii_tzid.ics")
    assert f"{item.dates[0].starts_at:%Y-%m-%d %H:%M}" == "2017-05-11 16:30"
    [item] = read_ics(SAMPLES / "weekly_rrule_tzid_with_slash.ics")
    assert when(item)[0] == "2022-10-21 20:00"
