"""`/lorfolio/cv/<uuid>.pdf`: drawn while it is asked for, kept nowhere (L4)."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from core.fair_use import AccountUse
from lorfolio.drawing import content_of, pdf_of
from lorfolio.http import mine, owner
from lorfolio.models import Cv, Portfolio

log = structlog.get_logger("lorfolio.drawing")


class DrawingUse(AccountUse):
    scope = "drawings"


@require_safe
@owner
def pdf(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    """The PDF, shown by the browser; `?telecharger` has it kept as a file. Gone meanwhile: 404, and nothing is left."""
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    use = DrawingUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        return refused(request, cv, 429, retry=use.seconds())
    try:
        drawn = pdf_of(cv, content_of(cv, at=timezone.now()))
    except ValidationError as error:
        return refused(request, cv, 422, said=error.messages[0])
    except OSError:
        log.exception("cv_not_drawn")
        return refused(request, cv, 503)
    # Deleted while it was being drawn, alone or with everything: what was asked to go is not given any more.
    if not Cv.objects.filter(pk=cv.pk, portfolio__erasing=False).exists():
        raise Http404
    response = HttpResponse(drawn.data, content_type="application/pdf")
    name = f"CV-{slugify(portfolio.full_name) or 'lorfolio'}.pdf"
    response["Content-Disposition"] = str(content_disposition_header("telecharger" in request.GET, name))
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refused(request: HttpRequest, cv: Cv, status: int, said: str = "", retry: int = 0) -> HttpResponse:
    context = {"cv": cv, "said": said, "minutes": -(-retry // 60), "status": status}
    response = render(request, "lorfolio/cv/not_drawn.html", context, status=status)
    if retry:
        response["Retry-After"] = str(retry)
    return response
