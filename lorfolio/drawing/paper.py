"""The PDF of a CV: tagged (PDF/UA-1), its words in the order they are read, its JSON Resume inside (L4, L11)."""

from __future__ import annotations

import datetime as dt
import json

from core import pdf
from core.pdf import Attached, Pdf
from lorfolio.content import Content
from lorfolio.drawing.page import html_of
from lorfolio.interchange import json_resume
from lorfolio.lists import CvModel
from lorfolio.models import Cv

STYLESHEETS = ("css/lorfolio_cv_fonts.css", "css/lorfolio_cv.css")
MOST_PAGES = 2  # that an employer reads
# The models whose pages hold two languages, and the one that is not the document's.
SECOND_LANGUAGE = {CvModel.LEBENSLAUF: "fr", CvModel.BILINGUAL: "de"}


def pdf_of(cv: Cv, content: Content, *, today: dt.date | None = None) -> Pdf:
    """The CV drawn; closer when that holds it on a page less. Raises `OSError` without Pango."""
    drawn = _drawn(cv, content, today, tight=False)
    if 1 < drawn.pages <= MOST_PAGES + 1:
        tighter = _drawn(cv, content, today, tight=True)
        drawn = tighter if tighter.pages < drawn.pages else drawn
    return drawn


def length_said(pages: int) -> str:
    """What to tell the person of a CV that nobody would read to its end; empty up to two pages."""
    if pages <= MOST_PAGES:
        return ""
    return (
        f"Ce CV fait {pages}\u00a0pages. Deux suffisent presque toujours\u00a0: gardez ce qui sert à cette candidature,"
        " le reste demeure dans votre Lorfolio."
    )


def _drawn(cv: Cv, content: Content, today: dt.date | None, *, tight: bool) -> Pdf:
    html = html_of(cv, content, tight=tight, today=today)
    return pdf.draw(
        html, stylesheets=STYLESHEETS, attached=(_resume(cv, content),),
        second_language=SECOND_LANGUAGE.get(CvModel(cv.model), ""),
    )  # fmt: skip


def _resume(cv: Cv, content: Content) -> Attached:
    said = json_resume.export(content, certainty=cv.with_certainty, at=cv.changed_at)
    data = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return Attached("resume.json", "JSON Resume 1.0.0", data, cv.changed_at)
