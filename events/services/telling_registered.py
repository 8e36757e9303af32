"""Who registered is told what becomes of their date: once a change, a person (A3)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.outbox import queue_mail
from events.models import Event, Registration, Session, SessionChange
from events.render import times
from events.services.registration_mails import of_mail, other_dates
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
    said = {**of_mail(session), "change": change, "kind": str(change.kind), "former": former}
    if change.kind == Kind.CANCELLED:
        said["others"] = other_dates(session)
    return _write(alive, f"change-{change.pk}", said)


def tell_link(session: Session) -> int:
    """The link of an online date was given, or changed: to each person who has a seat; returns how many mails.

    In the transaction of the change. Who waits or has not confirmed finds it later, with their seat.
    """
    if not may_be_told_link(session):
        return 0
    seated = Registration.objects.filter(session=session, state=Registration.State.CONFIRMED)
    return _write(seated, f"link-{session.sequence}", {**of_mail(session), "kind": "link"})


def may_be_told_link(session: Session) -> bool:
    """Whether its link is of use: it is public, to come, and takes place (a date put back is told with its link)."""
    lives = session.event.state == Event.State.PUBLISHED and session.ends_at > timezone.now()
    stopped = session.status in {Session.Status.CANCELLED, Session.Status.POSTPONED}
    return bool(session.online and session.online_url) and lives and not stopped


def tell_withdrawn(event: Event) -> int:
    """The whole event left the agenda: so does each date to come."""
    alive = Registration.objects.filter(session__event=event, state__in=Registration.ALIVE)
    coming = alive.filter(session__ends_at__gt=event.withdrawn_at).exclude(session__status=Kind.CANCELLED)
    count = 0
    for session_id in coming.order_by().values_list("session_id", flat=True).distinct():
        rows = coming.filter(session=session_id).select_related("session__event")
        session = rows[0].session
        said = {**of_mail(session), "kind": "withdrawn", "reason": event.state_reason}
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
