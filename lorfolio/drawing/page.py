"""The HTML of a CV: one template a model, the same on paper and in the preview."""

from __future__ import annotations

import base64
import datetime as dt
from io import BytesIO
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from PIL import Image, ImageOps

from lorfolio.content import Content
from lorfolio.drawing.sheet import Sheet, sheet_of
from lorfolio.drawing.words import DE, FR, signed
from lorfolio.lists import CvModel
from lorfolio.models import Cv

LANGUAGE = {CvModel.LEBENSLAUF: DE}
# Pixels of a portrait of 4 by 5, sharp at 300 points an inch on the widest model (35 mm).
PHOTO = (416, 520)


def html_of(
    cv: Cv, content: Content, *, screen: bool = False, tight: bool = False, today: dt.date | None = None
) -> str:
    """The whole page, from `cv`'s model and colour and from `content` alone.

    `screen`: with the stylesheets of the portal, for a browser (the preview). `tight`: a little closer, when that
    spares a page. `today` is written at the foot of a Lebenslauf.
    """
    lang = LANGUAGE.get(CvModel(cv.model), FR)
    sheet = sheet_of(content, lang)
    context: dict[str, Any] = {
        "sheet": sheet, "words": sheet.words, "model": cv.model, "accent": cv.accent, "screen": screen,
        "tight": tight, "certainty": cv.with_certainty and sheet.marked, "photo": _data_uri(content.person.photo),
        "title": _title(sheet), "signed": signed(content.person.place, today or timezone.localdate(), lang),
    }  # fmt: skip
    if cv.model == CvModel.BILINGUAL:
        context |= _beside(sheet, sheet_of(content, DE))
    return render_to_string(f"lorfolio/cv/models/{CvModel(cv.model).value.replace('-', '_')}.html", context)


def _title(sheet: Sheet) -> str:
    """Of the document: whose CV, for what."""
    return " – ".join(filter(None, (f"{sheet.words['cv']} {sheet.name}".strip(), sheet.headline)))


def _beside(french: Sheet, german: Sheet) -> dict[str, Any]:
    """Both languages row by row: a part of one is the part of the other, since both are made of the same items."""
    pairs = [
        {
            "key": here.key,
            "title": here.title,
            "german": there.title,
            "rows": list(zip(here.rows, there.rows, strict=True)),
        }
        for here, there in zip(french.parts, german.parts, strict=True)
    ]
    return {"german": german, "pairs": pairs}


def _data_uri(photo: bytes) -> str:
    """The portrait as a JPEG of ours, cut to 4 by 5 a little above its middle, where a face is."""
    if not photo:
        return ""
    opened = Image.open(BytesIO(photo), formats=("WEBP", "JPEG", "PNG")).convert("RGB")
    portrait = ImageOps.fit(opened, PHOTO, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
    out = BytesIO()
    portrait.save(out, "JPEG", quality=86, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
