"""The DOCX of a CV: styles that one can change at once, headings for the navigation, languages, alternative text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from itertools import groupby
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from lorfolio.content import Content
from lorfolio.lists import CvModel
from lorfolio.models import Cv
from lorfolio.writing.outline import PHOTO_MM, SOFT, Block, Outline, Row, outline_of

FONT = "Calibri"
_LOCALES = {"fr": "fr-FR", "de": "de-DE"}
_STYLES = {
    "title": "Title", "headline": "Subtitle", "h1": "Heading 1", "h2": "Heading 2", "bullet": "List Bullet",
    "told": "Normal", "contact": "Coordonnées", "where": "Contexte", "small": "Précision", "dates": "Dates",
    "signed": "Normal", "photo": "Normal",
}  # fmt: skip


def docx_of(cv: Cv, content: Content, *, today: dt.date) -> bytes:
    outline = outline_of(cv, content, today=today)
    document: Any = Document()
    _without_thumbnail(document)
    _page(document)
    _styles(document, outline)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = outline.title, outline.author, outline.author
    properties.language, properties.comments = _LOCALES[outline.lang], ""
    properties.created = properties.modified = dt.datetime.combine(today, dt.time())
    for is_row, blocks in groupby(outline.blocks, key=lambda block: isinstance(block, Row)):
        if is_row:
            _table(document, list(blocks), outline)  # type: ignore[arg-type]
        else:
            _fill(document, blocks, outline)  # type: ignore[arg-type]
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _without_thumbnail(document: Any) -> None:
    """The picture of an empty page that the library's own template carries."""
    package = document.part.package
    for key in [key for key, link in package.rels.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(17)
    section.top_margin = section.bottom_margin = Mm(15)


def _styles(document: Any, outline: Outline) -> None:
    styles = document.styles
    for name in ("Coordonnées", "Contexte", "Précision", "Dates"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    serif = "Cambria" if outline.model == CvModel.LEBENSLAUF else FONT
    band = outline.model == CvModel.SKILLS
    for name, size, colour, bold, before, after in (
        ("Normal", 10.5, "", False, 0, 3),
        ("Title", 26, "FFFFFF" if band else outline.colour, True, 0, 2),
        ("Subtitle", 13, SOFT, False, 0, 6),
        ("Heading 1", 14, outline.colour, True, 14, 4),
        ("Heading 2", 11, "", True, 7, 1),
        ("List Bullet", 10.5, "", False, 0, 2),
        ("Coordonnées", 10, SOFT, False, 0, 0),
        ("Contexte", 10, SOFT, False, 0, 2),
        ("Précision", 9, SOFT, False, 0, 2),
        ("Dates", 10, SOFT, False, 7, 0),
    ):
        style = styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string((colour or "1b2420").upper())
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = name.startswith("Heading")
        _typeface(style, serif if name in {"Title", "Heading 1"} else FONT)
    _rule(styles["Title"], "")
    if outline.model in {CvModel.CHRONOLOGICAL, CvModel.LEBENSLAUF}:
        _rule(styles["Heading 1"], outline.colour)
    if band:
        _shade(styles["Title"], outline.colour)
    _language(styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"), outline.lang)


def _language(properties: Any, lang: str) -> None:
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    said = OxmlElement("w:lang")
    said.set(qn("w:val"), _LOCALES.get(lang, lang))
    properties.append(said)


def _typeface(style: Any, name: str) -> None:
    style.font.name = name
    fonts = style.element.rPr.rFonts
    for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[theme]
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), name)


def _rule(style: Any, colour: str) -> None:
    """The line under a heading; none without a colour."""
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    if colour:
        borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
        for key, value in (("val", "single"), ("sz", "8"), ("space", "2"), ("color", colour)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
        properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _shade(style: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{key}"), value)
    style.element.get_or_add_pPr().insert_element_before(shade, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _table(document: Any, rows: list[Row], outline: Outline) -> None:
    """Rows of the same widths in one table."""
    for widths, several in groupby(rows, key=lambda row: row.widths):
        table = document.add_table(rows=0, cols=2)
        table.autofit = False
        for row in several:
            cells = table.add_row().cells
            for cell, blocks, width in zip(cells, (row.left, row.right), widths, strict=True):
                cell.width = Mm(width)
                _fill(cell, blocks, outline, first=cell.paragraphs[0])


def _fill(where: Any, blocks: Iterable[Block], outline: Outline, first: Any = None) -> None:
    """Write `blocks` into a document, or a cell whose first paragraph is there already."""
    for block in blocks:
        paragraph = first if first is not None else where.add_paragraph()
        first = None
        paragraph.style = _STYLES[block.style]
        if block.style == "photo":
            _picture(paragraph, outline)
        else:
            _write(paragraph, block, outline.lang)


def _write(paragraph: Any, block: Block, lang: str) -> None:
    run = paragraph.add_run(_printable(block.text))
    if block.href:
        _link(paragraph, run, block.href)
    if block.lang and block.lang != lang:
        _language(run._r.get_or_add_rPr(), block.lang)
    if block.rtl:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        run.font.rtl = True
    if block.mark:
        mark = paragraph.add_run(f" ({block.mark})")
        mark.font.bold, mark.font.size = False, Pt(9)
    if block.style == "signed":
        paragraph.paragraph_format.space_before = Pt(24)


def _link(paragraph: Any, run: Any, href: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(run._r)
    paragraph._p.append(link)


def _picture(paragraph: Any, outline: Outline) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    shape = paragraph.add_run().add_picture(BytesIO(outline.photo), Mm(PHOTO_MM[0]), Mm(PHOTO_MM[1]))
    shape._inline.docPr.set("descr", outline.photo_says)


def _printable(text: str) -> str:
    """Without the control signs that XML refuses."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t\u00a0\u200d")
