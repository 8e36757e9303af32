"""A CV as blocks in the order they are read; a block knows its style, not how a format draws it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from lorfolio.content import Content
from lorfolio.drawing.sheet import Ability, Entry, Part, Sheet, is_rtl, sheet_of
from lorfolio.drawing.words import DE, FR, WORDS, signed
from lorfolio.lists import Accent, CvModel, Section
from lorfolio.models import Cv

# As in static/css/lorfolio_cv.css (tests/lorfolio/test_cvpages_writing.py holds them equal).
COLOURS = {
    Accent.PINE: "0e4a36", Accent.INK: "1c2d4f", Accent.BRICK: "8c3827", Accent.PLUM: "5b2349",
    Accent.SLATE: "344c5b",
}  # fmt: skip
SOFT = "4a554f"
Words = Mapping[str, str]
PHOTO_PIXELS, PHOTO_MM = (416, 520), (28, 35)
_FIRST_JOB = {
    Section.EXPERIENCES: "done", Section.STUDIES: "learnt", Section.SKILLS: "able", Section.LANGUAGES: "spoken",
    Section.EXTRAS: "more",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """`style`: title, headline, contact, h1, h2, where, told, bullet, small, dates, signed or photo."""

    style: str
    text: str = ""
    lang: str = ""
    mark: str = ""  # « Attesté », beside the words
    href: str = ""

    @property
    def rtl(self) -> bool:
        return is_rtl(self.text)


@dataclass(frozen=True)
class Row:
    """Two cells side by side; rows that follow each other make one table. `widths` in millimetres."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    widths: tuple[int, int]


@dataclass(frozen=True)
class Outline:
    """`photo` is a JPEG, or empty."""

    title: str
    author: str
    lang: str
    model: CvModel
    colour: str
    blocks: tuple[Block | Row, ...]
    photo: bytes = b""
    photo_says: str = ""


HEAD, TABLE, HALVES = (142, 34), (40, 136), (88, 88)


def outline_of(cv: Cv, content: Content, *, today: dt.date) -> Outline:
    model = CvModel(cv.model)
    lang = DE if model == CvModel.LEBENSLAUF else FR
    sheet = sheet_of(content, lang)
    photo = _portrait(content.person.photo)
    body: Iterator[Block | Row] = _flowing(sheet, model)
    if model == CvModel.LEBENSLAUF:
        body = _tabular(sheet, signed(content.person.place, today, lang))
    elif model == CvModel.BILINGUAL:
        body = _bilingual(sheet, sheet_of(content, DE))
    blocks = (*_head(sheet, model, bool(photo)), *body)
    if cv.with_certainty and sheet.marked:
        tongues = (FR, DE) if model == CvModel.BILINGUAL else (lang,)
        blocks += tuple(Block("small", WORDS[tongue]["legend_both"], tongue) for tongue in tongues)
    title = " – ".join(filter(None, (f"{sheet.words['cv']} {sheet.name}".strip(), str(sheet.headline))))
    says = f"{sheet.words['photo']} {sheet.name}"
    return Outline(title, str(sheet.name), lang, model, COLOURS[Accent(cv.accent)], blocks, photo, says)


def _head(sheet: Sheet, model: CvModel, pictured: bool) -> Iterator[Block | Row]:
    name = str(sheet.name) or str(sheet.headline) or sheet.words["cv"]
    lines = [Block("title", name)]
    if sheet.headline and sheet.name:
        lines.append(Block("headline", str(sheet.headline)))
    if model != CvModel.LEBENSLAUF:  # there they are rows of the table
        lines += [Block("contact", line.value, href=line.href) for line in sheet.contact]
    if pictured:
        yield Row(tuple(lines), (Block("photo"),), HEAD)
    else:
        yield from lines
    if model not in {CvModel.LEBENSLAUF, CvModel.BILINGUAL}:
        yield from (Block("told", str(line)) for line in sheet.summary)


def _flowing(sheet: Sheet, model: CvModel) -> Iterator[Block | Row]:
    for part in sheet.parts:
        words = sheet.words[_FIRST_JOB[Section(part.key)]] if model == CvModel.FIRST_JOB else part.title
        yield Block("h1", words)
        for group in part.groups:
            named = bool(group.name) and part.key in {Section.SKILLS, Section.EXTRAS}
            if named:
                yield Block("h2", group.name)
            for row in group.rows:
                yield from _row(part, row, sheet.words, full=model == CvModel.SKILLS, named=named)


def _row(part: Part, row: Any, words: Words, *, full: bool, named: bool) -> Iterator[Block]:
    if isinstance(row, Ability):
        yield from _ability(row, words, full=full)
    elif part.key == Section.EXTRAS and named:
        yield Block("bullet", _joined(row.title, row.where, row.dates), row.foreign, row.mark)
        yield from (Block("told", str(line), row.foreign) for line in row.summary)
    else:
        yield Block("h2", str(row.title), row.foreign, row.mark)
        where = _joined(row.where, row.place, row.what, row.dates)
        if where:
            yield Block("where", where, row.foreign)
        yield from _told(row, words)


def _told(row: Entry, words: Words) -> Iterator[Block]:
    yield from (Block("told", str(line), row.foreign) for line in row.summary)
    yield from (Block("bullet", str(line), row.foreign) for line in row.highlights)
    yield from (Block("small", f"{words['attested_by']} {name}") for name in row.attested)


def _ability(row: Ability, words: Words, *, full: bool) -> Iterator[Block]:
    yield Block("bullet", f"{row.label}{f' ({row.level})' if row.level else ''}", row.foreign, row.mark)
    if full:
        yield from (Block("told", str(line), row.foreign) for line in row.note)
        if row.seen_in:
            yield Block("small", f"{words['seen_in']}\u00a0: {' ; '.join(row.seen_in)}")
    yield from (Block("small", f"{words['attested_by']} {name}") for name in row.attested)


def _tabular(sheet: Sheet, signature: str) -> Iterator[Block | Row]:
    """As German employers read it: what on the left, personal data first, place and day at the foot."""
    yield Block("h1", sheet.words["person"])
    for label, value, href in (
        (sheet.words["name"], str(sheet.name), ""), *((line.label, line.value, line.href) for line in sheet.contact),
    ):  # fmt: skip
        if value:
            yield Row((Block("dates", label),), (Block("told", value, href=href),), TABLE)
    if sheet.summary:
        yield Block("h1", sheet.words["profile"])
        yield from (Block("told", str(line)) for line in sheet.summary)
    for part in sheet.parts:
        yield Block("h1", part.title)
        for row in part.rows:
            if isinstance(row, Ability):
                yield from _ability(row, sheet.words, full=False)
            else:
                where = _joined(row.where, row.place)
                said = [Block("h2", str(row.title), row.foreign, row.mark)]
                said += [Block("where", where, row.foreign)] if where else []
                yield Row((Block("dates", row.dates),), (*said, *_told(row, sheet.words)), TABLE)
    yield Block("signed", signature)


def _bilingual(french: Sheet, german: Sheet) -> Iterator[Block | Row]:
    pairs = [(french.summary, german.summary)] if french.summary else []
    for here, there in pairs:
        ours = tuple(Block("told", str(line)) for line in here)
        theirs = tuple(Block("told", str(line), DE) for line in there) if here != there else ()
        yield Row(ours, theirs, HALVES)
    for here_part, there_part in zip(french.parts, german.parts, strict=True):
        yield Row((Block("h1", here_part.title),), (Block("h1", there_part.title, DE),), HALVES)
        # Names of groups are French: both sides are one list, row by row, in the order of the German one.
        for here_row, there_row in zip(here_part.rows, there_part.rows, strict=True):
            left = _beside(here_part, here_row, french, "")
            right = _beside(there_part, there_row, german, DE)
            yield Row(tuple(left), tuple(right), HALVES)


def _beside(part: Part, row: Any, sheet: Sheet, lang: str) -> Iterator[Block]:
    for block in _row(part, row, sheet.words, full=False, named=part.key == Section.EXTRAS):
        yield Block(block.style, block.text, block.lang or lang, block.mark)


def _joined(*said: Any) -> str:
    return ", ".join(str(words) for words in said if words)


def _portrait(photo: bytes) -> bytes:
    """A JPEG of 4 by 5 that every word processor reads; empty without a photo."""
    if not photo:
        return b""
    opened = Image.open(BytesIO(photo), formats=("WEBP", "JPEG", "PNG")).convert("RGB")
    out = BytesIO()
    cut = ImageOps.fit(opened, PHOTO_PIXELS, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
    cut.save(out, "JPEG", quality=86)
    return out.getvalue()
