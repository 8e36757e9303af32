"""A CV to take along as a text, and what a machine reads in its PDF (L4, L11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from lorfolio import machine
from lorfolio.content import Content
from lorfolio.drawing import content_of, length_said, pdf_of
from lorfolio.http import mine, owner
from lorfolio.interchange import json_resume
from lorfolio.models import Cv, Portfolio
from lorfolio.views.cv_pdf import DrawingUse, refused
from lorfolio.writing import docx_of, odt_of

log = structlog.get_logger("lorfolio.drawing")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


@require_safe
@owner
def docx(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    return _file(request, _of(key, portfolio), docx_of, DOCX)


@require_safe
@owner
def odt(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    return _file(request, _of(key, portfolio), odt_of, ODT)


@require_safe
@owner
def machine_read(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    """The text of the real PDF in the order of its tags, the JSON Resume it carries, what both leave out."""
    cv, content = _of(key, portfolio)
    if seconds := _too_many(request):
        return refused(request, cv, 429, retry=seconds)
    try:
        drawn = pdf_of(cv, content, today=timezone.localdate())
    except ValidationError as error:
        return refused(request, cv, 422, said=error.messages[0])
    except OSError:
        log.exception("cv_not_drawn")
        return refused(request, cv, 503)
    blocks = machine.reading(drawn.data)
    resume = json_resume.export(content, certainty=cv.with_certainty, at=cv.changed_at)
    context: dict[str, Any] = {
        "cv": cv, "blocks": blocks, "pages": drawn.pages, "resume": json.dumps(resume, ensure_ascii=False, indent=2),
        "warnings": [*_warnings(content, blocks), *filter(None, (length_said(drawn.pages),))],
    }  # fmt: skip
    return render(request, "lorfolio/cv/machine.html", context)


def _file(request: HttpRequest, said: tuple[Cv, Content], write: Callable[..., bytes], media_type: str) -> HttpResponse:
    cv, content = said
    if seconds := _too_many(request):
        return refused(request, cv, 429, retry=seconds)
    data = write(cv, content, today=timezone.localdate())
    if not Cv.objects.filter(pk=cv.pk).exists():  # deleted meanwhile
        raise Http404
    response = HttpResponse(data, content_type=media_type)
    name = f"CV-{slugify(content.person.name)[:80] or 'lorfolio'}.{'docx' if media_type == DOCX else 'odt'}"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _of(key: UUID, portfolio: Portfolio) -> tuple[Cv, Content]:
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    return cv, content_of(cv, at=timezone.now())


def _warnings(content: Content, blocks: list[machine.Read]) -> list[str]:
    """What a program that sorts CVs would miss, said so that one can act on it."""
    said = [
        f"«\u00a0{words}\u00a0» ne se lit pas dans le texte du PDF\u00a0: essayez d’autres lettres ou un autre modèle."
        for words in machine.lost(content, blocks)
    ]
    person = content.person
    if not person.name:
        said.append("Le CV ne dit pas votre nom\u00a0: ajoutez-le dans votre profil.")
    if not person.email and not person.phone:
        said.append("Ni adresse électronique ni téléphone\u00a0: on ne pourra pas vous répondre.")
    undated = [row.title for row in content.experiences if not row.starts and not row.ends]
    if undated:
        said.append(f"Sans date, une machine classe mal\u00a0: {', '.join(undated[:5])}.")
    if not content.skills:
        said.append("Aucune compétence\u00a0: beaucoup de machines cherchent d’abord ces mots.")
    return said


def _too_many(request: HttpRequest) -> int:
    """How many seconds until this account may have another document drawn; 0 now."""
    use = DrawingUse()
    allowed = use.allow_request(request, None)  # type: ignore[arg-type]  # it reads `method` and `user` only
    return 0 if allowed else use.seconds()
