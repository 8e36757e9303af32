"""`…/equipe/`: who works in circle 1 and why, who is known of circle 2 (D1, D5, D13)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from psad.forms.partners import EndForm, GrantForm, PartnerEndForm, PartnerForm
from psad.http import circle1
from psad.lists import Role
from psad.models import Grant, Partner, Platform
from psad.services import people

PAST = 30


@circle1
@require_safe
def team(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Everybody of both circles, with the reason of each; those whose time is over, folded."""
    grants = Grant.objects.filter(platform=platform).select_related("user", "given_by", "ended_by")
    partners = Partner.objects.filter(platform=platform)
    now, over = _parted(list(grants.order_by("role", "side", "starts_on", "pk")))
    friends, gone = _parted(list(partners.order_by("organisation_name", "name")))
    now.sort(key=lambda row: (list(Role).index(Role(row.role)), row.side, str(row.user)))
    context = _frame(platform, grant) | {
        "members": now, "former": over[:PAST], "partners": friends, "gone": gone[:PAST],
        "may_grant": grant.role == Role.HEAD, "may_name": _answers(grant),
    }  # fmt: skip
    return render(request, "psad/partners/team.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """A head lets a person work in circle 1."""
    _head(grant)
    typed = request.POST if request.method == "POST" else None
    form = GrantForm(typed, initial={"starts_on": timezone.localdate()})
    if typed is not None and form.is_valid():
        told = dict(form.cleaned_data)
        told["user"] = told.pop("email")
        act = partial(people.grant, platform=platform, by=grant.user, at=timezone.now(), **told)
        if _done(form, act, rename={"user": "email"}):
            messages.success(request, "La personne est habilitée\u00a0: elle trouvera la plateforme sur son compte.")
            return redirect("psad_team", platform.slug)
    return render(request, "psad/partners/grant.html", _frame(platform, grant) | {"form": form})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """A head ends a grant, with a reason: at once."""
    found = Grant.objects.filter(platform=platform, pk=key).select_related("user").first()
    if found is None:
        raise Http404
    _head(grant)
    typed = request.POST if request.method == "POST" else None
    form = EndForm(typed)
    if typed is not None and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = partial(
            people.end_grant, grant=found.pk, platform=platform, reason=reason, by=grant.user, at=timezone.now()
        )
        if _done(form, act):
            messages.success(
                request, "L’habilitation a pris fin. Les dossiers que cette personne suivait attendent quelqu’un."
            )
            return redirect("psad_team", platform.slug)
    context = _frame(platform, grant) | {"form": form, "row": found, "stays": found.role == Role.HEAD}
    return render(request, "psad/partners/grant_end.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def name_partner(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Name somebody of circle 2."""
    if not _answers(grant):
        raise PermissionDenied
    typed = request.POST if request.method == "POST" else None
    form = PartnerForm(typed, initial={"starts_on": timezone.localdate()})
    if typed is not None and form.is_valid():
        act = partial(
            people.name_partner,
            platform=platform,
            by=grant.user,
            role=grant.role,
            at=timezone.now(),
            **form.cleaned_data,
        )
        if _done(form, act):
            messages.success(request, "Le partenaire est noté\u00a0: vous pouvez partager avec cette personne.")
            return redirect("psad_team", platform.slug)
    return render(request, "psad/partners/partner.html", _frame(platform, grant) | {"form": form, "row": None})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def partner(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Until when somebody is a partner; ended at once, what was shared with them is read no more."""
    found = Partner.objects.filter(platform=platform, pk=key).first()
    if found is None:
        raise Http404
    if not _answers(grant):
        raise PermissionDenied
    if request.method == "POST" and request.POST.get("acte") == "terminer":
        people.end_partner(partner=found.pk, platform=platform, role=grant.role, at=timezone.now())
        messages.success(request, "Ce partenariat a pris fin\u00a0: cette personne ne lit plus rien, tout de suite.")
        return redirect("psad_team", platform.slug)
    typed = request.POST if request.method == "POST" else None
    form = PartnerEndForm(typed, initial={"ends_on": found.ends_on})
    if typed is not None and form.is_valid():
        act = partial(
            people.change_partner, partner=found.pk, platform=platform, ends_on=form.cleaned_data["ends_on"],
            role=grant.role, at=timezone.now(),
        )  # fmt: skip
        if _done(form, act):
            messages.success(request, "Les dates sont enregistrées.")
            return redirect("psad_team", platform.slug)
    return render(request, "psad/partners/partner.html", _frame(platform, grant) | {"form": form, "row": found})


def _done(form: Any, act: Any, rename: dict[str, str] | None = None) -> bool:
    """Do it; what is refused goes beside its field, in the form as it was typed."""
    try:
        with transaction.atomic():
            act()
    except ValidationError as error:
        faults: Any = error.error_dict if hasattr(error, "error_dict") else {None: error}
        for field, fault in faults.items():
            name = (rename or {}).get(field, field)
            form.add_error(name if name in form.fields else None, fault)
        return False
    return True


def _parted(rows: list[Any]) -> tuple[list[Any], list[Any]]:
    """Those who work now or will, and those whose time is over, the latest first."""
    today = timezone.localdate()
    for row in rows:
        row.later = row.ended_at is None and row.starts_on > today
    over = [row for row in rows if row.ended_at is not None or (row.ends_on is not None and row.ends_on < today)]
    over.sort(key=lambda row: timezone.localdate(row.ended_at) if row.ended_at else row.ends_on, reverse=True)
    return [row for row in rows if row not in over], over


def _answers(grant: Grant) -> bool:
    """Answers for the whole platform."""
    return grant.role in {Role.HEAD, Role.COORDINATION}


def _head(grant: Grant) -> None:
    if grant.role != Role.HEAD:
        raise PermissionDenied


def _frame(platform: Platform, grant: Grant) -> dict[str, Any]:
    return {"platform": platform, "grant": grant, "here": "equipe"}
