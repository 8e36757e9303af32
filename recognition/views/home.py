"""`/candidature/`: the call, open to all; beginning a dossier; asking for a renewal (R1, R4, R9)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.http import public_page
from members.models import Charter, Mandate, Organisation
from members.rules import is_member_of
from recognition.clock import day_of
from recognition.deadlines import window
from recognition.forms.acts import StartForm
from recognition.models import Campaign, Candidature, Recognition
from recognition.services.campaigns import StepLine, label_of, propose, timeline
from recognition.services.checking import criteria_of
from recognition.services.starting import next_campaign, renewal_refusal, start_renewal
from recognition.services.starting import start as start_dossier
from recognition.views.limits import count_siret


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """What a candidature is, the dates of the year; for who works somewhere, their dossiers."""
    today = day_of(timezone.now())
    year, opens_on, deadline_on = next_campaign(today)
    charter = Charter.current()
    dossiers = _dossiers(request.user)
    context = {
        "year": year,
        "opens_on": opens_on,
        "deadline_on": deadline_on,
        "is_open": opens_on <= today,
        "steps": _steps(year, today),
        "criteria": criteria_of(charter).count() if charter else 0,
        "dossiers": dossiers,
        "open_dossier": _open(dossiers),
        "renewals": _renewals(request.user, today),
    }
    return render(request, "recognition/home.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Who may apply, asked first; then the dossier begins, from last year's when there is one."""
    houses = _houses(request.user)
    form = StartForm(request.POST if request.method == "POST" else None, houses=houses)
    now = timezone.now()
    if form.is_valid():
        try:
            count_siret(request, form.cleaned_data["siret"])
            made = start_dossier(
                user=request.user, siret=form.cleaned_data["siret"], organisation=form.house, at=now,  # type: ignore[arg-type]
                organisation_name=form.cleaned_data.get("organisation_name", ""),
            )  # fmt: skip
        except ValidationError as error:
            for message in error.messages:
                form.add_error("siret" if "SIRET" in message or "SIREN" in message else None, message)
        else:
            messages.success(request, _begun(made))
            return redirect(made)
    year, opens_on, deadline_on = next_campaign(day_of(now))
    by_right, dossiers = _by_right(request.user), _dossiers(request.user)
    context = {
        "form": form, "year": year, "opens_on": opens_on, "deadline_on": deadline_on,
        "by_right": by_right, "dossiers": dossiers,
        "another": not houses and bool(by_right or _open(dossiers)),  # theirs is told first
    }  # fmt: skip
    return render(request, "recognition/start.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for the renewal of a recognition: its dossier is prefilled (R9). 404 for who does not work there."""
    found = get_object_or_404(Recognition.objects.select_related("organisation", "candidature"), public_id=key)
    if not is_member_of(request.user, found.organisation):
        raise Http404
    now = timezone.now()
    if request.method == "POST":
        try:
            made = start_renewal(recognition=found, user=request.user, at=now)  # type: ignore[arg-type]
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("candidature_renew", key)
        messages.success(request, _begun(made))
        return redirect(made)
    refusal = renewal_refusal(user=request.user, recognition=found, on=day_of(now))
    open_dossier = Candidature.objects.open().filter(organisation=found.organisation).first()
    context = {"recognition": found, "refusal": refusal, "window": window(found), "open_dossier": open_dossier}
    return render(request, "recognition/renew.html", context)


def _begun(made: Candidature) -> str:
    if made.previous is None:
        return "Votre dossier est commencé. Tout s’enregistre à mesure que vous écrivez."
    return (
        f"Votre dossier est commencé à partir de celui de {made.previous.campaign.year}\u00a0: relisez chaque partie et"
        " joignez les pièces de l’année."
    )


def _steps(year: int, today: dt.date) -> list[StepLine]:
    """The year as it is written, or as the rules will write it."""
    if (made := Campaign.objects.filter(year=year).first()) is not None:
        return timeline(made, on=today)
    return [
        StepLine(step, label_of(step), day, "today" if day == today else "past" if day < today else "coming", None)
        for step, day in propose(year).items()
    ]


def _own(user: Any) -> Any:
    """The organisations that the person works for today, former members too."""
    if not user.is_authenticated:
        return Organisation.objects.none()
    held = Mandate.objects.in_force().filter(user=user).values("organisation")
    return Organisation.objects.filter(pk__in=held).order_by("sort_key", "pk")


def _houses(user: Any) -> list[Organisation]:
    """Those for which a dossier may begin, `known_siret` being that of their last one."""
    closed = (Organisation.Status.SIGNATORY, Organisation.Status.RECOGNISED)
    busy = Candidature.objects.open().values("organisation")
    last = Candidature.objects.filter(organisation=OuterRef("pk")).order_by("-created_at", "-pk")
    rows = _own(user).exclude(status__in=closed).exclude(pk__in=busy)
    return list(rows.annotate(known_siret=Subquery(last.values("siret")[:1])))


def _by_right(user: Any) -> list[Organisation]:
    return list(_own(user).filter(status=Organisation.Status.SIGNATORY))


def _dossiers(user: Any) -> list[Candidature]:
    if not user.is_authenticated:
        return []
    rows = Candidature.objects.visible_to(user).select_related("organisation", "campaign")
    return list(rows.order_by("-created_at", "-pk")[:30])


def _open(dossiers: list[Candidature]) -> Candidature | None:
    """The dossier that is being prepared or examined, the last begun."""
    return next((dossier for dossier in dossiers if dossier.state in Candidature.OPEN), None)


def _renewals(user: Any, today: dt.date) -> list[dict[str, Any]]:
    """The recognitions in force that their organisations may ask to renew today, each with its last day."""
    rows = Recognition.objects.in_force(today).filter(organisation__in=_own(user), end_reason="")
    found = list(rows.select_related("organisation", "candidature"))
    return [
        {"recognition": one, "limit": window(one).last_on}
        for one in found
        if not renewal_refusal(user=user, recognition=one, on=today)
    ]
