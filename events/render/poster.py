"""The image that networks show with a link: 1200 x 630, drawn by us with our letters and colours.

Date at the left as a leaf of calendar, title, place; a state is written over it, never told by its colour alone.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from io import BytesIO
from typing import Final, NamedTuple

from django.conf import settings
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from core.fonts import package_files
from events.models import Event, Session
from events.render import times, wording

WIDTH, HEIGHT = 1200, 630
VERSION: Final = "1"  # raised when the drawing changes, so that caches forget the former one
_DEEP, _DEEP_2, _PAPER, _SOFT = "#0a2e22", "#0f3d2e", "#f6f7f2", "#c6d8cc"
_MIRABELLE, _INK, _GRES = "#ffc233", "#14211b", "#f3b8a6"
_TITLE, _TEXT, _BOLD = (
    ("font_manrope", "Manrope-ExtraBold.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Bold.ttf"),
)
_Face = tuple[str, str]


class _Ink(NamedTuple):
    face: _Face
    size: int
    fill: str


_LEFT, _RIGHT, _LEAF = 72, 1128, 232
_SPACES = str.maketrans({"\u202f": "\u00a0", "\n": " ", "\t": " ", "\u2011": "-"})


def words(event: Event, session: Session | None) -> str:
    """What the image says, for who does not see it."""
    if session is None:
        said = event.date_note or "Date à venir"
        return f"{event.title}. {said}."
    when = times.when(session.starts_at, session.ends_at, all_day=session.all_day)
    return f"{wording.prefix(session)}{event.title}. {when}. {wording.short_place(session)}."


def digest(event: Event, session: Session | None) -> str:
    """What the image depends on, in a few letters: its ETag."""
    known = (VERSION, settings.PORTAL_NAME, wording.kind(event), words(event, session), str(_marks(event, session)))
    return hashlib.sha256("\x00".join(known).encode()).hexdigest()[:24]


def draw(event: Event, session: Session | None) -> bytes:
    """The PNG."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _DEEP)
    pen = ImageDraw.Draw(picture)
    _ground(pen)
    left = _LEFT
    if session is not None:
        _leaf(pen, session)
        left = _LEFT + _LEAF + 56
    kind = wording.kind(event)
    marks = _marks(event, session)
    top = 84.0
    if marks:
        top = _band(pen, " · ".join(mark.word for mark in marks), left, top)
    elif kind:
        _line(pen, kind.upper(), (left, top), _Ink(_BOLD, 32, _MIRABELLE), _RIGHT - left)
        top += 56
    bottom = _title(pen, event.title, left, top, _RIGHT - left)
    _facts(pen, event, session, left, bottom + 26)
    _foot(pen)
    out = BytesIO()
    picture.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _marks(event: Event, session: Session | None) -> list[wording.Mark]:
    if session is not None:
        return wording.marks(session)
    return [wording.WITHDRAWN] if event.state == Event.State.WITHDRAWN else []


def _ground(pen: ImageDraw.ImageDraw) -> None:
    """Night of fir, a path of waymarks at the foot."""
    pen.rectangle((0, HEIGHT - 96, WIDTH, HEIGHT), fill=_DEEP_2)
    pen.rectangle((0, 0, WIDTH, 14), fill=_MIRABELLE)
    for x in range(_LEFT, WIDTH, 26):
        pen.ellipse((x, HEIGHT - 100, x + 7, HEIGHT - 93), fill=_GRES)


def _leaf(pen: ImageDraw.ImageDraw, session: Session) -> None:
    start = times.local(session.starts_at)
    x, y, side = _LEFT, 84, _LEAF
    pen.rounded_rectangle((x, y, x + side, y + 300), radius=26, fill=_PAPER)
    pen.rounded_rectangle((x, y, x + side, y + 74), radius=26, fill=_MIRABELLE)
    pen.rectangle((x, y + 44, x + side, y + 74), fill=_MIRABELLE)
    _centred(pen, times.DAYS[start.weekday()], (x + side / 2, y + 36), _Ink(_BOLD, 36, _INK))
    _centred(pen, str(start.day), (x + side / 2, y + 156), _Ink(_TITLE, 120, _INK))
    _centred(pen, times.MONTHS[start.month - 1], (x + side / 2, y + 230), _Ink(_BOLD, 38, _INK))
    _centred(pen, str(start.year), (x + side / 2, y + 270), _Ink(_TEXT, 32, _INK))


def _band(pen: ImageDraw.ImageDraw, said: str, left: float, top: float) -> float:
    font = _font(_BOLD, 36)
    width = min(pen.textlength(_shown(said, _BOLD), font=font), _RIGHT - left - 48)
    pen.rounded_rectangle((left, top - 8, left + width + 48, top + 56), radius=12, fill=_GRES)
    _line(pen, said, (left + 24, top), _Ink(_BOLD, 36, _INK), width + 1)
    return top + 84


def _title(pen: ImageDraw.ImageDraw, title: str, left: float, top: float, width: float) -> float:
    """As large as it fits in its place; returns where it ends."""
    said = _shown(title, _TITLE)
    for size, most in ((76, 3), (64, 3), (54, 4), (46, 5)):
        font = _font(_TITLE, size)
        lines = _wrapped(pen, said, font, width)
        if len(lines) <= most:
            break
    else:
        lines = lines[:5]
        lines[-1] = _cut(pen, f"{lines[-1]} …", font, width)
    for line in lines:
        pen.text((left, top), line, font=font, fill=_PAPER)
        top += size * 1.14
    return top


def _facts(pen: ImageDraw.ImageDraw, event: Event, session: Session | None, left: float, top: float) -> None:
    """When and where, under the title, never over the foot."""
    if session is None:
        said = [event.date_note or "Date à venir", event.organiser]
    else:
        first, last = times.span(session.starts_at, session.ends_at)
        if first != last:
            when = times.days(first, last)
        else:
            when = "Toute la journée" if session.all_day else times.hours(session.starts_at, session.ends_at)
        said = [when, wording.short_place(session)]
    for index, words_ in enumerate(part for part in said if part):
        if top + 44 > HEIGHT - 108:
            return
        ink = _Ink(_BOLD, 38, _PAPER) if index == 0 else _Ink(_TEXT, 38, _SOFT)
        _line(pen, words_, (left, top), ink, _RIGHT - left)
        top += 50


def _foot(pen: ImageDraw.ImageDraw) -> None:
    _line(pen, settings.PORTAL_NAME, (_LEFT, HEIGHT - 70), _Ink(_TITLE, 32, _PAPER), 620)
    said = "L’agenda de l’orientation"
    font = _font(_TEXT, 30)
    pen.text((_RIGHT - pen.textlength(said, font=font), HEIGHT - 70), said, font=font, fill=_SOFT)


def _line(pen: ImageDraw.ImageDraw, said: str, spot: tuple[float, float], ink: _Ink, width: float) -> None:
    font = _font(ink.face, ink.size)
    pen.text(spot, _cut(pen, _shown(said, ink.face), font, width), font=font, fill=ink.fill)


def _centred(pen: ImageDraw.ImageDraw, said: str, spot: tuple[float, float], ink: _Ink) -> None:
    pen.text(spot, said, font=_font(ink.face, ink.size), fill=ink.fill, anchor="mm")


def _wrapped(pen: ImageDraw.ImageDraw, said: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """`said` in lines of at most `width` pixels; a word longer than a line is cut."""
    lines: list[str] = [""]
    for word in said.split(" "):
        rest = word
        while rest:
            tried = f"{lines[-1]} {rest}".strip(" ")
            if pen.textlength(tried, font=font) <= width:
                lines[-1], rest = tried, ""
            elif lines[-1]:
                lines.append("")
            else:
                kept = next(
                    n for n in range(len(rest), 0, -1) if n == 1 or pen.textlength(rest[:n], font=font) <= width
                )
                lines[-1], rest = rest[:kept], rest[kept:]
                if rest:
                    lines.append("")
    return [line for line in lines if line] or [""]


def _cut(pen: ImageDraw.ImageDraw, said: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    if pen.textlength(said, font=font) <= width:
        return said
    while said and pen.textlength(f"{said}…", font=font) > width:
        said = said[:-1]
    return f"{said.rstrip(' ,;:…')}…"


def _shown(said: str, face: _Face) -> str:
    """`said` without what our letters cannot write (emoji, other alphabets)."""
    known = _characters(face)
    return " ".join("".join(c for c in said.translate(_SPACES) if ord(c) in known).split(" ")).strip()


@lru_cache(maxsize=8)
def _characters(face: _Face) -> frozenset[int]:
    with TTFont(package_files(face[0]) / face[1], lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=32)
def _font(face: _Face, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(package_files(face[0]) / face[1]), size)
