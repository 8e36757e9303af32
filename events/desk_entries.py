"""What the agenda says in the espace pro: a line of the menu, and what waits for those who write events (E4, A5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from core.desk import Entry, Task, Waiting, register, register_entry
from events.models import Event, Revision, Source
from events.pro_access import houses_of
from events.services.giving_up import in_sight
from territories.rules import may_enter_pro

State = Event.State
TOLD_FOR = timedelta(days=30)  # a refused wording nobody took up again is then left alone
_LISTED = 100


def connect() -> None:
    """Declare the room’s entries."""
    register_entry(Entry(20, "Agenda", "pro_events", "calendar", may_enter_pro))
    register(Task("pro", "events-refused", 12, "[Évènement refusé|Évènements refusés] à corriger", _refused))
    register(Task("pro", "events-revised", 13, "[Modification d’évènement refusée|Modifications d’évènements refusées]",
                  _revised))  # fmt: skip
    register(Task("pro", "events-sources", 14, "[Agenda suivi|Agendas suivis] que l’on n’arrive plus à lire", _failing))
    register(Task("pro", "events-drafts", 30, "[Évènement|Évènements] en brouillon", _drafts))


def _refused(user: Any) -> Waiting | None:
    return _waiting(_mine(user).filter(state=State.REFUSED), "Le motif est sur la page de l’évènement.")


def _revised(user: Any) -> Waiting | None:
    """Events whose last proposed wording was refused lately."""
    last = Revision.objects.filter(event=OuterRef("pk")).order_by("-pk")
    rows = _mine(user).filter(state=State.PUBLISHED).annotate(
        answer=Subquery(last.values("state")[:1]), answered_at=Subquery(last.values("decided_at")[:1])
    )  # fmt: skip
    refused = rows.filter(answer=Revision.State.REFUSED, answered_at__gte=timezone.now() - TOLD_FOR)
    return _waiting(refused, "Le public lit toujours la version d’avant.", pile="a-venir")


def _failing(user: Any) -> Waiting | None:
    """Followed agendas whose last readings failed: one leads to its page, several to their list."""
    rows = Source.objects.filter(organisation__in=[house.pk for house in houses_of(user)], active=True, failures__gt=1)
    slugs = list(rows.order_by("name").values_list("slug", flat=True)[:_LISTED])
    if not slugs:
        return None
    url = reverse("pro_source", args=[slugs[0]]) if len(slugs) == 1 else reverse("pro_sources")
    return Waiting(len(slugs), url, "Leurs évènements ne suivent plus ce que vous y changez.")


def _drafts(user: Any) -> Waiting | None:
    return _waiting(_mine(user).filter(state=State.DRAFT), "Votre équipe seule peut les voir.")


def _mine(user: Any) -> QuerySet[Event]:
    return in_sight(Event.objects.filter(organisation__in=[house.pk for house in houses_of(user)]))


def _waiting(rows: QuerySet[Event], detail: str, *, pile: str = "brouillons") -> Waiting | None:
    """One leads to its page, several to their list."""
    slugs = list(rows.order_by("-updated_at").values_list("slug", flat=True)[:_LISTED])
    if not slugs:
        return None
    several = f"{reverse('pro_events')}?pile={pile}"
    return Waiting(len(slugs), reverse("pro_event", args=[slugs[0]]) if len(slugs) == 1 else several, detail)
