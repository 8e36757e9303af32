"""What the source of a folded event says while two events are one: told to who reads, who decides (A5, A6).

Nothing of it is written on the kept event, which has words and a source of its own; and nothing is remembered on the
folded one, so that it follows its source again once the two are separated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.journal import Actor, record
from events import field_words
from events.importers.incoming import Incoming
from events.models import Event, Merge, Session
from events.services.importing_feed import Feed, Reading
from events.services.importing_new import date_said, session_of, values_of
from events.services.revising import plain

GONE = "L’agenda ne donne plus cette annonce."
_STATES = {Session.Status.CANCELLED: "annulée", Session.Status.POSTPONED: "reportée"}


def follow_folded(known: dict[str, Event], given: list[tuple[Incoming, str]], reading: Reading) -> None:
    """Of the events that a source gives (an item and its digest), those that are folded in another: what they say
    otherwise than when they were made one is told, once each time it changes; nothing is left to tell when they say
    the same again."""
    for item, digest in given:
        event = known.get(item.uid)
        if event is not None and event.state == Event.State.MERGED:
            _follow(event, item, digest, reading)


def _follow(event: Event, item: Incoming, digest: str, reading: Reading) -> None:
    merge = Merge.objects.select_for_update().filter(folded=event, undone_at=None).first()
    if merge is None:
        return
    if digest == event.source_digest:
        if merge.undo.pop("source", None):
            merge.save(update_fields=["undo"])
    else:
        _tell(merge, digest, _differences(event, item, reading))


def say_gone(feed: Feed, given: Callable[[str], bool]) -> None:
    """The source gives these no more: told as well. For an agenda read whole, never for a file."""
    if feed.source is None:
        return
    rows = Merge.objects.filter(folded__source=feed.source, undone_at=None, kept__last_ends_at__gte=timezone.now())
    for merge in rows.select_related("folded"):
        if not given(merge.folded.source_uid):
            _tell(merge, "gone", [GONE])


@transaction.atomic
def seen(*, merge: Merge, actor: Actor | None) -> None:
    """Somebody read it and did what was to be done: it waits no more, until the source says something else."""
    held = Merge.objects.select_for_update().get(pk=merge.pk)
    if "source" in held.undo and not held.undo["source"]["seen"]:
        held.undo["source"]["seen"] = True
        held.save(update_fields=["undo"])
        record(verb="event.merge_read", target=held.kept, actor=actor)


def _tell(merge: Merge, digest: str, said: list[str]) -> None:
    if merge.undo.get("source", {}).get("digest") != digest:
        at = timezone.now().isoformat()
        merge.undo["source"] = {"digest": digest, "at": at, "said": said, "seen": False}
        merge.save(update_fields=["undo"])


def _differences(event: Event, item: Incoming, reading: Reading) -> list[str]:
    """In French, the dates first: what people would go to for nothing."""
    memory: dict[str, Any] = event.source_values
    said = [line for line in _dates(event, memory.get("dates", {}), item, reading) if line]
    before = memory.get("event", {})
    words = {name: plain(value) for name, value in values_of(item, reading.feed).items()}
    names = [name for name, value in words.items() if (value or None) != (before.get(name) or None)]
    if names:
        said.append("Autres mots\u00a0: " + ", ".join(field_words.label(name).lower() for name in names) + ".")
    return said or ["Détails changés."]


def _dates(event: Event, before: dict[str, list[Any]], item: Incoming, reading: Reading) -> list[str]:
    found, now = [], {date.key[:80]: date for date in item.dates}
    for key, last in before.items():
        if key not in now and last[2] != "gone":
            found.append(f"Date du {_day(last[0])}\u00a0: plus donnée.")
    for key, date in now.items():
        new = date_said(session_of(event, date, reading.places), date)
        if key not in before:
            found.append(f"Nouvelle date\u00a0: {_day(new[0])}.")
            continue
        last = before[key]
        if new[2] != last[2]:
            found.append(f"Date du {_day(last[0])}\u00a0: {_STATES.get(Session.Status(new[2]), 'de nouveau prévue')}.")
        elif new[:2] != last[:2]:
            found.append(f"Date du {_day(last[0])}\u00a0: {_day(new[0])} maintenant.")
        elif new[3] != last[3]:
            found.append(f"Date du {_day(last[0])}\u00a0: {'complète' if new[3] else 'des places de nouveau'}.")
        elif new[5] != last[5]:
            found.append(f"Date du {_day(last[0])}\u00a0: autre lieu.")
    return found


def _day(instant: float) -> str:
    """« 16/03/2027 à 14:00 », at the clocks of Paris."""
    here = datetime.fromtimestamp(instant, tz=timezone.get_default_timezone())
    return f"{here:%d/%m/%Y} à {here:%H:%M}"
