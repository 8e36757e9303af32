"""`/bilans/` and `/bilans/<year>/`: the regional synthesis as the Region published it, its PDF, its tables (S1, O3).

A year that is not published, or no longer, is not found, and neither are its files: every answer is asked again of the
portal before a cache gives it (`no-cache`), so that what is taken back is gone at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString, mark_safe

from bilans.models import Bilan, Campaign, Document
from bilans.public_page import neighbours, outlines_of, over_years, sections_of
from bilans.published import campaigns, content_of, keys_of, of_year
from core.fair_use import fair_use
from core.http import public_page
from core.links import absolute

ASKED_AGAIN = "public, no-cache"
WORKBOOKS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
View = Callable[..., HttpResponse]


def published_page(view: View) -> View:
    """A public page that a cache may keep, but gives to nobody without asking whether it still stands."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response["Cache-Control"] = ASKED_AGAIN
        return response

    return public_page(wrapper)


@published_page
def years(request: HttpRequest) -> HttpResponse:
    """The years published, their key figures side by side, what a bilan is. One query."""
    found = list(campaigns())
    contents = [content_of(campaign) for campaign in found]
    context = {
        "years": [
            {"campaign": campaign, "content": content, "url": reverse("bilan_year", args=[campaign.year])}
            for campaign, content in zip(found, contents, strict=True)
        ],
        "over": over_years(contents),
        "questions": [(title, hint) for _, title, hint in Bilan.QUESTIONS],
    }  # fmt: skip
    return render(request, "bilans/public/years.html", context)


@published_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The synthesis of one year. At most four queries: the year, the others, the names of two sorts of zones."""
    campaign, document = _published(year)
    content = content_of(campaign)
    known = list(Campaign.objects.filter(published__isnull=False).values_list("year", flat=True))
    before, after = neighbours(year, known)
    address = absolute(reverse("bilan_year", args=[year]))
    context = {
        "campaign": campaign, "document": document, "content": content, "keys": keys_of(content),
        "sections": sections_of(document), "outlines": outlines_of(document),
        "answers": all(section["key"] != "answers" for section in content["sections"]),  # told by a section otherwise
        "before": before, "after": after, "address": address, "structured": _structured(campaign, address),
    }  # fmt: skip
    return render(request, "bilans/public/year.html", context)


@public_page
def pdf(request: HttpRequest, year: int) -> Any:
    """The document, as it was drawn."""
    _, document = _published(year)
    try:
        opened = document.file.open("rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    return _file(
        request, f'"{document.sha256}"', f"bilan-{year}.pdf", "application/pdf",
        lambda: FileResponse(opened, content_type="application/pdf"), shown=True,
    )  # fmt: skip


@public_page
@fair_use
def workbook(request: HttpRequest, year: int, form: str) -> Any:
    """The figures, the texts and the definitions as a workbook."""
    campaign, document = _published(year)
    if form not in WORKBOOKS:
        raise Http404
    from bilans import files  # with the libraries of spreadsheets, which the pages do without

    content_type, write = WORKBOOKS[form], {"xlsx": files.xlsx_of, "ods": files.ods_of}[form]
    return _file(
        request, f'"{document.digest}.{form}"', f"bilan-{year}.{form}", content_type,
        lambda: HttpResponse(write(content_of(campaign)), content_type=content_type),
    )  # fmt: skip


def _published(year: int) -> tuple[Campaign, Document]:
    campaign = of_year(year)
    if campaign is None or campaign.published is None:
        raise Http404
    return campaign, campaign.published


def _file(
    request: HttpRequest, etag: str, name: str, content_type: str, write: Callable[[], HttpResponseBase],
    *, shown: bool = False,
) -> Any:  # fmt: skip
    """The file, or 304 when the reader has it already."""
    known = get_conditional_response(request, etag=etag)
    answer = known if known is not None else write()
    answer["ETag"], answer["Cache-Control"] = etag, ASKED_AGAIN
    answer["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{name}"'
    return answer


def _structured(campaign: Campaign, address: str) -> SafeString:
    """The open data of the year as schema.org has them, ready to stand in the page."""
    facts = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"Bilan {campaign.year} de l’orientation en région",
        "description": f"Les chiffres de la synthèse régionale {campaign.year} du service public régional de"
        " l’orientation, par territoire et par bassin d’emploi, avec ce qui manque.",
        "url": address,
        "inLanguage": "fr",
        "temporalCoverage": str(campaign.year),
        "datePublished": campaign.published_at.date().isoformat() if campaign.published_at else None,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": str(settings.PUBLISHER["name"])},
        "distribution": [
            {
                "@type": "DataDownload", "encodingFormat": "text/csv",
                "contentUrl": absolute(f"/donnees/bilans-{campaign.year}.csv"),
            }
        ],
    }  # fmt: skip
    return mark_safe(orjson.dumps(facts).decode().replace("<", "\\u003c"))  # nothing in it closes the element
