"""Who is told by mail of what becomes of an event: its author (or the team), and those who registered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from events.models import Event, SessionChange
from events.services.telling_registered import tell_change
from members.models import Mandate


def tell_author(event: Event, template: str, *, reason: str = "", author_key: str = "", **more: Any) -> int:
    """Queue `mail/<template>.txt` for whoever wrote the event; how many mails were queued.

    `author_key`: whoever wrote this part of it (a revision), when that is somebody else. `more` goes to the template,
    with `team`: it goes to those who answer for the organisation, because nobody wrote it (an import) or they left.
    """
    # Each door is passed once, its row held: the instant tells apart a second refusal from the first.
    key = f"{template}-{event.public_id}-{timezone.now():%Y%m%dT%H%M%S%f}"
    count = 0
    for number, person in enumerate(addressees(event, author_key)):
        said = words(event, person, reason=reason, **more)
        count += queue_mail(key=f"{key}-{number}" if number else key, to=person[0], template=template, context=said)
    return count


def words(event: Event, person: tuple[str, bool, bool], *, reason: str = "", **more: Any) -> dict[str, Any]:
    """What the letter to one of `addressees` reads."""
    _, account, team = person
    return {
        "event": event, "reason": reason, "kept_days": settings.EVENT_PROPOSER_DAYS,
        "url": absolute(f"/agenda/{event.slug}/"), **more, "account": account, "team": team,
        "edit_url": absolute(f"/pro/agenda/{event.slug}/" if account else "/agenda/proposer/"),
    }  # fmt: skip


def addressees(event: Event, author_key: str = "") -> list[tuple[str, bool, bool]]:
    """Who is told of a decision, each `(address, has an account, for the team)`; empty when nobody can be written to.

    The account that wrote it; else the stranger who proposed it; else the managers of its organisation, as for an
    event that a source brought.
    """
    account = account_of(author_key or event.author_key)
    if account is not None:
        return [(account.email, True, False)]
    if event.proposer_email and not author_key:
        return [(event.proposer_email, False, False)]
    managers = Mandate.objects.in_force().filter(organisation=event.organisation_id, role=Mandate.Role.MANAGER)
    rows = managers.filter(user__is_active=True).order_by("pk").values_list("user__email", flat=True)
    return [(email, True, True) for email in dict.fromkeys(rows)] if event.organisation_id else []


def account_of(key: str) -> User | None:
    """The account that wrote, if it is still one that people use."""
    try:
        return User.objects.filter(pk=key, is_active=True).first() if key else None
    except ValidationError:  # not a key of ours
        return None


def tell_registered(change: SessionChange) -> None:
    """Queue a mail for each person who holds or waits for a seat of the session: it changed."""
    tell_change(change)
