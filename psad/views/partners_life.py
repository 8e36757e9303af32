"""`…/reunions/`, `…/boite-a-outils/`, `…/reglages/`: the life of a platform, without anybody's data (D1, D5, D10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from psad.forms.partners import MeetingForm, SettingsForm, ToolForm
from psad.http import circle1
from psad.lists import Role
from psad.models import Grant, KitItem, Meeting, Platform
from psad.services import keeping
from psad.views.partners import changed

LATEST = 60


@circle1
@require_safe
def meetings(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The key moments of the year, those to come first."""
    rows = list(Meeting.objects.filter(platform=platform).order_by("-held_on", "title")[:LATEST])
    today = timezone.localdate()
    context = _frame(platform, grant, "reunions") | {
        "coming": sorted((row for row in rows if row.held_on >= today), key=lambda row: row.held_on),
        "past": [row for row in rows if row.held_on < today],
    }
    return render(request, "psad/partners/gatherings.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    form = MeetingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = keeping.meet(platform=platform, values=form.values(), by=request.user)
        messages.success(request, "Le temps d’échange est noté.")
        return redirect("psad_meeting", platform.slug, made.pk)
    context = _frame(platform, grant, "reunions") | {"form": form, "meeting": None}
    return render(request, "psad/partners/gathering_form.html", context)


@circle1
@require_safe
def meeting(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    context = _frame(platform, grant, "reunions") | {"meeting": _meeting(platform, key)}
    return render(request, "psad/partners/gathering.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def edit_meeting(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    found = _meeting(platform, key)
    form = MeetingForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid() and changed(form):
        messages.success(request, "Le temps d’échange est à jour.")
        return redirect("psad_meeting", platform.slug, found.pk)
    context = _frame(platform, grant, "reunions") | {"form": form, "meeting": found}
    return render(request, "psad/partners/gathering_form.html", context)


@circle1
@require_safe
def kit(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The tools of the platform, and those that the Region gives to all."""
    rows = KitItem.objects.filter(Q(platform=platform) | Q(platform=None)).order_by("order", "title")
    context = _frame(platform, grant, "outils") | {"tools": rows, "may_change": _answers(grant)}
    return render(request, "psad/partners/tools.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def new_tool(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    if not _answers(grant):
        raise PermissionDenied
    form = ToolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keeping.share_tool(platform=platform, values=form.values())
        messages.success(request, "L’outil est partagé.")
        return redirect("psad_kit", platform.slug)
    context = _frame(platform, grant, "outils") | {"form": form, "tool": None}
    return render(request, "psad/partners/tool_form.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def tool(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Change a tool of the platform, or take it out."""
    found = KitItem.objects.filter(platform=platform, pk=key).first()
    if found is None:
        raise Http404
    if not _answers(grant):
        raise PermissionDenied
    if request.method == "POST" and request.POST.get("acte") == "retirer":
        found.delete()
        messages.success(request, "L’outil est retiré.")
        return redirect("psad_kit", platform.slug)
    form = ToolForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid() and changed(form):
        messages.success(request, "L’outil est à jour.")
        return redirect("psad_kit", platform.slug)
    context = _frame(platform, grant, "outils") | {"form": form, "tool": found}
    return render(request, "psad/partners/tool_form.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What the two heads decide for their platform."""
    if grant.role != Role.HEAD:
        raise PermissionDenied
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=platform)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.settle(platform=platform, values=form.values(), shown=form.cleaned_data["seen"], role=grant.role)
        except keeping.Changed as error:
            form.add_error(None, error)
            form.look_again()
        else:
            messages.success(
                request, "Les réglages sont enregistrés\u00a0: ils valent pour ce qui commence maintenant."
            )
            return redirect("psad_settings", platform.slug)
    return render(request, "psad/partners/settings.html", _frame(platform, grant, "reglages") | {"form": form})


def _meeting(platform: Platform, key: UUID) -> Meeting:
    found = Meeting.objects.filter(platform=platform, pk=key).first()
    if found is None:
        raise Http404
    return found


def _answers(grant: Grant) -> bool:
    return grant.role in {Role.HEAD, Role.COORDINATION}


def _frame(platform: Platform, grant: Grant, here: str) -> dict[str, Any]:
    return {"platform": platform, "grant": grant, "here": here}
