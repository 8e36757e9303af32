"""What a CV shows, and nothing that it hides: the same for the page, the PDF, the file inside it (L4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from django.utils import timezone

from core.encryption import Undecipherable
from lorfolio.content import Content, of_selection, person_of
from lorfolio.lists import Act, Certainty
from lorfolio.models import Cv, Operation, Portfolio
from lorfolio.services import safe

log = structlog.get_logger("lorfolio.drawing")
Row = TypeVar("Row")


def content_of(cv: Cv, *, at: dt.datetime | None = None) -> Content:
    """The chosen items, and the person's lines that this CV shows; a line hidden is not in what is given back.

    The photo is unsealed when it is shown, and the trace of the safe says so once a day (CPCE L103).
    """
    portfolio = cv.portfolio
    shown: dict[str, Any] = {"translations": _translations(cv)}
    if cv.headline:
        shown["headline"] = cv.headline
    if cv.summary:
        shown["summary"] = cv.summary
    if not cv.with_email:
        shown["email"] = ""
    if not cv.with_phone:
        shown["phone"] = ""
    if not cv.with_place:
        shown |= {"place": "", "postal_code": "", "details": _without(portfolio.details, "location")}
    if cv.with_photo and portfolio.photo_id:
        shown["photo"], shown["photo_type"] = _photo(portfolio, at or timezone.now())
    content = of_selection(cv.selection, person_of(portfolio, **shown))
    return content if cv.with_certainty else _unmarked(content)


def _translations(cv: Cv) -> dict[str, Any]:
    """Of the CV's own words, then of the person's; the person's are of no use to words that the CV has changed."""
    made: dict[str, Any] = {}
    for lang in {*cv.portfolio.translations, *cv.translations}:
        theirs = cv.portfolio.translations.get(lang) or {}
        own = cv.translations.get(lang) or {}
        kept = {name: words for name, words in theirs.items() if not getattr(cv, name, "")}
        made[lang] = kept | {name: words for name, words in own.items() if words}
    return made


def _photo(portfolio: Portfolio, at: dt.datetime) -> tuple[bytes, str]:
    """Its bytes and type; nothing when the file is lost or altered: the CV is drawn all the same."""
    file = portfolio.photo
    if file is None:
        return b"", ""
    try:
        seal = safe.seal_of(portfolio)
        facts, data = safe.known(file, seal), safe.unsealed(file, seal)
    except (OSError, Undecipherable):
        log.warning("cv_photo_unreadable")
        return b"", ""
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    if not Operation.objects.filter(portfolio=portfolio, file=file.pk, act=Act.SHOWN, at__gte=day).exists():
        safe.read(file=file, portfolio=portfolio, act=Act.SHOWN, by=safe.OWNER, at=at)
    return data, facts.media_type


def _unmarked(content: Content) -> Content:
    """Without what proves it: neither marks nor the names of those who attested."""
    return replace(
        content, experiences=_bare(content.experiences), skills=_bare(content.skills), extras=_bare(content.extras)
    )


def _bare(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(replace(row, proofs=(), certainty=Certainty.DECLARED) for row in rows)  # type: ignore[type-var]


def _without(details: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said for name, said in details.items() if name not in names}
