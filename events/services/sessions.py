"""What becomes of a date: moved, postponed, put online, cancelled, full; each told in the public history (A3, A8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.journal import Actor, record
from events.derived import refresh_event
from events.models import Session, SessionChange
from events.services.states import locked
from events.services.telling import tell_registered
from events.services.telling_registered import tell_link
from events.services.writing import EDITABLE, add_sessions, agency_for, placed

_EMPTY: dict[str, Any] = {
    "attendance": Session.Attendance.PLACE, "site": None, "place_name": "", "address": "", "postal_code": "",
    "commune": None, "town": "", "country": "FR", "lat": None, "lon": None, "online_url": "", "place_text": "",
    "access": [],
}  # fmt: skip
Status, Kind = Session.Status, SessionChange.Kind
OVER = "Cette séance est passée\u00a0: elle ne change plus."
CANCELLED = "Cette séance est annulée\u00a0: rétablissez-la d’abord."


@transaction.atomic
def add(*, event: Any, sessions: list[Mapping[str, Any]], actor: Actor | None) -> list[Session]:
    """New dates of an event. Raises `ValidationError`."""
    held = locked(event, EDITABLE)
    made = add_sessions(held, sessions)
    event_moved(held)
    record(verb="session.add", target=held, actor=actor, changes={"sessions": [None, len(made)]})
    refresh_event(held)
    return made


@transaction.atomic
def edit(*, session: Session, values: Mapping[str, Any], actor: Actor | None, detach: bool = True) -> Session:
    """Correct a date that the public has not to be told about (a label, seats, a link: those who have a seat receive
    it), or any field of an unpublished event.

    What moves a published session in time or place goes through `reschedule` and `move`. Raises `ValidationError`.
    """
    held = _held(session)
    link = held.online_url
    for name, value in values.items():
        setattr(held, name, value)
    placed(held)
    held.detached = held.detached or (detach and held.recurrence_id is not None)
    _save(held, actor, "session.edit")
    if held.online_url != link:
        tell_link(held)
    return held


@transaction.atomic
def reschedule(
    *, session: Session, starts_at: datetime, ends_at: datetime, all_day: bool | None = None, message: str = "",
    actor: Actor | None,
) -> Session:  # fmt: skip
    """Another date for the session; the former one stays told. A postponed session comes back by this door."""
    held = _alive(session)
    if (held.starts_at, held.ends_at) == (starts_at, ends_at) and held.status != Status.POSTPONED:
        raise ValidationError("C’est déjà la date de cette séance.")
    held.all_day = held.all_day if all_day is None else all_day
    before = held.starts_at, held.ends_at
    held.former_starts_at = held.former_starts_at or held.starts_at
    held.starts_at, held.ends_at, held.status = starts_at, ends_at, Status.RESCHEDULED
    return _changed(held, Kind.RESCHEDULED, message, actor, former_starts_at=before[0], former_ends_at=before[1])


@transaction.atomic
def postpone(*, session: Session, message: str = "", actor: Actor | None) -> Session:
    """The session will not take place at its date and has no other yet."""
    held = _alive(session)
    held.former_starts_at = held.former_starts_at or held.starts_at
    held.status = Status.POSTPONED
    return _changed(held, Kind.POSTPONED, message, actor, former_starts_at=held.starts_at)


@transaction.atomic
def move_online(*, session: Session, online_url: str, message: str = "", actor: Actor | None) -> Session:
    """The session leaves its place for a link."""
    held = _alive(session)
    former = held.former_place = place_of(held)
    held.attendance, held.online_url, held.status = Session.Attendance.ONLINE, online_url, Status.MOVED_ONLINE
    held.place_text = ""  # it told how to find the door
    placed(held)
    return _changed(held, Kind.MOVED_ONLINE, message, actor, former_place=former)


@transaction.atomic
def move(*, session: Session, place: Mapping[str, Any], message: str = "", actor: Actor | None) -> Session:
    """The session takes place elsewhere: `place` gives fields of `_EMPTY`; those it does not give are emptied."""
    held = _alive(session)
    former = held.former_place = place_of(held)
    for name, value in {**_EMPTY, "access": [], **place}.items():
        setattr(held, name, value)
    held.status = Status.MOVED_PLACE
    placed(held)
    return _changed(held, Kind.MOVED_PLACE, message, actor, former_place=former)


@transaction.atomic
def cancel(*, session: Session, message: str = "", actor: Actor | None) -> Session:
    """The session will not take place."""
    held = _alive(session)
    held.status = Status.CANCELLED
    return _changed(held, Kind.CANCELLED, message, actor)


@transaction.atomic
def restore(*, session: Session, message: str = "", actor: Actor | None) -> Session:
    """The session takes place after all, at its date. Raises `ValidationError` unless it was cancelled or postponed."""
    held = _held(session)
    if held.status not in {Status.CANCELLED, Status.POSTPONED}:
        raise ValidationError("Cette séance n’est ni annulée ni reportée.")
    held.status = Status.SCHEDULED
    if held.former_starts_at not in {None, held.starts_at}:
        held.status = Status.RESCHEDULED
    return _changed(held, Kind.RESTORED, message, actor)


@transaction.atomic
def say_full(*, session: Session, full: bool, actor: Actor | None) -> Session:
    """No seat is left, or some are again; written only when it changes."""
    held = _held(session)
    if held.full == full:
        return held
    held.full = full
    return _changed(held, Kind.FULL if full else Kind.SEATS, "", actor, detach=False)


@transaction.atomic
def remove(*, session: Session, actor: Actor | None) -> None:
    """Take out a date that nobody saw. Raises `ValidationError` when the event was public: it is cancelled instead."""
    held = _held(session)
    if held.event.published_at is not None:
        raise ValidationError("Cette date a été publiée\u00a0: annulez-la, pour que chacun l’apprenne.")
    event = held.event
    record(verb="session.remove", target=event, actor=actor, changes={"starts_at": [held.starts_at.isoformat(), None]})
    held.delete()
    event_moved(event)
    refresh_event(event)


def place_of(session: Session) -> str:
    """Where it is, in a line: « Lycée Blaise Pascal, 3 rue X, Colmar », « En ligne »."""
    if session.attendance == Session.Attendance.ONLINE:
        return "En ligne"
    parts = (session.place_name, session.address, session.town)
    return ", ".join(dict.fromkeys(part for part in parts if part))[:300]


def _held(session: Session) -> Session:
    """The session as it stands, its event and itself held in that order (every door takes them so: no deadlock)."""
    locked(session.event, EDITABLE)
    return (
        Session.objects.select_for_update(of=("self",))
        .select_related("event__organisation", "site__commune", "commune").get(pk=session.pk)
    )  # fmt: skip


def _alive(session: Session) -> Session:
    held = _held(session)
    if held.status == Status.CANCELLED:
        raise ValidationError(CANCELLED)
    if held.ends_at < timezone.now() and held.status != Status.POSTPONED:
        raise ValidationError(OVER)
    return held


def _changed(
    held: Session, kind: str, message: str, actor: Actor | None, *, detach: bool = True, **former: Any
) -> Session:
    """Write `held`, the line of its history, and tell those who registered."""
    if detach:  # what is said of the seats is not said of the date
        held.status_text = message
        held.detached = held.detached or held.recurrence_id is not None
    change = None
    if held.event.published_at is not None:  # written first: what lists derive of the session says when it was news
        change = SessionChange.objects.create(session=held, at=timezone.now(), kind=kind, message=message, **former)
    _save(held, actor, f"session.{kind}")
    if change is not None:
        tell_registered(change)
    return held


def _save(held: Session, actor: Actor | None, verb: str) -> Session:
    held.clean_fields()
    held.validate_constraints()
    held.sequence += 1
    held.changed_at = timezone.now()
    held.save()
    event_moved(held.event)
    record(verb=verb, target=held.event, actor=actor, changes={"session": [None, held.starts_at.isoformat()]})
    refresh_event(held.event)
    return held


def event_moved(event: Any) -> None:
    """Its dates changed: another agency may read it now."""
    event.updated_at, event.agency = timezone.now(), agency_for(event)
    event.save(update_fields=["updated_at", "agency"])
