"""What every format is read into: an event as its source says it, before anything of the portal is known of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from events.models.session import EARLIEST, LATEST, Attendance, Session

__all__ = [
    "MOST_DATES",
    "Attendance",
    "CutError",
    "Date",
    "FormatError",
    "Incoming",
    "Place",
    "Reader",
    "Status",
    "check",
    "guarded",
]
log = structlog.get_logger("events.importers")

# A date without an end lasts so long: a calendar must show something.
UNSAID_LENGTH = timedelta(hours=1)
MOST_DATES = 400  # of one event
ENDS_BEFORE = "la fin vient avant le début"
NOT_OUR_TIME = "date hors de notre temps ({date})"
OUT_OF_TIME = "date hors de notre temps"
UNREADABLE = "illisible"
NO_TITLE = "sans titre"
NO_DATE = "sans date"
Status = Session.Status


class FormatError(Exception):
    """The file is not what it is said to be; the message is French and says what to do."""


class CutError(FormatError):
    """The file stops before its end: what was read holds, but nothing is known of what it does not speak of."""


CUT = "Le fichier s’arrête avant sa fin\u00a0: ce qu’il donne est repris, rien n’est retiré de l’agenda."


@dataclass(slots=True)
class Place:
    """Where, as the source says it. `text` is a whole line that the parts were not told from."""

    name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    insee: str = ""
    country: str = ""
    text: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(slots=True)
class Date:
    """One date. `key` tells it apart in its event for as long as the source keeps it; instants are aware."""

    key: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    status: str = Status.SCHEDULED
    full: bool = False
    label: str = ""
    place: Place = field(default_factory=Place)
    online_url: str = ""
    attendance: str = Attendance.PLACE


@dataclass(slots=True)
class Incoming:
    """One event. `where` names it in a report; `problems` (French) refuse it, `notes` only say something of it.

    `words` are categories and keywords: the type, sectors and publics are looked for there when not given.
    """

    where: str
    uid: str = ""
    title: str = ""
    summary: str = ""
    description: str = ""
    words: list[str] = field(default_factory=list)
    kind: str = ""
    sectors: list[str] | None = None
    publics: list[str] | None = None
    age_min: int | None = None
    age_max: int | None = None
    access: list[str] = field(default_factory=list)
    contact_email: str = ""
    contact_phone: str = ""
    website: str = ""
    registration_url: str = ""
    registration_contact: bool = False
    free: bool = True
    price_text: str = ""
    image_credit: str = ""
    source_url: str = ""
    dates: list[Date] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def digest(self) -> str:
        """Of all that is said: the same digest says that nothing changed."""
        said = (
            self.title, self.summary, self.description, self.words, self.kind, self.sectors, self.publics,
            self.age_min, self.age_max, self.access, self.contact_email, self.contact_phone, self.website,
            self.registration_url, self.registration_contact, self.free, self.price_text, self.image_credit,
            self.source_url, [_told(date) for date in self.dates],
        )  # fmt: skip
        return hashlib.blake2b(repr(said).encode("utf-8", "replace"), digest_size=32).hexdigest()


def _told(date: Date) -> tuple[object, ...]:
    starts, ends, place = date.starts_at.timestamp(), date.ends_at.timestamp(), date.place
    where = (
        place.name, place.address, place.postal_code, place.city, place.insee, place.country, place.text, place.lat,
        place.lon,
    )  # fmt: skip
    return (
        date.key,
        starts,
        ends,
        date.all_day,
        str(date.status),
        date.full,
        date.label,
        where,
        date.online_url,
        str(date.attendance),
    )


class Reader(Protocol):
    """Reads a file of one format. Raises `FormatError` when it is none."""

    def __call__(self, path: Path) -> Iterator[Incoming]: ...


def check(item: Incoming) -> Incoming:
    """`item` with what makes it unfit for an agenda added to its problems; its dates in order, each once."""
    _bare(item)
    if not item.title:
        item.problems.append(NO_TITLE)
    if not item.dates and not item.problems:
        item.problems.append(NO_DATE)
    for date in item.dates:
        if date.ends_at < date.starts_at:
            item.problems.append(ENDS_BEFORE)
            break
        if not (date.starts_at >= EARLIEST and date.ends_at <= LATEST):
            item.problems.append(NOT_OUR_TIME.format(date=f"{date.starts_at:%d/%m/%Y}"))
            break
        if date.ends_at == date.starts_at:
            date.ends_at += UNSAID_LENGTH
    once = {date.key: date for date in item.dates}
    item.dates = sorted(once.values(), key=lambda date: (date.starts_at, date.key))
    return item


def guarded(make: Callable[[], Incoming], where: str) -> Incoming:
    """What `make` reads; whatever one event breaks refuses that event alone, under the name `where`."""
    try:
        return make()
    except OverflowError:
        return Incoming(where=where, problems=[OUT_OF_TIME])
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # Neither the text of the error nor the event: they may hold anything.
        log.warning("item_unreadable", error=type(error).__name__)
        return Incoming(where=where, problems=[UNREADABLE])


# What no database nor page takes: half characters, controls.
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def _bare(item: Incoming) -> None:
    """Take them out of what readers copy as it is."""
    for one, names in ((item, _COPIED), *((date.place, _COPIED_PLACE) for date in item.dates)):
        if "".join([getattr(one, name) for name in names]).isprintable():
            continue
        for name in names:
            if _UNFIT.search(getattr(one, name)):
                setattr(one, name, _UNFIT.sub("", getattr(one, name)))


_COPIED = ("where", "uid", "contact_email", "contact_phone", "website", "registration_url", "source_url")
_COPIED_PLACE = ("postal_code", "insee", "country")
