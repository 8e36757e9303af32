"""What a candidate finds outside its dossier: on its account, in the espace pro, among what waits (E4, R12)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.desk import Entry, Task, Waiting, register, register_entry
from core.panels import Panel
from core.panels import register as register_panel
from core.values import day_in_words
from members.rules import held
from recognition.clock import day_of
from recognition.deadlines import limit_on
from recognition.models import Candidature, Message, PieceRequest

SOON = 7  # days before the deadline: what waits is then said to be late
_LISTED = 10


def connect() -> None:
    """Declare the entries of the candidate's side."""
    register_entry(Entry(25, "Candidature", "candidature_home", "medaille", has_dossier))
    register(Task("pro", "candidature-asked", 2, "[Dossier|Dossiers] de candidature à compléter", _asked))
    register(Task("pro", "candidature-drafts", 4, "[Dossier|Dossiers] de candidature à déposer", _drafts))
    register(Task("pro", "candidature-messages", 5, "[Message|Messages] de la Région sur votre candidature", _unread))
    register_panel(Panel("account", 25, "Candidature", "recognition/panels/dossiers.html", _dossiers))


def has_dossier(user: Any) -> bool:
    return bool(held(user) and Candidature.objects.visible_to(user).exists())


def _asked(user: Any) -> Waiting | None:
    """The Region waits for something: the day it asked for, late once it is over."""
    rows = PieceRequest.objects.filter(
        candidature__in=Candidature.objects.visible_to(user), candidature__state=Candidature.State.INCOMPLETE,
        answered_at=None, closed_at=None,
    )  # fmt: skip
    found = list(rows.select_related("candidature").order_by("due_on", "pk")[:_LISTED])
    if not found:
        return None
    first = found[0]
    detail = f"À renvoyer avant la fin du {day_in_words(first.due_on)}."
    url = reverse("candidature_complete", args=[first.candidature.public_id])
    return Waiting(len(found), _one_or_all(found, url), detail, late=first.due_on < day_of(timezone.now()))


def _drafts(user: Any) -> Waiting | None:
    """Saved, and not deposited: until when."""
    rows = Candidature.objects.visible_to(user).filter(state=Candidature.State.DRAFT)
    found = list(rows.select_related("campaign", "renews").order_by("campaign__deadline_on", "pk")[:_LISTED])
    if not found:
        return None
    limit = min(limit_on(dossier) for dossier in found)
    detail = f"Enregistré, pas encore déposé. La Région l’attend avant la fin du {day_in_words(limit)}."
    late = (limit - day_of(timezone.now())).days <= SOON
    return Waiting(len(found), _one_or_all(found, found[0].get_absolute_url()), detail, late=late)


def _unread(user: Any) -> Waiting | None:
    rows = Message.objects.filter(
        candidature__in=Candidature.objects.visible_to(user), side=Message.Side.REGION, read_at=None
    )
    keys = list(rows.order_by("-sent_at").values_list("candidature__public_id", flat=True)[:_LISTED])
    if not keys:
        return None
    one = reverse("candidature_messages", args=[keys[0]])
    return Waiting(len(keys), one if len(set(keys)) == 1 else reverse("candidature_home"))


def _one_or_all(found: list[Any], url: str) -> str:
    return url if len(found) == 1 else reverse("candidature_home")


def _dossiers(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    if not held(user):
        return None
    rows = Candidature.objects.visible_to(user).select_related("organisation", "campaign")
    found = list(rows.order_by("-created_at", "-pk")[:_LISTED])
    return {"dossiers": found} if found else None
