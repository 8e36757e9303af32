"""What the page of a sitting shows: where it is, what remains, each dossier of its agenda with its forms (R6, R7)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch
from django.urls import NoReverseMatch, reverse

from recognition.forms.sittings import AgendaForm, DetailsForm, MinutesForm, OpinionForm, RecusalForm
from recognition.models import AgendaItem, Candidature, Decision, GoverningBody, Opinion, Sitting
from recognition.services.agenda import candidates_for
from recognition.services.campaigns import elsewhere
from recognition.services.grid import unmet, unmet_words

BLOCKED_SHOWN = 30
State = Candidature.State


@dataclass(frozen=True)
class Stage:
    """Where a sitting is: `coming`, `held` (its day has come) or `closed`, and how it is said."""

    key: str
    label: str


def stage_of(sitting: Sitting, today: dt.date) -> Stage:
    if sitting.closed_at is not None:
        return Stage("closed", "Compte rendu arrêté")
    if sitting.held_on > today:
        return Stage("coming", "À venir")
    return Stage("held", "Aujourd’hui" if sitting.held_on == today else "Tenue, compte rendu à arrêter")


def stamp(*values: Any) -> str:
    """What a form was made from: another stamp when it comes back says that a colleague wrote in between."""
    return hashlib.sha256("\x1f".join(str(value or "") for value in values).encode()).hexdigest()[:16]


def dossier_url(dossier: int | None) -> str:
    """The page of a dossier at the desk."""
    try:
        return reverse("admin:recognition_candidature_change", args=[dossier]) if dossier else ""
    except NoReverseMatch:  # the list of dossiers is another part
        return ""


def opinion_stamp(opinion: Opinion | None) -> str:
    return opinion.recorded_at.isoformat() if opinion else ""


def details_stamp(sitting: Sitting) -> str:
    return stamp(*(getattr(sitting, name) for name in DetailsForm.KEPT))


def sheet_of(sitting: Sitting, today: dt.date, typed: tuple[str, Any] | None = None) -> dict[str, Any]:
    """The context of the page. `typed`: the name of a form and itself, as it came back refused.

    Names: « avis-<dossier> », « deport-<dossier> », « agenda », « compte-rendu », « seance ».
    """
    stage, shown = stage_of(sitting, today), dict([typed] if typed else [])
    decides = sitting.body.kind == GoverningBody.Kind.DECISION
    items = list(_items(sitting))
    lacking = unmet(item.candidature for item in items)
    lines = [_line(sitting, item, number, stage, shown) for number, item in enumerate(items, 1)]
    for line in lines:
        line["unmet"] = unmet_words(lacking[line["dossier"].pk])
    waiting = list(candidates_for(sitting)) if stage.key != "closed" else []
    left = [line for line in lines if line["to_say"]]
    for line in left[:1]:  # one form open at a time, that of the next dossier to speak of
        line["next"] = not shown
    return {
        "elsewhere": elsewhere(sitting) if stage.key == "coming" else None,
        "stage": stage, "decides": decides, "lines": lines, "waiting": waiting, "left": left,
        "undecided": [line for line in lines if decides and line["dossier"].state == State.READY],
        "blocked": _blocked(sitting, {i.candidature_id for i in items} | {d.pk for d in waiting}, stage),
        "agenda": shown.get("agenda") or AgendaForm(rows=candidates_for(sitting)),
        "minutes": shown.get("compte-rendu") or MinutesForm(initial={"minutes": sitting.minutes}, key="compte_rendu"),
        "minutes_seen": stamp(sitting.minutes), "details_seen": details_stamp(sitting),
        "details": shown.get("seance") or DetailsForm.of(sitting), "typed": typed[0] if typed else "",
        "people": [line for line in sitting.present.splitlines() if line.strip()],
    }  # fmt: skip


def _items(sitting: Sitting) -> Any:
    said = Opinion.objects.select_related("sitting", "body").order_by("body__order")
    decided = Decision.objects.filter(followed_by=None).select_related("plan")
    return (
        AgendaItem.objects.filter(sitting=sitting)
        .select_related("candidature__organisation", "candidature__campaign", "candidature__agency")
        .annotate(sites=Count("candidature__sites"))
        .prefetch_related(
            Prefetch("candidature__opinions", queryset=said, to_attr="said"),
            Prefetch("candidature__decisions", queryset=decided, to_attr="decided"),
            Prefetch("candidature__recusals", queryset=sitting.recusals.all(), to_attr="gone"),
        )
        .order_by("order", "pk")
    )


def _line(sitting: Sitting, item: Any, number: int, stage: Stage, shown: dict[str, Any]) -> dict[str, Any]:
    dossier = item.candidature
    mine = next((said for said in dossier.said if said.sitting_id == sitting.pk), None)
    others = [said for said in dossier.said if said.sitting_id != sitting.pk]
    gives = sitting.body.kind == GoverningBody.Kind.OPINION
    ready, key = dossier.state == State.READY, dossier.pk
    may_say = gives and ready and stage.key == "held"
    return {
        "number": number, "dossier": dossier, "sites": item.sites, "opinion": mine, "others": others, "ready": ready,
        "gone": dossier.gone, "decision": dossier.decided[0] if dossier.decided else None,
        "to_say": gives and ready and mine is None and stage.key != "closed", "seen": opinion_stamp(mine),
        "form": (shown.get(f"avis-{key}") or OpinionForm.of(key, mine)) if may_say else None,
        "recusal": (shown.get(f"deport-{key}") or RecusalForm(key=f"deport_{key}")) if stage.key != "closed" else None,
        "opens": f"avis-{key}" in shown, "recusing": f"deport-{key}" in shown,
        "may_leave": stage.key != "closed" and mine is None and not any(
            decision.sitting_id == sitting.pk for decision in dossier.decided
        ),
        "first": number == 1, "url": dossier_url(key),
    }  # fmt: skip


def _blocked(sitting: Sitting, known: set[int], stage: Stage) -> list[tuple[Candidature, str]]:
    """The ready dossiers that this sitting cannot take, and why, without asking for each."""
    if stage.key == "closed":
        return []
    bodies = list(GoverningBody.objects.filter(kind=GoverningBody.Kind.OPINION))
    decides = sitting.body.kind == GoverningBody.Kind.DECISION
    former = [body for body in bodies if decides or body.order < sitting.body.order]
    rows = list(
        Candidature.objects.filter(state=State.READY).exclude(pk__in=known).select_related("organisation", "campaign")
        .order_by("organisation__sort_key", "pk")[:BLOCKED_SHOWN]
    )  # fmt: skip
    said: dict[int, dict[int, dt.date]] = defaultdict(dict)
    for opinion in Opinion.objects.filter(candidature__in=rows).select_related("sitting"):
        said[opinion.candidature_id][opinion.body_id] = opinion.sitting.held_on
    planned = {
        item.candidature_id: item.sitting
        for item in AgendaItem.objects.filter(
            candidature__in=rows, sitting__body=sitting.body, sitting__closed_at=None
        ).select_related("sitting")
    }  # fmt: skip
    return [(dossier, _why(sitting, dossier, said[dossier.pk], planned.get(dossier.pk), former)) for dossier in rows]


def _why(
    sitting: Sitting, dossier: Candidature, said: dict[int, dt.date], planned: Sitting | None,
    former: list[GoverningBody],
) -> str:  # fmt: skip
    if sitting.body_id in said:
        return f"avis déjà donné le {said[sitting.body_id]:%d/%m/%Y}"
    missing = [body.short_name for body in former if said.get(body.pk, dt.date.max) > sitting.held_on]
    if missing:
        return f"il manque d’abord l’avis de\u00a0: {', '.join(missing)}"
    if planned is not None:
        return f"déjà à l’ordre du jour du {planned.held_on:%d/%m/%Y}"
    if sitting.campaign is not None and dossier.campaign.year > sitting.campaign.year and not dossier.renews_id:
        return "il est d’une campagne à venir"
    return "il n’était pas encore prêt ce jour-là"
