"""After the day: did it take place, how many came? Asked once of whoever runs it (G4, B1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.journal import Actor, record
from core.links import absolute
from core.outbox import queue_mail
from events.models import Event, Session
from events.render import times
from events.rules import works_for_organiser
from members.models import Organisation
from territories.confirmations import managers_of

_SIGNER = signing.Signer(salt="events.outcomes", sep=".")
ASKED_FOR = timedelta(days=14)  # after that nobody remembers, and imported pasts are asked of nobody
ANSWERED_FOR = timedelta(days=120)
LINES = 20  # of one mail; the rest is at the desk
_NOT_HELD = (Session.Status.CANCELLED, Session.Status.POSTPONED)


class LinkHolder:
    """Whoever opens the link of the mail acts without an account: the journal says so, and no name."""

    journal_key = ""
    journal_label = "organisateur ou organisatrice, par le lien reçu"


def secret_of(session: Session) -> str:
    """What the address of the question holds: the date, signed."""
    return _SIGNER.sign(session.public_id.hex)


def of_secret(secret: str) -> Session | None:
    """The date that this link asks about; None for a link that we did not write."""
    try:
        key = UUID(hex=_SIGNER.unsign(secret))
    except (signing.BadSignature, ValueError):
        return None
    return _rows().filter(public_id=key, event__state=Event.State.PUBLISHED).first()


def is_open(session: Session) -> bool:
    """Whether an answer (or another one) is taken."""
    now = timezone.now()
    return session.ends_at <= now < session.ends_at + ANSWERED_FOR and session.status not in _NOT_HELD


@transaction.atomic
def answer(*, session: Session, happened: bool, attended: int | None, actor: Actor | None = None) -> None:
    """Write what is known; the last answer stays. Raises `ValidationError` (French) too early or too late."""
    held = Session.objects.select_for_update(of=("self",)).select_related("event").get(pk=session.pk)
    if not is_open(held):
        raise ValidationError("On ne répond plus pour cette date.")
    before = [held.happened, held.attended]
    held.happened, held.attended, held.answered_at = happened, attended, timezone.now()
    held.save(update_fields=["happened", "attended", "answered_at"])
    record(
        verb="session.outcome", target=held.event, actor=actor or LinkHolder(),
        changes={"happened": [before[0], happened], "attended": [before[1], attended]},
    )  # fmt: skip


def waiting(events: Q) -> QuerySet[Session]:
    """The dates of these events (a condition on `Session`) that are over and of which nothing is known."""
    now = timezone.now()
    return (
        _rows().filter(events, event__state=Event.State.PUBLISHED, answered_at=None)
        .filter(ends_at__lte=now, ends_at__gt=now - ASKED_FOR).exclude(status__in=_NOT_HELD).order_by("ends_at", "pk")
    )  # fmt: skip


@transaction.atomic
def ask(day: date | None = None) -> int:
    """One mail a day at most to each person who runs what is just over; returns how many. Each date is asked once.

    Two workers share the work: the dates are held. Who was written to today already is asked tomorrow.
    """
    day = day or timezone.localdate()
    due = list(waiting(Q(asked_at=None)).select_for_update(skip_locked=True, of=("self",))[:2_000])
    readers = _readers(due)
    by_address: dict[str, list[Session]] = defaultdict(list)
    for session in due:
        for address in readers[session.pk]:
            by_address[address].append(session)
    told, count = {session.pk for session in due if not readers[session.pk]}, 0
    for address, sessions in sorted(by_address.items()):
        if _write(address, sessions, day):
            count += 1
            told |= {session.pk for session in sessions}
    Session.objects.filter(pk__in=told).update(asked_at=timezone.now())
    return count


def _write(address: str, sessions: Sequence[Session], day: date) -> bool:
    lines = [
        {
            "title": session.event.title, "when": _when(session),
            "url": absolute(reverse("outcome", args=[secret_of(session)])),
        }
        for session in sessions[:LINES]
    ]  # fmt: skip
    desk = absolute(reverse("pro_outcomes"))
    context = {"lines": lines, "count": len(sessions), "more": len(sessions) - LINES, "desk": desk}
    return queue_mail(key=f"outcome-{_mark(address)}-{day}", to=address, template="outcome", context=context)


def _mark(address: str) -> str:
    """An address in a key that tells nothing of it."""
    return signing.Signer(salt="events.outcomes.key").signature(address)[:32]


def _readers(sessions: Iterable[Session]) -> Mapping[int, list[str]]:
    """Who is asked of each date: whoever wrote the event, if they still work for who runs it; else those who manage
    the organisation; else the stranger who proposed it, while their address is kept."""
    listed = list(sessions)
    authors = _accounts(session.event.author_key for session in listed)
    managers = managers_of(session.event.organisation for session in listed)
    found: dict[int, list[str]] = {}
    for session in listed:
        event = session.event
        author = authors.get(event.author_key)
        own = author is not None and (event.organisation is None or works_for_organiser(author, event))
        if own and author is not None:
            found[session.pk] = [author.email]
        elif event.organisation is not None:
            found[session.pk] = [user.email for user in managers.get(event.organisation_id or 0, ())]
        else:
            found[session.pk] = [event.proposer_email] if event.proposer_email else []
    return found


def _accounts(keys: Iterable[str]) -> dict[str, User]:
    known = set()
    for key in set(keys):
        try:
            known.add(UUID(key))
        except ValueError:
            continue
    return {str(user.pk): user for user in User.objects.filter(pk__in=known, is_active=True)}


def of_organisations(houses: Iterable[Organisation]) -> Q:
    return Q(event__organisation__in=list(houses))


def _rows() -> QuerySet[Session]:
    return Session.objects.select_related("event__organisation", "commune", "site")


def _when(session: Session) -> str:
    return times.when(session.starts_at, session.ends_at, all_day=session.all_day)
