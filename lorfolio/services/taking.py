"""Everything that a portfolio holds, in one archive, in formats that others read (L7, L10): read as it is sent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from core.encryption import Undecipherable
from core.journal import record
from lorfolio import content
from lorfolio.archive import Member
from lorfolio.drawing import content_of, pdf_of
from lorfolio.interchange import europass_out, json_resume
from lorfolio.lists import Act
from lorfolio.models import Cv, Portfolio, SafeFile
from lorfolio.safe_export import documents_of, trace_csv
from lorfolio.services import safe
from lorfolio.writing import docx_of

# How each table leads to its portfolio. A table that is not here is not taken out: a test says so when one is added.
OWNED = {
    "Portfolio": "pk", "ParentalConsent": "portfolio", "Experience": "portfolio", "Skill": "portfolio",
    "Language": "portfolio", "Extra": "portfolio", "Proof": "portfolio", "Selection": "portfolio",
    "Choice": "selection__portfolio", "Cv": "portfolio", "PersonalSite": "portfolio", "SafeFile": "portfolio",
    "Share": "portfolio", "Target": "portfolio", "Step": "portfolio", "Watch": "portfolio", "Advice": "portfolio",
    "Comment": "advice__portfolio", "Visit": "advice__portfolio",
}  # fmt: skip
ELSEWHERE = {"Operation": "coffre/trace.csv", "RetiredAddress": "of nobody: digests of addresses given back"}
# Keys, digests of links, and somebody else's identifier: of no use to the person, or not theirs.
NEVER = {"sealed_key", "digest", "sealed", "stored", "stored_sha256", "seen", "seen_person", "adviser", "erasing"}


def members_of(portfolio: Portfolio, at: dt.datetime) -> Iterator[Member]:
    """Every file to come, in the order one reads them; one at a time is in memory. The caller has written the trace."""
    cvs = list(Cv.objects.filter(portfolio=portfolio).select_related("selection"))
    yield Member("LISEZMOI.html", partial(_readme, portfolio, at))
    yield Member("resume.json", lambda: as_json(resume_of(portfolio, at)))
    yield Member("europass.xml", lambda: europass_of(portfolio))
    yield Member("portfolio.json", lambda: as_json(tables_of(portfolio, at)))
    for cv in cvs:
        cv.portfolio = portfolio
        name = f"cv/{slugify(cv.name)[:60] or 'cv'}"
        for ending, draw in _DRAWN.items():
            yield Member(f"{name}.{ending}", partial(_drawn, draw, cv, at))
    yield from documents_of(portfolio, folder="coffre/documents")
    yield Member("coffre/trace.csv", lambda: trace_csv(portfolio))


@transaction.atomic
def note(*, portfolio: Portfolio, at: dt.datetime) -> None:
    """Write in the trace of the safe and in the journal that everything is taken out."""
    safe.trace(portfolio, Act.EXPORT, at=at)
    record(verb="lorfolio.export", target=portfolio, actor=portfolio.user)


def resume_of(portfolio: Portfolio, at: dt.datetime | None = None) -> dict[str, Any]:
    """The whole portfolio as a JSON Resume, with what only its owner sees."""
    whole = content.whole(portfolio, content.person_of(portfolio))
    return json_resume.export(whole, certainty=True, everything=True, at=at)


def europass_of(portfolio: Portfolio) -> bytes:
    """The whole portfolio as a Europass `Candidate`."""
    return europass_out.export(content.whole(portfolio, content.person_of(portfolio)), certainty=True)


def tables_of(portfolio: Portfolio, at: dt.datetime) -> dict[str, Any]:
    """Every row of the portfolio with the words of its columns, table by table; links between rows are their `id`."""
    user = portfolio.user
    made: dict[str, Any] = {
        "format": "lorfolio/1", "written_at": at.isoformat(),
        "account": {"email": user.email, "name": user.name, "created_at": user.created_at.isoformat()},
    }  # fmt: skip
    for name, path in OWNED.items():
        model = apps.get_model("lorfolio", name)
        many = [field.name for field in model._meta.many_to_many]
        rows = model._default_manager.filter(**{path: portfolio.pk}).order_by("pk").prefetch_related(*many)
        made[model._meta.model_name or name] = [_row(row, many) for row in rows]
    seal = safe.seal_of(portfolio)
    for row, file in zip(made["safefile"], SafeFile.objects.filter(portfolio=portfolio).order_by("pk"), strict=False):
        try:
            row.update(vars(safe.known(file, seal)))
        except Undecipherable:
            row["unreadable"] = True
    return made


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _row(row: Model, many: list[str]) -> dict[str, Any]:
    fields = [field for field in row._meta.concrete_fields if field.name not in NEVER and field.name != "portfolio"]
    said = {field.name: _plain(getattr(row, field.attname)) for field in fields}
    for name in many:
        said[name] = [str(other.pk) for other in getattr(row, name).all()]
    return said


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _readme(portfolio: Portfolio, at: dt.datetime) -> bytes:
    context = {"portfolio": portfolio, "at": timezone.localtime(at), "portal": settings.PORTAL_NAME}
    return render_to_string("lorfolio/interchange/readme.html", context).encode()


def _drawn(draw: Callable[[Cv, dt.datetime], bytes], cv: Cv, at: dt.datetime) -> bytes:
    """A CV that cannot be drawn is told by the manifest, and takes no other with it."""
    try:
        return draw(cv, at)
    except ValidationError as error:
        raise OSError(error.messages[0]) from error


def _pdf(cv: Cv, at: dt.datetime) -> bytes:
    return pdf_of(cv, content_of(cv, at=at), today=timezone.localdate(at)).data


def _docx(cv: Cv, at: dt.datetime) -> bytes:
    return docx_of(cv, content_of(cv, at=at), today=timezone.localdate(at))


def _json(cv: Cv, at: dt.datetime) -> bytes:
    return as_json(json_resume.export(content_of(cv, at=at), certainty=cv.with_certainty, at=cv.changed_at))


def _xml(cv: Cv, at: dt.datetime) -> bytes:
    return europass_out.export(content_of(cv, at=at), certainty=cv.with_certainty)


_DRAWN: dict[str, Callable[[Cv, dt.datetime], bytes]] = {"pdf": _pdf, "docx": _docx, "json": _json, "xml": _xml}
