"""What a source says otherwise than last time, brought to an event that people may have edited since (A3, A6).

Three values meet for each field and each date: what the source said last, what stands here, what it says now. What
stands here and is not what the source said last was edited by somebody, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from core.journal import Actor, record
from core.text import fold
from events.importers.incoming import Date, Incoming
from events.importers.places import Places
from events.models import Event, Session, SessionChange
from events.services import revising
from events.services.importing_feed import Feed, Reading
from events.services.importing_new import PLACE, date_said, memory, place_digest, session_of, values_of
from events.services.sessions import place_of
from events.services.telling import tell_registered
from events.services.telling_registered import tell_withdrawn
from events.services.writing import EDITED

State, Status, Kind = Event.State, Session.Status, SessionChange.Kind
GONE = "La source ne le donne plus."
DATE_GONE = "La source ne donne plus cette date."
_ENDED = "gone"  # said of a date that the source gives no more
_WORDS = {
    "rescheduled": "date changée", "cancelled": "date annulée", "postponed": "date reportée",
    "moved-online": "passé en ligne", "moved-place": "lieu changé", "restored": "date rétablie", "full": "complet",
    "seats": "places de nouveau", "added": "date ajoutée", "removed": "date retirée", "edited": "date corrigée",
}  # fmt: skip


@dataclass
class Changed:
    """What was written: names of fields, kinds of changes of dates, a wording that waits for its reader."""

    fields: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    waits: bool = False

    def __bool__(self) -> bool:
        return bool(self.fields or self.dates or self.waits)

    def words(self) -> str:
        """In French, for a preview."""
        names = [str(Event._meta.get_field(name).verbose_name) for name in self.fields]  # type: ignore[union-attr]
        said = [*names, *dict.fromkeys(_WORDS[kind] for kind in self.dates)]
        return ", ".join([*said, "texte à relire"] if self.waits else said)


def change(event: Event, sessions: list[Session], given: tuple[Incoming, str], reading: Reading) -> Changed:
    """Write what is `given` otherwise (an event and its digest) on `event` and its `sessions`.

    All are held by the caller, who refreshes them.

    Published changes of dates are told in the public history and to those registered (A3); words of an organisation
    that is not trusted wait for their reader (A5).
    """
    (item, digest), feed = given, reading.feed
    done = Changed()
    said: Mapping[str, Any] = event.source_values.get("event", {})
    values = values_of(item, feed)
    _fields(event, values, said, feed, done)
    dates = _Dates(event, event.source_values.get("dates", {}), reading.places, done)
    told = dates.bring(sessions, item.dates)
    kept = {name: True for name in ("given_up",) if name in event.source_values}
    event.source_values, event.source_digest = memory(values, told, feed) | kept, digest
    if done:
        event.updated_at = timezone.now()
    event.save(update_fields=[
        "source_values", "source_digest", "updated_at", "agency",
        *(["folded_title", *done.fields] if done.fields else []),
    ])  # fmt: skip
    if done.fields:
        touched = {session.pk for session in dates.written}
        Session.objects.filter(event=event).exclude(pk__in=touched).update(
            sequence=F("sequence") + 1, changed_at=timezone.now()
        )
    if done:
        record(verb="event.import", target=event, actor=reading.actor, changes=_journal(done))
    return done


def _journal(done: Changed) -> dict[str, list[Any]]:
    return {"fields": [None, done.fields], "dates": [None, sorted(set(done.dates))]}


def _fields(event: Event, values: dict[str, Any], said: Mapping[str, Any], feed: Feed, done: Changed) -> None:
    reads = event.state == State.PUBLISHED and not feed.trusted
    held = revising.waiting(event) if reads else None
    waiting = held.values if held else {}
    later: dict[str, Any] = {}
    for name, value in values.items():
        present = getattr(event, name)
        last = said.get(name, Event._meta.get_field(name).get_default())  # type: ignore[union-attr]
        new, now = revising.plain(value), revising.plain(present)
        if now == new and name not in waiting:
            continue
        if now != revising.plain(last) and waiting.get(name) != revising.plain(last):
            continue  # edited here since
        if reads and name in EDITED:
            if waiting.get(name, now) != new:
                later[name] = new
        else:
            setattr(event, name, value)
            done.fields.append(name)
    if "title" in done.fields:
        event.folded_title = fold(event.title)[:200]
    if later:
        _keep_aside(event, later, done)


def _keep_aside(event: Event, values: dict[str, Any], done: Changed) -> None:
    try:
        revising.propose_edit(event=event, values=values, actor=None)
        done.waits = True
    except ValidationError:  # what was edited here does not go with it: the text here stays
        return


class _Dates:
    """The dates of one event, brought to what the source says now."""

    def __init__(self, event: Event, said: Mapping[str, list[Any]], places: Places, done: Changed) -> None:
        self.event, self.said, self.places, self.done = event, said, places, done
        self.public = event.state == State.PUBLISHED
        self.now = timezone.now()
        self.written: list[Session] = []

    def bring(self, sessions: list[Session], dates: list[Date]) -> dict[str, list[Any]]:
        """Write the changes; answers what is now remembered of each date."""
        held = {session.source_key: session for session in sessions if session.source_key}
        new = {date.key[:80]: date for date in dates}
        self._pair_moved(held, new)
        told: dict[str, list[Any]] = {}
        for key, date in new.items():
            if session := held.get(key):
                told[key] = self._compare(session, date)
            elif key not in self.said:
                made = session_of(self.event, date, self.places)
                made.save()
                self.written.append(made)
                self.done.dates.append("added")
                told[key] = date_said(made, date)
            else:
                told[key] = self.said[key]  # deleted here
        for key, session in held.items():
            if key not in new and key in self.said:
                told |= self._gone(key, session)
        return told

    def _pair_moved(self, held: dict[str, Session], new: dict[str, Date]) -> None:
        """A source whose dates have no name of their own and as many went as came: those are the same, moved."""
        went = [
            key for key, session in held.items()
            if key not in new and self.said.get(key, [0, 0, _ENDED])[2] != _ENDED and session.ends_at >= self.now
        ]  # fmt: skip
        came = [key for key, date in new.items() if key not in held and key not in self.said]
        if not went or len(went) != len(came):
            return
        said = dict(self.said)
        for old, key in zip(sorted(went, key=lambda k: held[k].starts_at), came, strict=True):
            session = held[key] = held.pop(old)
            session.source_key = key
            session.save(update_fields=["source_key"])
            said[key] = said.pop(old)
        self.said = said

    def _compare(self, session: Session, date: Date) -> list[Any]:
        last = self.said.get(session.source_key)
        fresh = session_of(self.event, date, self.places)
        said = date_said(fresh, date)
        if last is None or last == said:
            return said
        kinds, former = [], {}
        if kind := self._status(session, last, date):
            kinds.append(kind)
        before = session.starts_at, session.ends_at
        if self._moved(session, last, date):
            if session.starts_at != before[0] and self._tells(max(before[1], session.ends_at)):
                session.former_starts_at = session.former_starts_at or before[0]
                if session.status != Status.CANCELLED:
                    session.status = Status.RESCHEDULED
                kinds.append(Kind.RESCHEDULED)
                former = {"former_starts_at": before[0], "former_ends_at": before[1]}
            else:
                kinds.append("edited")
        kinds += self._place(session, last, said, fresh)
        if date.full != last[3] and session.full == last[3]:
            session.full = date.full
            kinds.append(Kind.FULL if date.full else Kind.SEATS)
        if date.label != last[4] and session.label == last[4]:
            session.label = date.label
            kinds.append("edited")
        if kinds:
            self._write(session, kinds, former)
        return said

    def _status(self, session: Session, last: list[Any], date: Date) -> str:
        if str(date.status) == last[2]:
            return ""
        if date.status == Status.CANCELLED and session.status != Status.CANCELLED:
            session.status = Status.CANCELLED
            return Kind.CANCELLED
        if date.status == Status.POSTPONED and session.status not in (Status.POSTPONED, Status.CANCELLED):
            session.status = Status.POSTPONED
            session.former_starts_at = session.former_starts_at or session.starts_at
            return Kind.POSTPONED
        ended = last[2] in (Status.CANCELLED, Status.POSTPONED, _ENDED)
        if ended and session.status in (Status.CANCELLED, Status.POSTPONED):
            moved = session.former_starts_at not in (None, session.starts_at)
            session.status = Status.RESCHEDULED if moved else Status.SCHEDULED
            session.status_text = ""
            return Kind.RESTORED
        return ""

    def _moved(self, session: Session, last: list[Any], date: Date) -> bool:
        new = date.starts_at.timestamp(), date.ends_at.timestamp()
        if list(new) == last[:2] or [session.starts_at.timestamp(), session.ends_at.timestamp()] != last[:2]:
            return False
        session.starts_at, session.ends_at, session.all_day = date.starts_at, date.ends_at, date.all_day
        return True

    def _place(self, session: Session, last: list[Any], said: list[Any], fresh: Session) -> list[str]:
        if said[5] == last[5] or place_digest(session) != last[5]:
            return []
        was, online = place_of(session), session.attendance == Session.Attendance.ONLINE
        for name in PLACE:
            setattr(session, name, getattr(fresh, name))
        session.site, session.commune = fresh.site, fresh.commune
        if place_of(session) == was or not self._tells(session.ends_at):
            return ["edited"]
        session.former_place = was
        goes_online = session.attendance == Session.Attendance.ONLINE and not online
        if session.status != Status.CANCELLED:
            session.status = Status.MOVED_ONLINE if goes_online else Status.MOVED_PLACE
        return [Kind.MOVED_ONLINE if goes_online else Kind.MOVED_PLACE]

    def _gone(self, key: str, session: Session) -> dict[str, list[Any]]:
        """A date that the source gives no more: the public is told; what nobody saw goes."""
        last = self.said[key]
        if session.ends_at < self.now or last[2] == _ENDED:
            return {key: last} if last[2] == _ENDED else {}
        if self.event.published_at is None:
            session.delete()
            self.done.dates.append("removed")
            return {}
        if session.status != Status.CANCELLED:
            session.status, session.status_text = Status.CANCELLED, DATE_GONE
            self._write(session, [Kind.CANCELLED], {}, DATE_GONE)
        return {key: [*last[:2], _ENDED, *last[3:]]}

    def _tells(self, end: datetime) -> bool:
        """Whether the public has to know: the event is, or was, in the agenda, and the date is not over."""
        return self.event.published_at is not None and end >= self.now

    def _write(self, session: Session, kinds: list[str], former: dict[str, Any], message: str = "") -> None:
        session.sequence += 1
        session.changed_at = self.now
        session.save()
        self.written.append(session)
        self.done.dates += [str(kind) for kind in kinds]
        if not self._tells(session.ends_at):
            return
        for kind in kinds:
            if kind in Kind.values:
                extra = former if kind == Kind.RESCHEDULED else {}
                if kind in (Kind.MOVED_ONLINE, Kind.MOVED_PLACE):
                    extra = {"former_place": session.former_place}
                tell_registered(
                    SessionChange.objects.create(session=session, at=self.now, kind=kind, message=message, **extra)
                )


def end(event: Event, actor: Actor | None) -> None:
    """The source gives this event no more: those registered are told. The caller holds it and refreshes it."""
    before, now = event.state, timezone.now()
    event.source_values = event.source_values | {"gone": True}
    event.state_reason, event.updated_at = GONE, now
    if event.state == State.PUBLISHED:
        event.state, event.withdrawn_at = State.WITHDRAWN, now
        Session.objects.filter(event=event).update(sequence=F("sequence") + 1, changed_at=now)
    else:
        event.state = State.REFUSED
    event.save(update_fields=["source_values", "state", "state_reason", "withdrawn_at", "updated_at"])
    record(verb="event.withdraw", target=event, actor=actor, changes={"state": [before, str(event.state)]})
    if event.state == State.WITHDRAWN:
        tell_withdrawn(event)


def bring_back(event: Event, feed: Feed, actor: Actor | None) -> bool:
    """Undo `end` for an event that its source gives again; what people withdrew stays so."""
    if not event.source_values.get("gone"):
        return False
    event.source_values = {name: value for name, value in event.source_values.items() if name != "gone"}
    if event.state not in (State.WITHDRAWN, State.REFUSED) or event.state_reason != GONE:
        return False
    before, now = event.state, timezone.now()
    event.state_reason, event.updated_at = "", now
    if event.state == State.WITHDRAWN:
        event.state, event.withdrawn_at = State.PUBLISHED, None
        Session.objects.filter(event=event).update(sequence=F("sequence") + 1, changed_at=now)
    else:
        event.state = State.PUBLISHED if feed.trusted else State.PROPOSED
        event.published_at, event.proposed_at = now if feed.trusted else None, now
    event.save(
        update_fields=["source_values", "state", "state_reason", "withdrawn_at", "published_at", "proposed_at",
                       "updated_at"]
    )  # fmt: skip
    record(verb="event.publish", target=event, actor=actor, changes={"state": [before, str(event.state)]})
    return True
