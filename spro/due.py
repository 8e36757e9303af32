"""What is due at the Region's desk that no room above the ground can tell: mail, imports, the last pack (S3)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import desk
from core.desk import Task, Waiting
from core.imports import waiting_for_a_decision
from core.models import PackLoad
from core.outbox import dead_mails
from core.values import day_in_words


def _mails(user: Any) -> Waiting | None:
    if not runs_region.test(user):
        return None
    url = f"{reverse('admin:core_outboxmail_changelist')}?etat=abandonne"
    return Waiting(dead_mails(), url, "après tous les essais", late=True)


def _imports(user: Any) -> Waiting | None:
    if not runs_region.test(user):
        return None
    days = list(waiting_for_a_decision().order_by("created_at").values_list("created_at", flat=True))
    detail = f"depuis le {day_in_words(timezone.localdate(days[0]))}" if days else ""
    return Waiting(len(days), f"{reverse('admin:imports')}?etat=a-decider", detail)


def _remarks(user: Any) -> Waiting | None:
    """What the last load of a pack said besides its counts."""
    if not runs_region.test(user):
        return None
    last = PackLoad.objects.order_by("-id").only("report", "loaded_at").first()
    if last is None:
        return None
    remarks = [line for line in last.report if " – créés\u00a0: " not in line]
    url = reverse("admin:core_packload_change", args=[last.pk])
    return Waiting(len(remarks), url, f"chargement du {day_in_words(timezone.localdate(last.loaded_at))}")


def register_tasks() -> None:
    desk.register(Task("region", "mails", 1, "[Courriel|Courriels] qui ne [part|partent] pas", _mails))
    desk.register(Task("region", "imports", 13, "[Import|Imports] en attente de décision", _imports))
    desk.register(
        Task(
            "region",
            "pack",
            60,
            "[Remarque|Remarques] du dernier chargement de pack",
            _remarks,
        )
    )
