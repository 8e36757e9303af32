"""The style of the embed stands alone: its colours are those of the portal, its weight small (A4, S1)."""

from __future__ import annotations

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
EMBED = (STATIC / "css/pages/agenda_embed.css").read_text(encoding="utf-8")
TOKENS = (STATIC / "css/tokens.css").read_text(encoding="utf-8")


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))


def block(text: str, start: str) -> str:
    return text.split(start, 1)[1].split("}", 1)[0]


def test_S1_its_colours_are_those_of_the_portal_by_day_and_by_night() -> None:
    day, night = colours(block(TOKENS, ":root {")), colours(block(TOKENS, ':root[data-theme="sombre"] {'))
    mine = colours(block(EMBED, ".agenda-embed {"))
    assert mine == {name: day[name] for name in mine}
    dark = colours(block(EMBED, '[data-theme="sombre"] {'))
    assert dark == {name: night[name] for name in dark}
    # What is not said again keeps its colour of the day: the portal's night must say the same.
    assert {name: (day | night)[name] for name in mine} == mine | dark


def test_S1_the_night_of_the_device_is_the_night_chosen() -> None:
    chosen, auto = (block(EMBED, f'[data-theme="{name}"] {{') for name in ("sombre", "auto"))
    assert colours(chosen) == colours(auto)


def test_A4_it_is_light() -> None:
    script = (STATIC / "js/agenda-embed.js").read_text(encoding="utf-8")
    assert len(brotli.compress((script + EMBED).encode())) <= 2_500
