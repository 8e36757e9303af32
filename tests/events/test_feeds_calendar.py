"""`/agenda.ics` is read by `icalendar` and says the hour that clocks show, before and after they change (A4, A8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client

from core.reference import Access, Status
from events.derived import refresh_event
from events.models import Event, Session
from events.services import sessions
from events.services.states import withdraw
from tests.events.tools import PARIS, date_of, first_session, published
from tests.factories import organisation, site, town

pytestmark = pytest.mark.django_db
YEAR = "du=2027-01-01&au=2027-12-31"
# Around the last Sundays of March and October 2027.
DAYS = ["2027-03-27 14:00", "2027-03-28 14:00", "2027-03-29 09:30", "2027-10-30 14:00", "2027-10-31 14:00"]


def read(client: Client, query: str = YEAR) -> Any:
    response = client.get(f"/agenda.ics?{query}")
    assert response.status_code == 200, response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (calendar,) = icalendar.Calendar.from_ical(response.content, multiple=True)
    return calendar


def titles(client: Client, query: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in read(client, query).walk("VEVENT")]


def test_A8_the_clock_says_the_same_across_the_change_of_hour(client: Client) -> None:
    published(*(date_of(day) for day in DAYS))
    calendar = read(client)
    said = [event["DTSTART"].dt.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") for event in calendar.walk("VEVENT")]
    assert said == DAYS
    # With the rule that the file itself carries, by a reader that knows no time zone.
    zone = calendar.walk("VTIMEZONE")[0].to_tz()
    walls = [datetime.fromisoformat(day).replace(tzinfo=zone).utcoffset() for day in DAYS]
    assert walls == [timedelta(hours=hours) for hours in (1, 2, 2, 2, 1)]


def test_A8_each_event_of_the_calendar_is_whole(client: Client) -> None:
    event = published(
        date_of("2027-03-16 14:00", site=site(commune=town("Épinal"))), date_of("2027-03-18 14:00"), kind="forum",
        title="Forum, métiers ; «\u00a0un; deux, trois\u00a0»\\ et long " + "é" * 60,
    )  # fmt: skip
    calendar = read(client)
    name = "Évènements, du 1er janvier au 31 décembre 2027"
    # This reader leaves the properties that RFC 5545 does not have as they are written.
    assert [str(calendar[key]) for key in ("NAME", "X-WR-CALNAME")] == [name.replace(",", "\\,")] * 2
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=6)
    rows = list(Session.objects.filter(event=event).order_by("starts_at"))
    said = calendar.walk("VEVENT")
    assert [str(one["UID"]) for one in said] == [str(row.public_id) for row in rows]
    for one in said:
        assert (str(one["SUMMARY"]), one["SEQUENCE"], str(one["STATUS"])) == (event.title, 0, "CONFIRMED")
        assert {"DTSTAMP", "DTSTART", "DTEND", "URL", "LAST-MODIFIED", "CATEGORIES"} <= set(one)


def test_A8_lines_are_folded_at_75_octets(client: Client) -> None:
    published(date_of("2027-03-16 14:00"), title="Été " * 45)
    body = client.get(f"/agenda.ics?{YEAR}").content
    lines = body.split(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert lines[-1] == b""


def test_A8_a_cancelled_date_says_so_and_its_sequence_is_raised(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), title="Atelier bois")
    sessions.cancel(session=first_session(event), message="Faute d’inscrits.", actor=None)
    (said,) = read(client).walk("VEVENT")
    assert (str(said["SUMMARY"]), str(said["STATUS"]), said["SEQUENCE"]) == ("[ANNULÉ] Atelier bois", "CANCELLED", 1)


def test_A8_a_withdrawn_event_stays_as_cancelled(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), title="Atelier bois")
    published(date_of("2027-03-15 14:00"), title="Autre")
    withdraw(event=event, reason="Doublon.", actor=None)
    said = [(str(one["SUMMARY"]), str(one["STATUS"])) for one in read(client).walk("VEVENT")]
    assert said == [("Autre", "CONFIRMED"), ("[ANNULÉ] Atelier bois", "CANCELLED")]
    assert titles(client, f"{YEAR}&type=forum") == []


def test_A8_a_withdrawn_event_leaves_calendars_after_a_while(client: Client, settings: Any) -> None:
    event = published(date_of("2027-03-16 14:00"))
    withdraw(event=event, reason="Doublon.", actor=None)
    Event.objects.filter(pk=event.pk).update(
        withdrawn_at=event.created_at - timedelta(days=settings.EVENT_WITHDRAWN_DAYS + 1)
    )
    refresh_event(event)
    assert titles(client, YEAR) == []


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=atelier", ["A", "C"]), ("type=atelier&type=forum", ["A", "B", "C"]), ("secteur=bois", ["A", "C"]),
        ("public=lyceen", ["A", "B"]), ("acces=lsf", ["B"]), ("acces=lsf&acces=pmr", []), ("en-ligne=1", ["C"]),
        ("organisme=maison", ["B"]), ("q=robots", ["A"]), ("q=ROBOT", ["A"]), ("commune=88160&rayon=5", ["A"]),
        ("du=2027-03-17", ["B", "C"]), ("du=2027-03-16&au=2027-03-17", ["A", "B"]), ("agence=vosges", ["A"]),
        ("vue=carte", ["A", "B", "C"]), ("inconnu=1&utm_source=x", ["A", "B", "C"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["ics", "json", "atom", "csv"])
def test_A4_any_search_is_a_feed(client: Client, query: str, kept: list[str], form: str) -> None:
    from tests.factories import agency

    epinal = town("Épinal", insee="88160", lat=48.17, lon=6.45, agency=agency(slug="vosges"))
    house = organisation(slug="maison")
    published(date_of("2027-03-16 14:00", commune=epinal), title="A", sectors=["bois"], description="Des robots.")
    published(
        date_of("2027-03-17 14:00", commune=town("Reims", insee="51454", lat=49.25, lon=4.03)), title="B",
        kind="forum", publics=[Status.LYCEEN], access=[Access.LSF], sectors=["numerique"], organisation=house,
    )  # fmt: skip
    published(
        date_of("2027-03-18 14:00", attendance="online", online_url="https://visio.exemple.invalid/c"), title="C",
        publics=["retraite"],
    )  # fmt: skip
    body = client.get(f"/agenda.{form}?{query}").content.decode()
    patterns = {"ics": "SUMMARY:{}\r\n", "json": '"name":"{}","description"', "atom": "<title>{}, ", "csv": ";{};;"}
    assert [title for title in "ABC" if patterns[form].format(title) in body] == kept


def test_A4_without_a_day_a_calendar_keeps_the_last_thirty_days(client: Client) -> None:
    now = datetime.now(PARIS)
    for days, title in ((-40, "Avant"), (-20, "Récent"), (20, "Bientôt")):
        published(date_of(now + timedelta(days=days)), title=title)
    assert titles(client, "") == ["Récent", "Bientôt"]
    assert str(read(client, "")["X-WR-CALNAME"]).startswith("Agenda de l’orientation – ")


def test_A8_a_whole_day_is_a_day(client: Client) -> None:
    from tests.events.tools import paris

    published({"starts_at": paris("2027-03-27 00:00"), "ends_at": paris("2027-03-29 00:00"), "all_day": True})
    (said,) = read(client).walk("VEVENT")
    assert (said["DTSTART"].dt.isoformat(), said["DTEND"].dt.isoformat()) == ("2027-03-27", "2027-03-29")
