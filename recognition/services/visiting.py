"""Visits and conformity checks: planned, made with a report by criterion, gaps followed until they are mended (R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import Actor, record
from core.values import day_in_words
from members.models import QualityCriterion
from recognition.addressees import tell_organisation
from recognition.clock import day_of
from recognition.models import Candidature, Finding, Recognition, Visit
from recognition.services.acts import note
from recognition.services.checking import criteria_of, short

FARTHEST_DAYS = 730  # a day further than two years is a slip of the keyboard
NOT_PLANNED = "Cette visite n’est plus à faire\u00a0: rechargez la page."
State = Visit.State


@dataclass(frozen=True)
class Seen:
    """What was found of one criterion; a gap says what is to be mended, and by when."""

    criterion: QualityCriterion
    severity: str
    text: str = ""
    corrective: str = ""
    due_on: dt.date | None = None


def dossier_of(visit: Visit) -> Candidature:
    """The dossier that is checked: the one visited, or that of the recognition."""
    if visit.candidature is not None:
        return visit.candidature
    if visit.recognition is None:
        raise ValueError("A visit is that of a dossier or of a recognition.")
    return visit.recognition.candidature


@transaction.atomic
def plan_visit(
    *, planned_on: dt.date, at: dt.datetime, actor: Actor | None, recognition: Recognition | None = None,
    candidature: Candidature | None = None, site_name: str = "", visitors: str = "",
) -> Visit:  # fmt: skip
    """Plan a visit of a recognised organisation, or of a candidate; the same twice (a double click) is one visit.

    Raises `ValidationError`, by field: nothing to visit, a draft that nobody deposited, a day two years away.
    """
    check_planned(planned_on, day_of(at))
    if candidature is not None and candidature.state == Candidature.State.DRAFT:
        raise ValidationError("Ce dossier n’est pas déposé\u00a0: il ne se visite pas encore.")
    made = Visit(
        recognition=recognition, candidature=candidature, planned_on=planned_on, site_name=site_name.strip(),
        visitors=visitors.strip(), created_at=at,
    )  # fmt: skip
    made.full_clean()
    if (twin := _twin(made)) is not None:
        return twin
    made.save()
    where = f" ({made.site_name})" if made.site_name else ""
    _note(made, "visit_planned", f"Visite prévue le {day_in_words(planned_on)}{where}.", at, actor)
    record(verb="visit.plan", target=made, actor=actor)
    return made


@transaction.atomic
def change_visit(
    *, visit: Visit, planned_on: dt.date, site_name: str, visitors: str, at: dt.datetime, actor: Actor | None
) -> Visit:
    """Another day, another place, other people. Raises `ValidationError` once it is made or cancelled."""
    found = _planned(visit)
    check_planned(planned_on, day_of(at))
    before = found.planned_on
    found.planned_on, found.site_name, found.visitors = planned_on, site_name.strip(), visitors.strip()
    found.full_clean()
    found.save(update_fields=["planned_on", "site_name", "visitors"])
    if before != planned_on:
        text = f"Visite déplacée au {day_in_words(planned_on)} (elle était prévue le {day_in_words(before)})."
        _note(found, "visit_moved", text, at, actor)
    record(verb="visit.change", target=found, actor=actor)
    return found


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, at: dt.datetime, actor: Actor | None) -> Visit:
    """It will not take place. Raises `ValidationError`, by field, without a reason; or once it is made."""
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la visite est annulée."})
    found = _planned(visit)
    found.state = State.CANCELLED
    found.save(update_fields=["state"])
    text = f"Visite du {day_in_words(found.planned_on)} annulée\u00a0: {' '.join(reason.split())}"
    _note(found, "visit_cancelled", text, at, actor)
    record(verb="visit.cancel", target=found, actor=actor)
    return found


@transaction.atomic
def record_visit(
    *, visit: Visit, done_on: dt.date, report: str, at: dt.datetime, actor: Actor | None, seen: Sequence[Seen] = ()
) -> Visit:
    """The visit is made: its day, its report, what was found by criterion; the organisation is told what to mend.

    Raises `ValidationError`, by field: a day to come, no report, a gap without what is to be mended or its date; or
    when the visit is made or cancelled already.
    """
    found = _planned(visit)
    if done_on > day_of(at):
        raise ValidationError({"done_on": "Cette date est à venir."})
    if not report.strip():
        raise ValidationError({"report": "Écrivez le compte rendu de la visite."})
    found.state, found.done_on, found.report = State.DONE, done_on, report.replace("\r\n", "\n").strip()
    found.save(update_fields=["state", "done_on", "report"])
    gaps = [line for line in (_write(found, one) for one in seen) if line.severity != Finding.Severity.MET]
    _note(found, "visited", f"Visite du {day_in_words(done_on)}\u00a0: {_counted(gaps)}.", at, actor)
    record(verb="visit.make", target=found, actor=actor)
    if gaps:
        _tell(found, gaps)
    return found


@transaction.atomic
def add_finding(*, visit: Visit, seen: Seen, at: dt.datetime, actor: Actor | None) -> Finding:
    """Write, or write again, what was found of one criterion in a visit made. Raises `ValidationError`, by field."""
    found = _held(visit)
    if found.state != State.DONE:
        raise ValidationError("Enregistrez d’abord la visite et son compte rendu.")
    made = _write(found, seen)
    if made.severity != Finding.Severity.MET:
        _note(found, "finding", f"{made.get_severity_display()}\u00a0: {short(made.criterion)}.", at, actor)
    record(verb="visit.find", target=found, actor=actor, changes={seen.criterion.key: [None, made.severity]})
    return made


@transaction.atomic
def resolve(*, finding: Finding, resolution: str, on: dt.date, at: dt.datetime, actor: Actor | None) -> Finding:
    """The gap is mended. Raises `ValidationError`, by field: how is not said, a day to come or before the visit; or
    when there is nothing to mend."""
    Finding.objects.select_for_update().only("pk").get(pk=finding.pk)
    found = Finding.objects.select_related("visit__recognition", "visit__candidature", "criterion").get(pk=finding.pk)
    if found.severity == Finding.Severity.MET or found.resolved_on is not None:
        raise ValidationError("Cet écart est déjà corrigé.")
    if not resolution.strip():
        raise ValidationError({"resolution": "Dites comment l’écart a été corrigé."})
    if on > day_of(at):
        raise ValidationError({"on": "Cette date est à venir."})
    if found.visit.done_on is not None and on < found.visit.done_on:
        raise ValidationError({"on": "Cette date est antérieure à la visite."})
    found.resolved_on, found.resolution = on, resolution.strip()
    found.save(update_fields=["resolved_on", "resolution"])
    text = f"Écart corrigé le {day_in_words(on)}\u00a0: {short(found.criterion)}."
    _note(found.visit, "finding_resolved", text, at, actor)
    record(verb="visit.mend", target=found.visit, actor=actor)
    return found


def _write(visit: Visit, seen: Seen) -> Finding:
    gap = seen.severity != Finding.Severity.MET
    if seen.severity not in Finding.Severity.values:
        raise ValidationError({"severity": "Choisissez un constat."})
    if seen.criterion not in criteria_of(dossier_of(visit).charter):
        raise ValidationError({"severity": "Ce critère n’est pas de la version du cahier des charges du dossier."})
    if gap and not seen.corrective.strip():
        raise ValidationError({"corrective": "Un écart dit ce qui est à corriger."})
    if gap and seen.due_on is None:
        raise ValidationError({"due_on": "Un écart dit avant quand il est à corriger."})
    if gap and visit.done_on and seen.due_on and seen.due_on <= visit.done_on:
        raise ValidationError({"due_on": "Laissez le temps de corriger\u00a0: une date après la visite."})
    values = {
        "severity": seen.severity, "text": seen.text.strip(), "corrective": seen.corrective.strip() if gap else "",
        "due_on": seen.due_on if gap else None,
    }  # fmt: skip
    return Finding.objects.update_or_create(visit=visit, criterion=seen.criterion, defaults=values)[0]


def _counted(gaps: list[Finding]) -> str:
    if not gaps:
        return "conforme"
    major = sum(gap.severity == Finding.Severity.MAJOR for gap in gaps)
    parts = [f"{count} écart{'s' if count > 1 else ''} {word}{'s' if count > 1 else ''}"
             for count, word in ((major, "majeur"), (len(gaps) - major, "mineur")) if count]  # fmt: skip
    return f"{' et '.join(parts)} à corriger"


def _tell(visit: Visit, gaps: list[Finding]) -> None:
    lines = [
        {"title": short(gap.criterion), "severity": gap.get_severity_display().lower(), "corrective": gap.corrective,
         "due": day_in_words(gap.due_on) if gap.due_on else ""}
        for gap in gaps
    ]  # fmt: skip
    tell_organisation(
        key=f"visit:{visit.pk}", candidature=dossier_of(visit), template="recognition_visit",
        context={"done": day_in_words(visit.done_on) if visit.done_on else "", "gaps": lines, "place": visit.site_name},
    )  # fmt: skip


def check_planned(planned_on: dt.date, today: dt.date) -> None:
    """Raise `ValidationError`, by field, for a day so far that it is a slip of the keyboard."""
    if abs((planned_on - today).days) > FARTHEST_DAYS:
        raise ValidationError({"planned_on": "Cette date est à plus de deux ans\u00a0: vérifiez l’année."})


def _twin(made: Visit) -> Visit | None:
    """The same visit, planned already. Plans of visits of one dossier wait for each other."""
    Candidature.objects.select_for_update().only("pk").get(pk=dossier_of(made).pk)
    same = {name: getattr(made, name) for name in ("recognition", "candidature", "planned_on", "site_name", "visitors")}
    return Visit.objects.filter(state=State.PLANNED, **same).first()


def _held(visit: Visit) -> Visit:
    Visit.objects.select_for_update().only("pk").get(pk=visit.pk)
    rows = Visit.objects.select_related(
        "recognition__candidature__organisation", "recognition__candidature__charter", "candidature__organisation",
        "candidature__charter",
    )  # fmt: skip
    return rows.get(pk=visit.pk)


def _planned(visit: Visit) -> Visit:
    found = _held(visit)
    if found.state != State.PLANNED:
        raise ValidationError(NOT_PLANNED)
    return found


def _note(visit: Visit, kind: str, text: str, at: dt.datetime, actor: Actor | None) -> None:
    note(kind=kind, text=text, at=at, actor=actor, recognition=visit.recognition, candidature=dossier_of(visit))
