"""The colours of personal sites, by day and by night: every text pair is at least AA (S1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from lorfolio.lists import Accent

SHEET = Path(settings.BASE_DIR, "static/css/personal_site.css").read_text()
TOKENS = Path(settings.BASE_DIR, "static/css/tokens.css").read_text()
AA = 4.5


def named(text: str, selector: str) -> dict[str, str]:
    """The colours that the first rule of `selector` gives."""
    rule = re.search(re.escape(selector) + r" \{([^}]*)\}", text)
    assert rule is not None, selector
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rule[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(accent: str, night: bool) -> dict[str, str]:
    day, _, dark = SHEET.partition("prefers-color-scheme: dark")
    selector = ".personal" if accent == Accent.PINE else f".accent-{accent}"
    found = named(day, ".personal") | named(day, selector)
    found |= named(TOKENS, ":root")
    if night:
        found |= named(TOKENS, ':root:not([data-theme="clair"])') | named(dark, ".personal") | named(dark, selector)
    return found


@pytest.mark.parametrize("accent", Accent.values)
@pytest.mark.parametrize("night", [False, True])
def test_S1_every_colour_is_read(accent: str, night: bool) -> None:
    of = colours(accent, night)
    pairs = {
        "white on the head": ("#ffffff", of["hero"]), "headline on the head": (of["hero-soft"], of["hero"]),
        "letters on the page": (of["tone"], of["ground"]), "letters on a card": (of["tone"], of["surface"]),
        "letters on a tint": (of["tone"], of["wash"]), "ink on a tint": (of["ink"], of["wash"]),
    }  # fmt: skip
    assert {name: pair for name, pair in pairs.items() if contrast(*pair) < AA} == {}
