"""The ODT of a CV: the same blocks for LibreOffice, with its own styles and outline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from itertools import count, groupby
from typing import Any

from odf import dc, draw, meta, style, svg, table, text
from odf.opendocument import OpenDocumentText

from lorfolio.content import Content
from lorfolio.lists import CvModel
from lorfolio.models import Cv
from lorfolio.writing.outline import PHOTO_MM, SOFT, Block, Outline, Row, outline_of

FONT = "Calibri, Carlito, Liberation Sans, sans-serif"
SERIF = "Cambria, Caladea, Liberation Serif, serif"
_COUNTRIES = {"fr": "FR", "de": "DE"}
_LEVELS = {"title": 1, "h1": 2, "h2": 3}


def odt_of(cv: Cv, content: Content, *, today: dt.date) -> bytes:
    outline = outline_of(cv, content, today=today)
    out = BytesIO()
    _Writer(outline, today).document.save(out)
    return out.getvalue()


class _Writer:
    def __init__(self, outline: Outline, today: dt.date) -> None:
        self.outline = outline
        self.document: Any = OpenDocumentText()
        self.styles: dict[tuple[str, ...], str] = {}
        self.numbers = count(1)
        self._describe(today)
        self._page()
        self._paragraphs()
        for is_row, blocks in groupby(outline.blocks, key=lambda block: isinstance(block, Row)):
            if is_row:
                self._tables(list(blocks))  # type: ignore[arg-type]
            else:
                self._fill(self.document.text, blocks)  # type: ignore[arg-type]

    def _describe(self, today: dt.date) -> None:
        said = self.document.meta
        said.addElement(dc.Title(text=self.outline.title))
        said.addElement(dc.Language(text=f"{self.outline.lang}-{_COUNTRIES[self.outline.lang]}"))
        said.addElement(meta.InitialCreator(text=self.outline.author))
        said.addElement(dc.Creator(text=self.outline.author))
        said.addElement(dc.Date(text=f"{today.isoformat()}T00:00:00"))

    def _page(self) -> None:
        layout = style.PageLayout(name="A4")
        layout.addElement(style.PageLayoutProperties(
            pagewidth="210mm", pageheight="297mm", margintop="15mm", marginbottom="15mm", marginleft="17mm",
            marginright="17mm",
        ))  # fmt: skip
        self.document.automaticstyles.addElement(layout)
        self.document.masterstyles.addElement(style.MasterPage(name="Standard", pagelayoutname=layout))

    def _paragraphs(self) -> None:
        """One named style a kind of block, all from « Standard », which says the language."""
        outline = self.outline
        base = style.Style(name="Standard", family="paragraph")
        base.addElement(style.ParagraphProperties(marginbottom="1mm"))
        base.addElement(style.TextProperties(
            fontfamily=FONT, fontsize="10.5pt", color="#1b2420", language=outline.lang,
            country=_COUNTRIES[outline.lang],
        ))  # fmt: skip
        self.document.styles.addElement(base)
        serif = SERIF if outline.model == CvModel.LEBENSLAUF else FONT
        band = outline.model == CvModel.SKILLS
        ruled = outline.model in {CvModel.CHRONOLOGICAL, CvModel.LEBENSLAUF}
        big = {"fontsize": "26pt", "fontweight": "bold", "fontfamily": serif}
        title = {"backgroundcolor": f"#{outline.colour}", "padding": "2mm"} if band else {}
        under = {"borderbottom": f"0.8pt solid #{outline.colour}", "paddingbottom": "0.6mm"} if ruled else {}
        accent, soft = {"color": f"#{outline.colour}"}, {"color": f"#{SOFT}"}
        keep = {"keepwithnext": "always"}
        for name, paragraph, words in (
            ("title", title | {"marginbottom": "1mm"}, big | ({"color": "#ffffff"} if band else accent)),
            ("headline", {"marginbottom": "2mm"}, {"fontsize": "13pt"} | soft),
            ("h1", under | keep | {"margintop": "5mm", "marginbottom": "1.5mm"},
             {"fontsize": "14pt", "fontweight": "bold", "fontfamily": serif} | accent),
            ("h2", keep | {"margintop": "2.5mm", "marginbottom": "0.3mm"}, {"fontsize": "11pt", "fontweight": "bold"}),
            ("contact", {"marginbottom": "0mm"}, {"fontsize": "10pt"} | soft),
            ("where", {"marginbottom": "0.8mm"}, {"fontsize": "10pt"} | soft),
            ("dates", {"margintop": "2.5mm", "marginbottom": "0mm"}, {"fontsize": "10pt"} | soft),
            ("small", {"marginbottom": "0.8mm"}, {"fontsize": "9pt"} | soft),
            ("told", {"marginbottom": "1mm"}, {}),
            ("bullet", {"marginbottom": "0.6mm"}, {}),
            ("signed", {"margintop": "9mm"}, {}),
        ):  # fmt: skip
            made = style.Style(name=f"cv-{name}", family="paragraph", parentstylename=base)
            made.addElement(style.ParagraphProperties(**paragraph))
            if words:
                made.addElement(style.TextProperties(**words))
            self.document.styles.addElement(made)

    def _tables(self, rows: list[Row]) -> None:
        for widths, several in groupby(rows, key=lambda row: row.widths):
            made = table.Table(name=f"Tableau{next(self.numbers)}")
            for width in widths:
                made.addElement(table.TableColumn(stylename=self._column(width)))
            for row in several:
                line = table.TableRow()
                for blocks in (row.left, row.right):
                    cell = table.TableCell(valuetype="string", stylename=self._cell())
                    self._fill(cell, blocks or (Block("told"),))
                    line.addElement(cell)
                made.addElement(line)
            self.document.text.addElement(made)

    def _fill(self, where: Any, blocks: Iterable[Block]) -> None:
        """Bullets that follow each other are one list."""
        for is_bullet, several in groupby(blocks, key=lambda block: block.style == "bullet"):
            target = text.List() if is_bullet else where
            for block in several:
                if is_bullet:
                    item = text.ListItem()
                    item.addElement(self._paragraph(block))
                    target.addElement(item)
                else:
                    target.addElement(self._paragraph(block))
            if is_bullet:
                where.addElement(target)

    def _paragraph(self, block: Block) -> Any:
        if block.style == "photo":
            return self._picture()
        level = _LEVELS.get(block.style)
        named = self._directed(block) if block.rtl else f"cv-{block.style}"
        made = text.H(outlinelevel=level, stylename=named) if level else text.P(stylename=named)
        words: Any = made
        if block.href:
            words = text.A(type="simple", href=block.href)
            made.addElement(words)
        if block.lang and block.lang != self.outline.lang:
            span = text.Span(stylename=self._tongue(block.lang))
            words.addElement(span)
            words = span
        words.addText(block.text)
        if block.mark:
            span = text.Span(stylename=self._kept("mark", style.TextProperties(fontsize="9pt", fontweight="normal")))
            span.addText(f" ({block.mark})")
            made.addElement(span)
        return made

    def _picture(self) -> Any:
        name = self.document.addPicture("Pictures/portrait.jpg", mediatype="image/jpeg", content=self.outline.photo)
        frame = draw.Frame(width=f"{PHOTO_MM[0]}mm", height=f"{PHOTO_MM[1]}mm", anchortype="as-char", name="Portrait")
        frame.addElement(draw.Image(href=name, type="simple", show="embed", actuate="onLoad"))
        frame.addElement(svg.Title(text=self.outline.photo_says))
        made = text.P(stylename="cv-told")
        made.addElement(frame)
        return made

    def _directed(self, block: Block) -> str:
        way = style.ParagraphProperties(writingmode="rl-tb", textalign="start")
        return self._kept(f"rtl-{block.style}", way, family="paragraph", parent=f"cv-{block.style}")

    def _tongue(self, lang: str) -> str:
        return self._kept(f"lang-{lang}", style.TextProperties(language=lang, country=_COUNTRIES.get(lang, "none")))

    def _column(self, width: int) -> Any:
        wide = style.TableColumnProperties(columnwidth=f"{width}mm")
        return self._kept(f"column-{width}", wide, family="table-column")

    def _cell(self) -> Any:
        return self._kept("cell", style.TableCellProperties(paddingright="3mm", border="none"), family="table-cell")

    def _kept(self, name: str, properties: Any, family: str = "text", parent: str = "") -> str:
        """An automatic style, made once."""
        if (family, name) not in self.styles:
            more = {"parentstylename": parent} if parent else {}
            made = style.Style(name=name, family=family, **more)
            made.addElement(properties)
            self.document.automaticstyles.addElement(made)
            self.styles[family, name] = name
        return self.styles[family, name]
