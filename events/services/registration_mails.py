"""The mails about a seat: asked for, given, lost, changed. Never the name: whoever typed it may not be the person."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from core.links import absolute
from core.outbox import queue_mail
from events.models import Registration, Session
from events.render import times, wording
from events.services.secret_links import link_of
from territories.models import Site

AGAIN_MINUTES = 10  # who asks again has the link again, once in so long: an address may be somebody else's
SAME_CLICK = 30  # seconds: the same form sent twice


def send_first(registration: Registration) -> None:
    """Follow the link to confirm; or, for an address that is proved, here is your seat."""
    _send(registration, "registration", "first")


def send_confirmed(registration: Registration) -> None:
    """The address is proved now: the seat, the way to come and the way to give it back stay in their mail."""
    _send(registration, "registration", "confirmed", just_confirmed=True)


def send_given_back(registration: Registration, *, waited: bool) -> None:
    """They gave their seat back, or left the waiting list (`waited`)."""
    again = absolute(reverse("register", args=[registration.session.public_id]))
    _send(registration, "registration_given_back", "given-back", waited=waited, register_url=again)


def send_again(registration: Registration) -> None:
    """The same, for who asks again; a second click sends nothing more."""
    since = (timezone.now() - registration.created_at).total_seconds()
    if since >= SAME_CLICK:
        _send(registration, "registration", f"again-{int(since) // (AGAIN_MINUTES * 60)}")


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
        "event_url": absolute(path), "calendar_url": absolute(f"{path}event.ics?seance={session.public_id}"),
        "online_url": session.online_url if session.online else "",
    }  # fmt: skip


def of_mail(session: Session) -> dict[str, Any]:
    """The same for a mail, with whom to write to: nobody reads the answers that the portal receives."""
    return {**facts(session), "contact": contact(session), "organiser": session.event.organiser}


def contact(session: Session) -> list[str]:
    """How the public joins who runs it: mail and telephone of the event, else of its place, else of another place of
    the organisation, else the page of the organisation; empty when nothing is public."""
    event = session.event
    house = event.organisation
    said = [part for part in (event.contact_email, event.contact_phone) if part]
    if said or house is None:
        return said
    sites = Site.objects.filter(organisation=house, listed=True).exclude(email="", phone="").order_by("sort_key", "pk")
    site = sites.filter(pk=session.site_id or 0).first() or sites.first()
    if site is not None:
        return [part for part in (site.email, site.phone) if part]
    return [absolute(house.get_absolute_url())] if house.public else []


def other_dates(session: Session) -> bool:
    """Whether the event has another date to come, that takes place."""
    event = session.event
    coming = Session.objects.filter(event=event, starts_at__gt=timezone.now()).exclude(pk=session.pk)
    off = (Session.Status.CANCELLED, Session.Status.POSTPONED)
    return event.state == event.State.PUBLISHED and coming.exclude(status__in=off).exists()


def when(session: Session) -> str:
    return times.when(session.starts_at, session.ends_at, all_day=session.all_day)


def _send(registration: Registration, template: str, what: str, **context: Any) -> None:
    if not registration.email:
        return
    said = {**of_mail(registration.session), "registration": registration, "url": link_of(registration)}
    key = f"registration-{registration.public_id}-{what}"
    queue_mail(key=key, to=registration.email, template=template, context={**said, **context})
