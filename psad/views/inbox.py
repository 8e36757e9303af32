"""What was told to a platform: read, compared with who is known, then opened, joined or dismissed (D2)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from psad.forms.intake import LinkForm
from psad.http import circle1
from psad.lists import Origin, Role
from psad.models import Case, Grant, Platform, Report, ReportLink
from psad.reading import Opened
from psad.reading import read_all as read_cases
from psad.services import reporting
from psad.services.cases import role_of

PAGE = 50
_HANDLED = 20


@circle1
@require_safe
def inbox(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What waits, the oldest first; what was decided lately."""
    _whole(grant)
    rows = Report.objects.filter(platform=platform).select_related("link")
    waiting = rows.filter(state=Report.State.WAITING).order_by("sent_at", "pk")
    handled = rows.exclude(state=Report.State.WAITING).select_related("handled_by").order_by("-handled_at")
    context = {
        "platform": platform, "grant": grant, "here": "signalements", "count": waiting.count(),
        "reports": reporting.read_all(list(waiting[:PAGE]), grant=grant), "handled": handled[:_HANDLED],
    }  # fmt: skip
    return render(request, "psad/intake/inbox.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """One of them, beside the cases that may be of the same person."""
    _whole(grant)
    report = Report.objects.filter(platform=platform, pk=key).select_related("link", "platform").first()
    if report is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, report, grant)
    if report.state != Report.State.WAITING:
        return render(request, "psad/intake/report.html", _frame(platform, grant) | {"report": report})
    read = reporting.read(report, grant=grant)
    same, alike = reporting.candidates(read)
    found = read_cases([same, *alike] if same else alike, role=role_of(grant), verb="case.compared")
    context = {
        "report": report, "read": read, "facts": facts_of(read), "dismissals": reporting.Dismissal.choices,
        "cases": [side(case, read.entry.identity, same=case.case == same) for case in found], "known": same,
    }  # fmt: skip
    return render(request, "psad/intake/report.html", _frame(platform, grant) | context)


def _decide(request: HttpRequest, report: Report, grant: Grant) -> HttpResponse:
    act, at = request.POST.get("acte", ""), timezone.now()
    given: dict[str, Any] = {"report": report.pk, "grant": grant, "by": request.user, "at": at}
    try:
        if act == "ouvrir":
            reporting.open_case(**given)
            messages.success(request, "Le dossier est ouvert\u00a0: il attend son premier contact.")
        elif act == "rapprocher":
            reporting.join(case=_key(request.POST.get("dossier", "")), **given)
            messages.success(request, "Le signalement a rejoint le dossier\u00a0: ce qui manquait y est ajouté.")
        else:
            reporting.dismiss(reason=request.POST.get("reason", ""), **given)
            messages.success(request, "Le signalement est écarté\u00a0: il n’en reste que le motif.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("psad_report", report.platform.slug, report.pk)
    except Case.DoesNotExist:
        raise Http404 from None
    return redirect("psad_inbox", report.platform.slug)


def _key(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None


def _whole(grant: Grant) -> None:
    """Reports are of nobody in particular yet: who reads the whole platform sorts them."""
    if grant.role not in (Role.HEAD, Role.COORDINATION):
        raise PermissionDenied


def _frame(platform: Platform, grant: Grant) -> dict[str, Any]:
    return {"platform": platform, "grant": grant, "here": "signalements"}


def facts_of(read: reporting.Read) -> list[tuple[str, str]]:
    """What was told, in words, without what is empty."""
    said, who = read.said, read.entry.identity
    origin = Origin(said["origin"]).label if said.get("origin") else ""
    reporter = ", ".join(filter(None, (said.get(f"reporter_{name}", "") for name in ("name", "function", "contact"))))
    facts = [
        ("Naissance", f"{who.birth_date:%d/%m/%Y}"), ("Commune", who.town), ("Adresse", who.address),
        ("Téléphone", who.phone), ("Courriel", who.email), ("Formation quittée", origin), ("Classe", who.class_name),
        ("Sortie", f"{read.entry.left_on:%d/%m/%Y}" if read.entry.left_on else ""), ("Établissement", who.school),
        ("Signalé par", reporter), ("La personne en est informée", "oui" if said.get("informed") else ""),
        ("Message", said.get("message", "")),
    ]  # fmt: skip
    return [(label, value) for label, value in facts if value]


def side(opened: Opened, other: Any, *, same: bool = False) -> dict[str, Any]:
    """A case as it stands beside somebody alike: what is the same is told."""
    mine = opened.identity
    lines = [
        ("Naissance", f"{mine.birth_date:%d/%m/%Y}", mine.birth_date == other.birth_date),
        ("Commune", mine.town, bool(mine.town) and mine.town == other.town),
        ("Téléphone", mine.phone, bool(mine.phone) and mine.phone == other.phone),
        ("Classe", mine.class_name, bool(mine.class_name) and mine.class_name == other.class_name),
        ("Établissement", mine.school, bool(mine.school) and mine.school == other.school),
        ("Étape", opened.case.get_step_display(), False),
        ("Reçu le", f"{opened.case.received_on:%d/%m/%Y}", False),
    ]
    return {"case": opened.case, "name": mine.name, "lines": [line for line in lines if line[1]], "same": same}


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The links of schools, CFAs and services: made, printed, ended."""
    _whole(grant)
    form = LinkForm(request.POST if request.POST.get("acte") == "creer" else None)
    if request.method == "POST":
        if request.POST.get("acte") == "terminer":
            _end(request, platform, timezone.now())
            return redirect("psad_links", platform.slug)
        if form.is_valid():
            link = reporting.make_link(platform=platform, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("psad_link", platform.slug, link.pk)
    rows = ReportLink.objects.filter(platform=platform).order_by("ended_at", "name")
    context = _frame(platform, grant) | {"here": "liens", "form": form, "links": rows}
    return render(request, "psad/intake/links.html", context)


@circle1
@require_safe
def link(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """One link, to copy or to print."""
    _whole(grant)
    found = ReportLink.objects.filter(platform=platform, pk=key, ended_at=None).first()
    if found is None:
        raise Http404
    context = _frame(platform, grant) | {"here": "liens", "link": found, "address": reporting.address_of(found)}
    context["code"] = mark_safe(_drawn(context["address"]))  # drawn by us, from our own address
    return render(request, "psad/intake/link.html", context)


def _drawn(address: str) -> str:
    """The QR code of an address, in SVG."""
    return str(segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2, dark="#14211b", light="#fff"))


def _end(request: HttpRequest, platform: Platform, at: dt.datetime) -> None:
    found = ReportLink.objects.filter(platform=platform, pk=_key(request.POST.get("lien", ""))).first()
    if found is None:
        raise Http404
    reporting.end_link(found, at=at)
    messages.success(request, "Ce lien ne mène plus nulle part.")
