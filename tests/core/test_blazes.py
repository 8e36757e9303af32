"""Axe 6 and S1: each family has its blaze, drawn, and never told by colour alone."""

import csv
import re
from pathlib import Path

from django.conf import settings
from django.template import Context, Template

from core.blazes import BLAZES, known

SPRITE = Path(settings.BASE_DIR) / "static" / "svg" / "blazes.svg"


def symbols() -> dict[str, str]:
    """{id: drawing} of the sprite."""
    return dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text(encoding="utf-8")))


def test_every_family_is_drawn_and_every_drawing_named() -> None:
    assert sorted(symbols()) == sorted(BLAZES)


def test_S1_no_two_blazes_differ_by_colour_alone() -> None:
    shapes = [re.sub(r"#[0-9a-f]{3,6}", "", drawing) for drawing in symbols().values()]
    assert len(set(shapes)) == len(shapes)


def test_M6_unknown_family_gets_the_plain_blaze() -> None:
    assert known("cio") == "cio"
    assert known("ero-nouvelle-aquitaine") == "lieu"


def test_tag_is_silent_beside_its_name_and_speaks_alone() -> None:
    page = Template('{% load blazes %}{% blaze "handicap" size="small" %}{% blaze "handicap" named=True %}')
    rendered = page.render(Context())
    assert rendered.count('aria-hidden="true"') == 1
    assert rendered.count('role="img" aria-label="Handicap"') == 1
    assert rendered.count("#handicap") == 2


def test_each_network_has_its_own_sign() -> None:
    """« Chaque réseau a son signe »: the home says it, so no two networks of the pack share one."""
    with (Path(settings.BASE_DIR) / "data" / "grand-est" / "site_kinds.csv").open(encoding="utf-8") as rows:
        signs = [(row["blaze"], row["network_slug"]) for row in csv.DictReader(rows) if row["network_slug"]]
    first = {network: sign for sign, network in reversed(signs)}
    assert len(set(first.values())) == len(first) == 13
