"""Dates of iCalendar: values, zones whatever their name, lengths, and the dates that a rule gives (RFC 5545)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from celery.exceptions import SoftTimeLimitExceeded
from dateutil.rrule import rrule, rruleset, rrulestr
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from events.importers.calendar_lines import Around, Block, Property
from events.importers.incoming import MOST_DATES, NOT_OUR_TIME
from events.models.session import LATEST

PARIS = ZoneInfo("Europe/Paris")
AHEAD = timedelta(days=548)  # a rule without end gives its dates for eighteen months
MOST_TRIED = 60_000  # dates of one rule, kept or not: two centuries of days
FIRST_YEAR, LONGEST_RULE, LONGEST_STEP = 1900, 500, 1_000  # of a rule: its start, its characters, its INTERVAL
_VALUE = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d):?(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_LENGTH = re.compile(r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")
_OFFSET = re.compile(r"(?:UTC|GMT)\s?([+-])\s?(\d{1,2}):?(\d\d)?", re.IGNORECASE)
# « BYHOUR=9,14 » is twice a day.
_FREQUENCY = re.compile(r"FREQ=(?:SECONDLY|MINUTELY|HOURLY)|BY(?:HOUR|MINUTE|SECOND)=[^;]*,", re.IGNORECASE)
_NUMBERED = re.compile(r"([+-]?\d+)(?:MO|TU|WE|TH|FR|SA|SU)", re.IGNORECASE)


UNREADABLE = "récurrence illisible («\u00a0{text}\u00a0»)"


class TimeError(ValueError):
    """A date or a rule cannot be read; the message is French."""


@dataclass(slots=True)
class When:
    """A wall-clock time and its zone; `whole_day` for a date alone."""

    wall: datetime
    zone: tzinfo
    whole_day: bool

    @property
    def instant(self) -> datetime:
        return self.wall.replace(tzinfo=self.zone).astimezone(UTC)


class Zones:
    """The zone that a TZID names, by every means; what no means finds is Paris, and is said in `unknown`."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self._known: dict[str, tzinfo] = {}
        self.unknown: set[str] = set()

    def floating(self) -> tzinfo:
        """The zone of times that have none."""
        return self.get(self.around.zone) if self.around.zone else PARIS

    def get(self, name: str) -> tzinfo:
        name = name.strip().strip('"')
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._find(name)
        return found

    def _find(self, name: str) -> tzinfo:
        parts = name.strip("/").split("/")
        for size in (3, 2, 1):  # « /mozilla.org/20070129_1/Europe/Paris »
            if len(parts) >= size and (zone := _named("/".join(parts[-size:]))):
                return zone
        if zone := _named(WINDOWS_TO_OLSON.get(name, "")):
            return zone
        if block := self.around.zones.get(name):
            try:
                told: Any = icalendar.Timezone.from_ical(block)
                zone = told.to_tz(lookup_tzid=False)
                if isinstance(zone, tzinfo):
                    return zone
            except SoftTimeLimitExceeded:
                raise
            except Exception:  # noqa: S110 (whatever a broken description breaks, other means are left)
                pass
        if match := _OFFSET.search(name):
            hours, minutes = int(match[2]), int(match[3] or 0)
            if hours <= 14 and minutes < 60:
                return timezone((1 if match[1] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
        self.unknown.add(name)
        return PARIS


def _named(name: str) -> tzinfo | None:
    if not name or name.startswith((".", "/")):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def when(found: Property, zones: Zones) -> When:
    """The value of a DTSTART, DTEND, RECURRENCE-ID… Raises `TimeError`."""
    return _when(found.value, found.parameters.get("TZID", ""), zones)


def _when(text: str, tzid: str, zones: Zones) -> When:
    match = _VALUE.fullmatch(text.strip())
    if not match:
        raise TimeError(f"date illisible («\u00a0{text.strip()[:40]}\u00a0»)")
    year, month, day, hour, minute, second, mark = match.groups()
    try:
        if hour is None:
            return When(datetime(int(year), int(month), int(day)), PARIS, True)  # noqa: DTZ001 (wall-clock)
        wall = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59))  # noqa: DTZ001
    except ValueError as error:
        raise TimeError(f"date impossible («\u00a0{text.strip()[:40]}\u00a0»)") from error
    if mark:
        sign, digits = mark[0], mark[1:].replace(":", "")
        zone: tzinfo = UTC
        if mark.upper() != "Z":
            zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
        return When(wall, zone, False)
    return When(wall, zones.get(tzid) if tzid else zones.floating(), False)


def end_of(block: Block, start: When, zones: Zones) -> datetime:
    """The wall-clock end in the zone of `start`; the start itself when nothing says how long. Raises `TimeError`."""
    if found := block.first("DTEND"):
        end = when(found, zones)
        wall = end.wall
        if not end.whole_day and not start.whole_day:
            wall = end.wall.replace(tzinfo=end.zone).astimezone(start.zone).replace(tzinfo=None)
        if start.whole_day:
            if not end.whole_day:
                wall = datetime.combine(wall.date(), time()) + timedelta(days=1)
            # « Ends on the day it starts »: many mean that very day (RFC 5545 asks for the next).
            return wall + timedelta(days=1) if wall == start.wall else wall
        return wall
    if found := block.first("DURATION"):
        return start.wall + length(found.value)
    return start.wall + timedelta(days=1) if start.whole_day else start.wall


def length(text: str) -> timedelta:
    """A DURATION. Raises `TimeError`."""
    match = _LENGTH.fullmatch(text.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise TimeError(f"durée illisible («\u00a0{text.strip()[:40]}\u00a0»)")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    found = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -found if match[1] == "-" else found


@dataclass(slots=True)
class Repeated:
    """The wall-clock starts of an event that repeats; `bounded` says that its rule goes further."""

    starts: list[datetime]
    bounded: bool


def repeated(block: Block, start: When, zones: Zones, today: date) -> Repeated:
    """The dates of RRULE and RDATE without those of EXDATE: what comes first, then the recent past, at most 400.

    Raises `TimeError` for a rule that cannot be read, or that repeats within a day.
    """
    if start.wall.year < FIRST_YEAR:
        raise TimeError(NOT_OUR_TIME.format(date=f"{start.wall:%d/%m/%Y}"))
    horizon = datetime.combine(today, time()) + AHEAD
    found, bounded = rruleset(), False
    if not block.first("RRULE"):
        found.rdate(start.wall)
    for rule in block.properties.get("RRULE", [])[:5]:
        made, further = _rule(rule.value, start, zones, horizon)
        found.rrule(_ended(made))
        bounded = bounded or further
    for extra in _listed(block, "RDATE", start, zones):
        found.rdate(extra.wall)
    out, out_days = set(), set()
    for excluded in _listed(block, "EXDATE", start, zones):
        out.add(excluded.wall)
        if excluded.whole_day and not start.whole_day:
            out_days.add(excluded.wall.date())
    kept = (wall for wall in islice(found, MOST_TRIED) if wall not in out and wall.date() not in out_days)
    past: deque[datetime] = deque(maxlen=MOST_DATES)
    coming: list[datetime] = []
    for wall in kept:
        if wall.date() < today:
            past.append(wall)
        elif len(coming) < MOST_DATES:
            coming.append(wall)
        else:
            bounded = True
            break
    room = MOST_DATES - len(coming)
    return Repeated([*list(past)[max(0, len(past) - room) :], *coming], bounded)


def _rule(text: str, start: When, zones: Zones, horizon: datetime) -> tuple[rrule, bool]:
    """The rule with an end, and whether its own end is further (or nowhere)."""
    if _FREQUENCY.search(text):
        raise TimeError("récurrence plus serrée que la journée")
    parts = [part for part in text.strip().strip(";").split(";") if part]
    if not _sound(text, parts):
        raise TimeError(UNREADABLE.format(text=text[:60]))
    until = next((part[6:] for part in parts if part.upper().startswith("UNTIL=")), "")
    counted = any(part.upper().startswith("COUNT=") for part in parts)
    parts = [part for part in parts if not part.upper().startswith("UNTIL=")]
    end, further = horizon, not counted
    if until:
        last = _when(until, "", zones)
        wall = last.wall
        if last.whole_day:
            wall = datetime.combine(wall.date(), time(23, 59, 59))
        elif until.strip().upper().endswith("Z"):
            wall = last.instant.astimezone(start.zone).replace(tzinfo=None)
        end, further = min(wall, horizon), wall > horizon
    try:
        made = rrulestr(";".join(parts), dtstart=start.wall, ignoretz=True)
        if not isinstance(made, rrule):
            raise TypeError
        if counted and not until:
            end = LATEST.replace(tzinfo=None)
        else:
            made = made.replace(until=end, count=None)
        _watch(made, start.wall, end)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise TimeError(UNREADABLE.format(text=text[:60])) from error
    return made, further


def _sound(text: str, parts: list[str]) -> bool:
    """Whether the numbers of a rule are those of a calendar: what is not may ask for work without end."""
    said = {name.strip().upper(): value for name, _, value in (part.partition("=") for part in parts)}
    step = said.get("INTERVAL", "1").strip()
    if len(text) > LONGEST_RULE or not re.fullmatch(r"\d{1,4}", step) or not 1 <= int(step) <= LONGEST_STEP:
        return False
    numbers = [abs(int(number)) for number in _NUMBERED.findall(said.get("BYDAY", ""))]
    if numbers and "BYWEEKNO" in said:  # RFC 5545 excludes it
        return False
    most = 5 if said.get("FREQ", "").strip().upper() == "MONTHLY" else 53
    return all(1 <= number <= most for number in numbers)


class _Enough(Exception):  # noqa: N818 (a way out, not an error)
    """The days looked at are beyond the end of the rule."""


class _Counted(frozenset[int]):
    """Values that a day may have, asked of each day a rule looks at: so many days, then it is enough."""

    days: int

    def __contains__(self, value: object) -> bool:
        self.days -= 1
        if self.days < 0:
            raise _Enough
        return super().__contains__(value)


def _watch(made: rrule, start: datetime, end: datetime) -> None:
    """Stop a rule at its end even when no day is ever found (« 30 February »): dateutil goes on to the year 9999."""
    held = vars(made)
    # A month asked of a yearly « first Monday » would change what it means: its days of the week are counted instead.
    name, every = ("_byweekday", range(7)) if held["_bynweekday"] else ("_bymonth", range(1, 13))
    if held["_bymonth"]:
        name = "_bymonth"
    counted = _Counted(held[name] or every)
    counted.days = max((end - start).days, 0) + 2 * 366  # periods begin before the start, and end after the end
    held[name] = counted


def _ended(made: rrule) -> Iterator[datetime]:
    try:
        yield from made
    except _Enough:
        return


def _listed(block: Block, name: str, start: When, zones: Zones) -> Iterator[When]:
    """Dates of a list property, in the zone of the start; of a period, its beginning."""
    for found in block.properties.get(name, []):
        for text in _texts(found.value):
            one = _when(text, found.parameters.get("TZID", ""), zones)
            if not one.whole_day and not start.whole_day:
                one.wall = one.wall.replace(tzinfo=one.zone).astimezone(start.zone).replace(tzinfo=None)
            elif start.whole_day:
                one.wall = datetime.combine(one.wall.date(), time())
            elif name == "RDATE":
                one.wall = datetime.combine(one.wall.date(), start.wall.time())
            yield one


def _texts(value: str) -> Iterable[str]:
    return (part.partition("/")[0] for part in value.split(",") if part.strip())
