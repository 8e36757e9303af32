"""An event proposed by somebody who has no account: kept until its address is confirmed, then read (A5, S2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.links import absolute
from core.outbox import queue_mail
from core.text import fold
from events.models import Event, Session
from events.services.states import locked, submit
from events.services.telling import tell_author
from events.services.writing import create_event

UNCONFIRMED_KEPT = 5  # of one address: beyond, no other letter leaves
_SALT = "events.proposals"
State = Event.State


class TooManyUnconfirmedError(Exception):
    """This address was written to several times already and answered none of them."""


@transaction.atomic
def propose(*, values: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]], name: str, email: str) -> Event:
    """A draft that only its author knows, and a letter whose link sends it. The same words twice are one proposal.

    Raises `TooManyUnconfirmedError`, or `ValidationError` by field.
    """
    with connection.cursor() as cursor:  # two clicks at once are two transactions
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{_SALT}:{email.lower()}"])
    waiting: list[Event] = list(unconfirmed().filter(proposer_email__iexact=email))
    first = min(session["starts_at"] for session in sessions)
    for other in waiting:
        same_title = other.folded_title == fold(values["title"])[:200]
        if same_title and Session.objects.filter(event=other, starts_at=first).exists():
            return other
    if len(waiting) >= UNCONFIRMED_KEPT:
        raise TooManyUnconfirmedError
    event = create_event(values=values, sessions=sessions, actor=None, proposer_name=name, proposer_email=email)
    url = absolute(reverse("propose_event_confirm", args=[token(event)]))
    context = {"event": event, "url": url, "days": settings.EVENT_PROPOSAL_DAYS}
    queue_mail(key=f"event_confirm-{event.public_id}", to=email, template="event_confirm", context=context)
    return event


@transaction.atomic
def confirm(event: Event) -> bool:
    """The address is proved: the proposal goes to whoever reads it. False when it went already, whatever the answer
    was since: an old link brings nothing back."""
    try:
        held = locked(event, (State.DRAFT,))
        if held.proposed_at is not None or _is_late(held):
            return False
        held = submit(event=held, actor=None, at_once=False)
    except ValidationError:
        return False
    tell_author(held, "event_received")
    return True


def token(event: Event) -> str:
    """What the link of the letter carries: the proposal, signed."""
    return signing.Signer(salt=_SALT).sign(str(event.public_id))


def of_token(given: str) -> Event | None:
    """The proposal of a link; None for a link that is not ours or is older than `EVENT_PROPOSAL_DAYS`, or when the
    proposal was forgotten."""
    try:
        key = signing.Signer(salt=_SALT).unsign(given)
    except signing.BadSignature:
        return None
    found = Event.objects.select_related("agency").filter(public_id=key).exclude(proposer_email="").first()
    return None if found is None or _is_late(found) else found


def _is_late(event: Event) -> bool:
    return event.created_at < timezone.now() - timedelta(days=settings.EVENT_PROPOSAL_DAYS)


def unconfirmed() -> Any:
    """Proposals of strangers whose address nobody confirmed: nobody reads them."""
    return Event.objects.filter(_UNCONFIRMED)


_UNCONFIRMED = Q(state=State.DRAFT, author_key="", source=None, published_at=None) & ~Q(proposer_email="")


def forget() -> tuple[int, int]:
    """Delete proposals never confirmed, empty the name and address of strangers answered long ago.

    After `EVENT_PROPOSAL_DAYS` and `EVENT_PROPOSER_DAYS` days (S2). Returns how many of each.
    """
    now = timezone.now()
    old = unconfirmed().filter(created_at__lt=now - timedelta(days=settings.EVENT_PROPOSAL_DAYS))
    gone = sum(1 for event in old if event.delete())
    since = now - timedelta(days=settings.EVENT_PROPOSER_DAYS)
    decided = Q(state=State.PUBLISHED, published_at__lt=since) | Q(state=State.WITHDRAWN, withdrawn_at__lt=since)
    decided |= Q(state__in=(State.REFUSED, State.MERGED), updated_at__lt=since)
    answered = Event.objects.filter(decided).exclude(proposer_email="", proposer_name="")
    return gone, answered.update(proposer_name="", proposer_email="")
