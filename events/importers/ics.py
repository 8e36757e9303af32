"""Reads iCalendar (RFC 5545), as real programs write it (A6).

One event at a time: a file of any size takes the same memory. Dates changed alone (RECURRENCE-ID) may stand anywhere
in a file: they are gathered first, on the disk.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path

from django.utils import timezone

from events.importers import plain
from events.importers.calendar_lines import Around, Block, Property, blocks, split
from events.importers.calendar_times import TimeError, When, Zones, end_of, repeated, when
from events.importers.incoming import (
    MOST_DATES,
    OUT_OF_TIME,
    Attendance,
    CutError,
    Date,
    Incoming,
    Place,
    Status,
    check,
    guarded,
)
from events.importers.online import attendance_of

ENDLESS = "récurrence sans fin proche\u00a0: dates gardées sur dix-huit mois, {most} au plus"
UNKNOWN_ZONE = "fuseau inconnu («\u00a0{name}\u00a0»)\u00a0: heure de Paris retenue"
CUT = "évènement incomplet\u00a0: le fichier s’arrête avant sa fin"
MAIN = "1"  # key of the date of an event that has one


def read_ics(path: Path) -> Iterator[Incoming]:
    """Every event of the file, its changed dates in it. Raises `FormatError`, `CutError` at the end."""
    around = Around()
    aside = _gathered(path, around)
    zones, today = Zones(around), timezone.localdate()
    cut: CutError | None = None
    try:
        for block in blocks(path, around):
            if block.first("RECURRENCE-ID") and aside is not None:
                continue  # gathered
            uid = uid_of(block)
            changed = aside.take(uid) if aside is not None else []
            yield _kept(uid, partial(_event, block, uid, changed, zones, today))
    except CutError as error:
        cut = error
    if aside is not None:
        for uid, left in aside.rest():
            yield _kept(uid, partial(_orphans, uid, left, zones))
        aside.close()
    if cut is not None:
        raise cut


def _kept(uid: str, make: Callable[[], Incoming]) -> Incoming:
    """The event, under its identifier even when it cannot be read: what is still said is not withdrawn."""
    item = guarded(make, uid[:80])
    item.uid = item.uid or uid
    return item


def uid_of(block: Block) -> str:
    """The UID; without one, a key that the same event has each time the file is read."""
    uid = " ".join(block.text("UID").split())
    if uid:
        return uid if len(uid) <= 380 else "long:" + hashlib.blake2b(uid.encode(), digest_size=24).hexdigest()
    said = "\0".join(block.value(name) for name in ("DTSTART", "SUMMARY", "LOCATION", "RECURRENCE-ID"))
    return "sans-uid:" + hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _event(block: Block, uid: str, changed: list[Block], zones: Zones, today: date) -> Incoming:
    item = Incoming(where=uid[:80] if block.first("UID") else f"évènement {block.number}", uid=uid)
    _say(item, block)
    if not block.whole:
        item.problems.append(CUT)
        return item
    before = set(zones.unknown)
    try:
        item.dates = _dates(block, item, zones, today)
        for other in changed:
            _change(item, other, zones)
    except TimeError as error:
        item.problems.append(str(error))
    except OverflowError:
        item.problems.append(OUT_OF_TIME)
    item.notes += [UNKNOWN_ZONE.format(name=name) for name in sorted(zones.unknown - before)]
    return check(item)


def _orphans(uid: str, left: list[Block], zones: Zones) -> Incoming:
    """Dates of an event whose own block the file does not give: together they are the event."""
    item = Incoming(where=uid[:80], uid=uid)
    _say(item, left[0])
    try:
        for block in left[:MOST_DATES]:
            _change(item, block, zones)
    except TimeError as error:
        item.problems.append(str(error))
    except OverflowError:
        item.problems.append(OUT_OF_TIME)
    return check(item)


def _say(item: Incoming, block: Block) -> None:
    item.title = plain.line(block.text("SUMMARY"))
    item.description = plain.paragraphs(_description(block))
    item.words = [word for found in block.properties.get("CATEGORIES", []) for word in split(found.value)][:30]
    item.website = item.source_url = plain.url(block.value("URL"))


def _description(block: Block) -> str:
    """The text, then the addresses of documents (never of images) that go with it."""
    text = block.text("DESCRIPTION")
    for found in block.properties.get("ATTACH", [])[:5]:
        image = found.parameters.get("FMTTYPE", "").startswith("image/")
        if not image and (address := plain.url(found.value)):
            text += f"\n\nDocument\u00a0: {address}"
    return text


def _dates(block: Block, item: Incoming, zones: Zones, today: date) -> list[Date]:
    around = zones.around
    first = block.first("DTSTART")
    if first is None:
        return []
    start = when(first, zones)
    end = end_of(block, start, zones)
    if not (block.first("RRULE") or block.first("RDATE")):
        return [_date(MAIN, start, end, block, around)]
    found = repeated(block, start, zones, today)
    if found.bounded:
        item.notes.append(ENDLESS.format(most=MOST_DATES))
    lasting, made = end - start.wall, []
    for wall in found.starts:
        one = When(wall, start.zone, start.whole_day)
        made.append(_date(_key(one), one, wall + lasting, block, around))
    return made


def _key(one: When) -> str:
    return f"{one.wall:%Y%m%d}" if one.whole_day else f"{one.instant:%Y%m%dT%H%M%SZ}"


def _date(key: str, start: When, end: datetime, block: Block, around: Around) -> Date:
    place = Place(text=plain.line(block.text("LOCATION"), 500))
    _position(place, block)
    links = [p.value for name in ("CONFERENCE", "X-GOOGLE-CONFERENCE") for p in block.properties.get(name, [])]
    attendance, online_url = attendance_of(place, links)
    status = Status.SCHEDULED
    if block.value("STATUS").strip().upper() == "CANCELLED" or around.method == "CANCEL":
        status = Status.CANCELLED
    return Date(
        key=key, starts_at=start.instant, ends_at=When(end, start.zone, start.whole_day).instant,
        all_day=start.whole_day, status=status, place=place if attendance != Attendance.ONLINE else Place(),
        online_url=online_url, attendance=attendance,
    )  # fmt: skip


def _position(place: Place, block: Block) -> None:
    lat, _, lon = block.value("GEO").partition(";")
    try:
        place.lat, place.lon = float(lat), float(lon)
    except ValueError:
        return
    if not (-85 <= place.lat <= 85 and -180 <= place.lon <= 180) or (place.lat, place.lon) == (0.0, 0.0):
        place.lat = place.lon = None


def _change(item: Incoming, block: Block, zones: Zones) -> None:
    """Put the date that `block` changes in its place among the dates of `item`."""
    first, of = block.first("DTSTART"), block.first("RECURRENCE-ID")
    if first is None or of is None:
        return
    start, key = when(first, zones), _key(when(of, zones))
    new = _date(key, start, end_of(block, start, zones), block, zones.around)
    title = plain.line(block.text("SUMMARY"), 120)
    new.label = title if title != item.title else ""
    day = key[:8]
    same = next((n for n, date in enumerate(item.dates) if date.key == key), None)
    if same is None and "T" not in key:  # the day alone names the date
        same = next((n for n, date in enumerate(item.dates) if date.key[:8] == day), None)
    if same is None:
        item.dates.append(new)
    else:
        new.key = item.dates[same].key
        item.dates[same] = new


class _Aside:
    """Changed dates by UID, in a temporary file of SQLite: their number does not weigh on memory."""

    def __init__(self) -> None:
        self._held = sqlite3.connect("")
        self._held.execute("CREATE TABLE aside (uid TEXT, number INTEGER, block TEXT)")
        self._held.execute("CREATE INDEX aside_uid ON aside (uid)")

    def put(self, uid: str, block: Block) -> None:
        kept = [asdict(found) for some in block.properties.values() for found in some]
        self._held.execute("INSERT INTO aside VALUES (?, ?, ?)", (uid, block.number, json.dumps(kept)))

    def take(self, uid: str) -> list[Block]:
        rows = self._held.execute("SELECT number, block FROM aside WHERE uid = ? ORDER BY number", (uid,)).fetchall()
        if rows:
            self._held.execute("DELETE FROM aside WHERE uid = ?", (uid,))
        return [_block(number, text) for number, text in rows]

    def rest(self) -> Iterator[tuple[str, list[Block]]]:
        while row := self._held.execute("SELECT uid FROM aside ORDER BY number LIMIT 1").fetchone():
            yield row[0], self.take(row[0])

    def close(self) -> None:
        self._held.close()


def _block(number: int, text: str) -> Block:
    block = Block(number)
    for found in json.loads(text):
        one = Property(**found)
        block.properties.setdefault(one.name, []).append(one)
    return block


def _gathered(path: Path, around: Around) -> _Aside | None:
    """The changed dates of the file and its time zones; None when no date is changed alone."""
    if not _holds(path, b"RECURRENCE-ID"):
        return None
    aside = _Aside()
    with suppress(CutError):  # said by the second reading
        for block in blocks(path, around):
            if block.first("RECURRENCE-ID") and block.whole:
                aside.put(uid_of(block), block)
    return aside


def _holds(path: Path, words: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if words in tail + piece:
                return True
            tail = piece[-len(words) :]
    return False
