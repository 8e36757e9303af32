"""« Signaler une erreur »: a page for every reader, and the desk of those who look after the sheets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import may_enter_admin
from core.api.throttle import FairUse
from members.rules import is_manager_of
from territories import reports
from territories.forms_reports import AnswerForm, ReportForm
from territories.forms_reports import token as token_of
from territories.models import SheetReport, Site

PAGE = 50


class ReportUse(FairUse):
    """So many errors told by one visitor, whose address is written nowhere."""

    scope = "reports"


def _noindex(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@csrf_exempt  # nobody is recognised and no cookie is set: the form carries a signature of ours instead (`token`)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Tell an error of a public sheet; 404 for a sheet that is not public. Nothing is published."""
    sheet = reports.sheet_of(kind, slug)
    if sheet is None:
        raise Http404
    if request.method != "POST":
        return _noindex(_form(request, ReportForm(sheet=sheet)))
    form = ReportForm(request.POST.dict(), sheet=sheet)
    if form.trapped:  # a program believes that it succeeded
        return redirect("report_thanks", kind, slug)
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not form.is_valid():
        form.data = {**form.data, "token": token_of(sheet)}
        return _form(request, form)
    use = ReportUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        return _wait(request, form, max(1, round(use.wait())))
    said = {name: form.cleaned_data[name] for name in ("subject", "message", "email")}
    try:
        reports.receive(sheet=sheet, **said)
    except reports.TooManyWaitingError:
        return render(request, "territories/report_full.html", {"sheet": sheet}, status=409)
    response = redirect("report_thanks", kind, slug)
    response.status_code = 303
    return response


def _wait(request: HttpRequest, form: ReportForm, seconds: int) -> HttpResponse:
    """Too many at once: what was typed stays in the form."""
    form.add_error(
        None, f"Beaucoup de messages viennent de chez vous\u00a0: renvoyez celui-ci dans {-(-seconds // 60)} min."
    )
    response = _form(request, form)
    response.status_code = 429
    response["Retry-After"] = str(seconds)
    return response


def _form(request: HttpRequest, form: ReportForm) -> HttpResponse:
    return render(request, "territories/report.html", {"sheet": form.sheet, "form": form})


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    sheet = reports.sheet_of(kind, slug)
    if sheet is None:
        raise Http404
    return _noindex(render(request, "territories/report_thanks.html", {"sheet": sheet}))


# --- the desk


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The reports of this person, those that wait first; 403 for who looks after no sheet."""
    if not reports.may_moderate(request.user):
        raise PermissionDenied
    visible = reports.visible_to(request.user).defer("answer")
    waiting = list(visible.filter(state=SheetReport.State.WAITING).order_by("created_at", "id")[: PAGE * 4])
    handled = visible.exclude(state=SheetReport.State.WAITING).order_by("-handled_at", "-id")[:PAGE]
    context = {
        "waiting": [_line(report) for report in waiting],
        "handled": handled,
    }
    return render(request, "territories/pro/reports.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report, to answer once; 404 for who does not look after its sheet."""
    if not reports.may_moderate(request.user):
        raise Http404
    found = get_object_or_404(reports.visible_to(request.user), public_id=public_id)
    form = AnswerForm(request.POST if request.method == "POST" else None, unchanged=reports.unchanged_since(found))
    if form.is_valid():
        actor: Any = request.user
        try:
            reports.answer(
                report=found, actor=actor, state=form.cleaned_data["state"], words=form.cleaned_data["words"]
            )
            messages.success(request, "Merci : le signalement est traité.")
            return redirect("pro_reports")
        except reports.AlreadyHandledError as before:
            messages.warning(request, _handled(before.report))
            return redirect("pro_report", found.public_id)
    context = {"report": found, "form": form, **_line(found), **_links(request.user, found)}
    return render(request, "territories/pro/report.html", context)


def _line(found: SheetReport) -> dict[str, Any]:
    return {"report": found, "late": reports.is_late(found), "escalated": reports.is_escalated(found)}


def _handled(found: SheetReport) -> str:
    return (
        f"Quelqu’un a déjà traité ce signalement\u00a0: {found.get_state_display().lower()}."
        " Votre réponse n’a pas été envoyée."
    )


def _links(user: Any, found: SheetReport) -> dict[str, str]:
    """Where the sheet is read, and where this person may mend it; empty when it is gone or not theirs to mend."""
    sheet = reports.sheet_of(found.kind, found.key)
    return {"sheet_url": sheet.url if sheet else "", "mend_url": _mend_url(user, found)}


def _mend_url(user: Any, found: SheetReport) -> str:
    manages = found.organisation is not None and is_manager_of(user, found.organisation)
    if manages and found.organisation is not None:
        if found.kind == SheetReport.Kind.EVENT:
            return f"/pro/agenda/{found.key}/"
        own = Site.objects.filter(slug=found.key, organisation=found.organisation)
        if found.kind == SheetReport.Kind.SITE and own.exists():
            return f"{reverse('pro_site', args=[found.organisation.slug, found.key])}?signalement={found.public_id}"
        return f"/pro/organisme/{found.organisation.slug}/"
    if not may_enter_admin(user):
        return ""
    return _admin_url(found)


def _admin_url(found: SheetReport) -> str:
    model: Any = reports.model_of(found.kind)
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    key = model.objects.filter(slug=found.key).values_list("pk", flat=True).first()
    try:
        return reverse(f"admin:{name}_change", args=[key]) if key else ""
    except NoReverseMatch:
        return ""
