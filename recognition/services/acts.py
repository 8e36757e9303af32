"""The one way to write on a timeline (R12, R13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.journal import Actor
from recognition.models import Act, Campaign, Candidature, Recognition

# Who listens to what is written: the daily pass says what it has done, whichever service did it.
_heard: ContextVar[list[Act] | None] = ContextVar("heard", default=None)


@contextmanager
def heard() -> Iterator[list[Act]]:
    """The acts that are written meanwhile by this thread, in order; who rolls one back takes it out of the list."""
    found: list[Act] = []
    token = _heard.set(found)
    try:
        yield found
    finally:
        _heard.reset(token)


def note(
    *,
    kind: str,
    text: str,
    at: dt.datetime,
    actor: Actor | None = None,
    campaign: Campaign | None = None,
    candidature: Candidature | None = None,
    recognition: Recognition | None = None,
    shown: bool = True,
    key: str | None = None,
) -> Act | None:
    """Write what happened, in French and without a person's name. Call it in the transaction of the act itself.

    `key`: an act of the calendar, done once; None is answered when it was done before, and the caller does nothing.
    `shown`: the organisation reads it too.
    """
    values = {
        "campaign": campaign, "candidature": candidature, "recognition": recognition, "kind": kind, "text": text[:400],
        "at": at, "actor_key": actor.journal_key if actor else "", "shown": shown, "automatic": key is not None,
        "actor_label": actor.journal_label if actor else "calendrier",
    }  # fmt: skip
    if key is None:
        return _said(Act.objects.create(**values))
    act, created = Act.objects.get_or_create(key=key, defaults=values)
    return _said(act) if created else None


def _said(act: Act) -> Act:
    listening = _heard.get()
    if listening is not None:
        listening.append(act)
    return act
