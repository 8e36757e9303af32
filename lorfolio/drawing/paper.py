"""The PDF of a CV: tagged (PDF/UA-1), its words in the order they are read, its JSON Resume inside (L4, L11)."""

from __future__ import annotations

import datetime as dt
import json

from django.core.exceptions import ValidationError

from core import pdf
from core.pdf import Attached, Page, Pdf
from lorfolio.content import Content
from lorfolio.drawing.page import html_of
from lorfolio.interchange import json_resume
from lorfolio.lists import CvModel
from lorfolio.models import Cv

STYLESHEETS = ("css/lorfolio_cv_fonts.css", "css/lorfolio_cv.css")
MOST_WORDS = 1_000_000  # letters of its HTML: some hundred pages
TOO_LONG = "Ce CV est trop long pour être mis en pages\u00a0: choisissez moins de choses à y montrer."
MOST_PAGES = 2  # that an employer reads
# The models whose pages hold two languages, and the one that is not the document's.
SECOND_LANGUAGE = {CvModel.LEBENSLAUF: "fr", CvModel.BILINGUAL: "de"}


def pdf_of(cv: Cv, content: Content, *, today: dt.date | None = None) -> Pdf:
    """The CV drawn; closer when that holds it on a page less.

    Raises `OSError` without Pango, `ValidationError` (French) when it is too long to be drawn.
    """
    drawn = _drawn(cv, content, today, tight=False)
    if 1 < drawn.pages <= MOST_PAGES + 1:
        tighter = _drawn(cv, content, today, tight=True)
        drawn = tighter if tighter.pages < drawn.pages else drawn
    return drawn


def page_of(cv: Cv, content: Content, *, today: dt.date | None = None, tight: bool = False) -> Page:
    """What `core.pdf` draws. Raises `ValidationError` (French) for more than anybody would read."""
    html = html_of(cv, content, tight=tight, today=today)
    if len(html) - len(content.person.photo) * 2 > MOST_WORDS:
        raise ValidationError(TOO_LONG)
    language = SECOND_LANGUAGE.get(CvModel(cv.model), "")
    return Page(html, STYLESHEETS, (_resume(cv, content),), language)


def length_said(pages: int) -> str:
    """What to tell the person of a CV that nobody would read to its end; empty up to two pages."""
    if pages <= MOST_PAGES:
        return ""
    return (
        f"Ce CV fait {pages}\u00a0pages. Deux suffisent presque toujours\u00a0: gardez ce qui sert à cette candidature,"
        " le reste demeure dans votre Lorfolio."
    )


def _drawn(cv: Cv, content: Content, today: dt.date | None, *, tight: bool) -> Pdf:
    page = page_of(cv, content, today=today, tight=tight)
    return pdf.draw(
        page.html, stylesheets=page.stylesheets, attached=page.attached, second_language=page.second_language
    )


def _resume(cv: Cv, content: Content) -> Attached:
    said = json_resume.export(content, certainty=cv.with_certainty, at=cv.changed_at)
    data = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return Attached("resume.json", "JSON Resume 1.0.0", data, cv.changed_at)
