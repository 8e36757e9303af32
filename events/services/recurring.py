"""An event whose dates come from a rule: made, changed from a date on or as a whole, one date taken out (A3).

One date edited alone (`services.sessions`) is detached: the rule leaves it alone from then on. A session keeps its
identifier as long as the rule gives its day; a public date that the rule gives no more is cancelled, never deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.journal import Actor, record
from events.derived import refresh_event
from events.models import Event, Recurrence, Session, SessionChange
from events.rrules import Rule, days, instants, parse
from events.services import sessions
from events.services.states import locked
from events.services.telling import tell_registered
from events.services.telling_registered import tell_link
from events.services.writing import EDITABLE, MOST_SESSIONS, placed

Status, Kind = Session.Status, SessionChange.Kind
PLACE = (
    "attendance", "site_id", "place_name", "address", "postal_code", "commune_id", "town", "country", "lat", "lon",
    "online_url", "place_text",
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """What is asked: a rule from a first day, hours of Paris, days left out; `fields` are those of `Session` that
    every date shares (place, label, seats…)."""

    rule: Rule
    starts_on: date
    starts: time
    ends: time
    skipped: tuple[date, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def all_day(self) -> bool:
        """From a midnight to the next: the only rule whose hours are the same."""
        return self.starts == self.ends == time()

    def days(self) -> list[date]:
        return days(self.rule, self.starts_on, self.skipped)


@dataclass(frozen=True)
class Plan:
    """What a change of the rule does to its dates: `kept` and `gone` are sessions, `added` days."""

    kept: list[Session]
    added: list[date]
    gone: list[Session]
    alone: list[Session]  # detached: left as they are


@transaction.atomic
def add_rule(*, event: Event, series: Series, actor: Actor | None) -> Recurrence:
    """Give `event` the dates of a rule. Raises `ValidationError` (French), by field when it is about one."""
    held = locked(event, EDITABLE)
    wanted = series.days()
    made = Recurrence.objects.create(event=held, **_columns(series))
    _add(held, made, series, wanted)
    sessions.event_moved(held)
    record(verb="session.add", target=held, actor=actor, changes={"sessions": [None, len(wanted)]})
    refresh_event(held)
    return made


def plan(*, session: Session, series: Series, whole: bool) -> Plan:
    """What `change` would do, to be read before it is done. Raises as it does."""
    recurrence = session.recurrence
    if recurrence is None:
        raise ValidationError("Cette date ne vient pas d’une règle.")
    wanted = set(series.days())
    since = None if whole else session.original_day
    mine = [s for s in _of(recurrence) if since is None or (s.original_day or since) >= since]
    now = timezone.now()
    scope = [s for s in mine if s.ends_at >= now and (not s.detached or (s.pk == session.pk and not whole))]
    taken = {s.original_day for s in mine}
    added = [day for day in wanted - taken if instants(day, series.starts, series.ends)[1] > now]
    return Plan(
        kept=[s for s in scope if s.original_day in wanted],
        added=sorted(added),
        gone=[s for s in scope if s.original_day not in wanted],
        alone=[s for s in mine if s.detached and s not in scope and s.ends_at >= now],
    )


@transaction.atomic
def change(*, session: Session, series: Series, whole: bool, message: str = "", actor: Actor | None) -> Plan:
    """Give the dates of a rule other hours, another place, other days: all those to come, or `session` and those after.

    Detached dates and past ones stay as they are. Dates that were public are told of. Raises `ValidationError`.
    """
    event = locked(session.event, EDITABLE)
    held = Session.objects.select_for_update(of=("self",)).select_related("recurrence").get(pk=session.pk)
    # Split first: what is planned is then read with the rule that it will have.
    recurrence = held.recurrence = _split(held, whole=whole)
    done = plan(session=held, series=series, whole=whole)
    for name, value in _columns(series).items():
        setattr(recurrence, name, value)
    recurrence.save()
    for kept in done.kept:
        _rewrite(kept, series, message, public=event.published_at is not None)
    for gone in done.gone:
        _take_out(gone, message, public=event.published_at is not None)
    _add(event, recurrence, series, done.added)
    sessions.event_moved(event)
    told = {"kept": len(done.kept), "added": len(done.added), "gone": len(done.gone)}
    record(verb="session.rule", target=event, actor=actor, changes={key: [None, count] for key, count in told.items()})
    refresh_event(event)
    return done


@transaction.atomic
def skip(*, session: Session, message: str = "", actor: Actor | None) -> None:
    """Take one date out: cancelled when it was public, removed otherwise; its rule does not give it again."""
    event = locked(session.event, EDITABLE)
    recurrence = Recurrence.objects.select_for_update().filter(sessions=session.pk).first()
    if recurrence is not None and session.original_day and session.original_day not in recurrence.skipped:
        recurrence.skipped = sorted([*recurrence.skipped, session.original_day])
        recurrence.save(update_fields=["skipped"])
    if event.published_at is not None:
        sessions.cancel(session=session, message=message, actor=actor)
    else:
        sessions.remove(session=session, actor=actor)


def series_of(session: Session) -> Series:
    """What the rule of `session` says today, with the place and the seats of that date. It must have one."""
    recurrence = session.recurrence
    if recurrence is None:
        raise ValidationError("Cette date ne vient pas d’une règle.")
    return Series(
        rule=parse(recurrence.rule), starts_on=recurrence.starts_on, starts=recurrence.starts_time,
        ends=recurrence.ends_time, skipped=tuple(recurrence.skipped),
    )  # fmt: skip


def _of(recurrence: Recurrence) -> list[Session]:
    rows = Session.objects.filter(recurrence=recurrence).select_related("event", "site__commune", "commune")
    return list(rows.order_by("original_day", "pk"))


def _columns(series: Series) -> dict[str, Any]:
    return {
        "rule": series.rule.text(), "starts_on": series.starts_on, "starts_time": series.starts,
        "ends_time": series.ends, "skipped": sorted(series.skipped),
    }  # fmt: skip


def _split(session: Session, *, whole: bool) -> Recurrence:
    """The rule to change: that of the session, or a new one from its day on when dates stay before it."""
    old, day = session.recurrence, session.original_day
    if old is None or day is None:
        raise ValidationError("Cette date ne vient pas d’une règle.")
    old = Recurrence.objects.select_for_update().get(pk=old.pk)
    if whole or not Session.objects.filter(recurrence=old, original_day__lt=day).exists():
        return old
    new = Recurrence.objects.create(
        event=old.event, rule=old.rule, starts_on=day, starts_time=old.starts_time, ends_time=old.ends_time
    )
    Session.objects.filter(recurrence=old, original_day__gte=day).update(recurrence=new)
    rule = parse(old.rule)
    old.rule = replace(rule, until=min(rule.until, day - timedelta(days=1))).text()
    old.skipped = [skipped for skipped in old.skipped if skipped < day]
    old.save()
    return new


def _add(event: Event, recurrence: Recurrence, series: Series, wanted: Collection[date]) -> None:
    """The sessions of these days, in one statement; the first and the last stand for all: only the day differs."""
    if Session.objects.filter(event=event).count() + len(wanted) > MOST_SESSIONS:
        raise ValidationError(f"Un évènement a au plus {MOST_SESSIONS} dates\u00a0: faites-en plusieurs évènements.")
    made = [_new(event, recurrence, series, day) for day in sorted(wanted)]
    for session in made[:1] + made[-1:]:
        session.clean_fields()
        session.validate_constraints()
    Session.objects.bulk_create(made)


def _new(event: Event, recurrence: Recurrence, series: Series, day: date) -> Session:
    starts_at, ends_at = instants(day, series.starts, series.ends)
    return placed(
        Session(
            event=event, recurrence=recurrence, original_day=day, starts_at=starts_at, ends_at=ends_at, **series.fields
        )
    )


def _rewrite(session: Session, series: Series, message: str, *, public: bool) -> None:
    """The session as the rule now says it; what is moved in time or in place is told when it was public."""
    before, seats = _said(session), session.seats
    former = session.starts_at, session.ends_at, sessions.place_of(session)
    for name, value in series.fields.items():
        setattr(session, name, value)
    session.starts_at, session.ends_at = instants(session.original_day or series.starts_on, series.starts, series.ends)
    session.detached = False
    placed(session)
    if _said(session) == before:
        Session.objects.filter(pk=session.pk).update(detached=False)
        return
    changes = _moved(session, before, former, message) if public else []
    session.clean_fields()
    session.validate_constraints()
    session.sequence += 1
    session.changed_at = timezone.now()
    session.save()
    for change_ in changes:
        change_.save()
        tell_registered(change_)
    if public and not changes and session.online_url != before["online_url"]:  # a change told holds the link
        tell_link(session)
    if session.seats != seats:
        from events.services import registering  # which reads who comes, above the dates

        registering.seats_changed(session)


def _said(session: Session) -> dict[str, Any]:
    names = ("starts_at", "ends_at", "all_day", "label", "seats", "waiting_list", "registration_closes_at", *PLACE)
    return {name: getattr(session, name) for name in names}


def _moved(
    session: Session, before: Mapping[str, Any], former: tuple[datetime, datetime, str], message: str
) -> list[SessionChange]:
    found = []
    if any(before[name] != getattr(session, name) for name in PLACE if name not in {"online_url", "place_text"}):
        online = session.attendance == Session.Attendance.ONLINE
        session.status = Status.MOVED_ONLINE if online else Status.MOVED_PLACE
        session.former_place = former[2]
        kind = Kind.MOVED_ONLINE if online else Kind.MOVED_PLACE
        found.append(
            SessionChange(session=session, at=timezone.now(), kind=kind, message=message, former_place=former[2])
        )
    if (session.starts_at, session.ends_at) != former[:2]:
        session.former_starts_at = session.former_starts_at or former[0]
        session.status = Status.RESCHEDULED
        found.append(
            SessionChange(
                session=session, at=timezone.now(), kind=Kind.RESCHEDULED, message=message, former_starts_at=former[0],
                former_ends_at=former[1],
            )
        )  # fmt: skip
    if found:
        session.status_text = message
    return found


def _take_out(session: Session, message: str, *, public: bool) -> None:
    if not public:
        session.delete()
        return
    session.status, session.status_text, session.detached = Status.CANCELLED, message, True
    session.sequence += 1
    session.changed_at = timezone.now()
    session.save()
    tell_registered(
        SessionChange.objects.create(session=session, at=session.changed_at, kind=Kind.CANCELLED, message=message)
    )
