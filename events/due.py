"""What is due at the Region's desk in the agenda: the same rows for a line of the first page and for its list (S3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from events.models import Event, Merge, Revision, Source
from territories.due import served

LATE_AFTER = dt.timedelta(days=7)  # said late wherever it is listed
FAILING = 3  # readings of a source that failed in a row: one is a passing trouble


def proposed(events: QuerySet[Any]) -> QuerySet[Any]:
    return events.filter(state=Event.State.PROPOSED)


def proposed_long_ago(events: QuerySet[Any]) -> QuerySet[Any]:
    return proposed(events).filter(proposed_at__lt=timezone.now() - LATE_AFTER)


def revised(events: QuerySet[Any]) -> QuerySet[Any]:
    """Published events of which another wording waits."""
    return events.filter(pk__in=waiting(Revision.objects.all()).values("event"))


def waiting(revisions: QuerySet[Any]) -> QuerySet[Any]:
    return revisions.filter(state=Revision.State.WAITING)


def moved(merges: QuerySet[Any]) -> QuerySet[Any]:
    """Two events made one, of which the folded one's source says something else since; nobody read it yet."""
    return merges.filter(undone_at=None, undo__source__seen=False)


def failing(sources: QuerySet[Any]) -> QuerySet[Any]:
    return sources.filter(active=True, failures__gte=FAILING)


def _events(user: Any, narrow: Any, due: str, *, late: bool = False) -> Waiting:
    found = narrow(served(user, Event.objects.all())).aggregate(count=Count("pk"), oldest=Min("proposed_at"))
    url = f"{reverse('admin:events_event_changelist')}?due={due}"
    return Waiting(found["count"], url, _since(found["oldest"]), late)


def _revisions(user: Any) -> Waiting:
    rows = waiting(served(user, Revision.objects.all(), "event__agency_id"))
    found = rows.aggregate(count=Count("pk"), oldest=Min("created_at"))
    url = f"{reverse('admin:events_revision_changelist')}?due=a-relire"
    return Waiting(found["count"], url, _since(found["oldest"]))


def _merges(user: Any) -> Waiting:
    count = moved(served(user, Merge.objects.all(), "kept__agency_id")).count()
    return Waiting(count, f"{reverse('admin:events_merge_changelist')}?due=source", "")


def _sources(user: Any) -> Waiting | None:
    if not runs_region.test(user):
        return None
    count = failing(Source.objects.all()).count()
    return Waiting(count, f"{reverse('admin:events_source_changelist')}?due=en-echec")


def _since(oldest: dt.datetime | None) -> str:
    return f"en attente depuis le {day_in_words(timezone.localdate(oldest))}" if oldest else ""


def register_tasks() -> None:
    """What waits for the Region, and for each officer in the territories they serve."""
    days = LATE_AFTER.days
    lines: list[tuple[str, int, str, Any]] = [
        ("events-late", 8, f"[Évènement|Évènements] à relire depuis plus de {days} jours",
         lambda user: _events(user, proposed_long_ago, "en-retard", late=True)),
        ("events", 13, "[Évènement|Évènements] à relire", lambda user: _events(user, proposed, "a-relire")),
        ("revisions", 14, "[Modification|Modifications] d’évènement à relire", _revisions),
        ("merges", 15, "[Annonce réunie|Annonces réunies] dont l’autre source a changé", _merges),
        ("sources", 20, f"[Agenda|Agendas] de membres que l’on n’arrive plus à lire ({FAILING} échecs de suite)",
         _sources),
    ]  # fmt: skip
    for key, order, title, query in lines:
        desk.register(Task("region", key, order, title, query))
