"""What the recognition shows of an organisation: on its page, in the espace pro, among what waits (R9, R11, E4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.desk import Task, Waiting
from core.desk import register as register_task
from core.panels import Panel, register
from core.values import day_in_words
from members.models import Mandate, Organisation
from recognition.clock import day_of
from recognition.deadlines import window
from recognition.models import Candidature, Finding, Letter, LetterKind, Recognition
from recognition.standing import standing, until_words
from recognition.to_mend import to_mend

SOON = 30  # days before the last day to ask: what waits is then said to be late
SHOWN = 5


def connect() -> None:
    """Declare the panels and the task; called once, when the application starts."""
    register(Panel("organisation", 5, "Sa reconnaissance", "recognition/panels/recognition.html", _organisation))
    register(Panel("pro-organisation", 5, "Sa reconnaissance", "recognition/panels/house.html", _house))
    register(Panel("pro", 20, "Votre reconnaissance", "recognition/panels/mine.html", _pro))
    register_task(Task("pro", "recognition-renewal", 3, "[Reconnaissance|Reconnaissances] à renouveler", _to_renew))


def _organisation(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """« Reconnu depuis… »: the one that runs today, suspended ones too, which say so; a member by right has none."""
    if organisation.status in Organisation.TYPED:
        return None
    today = day_of(timezone.now())
    row = Recognition.objects.in_force(today).filter(organisation=organisation).first()
    if row is None:
        return None
    return {"recognition": row, "standing": standing(row, today), "until": until_words(row)}


def _house(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """For its team: the recognition that runs, what is to be mended, the dossiers in hand."""
    today = day_of(timezone.now())
    row = Recognition.objects.in_force(today).filter(organisation=organisation).first()
    dossiers = Candidature.objects.open().filter(organisation=organisation).select_related("campaign")
    found = list(dossiers.order_by("-pk")[:SHOWN])
    if row is None and not found:
        return None
    said: dict[str, Any] = {"dossiers": found, "today": today}
    if row is not None:
        said |= {
            "recognition": row, "standing": standing(row, today), "until": until_words(row),
            "findings": list(to_mend([row])),
        }  # fmt: skip
    return said


def _pro(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """The recognitions of the organisations that `user` works for: how each stands, its certificate, its renewal."""
    today = day_of(timezone.now())
    rows = _of(user).filter(starts_on__lte=today, ends_on__gte=today).select_related("organisation", "candidature")
    found = list(rows.order_by("organisation__sort_key", "pk")[:SHOWN])
    if not found:
        return None
    certificates = {
        letter.recognition_id: letter
        for letter in Letter.objects.filter(recognition__in=found, kind=LetterKind.CERTIFICATE).exclude(sha256="")
    }
    asked = _asked(found)
    gaps: dict[int, list[Finding]] = {}
    for finding in to_mend(found):
        gaps.setdefault(finding.visit.recognition_id or 0, []).append(finding)
    lines = [
        {
            "recognition": row, "findings": gaps.get(row.pk, []), "standing": standing(row, today),
            "until": until_words(row), "certificate": certificates.get(row.pk), "window": _window(row, asked),
        }
        for row in found
    ]  # fmt: skip
    return {"lines": lines, "today": today}


def _window(row: Recognition, asked: set[int]) -> Any:
    """Between which days it may be renewed; nothing once it is asked for or decided."""
    if row.organisation_id in asked or row.end_reason or row.kept_until_decision:
        return None
    return window(row)


def _to_renew(user: Any) -> Waiting | None:
    today = day_of(timezone.now())
    rows = list(_of(user).filter(starts_on__lte=today, ends_on__gte=today, end_reason="").order_by("term_on")[:SHOWN])
    asked = _asked(rows)
    open_ = []
    for row in rows:
        allowed = _window(row, asked)
        if allowed is not None and allowed.opens_on <= today <= allowed.last_on:
            open_.append((row, allowed.last_on))
    if not open_:
        return None
    limit = min(last for _, last in open_)
    url = reverse("candidature_renew", args=[open_[0][0].public_id]) if len(open_) == 1 else reverse("candidature_home")
    detail = f"À demander avant la fin du {day_in_words(limit)}\u00a0: le dossier est déjà rempli."
    return Waiting(len(open_), url, detail, late=(limit - today).days <= SOON)


def _of(user: Any) -> Any:
    houses = Mandate.objects.in_force().filter(user=user).values("organisation")
    return Recognition.objects.filter(organisation__in=houses)


def _asked(rows: list[Recognition]) -> set[int]:
    """The organisations that have an open dossier."""
    houses = [row.organisation_id for row in rows]
    open_ = Candidature.objects.open().filter(organisation__in=houses)
    return set(open_.values_list("organisation", flat=True))
