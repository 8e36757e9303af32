"""How many seats a session has left, and whether one may ask for one (A1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q
from django.utils import timezone

from events.models import Event, Registration, Session


class Door(StrEnum):
    """What awaits who wants to register; words for the public are in the templates."""

    OPEN = "open"
    WAITING = "waiting"  # no seat, but a waiting list
    FULL = "full"
    CLOSED = "closed"  # the organiser's date has passed
    STARTED = "started"
    PAST = "past"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    ELSEWHERE = "elsewhere"  # this portal does not register for this event
    WITHDRAWN = "withdrawn"

    @property
    def asks(self) -> bool:
        """A form is shown."""
        return self in (Door.OPEN, Door.WAITING)


@dataclass(frozen=True)
class Seats:
    """`limit` seats (None: as many as come), `taken` of them held or confirmed, `waiting` people for the next;
    `confirmed` of those taken."""

    limit: int | None
    taken: int = 0
    waiting: int = 0
    confirmed: int = 0

    @property
    def left(self) -> int | None:
        """Seats that nobody has nor waits for; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.taken - self.waiting)

    @property
    def all_taken(self) -> bool:
        return self.limit is not None and self.taken >= self.limit

    @property
    def sold_out(self) -> bool:
        """Every seat has somebody who proved to be there: « complet » is told to the public from then on."""
        return self.limit is not None and self.confirmed >= self.limit

    @property
    def only_kept(self) -> bool:
        """Nothing is left just now, and some may be again: nobody confirmed them yet."""
        return self.all_taken and not self.sold_out


def seats_of(sessions: Iterable[Session]) -> dict[int, Seats]:
    """The seats of each session by its primary key, in one query."""
    known = {session.pk: session for session in sessions}
    rows = (
        Registration.objects.filter(session__in=known, state__in=Registration.ALIVE).order_by().values("session_id")
        .annotate(
            taken=Count("pk", filter=Q(state__in=Registration.SEATED)), all=Count("pk"),
            confirmed=Count("pk", filter=Q(state=Registration.State.CONFIRMED)),
        )
    )  # fmt: skip
    counts = {row["session_id"]: (row["taken"], row["all"] - row["taken"], row["confirmed"]) for row in rows}
    return {pk: Seats(session.seats, *counts.get(pk, (0, 0, 0))) for pk, session in known.items()}


def door_of(session: Session, seats: Seats, *, now: datetime | None = None) -> Door:
    """What awaits who wants a seat of `session` (its event loaded)."""
    return _shut(session, now or timezone.now()) or _inside(session, seats)


def is_alive(session: Session, *, now: datetime | None = None) -> bool:
    """Whether a seat that becomes free may still be given to somebody who waits."""
    return _shut(session, now or timezone.now()) in (None, Door.CLOSED)


def _shut(session: Session, now: datetime) -> Door | None:
    event, closes = session.event, session.registration_closes_at
    shut = {
        Door.WITHDRAWN: event.state != Event.State.PUBLISHED,
        Door.ELSEWHERE: event.registration_mode != Event.RegistrationMode.BUILTIN,
        Door.CANCELLED: session.status == Session.Status.CANCELLED,
        Door.POSTPONED: session.status == Session.Status.POSTPONED,
        Door.PAST: session.ends_at <= now,
        Door.CLOSED: closes is not None and closes <= now,
        # A date given on purpose may be after the beginning: an exhibition, a week of courses.
        Door.STARTED: closes is None and session.starts_at <= now,
    }
    return next((door for door, is_so in shut.items() if is_so), None)


def _inside(session: Session, seats: Seats) -> Door:
    if not session.full and not seats.all_taken and not seats.waiting:
        return Door.OPEN
    return Door.WAITING if session.waiting_list else Door.FULL
