"""The quality grid at the desk: one page for the whole organisation, one for each site, saved in one go (R5, R15)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from accounts.admin_rules import actor
from core.differences import compare
from members.models import QualityCriterion
from recognition.admin.candidature_papers import CandidaturePapers
from recognition.contents import content_of
from recognition.dossier_sheet import files_in_hand, is_read, last_snapshot, mark
from recognition.forms.instructing import LineForm
from recognition.forms.sittings import tell
from recognition.models import Assessment, Attachment, CandidateSite, Candidature
from recognition.rules import may_examine
from recognition.services.checking import criteria_of, short
from recognition.services.consulting import opened
from recognition.services.grid import Outcome, assess_all, unassessed, unmet, unmet_words

TEMPLATE = "admin/recognition/candidature/grid.html"
NEVER_BEGUN = "La grille se remplit une fois le dossier déclaré complet."


@dataclass
class GridLine:
    """A criterion, what the organisation answers to it, what was found, the form, what a colleague wrote meanwhile."""

    criterion: QualityCriterion
    row: Assessment | None
    form: LineForm
    answer: dict[str, Any]
    elsewhere: int
    files: list[Attachment] = field(default_factory=list)
    theirs: Assessment | None = None
    met: bool = False

    @property
    def short(self) -> str:
        return short(self.criterion)

    @property
    def wrong(self) -> bool:
        return self.met or bool(self.form.is_bound and self.form.errors)

    @property
    def difference(self) -> list[Any]:
        """What a colleague wrote, beside what is typed here."""
        return compare(self.theirs.comment if self.theirs else "", str(self.form["comment"].value() or ""))


class CandidatureGrid(CandidaturePapers):
    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view(self.grid_view), "recognition_candidature_grid"
        return [
            path("<int:key>/grille/", view, name=name),
            path("<int:key>/grille/<int:site>/", view, name=f"{name}_site"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def grid_view(self, request: HttpRequest, key: int, site: int | None = None) -> HttpResponse:
        dossier = self.mine(request, key) if request.method == "POST" else self.theirs(request, key)
        if not is_read(dossier):
            raise Http404
        opened(candidature=dossier, actor=actor(request))
        place = self._place(dossier, site)
        writes = dossier.state == Candidature.State.COMPLETE and bool(may_examine.test(request.user))
        data = request.POST if request.method == "POST" else None
        lines = _lines(dossier, place, data)
        if data is not None and self._save(request, dossier, place, lines):
            tail = [] if place is None else [place.pk]
            name = "recognition_candidature_grid" + ("_site" if tail else "")
            return HttpResponseRedirect(reverse(f"admin:{name}", args=[dossier.pk, *tail]))
        wrong = [line for line in lines if line.wrong]
        if data is not None and dossier.state == Candidature.State.COMPLETE:
            lines = _refreshed(dossier, place, lines)
        left, places = len(unassessed(dossier)), _places(dossier, place)
        context = {
            **self.admin_site.each_context(request), "title": "Grille de qualité", "opts": self.opts,
            "dossier": dossier, "site": place, "groups": _grouped(lines), "writes": writes, "wrong": wrong,
            "places": places, "left": left, "never": NEVER_BEGUN, "total": len(lines),
            "here": next(one["done"] for one in places if one["current"]),
            "seen": mark(dossier), "warning": unmet_words(unmet([dossier])[dossier.pk]),
        }  # fmt: skip
        return TemplateResponse(request, TEMPLATE, context, status=409 if any(line.met for line in wrong) else 200)

    def _place(self, dossier: Candidature, site: int | None) -> CandidateSite | None:
        if site is None:
            return None
        found: CandidateSite | None = dossier.sites.filter(pk=site).first()
        if found is None:
            raise Http404
        return found

    def _save(
        self, request: HttpRequest, dossier: Candidature, place: CandidateSite | None, lines: list[GridLine]
    ) -> bool:
        """Whether everything that was typed is saved; each line that is not says why."""
        valid = [line for line in lines if line.form.is_valid()]
        met = Assessment.Level.MET if "rest" in request.POST else ""
        try:
            outcome = assess_all(
                candidature=dossier, site=place, user=actor(request), at=timezone.now(),
                lines=[line.form.line("" if line.elsewhere else met) for line in valid],
            )  # fmt: skip
        except ValidationError as error:
            messages.error(request, f"Rien n’a été enregistré. {' '.join(error.messages)}")
            return False
        _tell_lines(valid, outcome)
        wrong = [line for line in lines if line.wrong]
        if outcome.saved or not wrong:
            many = f"{outcome.saved} lignes enregistrées." if outcome.saved > 1 else "Une ligne enregistrée."
            messages.success(request, many if outcome.saved else "Rien n’avait changé.")
        if wrong:
            many = (
                f"{len(wrong)} lignes ne sont pas enregistrées" if len(wrong) > 1 else "Une ligne n’est pas enregistrée"
            )
            messages.error(request, f"{many}\u00a0: voyez pourquoi, à leur place.")
        return not wrong


def _tell_lines(lines: list[GridLine], outcome: Outcome) -> None:
    for line in lines:
        key = line.criterion.pk
        if key in outcome.refused:
            tell(line.form, outcome.refused[key])
        if key in outcome.theirs:
            line.met, line.theirs = True, outcome.theirs[key]
            line.form.shows(line.theirs)


def _lines(dossier: Candidature, place: CandidateSite | None, data: Any) -> list[GridLine]:
    rows = {row.criterion_id: row for row in dossier.assessments.filter(site=place).select_related("assessed_by")}
    found = dossier.assessments.values_list("criterion_id", "site_id")
    # On the page of the organisation: on how many sites; on that of a site: whether for the organisation.
    counts = Counter(key for key, of in found if (of is None) == (place is not None))
    snapshot = last_snapshot(dossier)
    content = snapshot.content if snapshot else content_of(dossier)
    answers = {answer["key"]: answer for answer in content["answers"]}
    files: dict[int | None, list[Attachment]] = defaultdict(list)
    for file in files_in_hand(dossier, snapshot).filter(criterion__isnull=False, replaced_at=None):
        files[file.criterion_id].append(file)
    return [
        GridLine(
            criterion, rows.get(criterion.pk), LineForm(data, criterion=criterion, row=rows.get(criterion.pk)),
            answers.get(criterion.key, {}), counts[criterion.pk], files[criterion.pk],
        )
        for criterion in criteria_of(dossier.charter)
    ]  # fmt: skip


def _refreshed(dossier: Candidature, place: CandidateSite | None, lines: list[GridLine]) -> list[GridLine]:
    """After a save in part: the lines that went through as they are now, the others as they were typed."""
    now = {line.criterion.pk: line for line in _lines(dossier, place, None)}
    return [line if line.wrong else now[line.criterion.pk] for line in lines]


def _grouped(lines: list[GridLine]) -> list[dict[str, Any]]:
    groups: dict[str, list[GridLine]] = {}
    for line in lines:
        groups.setdefault(line.criterion.article, []).append(line)
    return [{"article": article, "lines": held} for article, held in groups.items()]


def _places(dossier: Candidature, here: CandidateSite | None) -> list[dict[str, Any]]:
    """The whole organisation, then each site: how many criteria were assessed there."""
    counts = Counter(dossier.assessments.values_list("site", flat=True))
    sites: list[CandidateSite | None] = [None, *dossier.sites.order_by("order", "pk")]
    name = "admin:recognition_candidature_grid"
    return [
        {
            "label": site.name if site else "Tout l’organisme", "done": counts[site.pk if site else None],
            "url": reverse(f"{name}_site", args=[dossier.pk, site.pk]) if site else reverse(name, args=[dossier.pk]),
            "current": (site.pk if site else None) == (here.pk if here else None),
        }
        for site in sites
    ]  # fmt: skip
