"""`/candidature/<uuid>/`: where the dossier stands, what remains, the year, what changed since the former one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from recognition.clock import day_of
from recognition.contents import FILES, Change, content_of, differences
from recognition.models import Act, Candidature, Recognition
from recognition.services.campaigns import timeline
from recognition.to_mend import to_mend
from recognition.views.access import Desk, reads_dossier
from recognition.views.acts import days_left

ACTS = 60
CHANGES = 100
_REVIEW = str(Candidature._meta.get_field("activity_review").verbose_name).capitalize()


@reads_dossier()
def overview(desk: Desk) -> HttpResponse:
    dossier = desk.dossier
    changes = changed_since(dossier)
    context = desk.page(
        "",
        steps=timeline(dossier.campaign, on=day_of(desk.at)),
        acts=list(Act.objects.filter(candidature=dossier, shown=True).order_by("-at", "-pk")[:ACTS]),
        changes=changes[:CHANGES],
        changes_more=max(0, len(changes) - CHANGES),
        letters=list(dossier.letters.order_by("-written_at", "-pk")),
        piece_request=desk.request_open,
        days_left=days_left(desk),
        findings=list(to_mend(Recognition.objects.filter(candidature=dossier))),
        today=day_of(desk.at),
        signs=desk.signs,
        withdrawable=dossier.state in Candidature.OPEN,
    )
    return render(desk.request, "recognition/overview.html", context)


def changed_since(dossier: Candidature) -> list[Change]:
    """What differs from the dossier it began from; nothing when it began from none."""
    if dossier.previous_id is None:
        return []
    rows = Candidature.objects.select_related("organisation", "campaign", "charter")
    changes = differences(content_of(rows.get(pk=dossier.previous_id)), content_of(dossier))
    return [change for change in changes if change.after or not _of_its_year(change)]


def _of_its_year(change: Change) -> bool:
    """What no dossier takes from another year: its absence is work to do, not a change."""
    return change.section == FILES or change.label == _REVIEW
