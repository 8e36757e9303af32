"""The mails about a seat: asked for, given, lost, changed. Never the name: whoever typed it may not be the person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.links import absolute
from core.outbox import queue_mail
from events.models import Registration, Session
from events.render import times, wording
from events.services.secret_links import link_of

AGAIN_MINUTES = 15  # a second click, or somebody who plays with an address: one mail


def send_first(registration: Registration) -> None:
    """Follow the link to confirm; or, for an address that is proved, here is your seat."""
    _send(registration, "registration", "first")


def send_again(registration: Registration) -> None:
    """The same, for who asks again; a second click sends nothing more."""
    now = timezone.now()
    if (now - registration.created_at).total_seconds() < AGAIN_MINUTES * 60:
        return
    _send(registration, "registration", f"again-{int(now.timestamp()) // (AGAIN_MINUTES * 60)}")


def send_promoted(registration: Registration) -> None:
    """A seat became free."""
    _send(registration, "registration_promoted", "promoted")


def send_cancelled(registration: Registration, message: str) -> None:
    """The organiser took the registration away."""
    _send(registration, "registration_cancelled", "cancelled", message=message)


def send_reminder(registration: Registration) -> None:
    """It is tomorrow."""
    _send(registration, "registration_reminder", f"reminder-{registration.session.starts_at:%Y%m%d%H%M}")


def facts(session: Session) -> dict[str, Any]:
    """What every mail and page about a date says of it."""
    event = session.event
    path = event.get_absolute_url()
    return {
        "event": event, "session": session, "when": when(session), "place": wording.address(session),
        "event_url": absolute(path), "calendar_url": absolute(f"{path}event.ics"),
    }  # fmt: skip


def when(session: Session) -> str:
    return times.when(session.starts_at, session.ends_at, all_day=session.all_day)


def _send(registration: Registration, template: str, what: str, **context: Any) -> None:
    if not registration.email:
        return
    queue_mail(
        key=f"registration-{registration.public_id}-{what}", to=registration.email, template=template,
        context={**facts(registration.session), "registration": registration, "url": link_of(registration), **context},
    )  # fmt: skip
