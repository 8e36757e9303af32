"""Two states of a dossier side by side, word by word: the former dossier, each deposit, each answer (R13)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts.admin_rules import actor
from core.differences import compare
from core.values import day_in_words
from recognition.admin.candidature_grid import CandidatureGrid
from recognition.contents import differences
from recognition.dossier_sheet import is_read
from recognition.models import Candidature, Snapshot
from recognition.services.consulting import opened

_MOMENTS = {"deposit": "déposé", "answer": "complété"}


@dataclass(frozen=True)
class State:
    """A state that can be compared: its snapshot, how it is called."""

    snapshot: Snapshot
    label: str


class CandidatureCompare(CandidatureGrid):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.compare_view)
        return [path("<int:key>/comparer/", view, name="recognition_candidature_compare"), *super().get_urls()]

    @method_decorator(require_safe)
    def compare_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """`?avant=` and `?apres=`: the keys of two states; without them the last one and the one before it."""
        dossier = self.theirs(request, key)
        if not is_read(dossier):
            raise Http404
        opened(candidature=dossier, actor=actor(request))
        states = states_of(dossier)
        before, after = _chosen(states, request.GET.get("avant", ""), request.GET.get("apres", ""))
        changes = differences(before.snapshot.content, after.snapshot.content) if before and after else []
        context = {
            **self.admin_site.each_context(request), "title": "Comparer deux états du dossier", "opts": self.opts,
            "dossier": dossier, "states": states, "before": before, "after": after, "count": len(changes),
            "sections": [
                {"title": title, "changes": [(change.label, compare(change.before, change.after)) for change in held]}
                for title, held in groupby(changes, key=lambda change: change.section)
            ],
            "other_charter": before and after
            and before.snapshot.content["charter"] != after.snapshot.content["charter"],
        }  # fmt: skip
        return TemplateResponse(request, "admin/recognition/candidature/compare.html", context)


def states_of(dossier: Candidature) -> list[State]:
    """From the oldest: those of the former dossier, then those of this one. Two queries."""
    rows = Snapshot.objects.filter(candidature__in=[dossier.pk, dossier.previous_id]).select_related(
        "candidature__campaign"
    )
    found = sorted(rows, key=lambda row: (row.candidature_id == dossier.pk, row.taken_at, row.pk))
    return [State(row, _label(row, dossier)) for row in found]


def _label(row: Snapshot, dossier: Candidature) -> str:
    day = day_in_words(timezone.localdate(row.taken_at))
    said = f"{_MOMENTS.get(row.moment, row.moment)} le {day}"
    return said if row.candidature_id == dossier.pk else f"dossier {row.candidature.campaign.year}, {said}"


def _chosen(states: list[State], before: str, after: str) -> tuple[State | None, State | None]:
    """The two states asked for. Raises `Http404` for one that is not of this dossier."""
    known = {str(state.snapshot.pk): state for state in states}
    if (before and before not in known) or (after and after not in known):
        raise Http404
    last = known.get(after) or (states[-1] if states else None)
    earlier = [state for state in states if state is not last]
    first = known.get(before) or (earlier[-1] if earlier else None)
    return first, last
