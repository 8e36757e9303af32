"""How a drawing of ours is written: elements of SVG, styled by classes on a screen (`static/css/drawings.css`) and by
attributes on paper, where WeasyPrint knows neither our style sheets nor custom properties inside an SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.html import escape
from django.utils.text import slugify

# Darkest first: they stay apart in black and white; what has no figure is hatched.
SHADES: Final = ("#0e4a36", "#3d7f64", "#7fb198", "#b9d6c6", "#e4efe8")
DARK_SHADES: Final = 2  # so many of them take white letters
INK, SOFT, LINE, HATCH = "#14211b", "#3f4d46", "#66756d", "hatch"
_FACE = 'font-family="Texte"'
_PAPER: Final[dict[str, str]] = {
    "bar": f'fill="{SHADES[0]}"',
    "bar-before": f'fill="{SHADES[3]}" stroke="{SHADES[0]}" stroke-width=".6"',
    "base": f'stroke="{LINE}" stroke-width=".6"',
    "label": f'{_FACE} fill="{INK}"',
    "value": f'{_FACE} font-weight="700" fill="{INK}"',
    "soft": f'{_FACE} fill="{SOFT}"',
    "on-dark": f'{_FACE} font-weight="700" fill="#ffffff"',
    "on-soft": f'{_FACE} font-weight="700" fill="{INK}"',
    "key": f'stroke="{SHADES[0]}" stroke-width=".5"',
    "context": f'fill="#f3f5ef" stroke="{LINE}" stroke-width=".35"',
    "name": f'{_FACE} font-weight="700" fill="{INK}"',
    "ground": 'fill="#ffffff" fill-opacity=".82"',
    "name-on-dark": f'{_FACE} font-weight="700" fill="#ffffff"',
    **{f"shade-{rank}": f'fill="{shade}"' for rank, shade in enumerate(SHADES)},
}
_NARROW, _WIDE = set("iIljtfr.,;:!'’|()[]- \u00a0\u202f"), set("mwMWŒœ%@—")


@dataclass(frozen=True)
class Pen:
    """Writes the elements of one drawing. `key` makes its ids its own among the drawings of a page."""

    key: str
    paper: bool

    def id(self, part: str) -> str:
        return f"{slugify(self.key) or 'drawing'}-{part}"

    def look(self, name: str) -> str:
        """The attributes of a style: `bar`, `shade-2`, `hatch`…"""
        if name == HATCH:
            edge = f' stroke="{LINE}" stroke-width=".5"' if self.paper else ' class="drawing-hatch"'
            return f'fill="url(#{self.id(HATCH)})"{edge}'
        return _PAPER[name] if self.paper else f'class="drawing-{name}"'

    def opening(self, box: str, title: str, text: str, size: tuple[float, float]) -> str:
        """The start of the picture, with what it shows in words: PDF/UA takes the title alone as alternative text."""
        if self.paper:
            said = ". ".join(part.rstrip(".") for part in (title, text) if part)
            dimensions = f'width="{size[0]:g}pt" height="{size[1]:g}pt"'
            return f'<svg viewBox="{box}" {dimensions}><title>{escape(said)}.</title>'
        named = self.id("title") + (f" {self.id('text')}" if text else "")
        desc = f'<desc id="{self.id("text")}">{escape(text)}</desc>' if text else ""
        return (
            f'<svg class="drawing" role="img" viewBox="{box}" aria-labelledby="{named}">'
            f'<title id="{self.id("title")}">{escape(title)}</title>{desc}'
        )

    def hatching(self, step: float) -> str:
        """What fills that which has no figure, in a drawing that has such a thing."""
        lines = (
            f'stroke="{LINE}" stroke-width="{step / 7:.2g}"' if self.paper else 'class="drawing-hatching"'
        )  # fmt: skip
        ground = 'fill="#ffffff"' if self.paper else 'class="drawing-hatch-ground"'
        return (
            f'<defs><pattern id="{self.id(HATCH)}" patternUnits="userSpaceOnUse" width="{step:g}" height="{step:g}">'
            f'<rect width="{step:g}" height="{step:g}" {ground}/>'
            f'<path d="M0 {step:g}L{step:g} 0" {lines}/></pattern></defs>'
        )

    def rect(self, x: float, y: float, width: float, height: float, look: str) -> str:
        return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {self.look(look)}/>'

    def text(self, x: float, y: float, words: str, look: str, size: float, *, anchor: str = "", more: str = "") -> str:
        where = f' text-anchor="{anchor}"' if anchor else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{where}{more} {self.look(look)}>{escape(words)}</text>'
        )


def wide(words: str, size: float) -> float:
    """About how wide words are, rather too much than too little."""
    letters = sum(0.3 if c in _NARROW else 0.86 if c in _WIDE else 0.64 if c.isupper() else 0.53 for c in words)
    return letters * size


def lines_of(words: str, width: float, size: float, most: int = 2) -> list[str]:
    """Words on at most `most` lines of `width`; the last is cut when there are more (the table has them whole)."""
    made = [""]
    for word in re.split(r" |(?<=/)", words):
        tried = f"{made[-1]} {word}" if made[-1] and not made[-1].endswith("/") else made[-1] + word
        if wide(tried, size) <= width or not made[-1]:
            made[-1] = tried
        else:
            made.append(word)
    if len(made) > most:
        made = [*made[: most - 1], " ".join(made[most - 1 :])]
    return [_cut(line, width, size) for line in made]


def _cut(line: str, width: float, size: float) -> str:
    if wide(line, size) <= width:
        return line
    while line and wide(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
