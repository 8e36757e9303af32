"""What is decided of the events of one import is told in one letter, written again while it waits (A5, habit 12).

The letter waits for the reader to go on: it leaves `QUIET` after the last decision, `LONGEST` after the first one at
the latest. Its key holds the number of the first act it tells, so that no act is told in two letters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from core.links import absolute
from core.models import JournalEntry, OutboxMail
from core.outbox import composed, queue_mail
from events.models import Event
from events.services.telling import addressees, tell_author, words

QUIET, LONGEST = timedelta(minutes=10), timedelta(hours=1)
SHOWN = 60  # events of each kind in one letter
_VERBS = ("event.publish", "event.refuse")
State = Event.State


@dataclass(frozen=True)
class _Decided:
    published: list[Event]
    refused: list[Event]


def one_at_a_time(event: Event) -> None:
    """Held until the transaction ends: decisions on what came together follow each other. Before the act is written."""
    if event.source_uid:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_family(event)])


def tell_decision(event: Event, template: str, *, reason: str = "", **more: Any) -> int:
    """As `tell_author`; what an import brought goes into the letter that waits for the same person, if there is one."""
    if not event.source_uid:
        return tell_author(event, template, reason=reason, **more)
    count = 0
    for person in addressees(event):
        group = f"event_decisions-{_digest(f'{_family(event)} {person[0].lower()}')}"
        held = OutboxMail.objects.select_for_update().filter(
            key__startswith=f"{group}-", sent_at=None, attempts=0
        ).order_by("-pk").first()  # fmt: skip
        if held is None:
            said = words(event, person, reason=reason, **more)
            key = f"{group}-{_last_act(event)}"
            count += queue_mail(key=key, to=person[0], template=template, context=said)
            OutboxMail.objects.filter(key=key, sent_at=None).update(not_before=timezone.now() + QUIET)
        else:
            _write_again(held, event, team=person[2])
            count += 1
    return count


def _write_again(mail: OutboxMail, event: Event, *, team: bool) -> None:
    decided = _decided(event, first=int(mail.key.rpartition("-")[2]))
    if len(decided.published) + len(decided.refused) < 2:  # the same one, decided again before the letter left
        return
    context = {
        "event": event, "team": team, "desk_url": absolute("/pro/agenda/"),
        "published": [(e.title, absolute(f"/agenda/{e.slug}/")) for e in decided.published[:SHOWN]],
        "refused": [(e.title, e.state_reason, absolute(f"/pro/agenda/{e.slug}/")) for e in decided.refused[:SHOWN]],
        "published_count": len(decided.published), "refused_count": len(decided.refused),
        "published_more": max(len(decided.published) - SHOWN, 0), "refused_more": max(len(decided.refused) - SHOWN, 0),
    }  # fmt: skip
    subject, mail.text = composed("event_decisions", context)
    mail.subject = subject[:200]
    mail.not_before = min(timezone.now() + QUIET, mail.created_at + LONGEST)
    mail.save(update_fields=["subject", "text", "not_before"])


def _decided(event: Event, first: int) -> _Decided:
    """What was decided of the family since the act number `first`, as each stands now, by date."""
    family = Event.objects.filter(
        organisation=event.organisation_id, source=event.source_id, author_key=event.author_key,
        state__in=(State.PUBLISHED, State.REFUSED),
    ).exclude(source_uid="")  # fmt: skip
    acts = JournalEntry.objects.filter(
        target_type="events.event", verb__in=_VERBS, pk__gte=first, changes__state__0=str(State.PROPOSED)
    )
    keys = {int(key) for key in acts.values_list("target_key", flat=True)}
    events = list(family.filter(pk__in=keys).order_by("first_starts_at", "pk"))
    return _Decided(
        [one for one in events if one.state == State.PUBLISHED], [one for one in events if one.state == State.REFUSED]
    )


def _last_act(event: Event) -> int:
    acts = JournalEntry.objects.filter(target_type="events.event", target_key=str(event.pk), verb__in=_VERBS)
    return int(acts.order_by("-pk").values_list("pk", flat=True)[0])


def _family(event: Event) -> str:
    """What came together: one organisation, one source or the files of one person."""
    return f"decisions {event.organisation_id} {event.source_id} {event.author_key}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
