"""A date as a VEVENT: what `icalendar` reads is what we wrote, whatever the text (A8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.ical import clean, fold
from events.models import Event, Session
from events.render.calendar import calendar, filename
from events.render.vevent import plain, vevent
from tests.events.tools import paris

Status = Session.Status
NASTY = st.text(alphabet=st.one_of(
    st.sampled_from(list("\\;,\"':\n\r\t\x00\x07\x1f\x7f\x85\u2028\u2029éœ’ 👩🏽‍🎓\u202f\ufeffBEGIN:VEVENT^n")),
    st.characters(codec="utf-8"),
), max_size=120)  # fmt: skip


def session(title: str = "Forum", **fields: Any) -> Session:
    """A session that was never saved; fields of the event are given as `event__…`."""
    told = {name.removeprefix("event__"): value for name, value in fields.items() if name.startswith("event__")}
    known = {"slug": "forum", "kind": "forum", "state": "published", "title": title}
    own = {name: value for name, value in fields.items() if not name.startswith("event__")}
    values = {
        "starts_at": paris("2027-03-16 14:00"), "ends_at": paris("2027-03-16 16:00"),
        "changed_at": datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC),
    } | own  # fmt: skip
    return Session(event=Event(**known | told), **values)


def read(*sessions: Session) -> list[Any]:
    """The VEVENTs that another program finds in our file."""
    file = calendar(map(vevent, sessions), name="Agenda", source="https://exemple.invalid/agenda.ics")
    found = icalendar.Calendar.from_ical(file.encode())
    assert found.errors == []
    events = found.walk("VEVENT")
    assert [event.errors for event in events] == [[] for _ in events]
    return list(events)


@given(title=NASTY, text=NASTY, place=NASTY, name=NASTY)
@example(title="a" * 73 + "é" * 40, text="\r\n\r", place="\\n\\;", name='"Le « Lieu »"')
@example(title="👩🏽‍🎓" * 30, text="END:VEVENT\r\nBEGIN:VEVENT", place=";", name="a,b;c:d")
def test_A8_every_text_comes_back_as_it_was(title: str, text: str, place: str, name: str) -> None:
    one = session(
        title, status_text=text, place_name=place, event__organiser_name=name, event__contact_email="a@exemple.invalid"
    )
    (event,) = read(one)
    assert str(event["SUMMARY"]) == clean(title)
    assert clean(text) in str(event["DESCRIPTION"])
    assert str(event.get("LOCATION", "")) == clean(place)
    assert str(event["ORGANIZER"]) == "mailto:a@exemple.invalid"


@given(NASTY)
def test_A8_no_line_is_longer_than_75_octets_nor_cuts_a_character(title: str) -> None:
    for line in vevent(session(title, status_text=title * 3)).split("\r\n"):
        assert len(line.encode()) <= 75
        assert line.encode().decode() == line


def test_fold_uses_the_whole_line() -> None:
    assert fold("a" * 75) == "a" * 75 + "\r\n"
    assert fold("a" * 76) == "a" * 75 + "\r\n a\r\n"
    assert fold("a" * 74 + "é") == "a" * 74 + "\r\n é\r\n"


@pytest.mark.parametrize(
    ("status", "state", "full", "said", "prefix"),
    [
        (Status.SCHEDULED, "published", False, "CONFIRMED", ""),
        (Status.RESCHEDULED, "published", False, "CONFIRMED", ""),
        (Status.MOVED_ONLINE, "published", False, "CONFIRMED", ""),
        (Status.MOVED_PLACE, "published", True, "CONFIRMED", "[COMPLET] "),
        (Status.SCHEDULED, "published", True, "CONFIRMED", "[COMPLET] "),
        (Status.POSTPONED, "published", True, "TENTATIVE", "[REPORTÉ] "),
        (Status.CANCELLED, "published", True, "CANCELLED", "[ANNULÉ] "),
        (Status.SCHEDULED, "withdrawn", False, "CANCELLED", "[ANNULÉ] "),
    ],
)
def test_A8_the_state_is_in_status_and_in_the_title(
    status: str, state: str, full: bool, said: str, prefix: str
) -> None:
    (event,) = read(session("Forum", status=status, full=full, sequence=3, event__state=state))
    assert (str(event["STATUS"]), str(event["SUMMARY"]), int(event["SEQUENCE"])) == (said, f"{prefix}Forum", 3)


def test_A8_stable_uid_without_host_and_moment_of_the_change() -> None:
    one = session()
    (event,) = read(one)
    assert str(event["UID"]) == str(one.public_id)
    changed = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (changed, changed)


@pytest.mark.parametrize("day", ["2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31"])
def test_A8_the_wall_clock_holds_across_the_change_of_hour(day: str) -> None:
    (event,) = read(session(starts_at=paris(f"{day} 14:00"), ends_at=paris(f"{day} 16:30")))
    start = event["DTSTART"]
    assert start.params["TZID"] == "Europe/Paris"
    assert (f"{start.dt:%Y-%m-%d %H:%M}", f"{event['DTEND'].dt:%H:%M}") == (f"{day} 14:00", "16:30")
    assert start.dt.timestamp() == paris(f"{day} 14:00").timestamp()


def test_A8_the_second_half_past_two_of_october_is_said_in_universal_time() -> None:
    starts = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # 2:30 for the second time
    (event,) = read(session(starts_at=starts, ends_at=starts + timedelta(hours=1)))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (starts, starts + timedelta(hours=1))


def test_A8_a_whole_day_ends_the_day_after() -> None:
    (event,) = read(session(all_day=True, starts_at=paris("2027-03-28 00:00"), ends_at=paris("2027-03-29 00:00")))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 3, 28), date(2027, 3, 29))


def test_place_link_people_and_words() -> None:
    (event,) = read(session(
        attendance="hybrid", place_name="Lycée Blaise Pascal", address="74 rue du Logelbach", postal_code="68000",
        town="Colmar", lat=48.08, lon=7.34, online_url="https://visio.exemple.invalid/a?b=1,2;c",
        event__organiser_name="Cité de l’emploi", event__contact_phone="03 00 00 00 00", event__sectors=["tous"],
    ))  # fmt: skip
    assert str(event["LOCATION"]) == "Lycée Blaise Pascal, 74 rue du Logelbach, 68000 Colmar"
    assert (event["GEO"].latitude, event["GEO"].longitude) == (48.08, 7.34)
    assert str(event["CONFERENCE"]) == "https://visio.exemple.invalid/a?b=1,2;c"
    assert str(event["CONTACT"]) == "Cité de l’emploi, 03 00 00 00 00"
    assert "ORGANIZER" not in event
    assert event["CATEGORIES"].cats == ["Forum"]


def test_the_link_of_who_registers_here_is_not_told_to_everybody() -> None:
    (event,) = read(session(attendance="online", online_url="https://visio.exemple.invalid/secret",
                            event__registration_mode="builtin"))  # fmt: skip
    assert "CONFERENCE" not in event
    assert "secret" not in event.to_ical().decode()


def test_a_changed_date_says_what_it_was() -> None:
    (event,) = read(session(status=Status.RESCHEDULED, former_starts_at=paris("2027-03-09 14:00"),
                            status_text="La salle n’était pas libre."))  # fmt: skip
    first, second = str(event["DESCRIPTION"]).split("\n\n")[:2]
    assert first.replace("\u00a0", " ") == "La date a changé. C’était prévu le mardi 9 mars 2027 à 14 h."
    assert second == "La salle n’était pas libre."


def test_a_subscription_says_its_name_and_its_rhythm_and_a_download_does_not() -> None:
    file = calendar([], name="Forums; Colmar", source="https://exemple.invalid/agenda.ics?a=1")
    # TEXT of RFC 7986, which `icalendar` gives back as it stands in the file.
    assert [line for line in file.split("\r\n") if "NAME:" in line and "TZ" not in line] == [
        "NAME:Forums\\; Colmar", "X-WR-CALNAME:Forums\\; Colmar",
    ]  # fmt: skip
    fed: Any = icalendar.Calendar.from_ical(file)
    assert fed["REFRESH-INTERVAL"].dt == timedelta(hours=6)
    assert str(fed["SOURCE"]) == "https://exemple.invalid/agenda.ics?a=1"
    assert [str(zone["TZID"]) for zone in fed.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert "METHOD" not in fed
    alone = icalendar.Calendar.from_ical(calendar([], name="Forum"))
    assert "X-WR-CALNAME" not in alone


def test_A8_our_timezone_is_that_of_paris() -> None:
    ours: Any = icalendar.Calendar.from_ical(calendar([], name="x")).walk("VTIMEZONE")[0]
    zone = ours.to_tz()
    for day in ("2027-01-15 12:00", "2027-03-28 01:59", "2027-03-28 03:00", "2027-07-14 12:00", "2027-10-31 12:00"):
        said = datetime.fromisoformat(day)
        assert said.replace(tzinfo=zone).utcoffset() == paris(day).utcoffset()


def test_markdown_is_read_without_its_marks() -> None:
    text = "# Programme\n\nDes **stands** et [le plan](https://exemple.invalid/plan).\n\n> À noter : 2 * 3 = 6, a_b_c"
    assert plain(text) == (
        "Programme\n\nDes stands et le plan (https://exemple.invalid/plan).\n\nÀ noter : 2 * 3 = 6, a_b_c"
    )


def test_the_name_of_a_file_is_plain() -> None:
    assert filename("Forum « Été » : l’avenir/..") == "forum-ete-l-avenir.ics"
    assert filename("日本") == "agenda.ics"
