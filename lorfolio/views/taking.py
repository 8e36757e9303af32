"""`/lorfolio/emporter/`: everything one holds, taken out at once or file by file (L10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from core.fair_use import AccountUse
from lorfolio.archive import streamed
from lorfolio.drawing import content_of
from lorfolio.http import mine, owner
from lorfolio.interchange import europass_out, json_resume
from lorfolio.models import Cv, Portfolio
from lorfolio.services import taking
from lorfolio.views.safe import given

JSON, XML, ZIP = "application/json", "application/xml", "application/zip"


class DrawingUse(AccountUse):
    scope = "drawings"


@require_safe
@owner
def take(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """What leaves and in what form, each with its link."""
    rows = Portfolio.objects.filter(pk=portfolio.pk)
    counts = {
        name: rows.aggregate(number=Count(name))["number"]
        for name in ("experiences", "skills", "cvs", "safefiles")
    }  # fmt: skip
    return render(request, "lorfolio/interchange/take.html", {"counts": counts, "portfolio": portfolio})


@owner
@require_safe
def everything(request: HttpRequest, portfolio: Portfolio) -> Any:
    """The whole in one request, written as it is sent: nothing of it touches our disk."""
    now = timezone.now()
    if request.method == "HEAD":
        return HttpResponse(content_type=ZIP)
    use = DrawingUse()
    for _ in range(1 + Cv.objects.filter(portfolio=portfolio).count()):
        if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
            response = render(request, "429.html", {"seconds": use.seconds()}, status=429)
            response["Retry-After"] = str(use.seconds())
            return response
    taking.note(portfolio=portfolio, at=now)
    about = {"what": "lorfolio", "portal": settings.PORTAL_NAME}
    body = streamed(taking.members_of(portfolio, now), at=now, about=about)
    return given(request, StreamingHttpResponse(body), f"lorfolio-{timezone.localdate(now)}.zip", ZIP)


@owner
@require_safe
def resume(request: HttpRequest, portfolio: Portfolio) -> Any:
    data = taking.as_json(taking.resume_of(portfolio, timezone.now()))
    return given(request, HttpResponse(data), "resume.json", JSON)


@owner
@require_safe
def europass(request: HttpRequest, portfolio: Portfolio) -> Any:
    return given(request, HttpResponse(taking.europass_of(portfolio)), "europass.xml", XML)


@owner
@require_safe
def cv_json(request: HttpRequest, key: UUID, portfolio: Portfolio) -> Any:
    """What this CV shows as a JSON Resume 1.0.0: the very one that its PDF carries."""
    cv = _cv(key, portfolio)
    document = json_resume.export(content_of(cv, at=timezone.now()), certainty=cv.with_certainty, at=cv.changed_at)
    return _file(request, cv, taking.as_json(document), "json", JSON)


@owner
@require_safe
def cv_xml(request: HttpRequest, key: UUID, portfolio: Portfolio) -> Any:
    """What this CV shows as a Europass `Candidate`."""
    cv = _cv(key, portfolio)
    data = europass_out.export(content_of(cv, at=timezone.now()), certainty=cv.with_certainty)
    return _file(request, cv, data, "xml", XML)


def _cv(key: UUID, portfolio: Portfolio) -> Cv:
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    return cv


def _file(request: HttpRequest, cv: Cv, data: bytes, ending: str, media_type: str) -> Any:
    if not Cv.objects.filter(pk=cv.pk, portfolio__erasing=False).exists():  # deleted meanwhile
        raise Http404
    name = "-".join(filter(None, ("cv", slugify(cv.portfolio.full_name))))[:80]
    return given(request, HttpResponse(data), f"{name}.{ending}", media_type)
