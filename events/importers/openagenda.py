"""Reads events of OpenAgenda as its export v2 and its API give them (A6). Images are never fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.reference import Access
from core.text import fold
from events.importers import plain
from events.importers.calendar_times import PARIS
from events.importers.incoming import (
    MOST_DATES,
    UNREADABLE,
    Attendance,
    Date,
    FormatError,
    Incoming,
    Place,
    Status,
    check,
    guarded,
)
from events.importers.json_stream import objects

NO_TIMINGS = "séances absentes («\u00a0timings\u00a0»)"
SOME_TIMINGS = (
    "«\u00a0timings\u00a0» absent\u00a0: seules les séances citées (première, prochaine, dernière) sont gardées"
)
NOT_PUBLIC = "non publié dans OpenAgenda"
BAD_TIMING = "séance illisible («\u00a0{said}\u00a0»)"
_STATUS = {4: Status.POSTPONED, 6: Status.CANCELLED}
_MOVED_ONLINE, _FULL, _PUBLISHED = 3, 5, 2
_MODES = {1: Attendance.PLACE, 2: Attendance.ONLINE, 3: Attendance.HYBRID}
_PRICE = re.compile(r"\d\s*(?:€|euros?\b)", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,180}\.[A-Za-z]{2,20}")


def read_openagenda(path: Path) -> Iterator[Incoming]:
    """Every event of the file: one event, a list, `events`, or pages of them. Raises `FormatError`."""
    number, found = 0, False
    for number, said in enumerate(objects(path), start=1):
        where = f"évènement {number}"
        if isinstance(said, dict):
            found = True
            item = guarded(partial(_event, said, number), where)
            # What cannot be read is still said: it is not withdrawn.
            item.uid = item.uid or _uid(said)
            yield item
        else:
            yield Incoming(where=where, problems=[UNREADABLE])
    if number and not found:
        raise FormatError("Ce JSON n’est pas une liste d’évènements OpenAgenda.")


def _uid(said: dict[str, Any]) -> str:
    uid = plain.line(str(said.get("uid") or ""), 370)
    return f"oa:{uid}" if uid else ""


def _event(said: dict[str, Any], number: int) -> Incoming:
    uid = _uid(said)
    item = Incoming(where=uid.removeprefix("oa:") or f"évènement {number}", uid=uid)
    item.title = plain.line(_words(said.get("title")))
    if not uid:
        item.problems.append("sans identifiant («\u00a0uid\u00a0»)")
    if said.get("draft") is True or said.get("private") is True or said.get("state", _PUBLISHED) != _PUBLISHED:
        item.problems.append(NOT_PUBLIC)
    item.summary = plain.line(_words(said.get("description")), 300)
    item.description = plain.paragraphs(_words(said.get("longDescription")))
    item.words = _keywords(said.get("keywords"))
    item.image_credit = plain.line(_words(said.get("imageCredits")))
    item.source_url = _origin(said)
    age = _dict(said.get("age"))
    item.age_min, item.age_max = _age(age.get("min")), _age(age.get("max"))
    if item.age_min is not None and item.age_max is not None and item.age_max < item.age_min:
        item.age_min = item.age_max = None
    if _opens(said.get("accessibility"), "mi"):
        item.access = [str(Access.PMR)]
    _conditions(item, plain.line(_words(said.get("conditions"))))
    _registration(item, said.get("registration"))
    item.website = next(filter(None, (plain.url(_link(link)) for link in _list(said.get("links")))), "")
    _dates(item, said)
    return check(item)


def _dates(item: Incoming, said: dict[str, Any]) -> None:
    timings = [timing for timing in _list(said.get("timings")) if isinstance(timing, dict)]
    if not timings:
        cited = [said.get(name) for name in ("firstTiming", "nextTiming", "lastTiming")]
        timings = [timing for timing in cited if isinstance(timing, dict)]
        if not timings:
            item.problems.append(NO_TIMINGS)
            return
        item.notes.append(SOME_TIMINGS)
    number = said.get("status")
    number = number if isinstance(number, int) else 1
    attendance = _MODES.get(said.get("attendanceMode") or 1, Attendance.PLACE)
    if number == _MOVED_ONLINE:
        attendance = Attendance.ONLINE
    link = plain.url(str(said.get("onlineAccessLink") or ""))
    place = Place() if attendance == Attendance.ONLINE else _place(_dict(said.get("location")))
    for timing in timings[:MOST_DATES]:
        starts, ends = _moment(timing.get("begin")), _moment(timing.get("end"))
        if starts is None or ends is None:
            item.problems.append(BAD_TIMING.format(said=str(timing.get("begin"))[:40]))
            return
        item.dates.append(
            Date(
                key=f"{starts:%Y%m%dT%H%M%SZ}", starts_at=starts, ends_at=ends,
                status=_STATUS.get(number, Status.SCHEDULED), full=number == _FULL, attendance=attendance,
                online_url=link if attendance != Attendance.PLACE else "", place=place,
            )
        )  # fmt: skip


def _place(said: dict[str, Any]) -> Place:
    place = Place(
        name=plain.line(_words(said.get("name"))),
        address=plain.line(_words(said.get("address")), 300),
        postal_code=plain.line(str(said.get("postalCode") or ""), 10),
        city=plain.line(str(said.get("city") or ""), 120),
        insee=str(said.get("insee") or "")[:5],
        country=str(said.get("countryCode") or "FR").upper()[:2],
    )
    lat, lon = said.get("latitude"), said.get("longitude")
    if isinstance(lat, (int, float)) and isinstance(lon, (int, float)) and -85 <= lat <= 85 and -180 <= lon <= 180:
        place.lat, place.lon = float(lat), float(lon)
    # « 15 quai X, 14000 Caen » is the address, then the postcode and the town said apart.
    tail = f"{place.postal_code} {place.city}".strip()
    if tail and place.address.endswith(tail):
        place.address = place.address.removesuffix(tail).rstrip(" ,")
    return place


def _origin(said: dict[str, Any]) -> str:
    """The page of the event in OpenAgenda, so that the public sees where it comes from."""
    if address := plain.url(str(said.get("canonicalUrl") or "")):
        return address
    origin, slug = _dict(said.get("originAgenda")), str(said.get("slug") or "")
    if not re.fullmatch(r"[\w.-]{1,200}", slug):
        return ""
    agenda = str(origin.get("slug") or "")
    if re.fullmatch(r"[\w.-]{1,150}", agenda):
        return f"https://openagenda.com/{agenda}/events/{slug}"
    number = str(origin.get("uid") or said.get("agendaUid") or "")
    return f"https://openagenda.com/agendas/{number}/events/{slug}" if number.isdigit() else ""


def _conditions(item: Incoming, text: str) -> None:
    item.free = not _PRICE.search(text)
    item.price_text = "" if fold(text) in {"gratuit", "gratuite", "entree gratuite", "free"} else text


def _registration(item: Incoming, said: Any) -> None:
    for one in _list(said):
        kind, value = ("", str(one)) if not isinstance(one, dict) else (str(one.get("type")), str(one.get("value")))
        value = value.strip()
        if kind in {"", "link"} and plain.url(value):
            item.registration_url = item.registration_url or plain.url(value)
        elif kind in {"", "email"} and _EMAIL.fullmatch(value):
            item.contact_email = item.contact_email or value[:254]
        elif kind in {"", "phone"} and re.fullmatch(r"[+\d][\d .()-]{5,30}", value):
            item.contact_phone = item.contact_phone or value
    item.registration_contact = bool(item.contact_email or item.contact_phone) and not item.registration_url


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=PARIS)
    try:
        return found.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def _words(said: Any) -> str:
    """A text in several languages, or in one: the French one first."""
    if isinstance(said, dict):
        texts = [said.get(language) for language in ("fr", "en")] + list(said.values())
        return next((str(text) for text in texts if isinstance(text, str) and text.strip()), "")
    return said if isinstance(said, str) else ""


def _keywords(said: Any) -> list[str]:
    if isinstance(said, dict):
        said = said.get("fr") or next(iter(said.values()), [])
    if isinstance(said, str):
        said = said.split(",")
    return [plain.line(str(word), 60) for word in _list(said)][:30]


def _opens(said: Any, code: str) -> bool:
    return said.get(code) is True if isinstance(said, dict) else code in _list(said)


def _age(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= 120 else None


def _link(said: Any) -> str:
    return str(said.get("link") or "") if isinstance(said, dict) else str(said)


def _dict(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(said: Any) -> Iterable[Any]:
    return said if isinstance(said, list) else []
