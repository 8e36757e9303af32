"""What every public page loads of ours stays small: at most 14 kB of style and 6 kB of script, compressed."""

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"


def compressed(paths: list[Path]) -> int:
    """Bytes on the wire: WhiteNoise serves each file in Brotli, compressed on its own."""
    return sum(len(brotli.compress(path.read_bytes())) for path in paths)


def test_style_weighs_at_most_14_kB() -> None:
    names = ("tokens", "base", "layout", "components", "print", "home")
    assert compressed([STATIC / "css" / f"{name}.css" for name in names]) <= 14_000


# Each on pages of its own, in the pages of others, or with a button (the two living maps): bytes at most.
ALONE = {
    "bilans-form.js": 3_300,
    "candidature.js": 4_600,
    "passkey.js": 2_000,
    "agenda-embed.js": 1_200,
    "agenda-map.js": 2_400,
    "map.js": 3_400,
    "share.js": 700,
    # Pages of one's own Lorfolio, each with its own.
    "lorfolio-cv.js": 1_600,
    "lorfolio-safe.js": 1_400,
    "lorfolio-suggest.js": 1_900,
    # Pages of the PSAD, each with its own.
    "psad-case.js": 1_100,
    "psad-queue.js": 1_300,
    "psad-share.js": 1_000,
    "psad-waiting.js": 600,
}


def test_script_weighs_at_most_6_kB() -> None:
    """What the public pages load between them; a few scripts are alone on pages of their own."""
    scripts = sorted((STATIC / "js").glob("*.js"))
    assert compressed([script for script in scripts if script.name not in ALONE]) <= 6_000
    assert {
        name: compressed([STATIC / "js" / name]) for name in ALONE if compressed([STATIC / "js" / name]) > ALONE[name]
    } == {}


def test_drawings_of_the_first_page_weigh_at_most_12_kB() -> None:
    assert compressed(sorted((STATIC / "svg").glob("*.svg"))) <= 12_000


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_S2_styles_ask_nothing_of_another_site(path: Path) -> None:
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//|@import", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((STATIC / "svg").glob("*.svg")), ids=lambda path: path.name)
def test_drawings_carry_no_inline_style_nor_script(path: Path) -> None:
    assert re.findall(r"<style|<script| style=| on\w+=", path.read_text(encoding="utf-8")) == []
