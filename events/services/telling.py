"""Who is told by mail of what becomes of an event: its author, and those who registered."""

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


def tell_author(event: Event, template: str, *, reason: str = "", author_key: str = "", **more: Any) -> None:
    """Queue `mail/<template>.txt` for whoever wrote the event: an account, a stranger. Nobody known: nothing.

    `author_key`: whoever wrote this part of it (a revision), when that is somebody else. `more` goes to the template.
    """
    account = account_of(author_key or event.author_key)
    to = account.email if account else event.proposer_email
    if not to or (account is None and author_key):
        return
    context = {
        "event": event, "reason": reason, "account": account is not None, "kept_days": settings.EVENT_PROPOSER_DAYS,
        "url": absolute(f"/agenda/{event.slug}/"),
        "edit_url": absolute(f"/pro/agenda/{event.slug}/") if account else absolute("/agenda/proposer/"),
        **more,
    }  # fmt: skip
    # Each door is passed once, its row held: the instant tells apart a second refusal from the first.
    key = f"{template}-{event.public_id}-{timezone.now():%Y%m%dT%H%M%S%f}"
    queue_mail(key=key, to=to, template=template, context=context)


def account_of(key: str) -> User | None:
    """The account that wrote, if it is still one that people use."""
    try:
        return User.objects.filter(pk=key, is_active=True).first() if key else None
    except ValidationError:  # not a key of ours
        return None


def tell_registered(change: SessionChange) -> None:
    """Queue a mail for each person who holds or waits for a seat of the session: it changed."""
    tell_change(change)
