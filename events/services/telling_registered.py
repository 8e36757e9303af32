"""Who registered is told what becomes of their date: once a change, a person (A3)."""

from __future__ import annotations

from typing import Any

from core.outbox import queue_mail
from events.models import Event, Registration, SessionChange
from events.render import times
from events.services.registration_mails import facts
from events.services.secret_links import link_of

Kind = SessionChange.Kind
# « Complet » and « des places de nouveau » change nothing for who has a seat, and who waits is told of their own.
TOLD = (
    Kind.RESCHEDULED, Kind.POSTPONED, Kind.MOVED_ONLINE, Kind.MOVED_PLACE, Kind.CANCELLED, Kind.RESTORED,
)  # fmt: skip


def tell_change(change: SessionChange) -> int:
    """A mail for each person who holds or waits for a seat; returns how many. In the transaction of the change."""
    if change.kind not in TOLD:
        return 0
    session = change.session
    alive = Registration.objects.filter(session=session, state__in=Registration.ALIVE)
    if change.kind == Kind.RESCHEDULED:
        alive.update(reminded_at=None)  # the day before is another one
    former = ""
    if change.former_starts_at and change.former_ends_at:
        former = times.when(change.former_starts_at, change.former_ends_at, all_day=session.all_day)
    elif change.former_starts_at:
        former = times.moment(change.former_starts_at, all_day=session.all_day)
    said = {**facts(session), "change": change, "kind": str(change.kind), "former": former}
    return _write(alive, f"change-{change.pk}", said)


def tell_withdrawn(event: Event) -> int:
    """The whole event left the agenda: so does each date to come."""
    alive = Registration.objects.filter(session__event=event, state__in=Registration.ALIVE)
    coming = alive.filter(session__ends_at__gt=event.withdrawn_at).exclude(session__status=Kind.CANCELLED)
    count = 0
    for session_id in coming.order_by().values_list("session_id", flat=True).distinct():
        rows = coming.filter(session=session_id).select_related("session__event")
        session = rows[0].session
        said = {**facts(session), "kind": "withdrawn", "reason": event.state_reason}
        count += _write(rows, f"withdrawn-{event.withdrawn_at:%Y%m%d%H%M%S}", said)
    return count


def _write(rows: Any, what: str, said: dict[str, Any]) -> int:
    count = 0
    for registration in rows.exclude(email="").order_by("pk").iterator():
        count += queue_mail(
            key=f"registration-{registration.public_id}-{what}", to=registration.email,
            template="registration_change",
            context={**said, "registration": registration, "url": link_of(registration)},
        )  # fmt: skip
    return count
