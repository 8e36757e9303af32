"""S1: every pair of colours of the design system is readable, by day and by night (WCAG 1.4.3, 1.4.6, 1.4.11)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
TEXT_GROUNDS = ("ground", "surface", "sunken")
# (ink, ground, least ratio): 7 = AAA text, 4.5 = AA text, 3 = large text, borders of controls, focus ring.
PAIRS: list[tuple[str, str, float]] = [
    *(("ink", ground, 7.0) for ground in TEXT_GROUNDS),
    *(("ink-soft", ground, 7.0) for ground in TEXT_GROUNDS),
    *(("link", ground, 6.0) for ground in TEXT_GROUNDS),
    *(("gres", ground, 4.5) for ground in TEXT_GROUNDS),
    *(("line-strong", ground, 3.0) for ground in TEXT_GROUNDS),
    ("on-deep", "deep", 7.0),
    ("on-deep-soft", "deep", 7.0),
    ("on-deep-soft", "deep-2", 7.0),
    ("mirabelle", "deep", 7.0),
    ("gres-bright", "deep", 7.0),
    ("on-sapin", "sapin", 7.0),
    ("on-sapin", "sapin-strong", 7.0),
    ("on-mirabelle", "mirabelle", 7.0),
    ("on-mirabelle", "mirabelle-strong", 7.0),
    ("ink", "mirabelle-soft", 7.0),
    ("ink", "gres-soft", 7.0),
    ("gres", "gres-soft", 4.5),
    *((state, f"{state}-soft", 4.5) for state in ("info", "success", "warning", "error")),
    *((state, "surface", 4.5) for state in ("info", "success", "warning", "error")),
    *(("ink", f"{state}-soft", 7.0) for state in ("info", "success", "warning", "error")),
    ("focus-out", "focus-in", 3.0),
    ("map-ink", "map-land", 7.0),
    ("map-ink", "map-paper", 7.0),
    ("map-ink", "map-lit", 7.0),
    ("map-edge", "map-land", 3.0),
    ("map-edge", "map-paper", 3.0),
]


def blocks() -> dict[str, dict[str, str]]:
    """The colours of each theme: {"day": {name: "#rrggbb"}, "night": …, "night-chosen": …}; night inherits from day."""
    css = TOKENS.read_text(encoding="utf-8")
    day, system, chosen = (
        dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", css[css.index(mark) :].split("}")[0]))
        for mark in (":root {", ':root:not([data-theme="clair"])', ':root[data-theme="sombre"]')
    )
    return {"day": day, "night": day | system, "night-chosen": day | chosen}


def luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of an sRGB colour written #rrggbb, as WCAG 2.1 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_S1_contrast_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_S1_both_nights_are_the_same() -> None:
    assert blocks()["night"] == blocks()["night-chosen"]


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_S1_pair_is_readable(theme: str, ink: str, ground: str, least: float) -> None:
    colours = blocks()[theme]
    assert contrast(colours[ink], colours[ground]) >= least
