"""The dates of an event as its page shows them: coming ones, past ones (what changed: `history.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from events.models import Event, Session
from events.render import times, wording
from events.render.jsonld import anchor
from events.render.links import Link, calendars, directions
from events.render.wording import Mark
from events.services.seats import Door, Seats, door_of

Mode = Event.RegistrationMode

_KEPT = "Toutes les places sont retenues pour le moment"
FEW = 20  # seats left that are worth a number
_SHUT = {
    Door.CLOSED: "Les inscriptions sont closes", Door.FULL: "Complet", Door.STARTED: "C’est commencé",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """How to register: a link to follow (`url`), or words only; `left` says how many seats there still are."""

    words: str
    url: str = ""
    outside: bool = False
    left: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One date. `former` is the date that it had before, to be struck through; `off`: it does not take place."""

    session: Session
    anchor: str
    when: str
    starts: str
    ends: str
    day: str
    month: str
    near: str
    off: bool
    past: bool
    former: str
    change: str
    marks: Sequence[Mark]
    place: str
    address: str
    link: str
    access: Sequence[str]
    way: Way | None
    directions: Sequence[Link] = field(default_factory=tuple)
    calendars: Sequence[Link] = field(default_factory=tuple)


def lines(sessions: Iterable[Session], now: datetime, seats: Mapping[int, Seats]) -> tuple[list[Line], list[Line]]:
    """The dates to come, in order, and those that are over, the last first; `seats` by primary key."""
    made = [line(session, now, seats.get(session.pk)) for session in sessions]
    return [one for one in made if not one.past], [one for one in reversed(made) if one.past]


def line(session: Session, now: datetime, seats: Seats | None = None) -> Line:
    """`session` with its event and its site loaded."""
    start, past = times.local(session.starts_at), session.ends_at <= now
    off = wording.is_off(session)
    former = session.former_starts_at if session.former_starts_at != session.starts_at else None
    first, last = times.span(session.starts_at, session.ends_at)
    return Line(
        session=session,
        anchor=anchor(session),
        when=times.when(session.starts_at, session.ends_at, all_day=session.all_day),
        starts=first.isoformat() if session.all_day else start.isoformat(timespec="minutes"),
        ends=last.isoformat() if session.all_day else times.local(session.ends_at).isoformat(timespec="minutes"),
        day=str(start.day),
        month=times.SHORT_MONTHS[start.month - 1],
        near="" if past else times.nearness(session.starts_at, session.ends_at, now),
        off=off,
        past=past,
        former=times.moment(former, all_day=session.all_day) if former else "",
        change=wording.change(session),
        marks=wording.marks(session),
        place=wording.short_place(session),
        address=wording.address(session),
        link=session.online_url if wording.link_is_public(session) and not past and not off else "",
        access=_access(session),
        way=None if past or off else way(session, now, seats),
        directions=() if past or off else directions(session),
        calendars=() if past or off else calendars(session),
    )


def way(session: Session, now: datetime, seats: Seats | None) -> Way | None:
    """How to come to this date; None for free entrance. `seats` is needed for those that the portal registers."""
    event, mode = session.event, session.event.registration_mode
    if mode == Mode.BUILTIN and seats is not None:
        return _own_way(session, door_of(session, seats, now=now), seats)
    closes = session.registration_closes_at
    if mode != Mode.NONE and closes is not None and closes <= now:
        return Way(_SHUT[Door.CLOSED])
    if session.full:
        return Way(_SHUT[Door.FULL])
    if mode == Mode.LINK:
        return Way("S’inscrire", event.registration_url, outside=True)
    return Way("Inscription par téléphone ou par courriel", "#contact") if mode == Mode.CONTACT else None


def _own_way(session: Session, door: Door, seats: Seats) -> Way | None:
    kept = seats.only_kept and not session.full
    if not door.asks:
        if kept and door == Door.FULL:
            return Way(_KEPT)
        return Way(_SHUT[door]) if door in _SHUT else None
    url = reverse("register", args=[session.public_id])
    if door == Door.WAITING:
        return Way("S’inscrire en liste d’attente", url, left=_KEPT if kept else "Complet")
    left = seats.left
    said = "" if left is None or left > FEW else f"Il reste {left}\u00a0place{'s' if left > 1 else ''}"
    return Way("S’inscrire", url, left=said)


def _access(session: Session) -> list[str]:
    site = session.site if session.site_id is not None else None
    return wording.access({*session.access, *(site.access if site is not None else ())})
