"""The filter `typo`: French spaces, apostrophes, and never a hole in escaping."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from core.templatetags.typography import NBSP, enumerated, filesizeformat, french, typo


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Où aller ?", "Où aller\u202f?"),
        ("Bravo ! Oui ; non", "Bravo\u202f! Oui\u202f; non"),
        ("À savoir : tout", "À savoir\u00a0: tout"),
        ("le « cœur » du sujet", "le «\u00a0cœur\u00a0» du sujet"),
        ("«cœur»", "«\u00a0cœur\u00a0»"),
        ("l'orientation d'aujourd'hui", "l’orientation d’aujourd’hui"),
        ("à 12 km, 5 115 communes", "à 12\u00a0km, 5\u202f115 communes"),
        ("25 € ou 80 %", "25\u00a0€ ou 80\u00a0%"),
        ("annexe n° 2", "annexe n°\u00a02"),
        ("Et puis...", "Et puis…"),
        ("ouvert à 12:30, https://exemple.invalid/?a=1", "ouvert à 12:30, https://exemple.invalid/?a=1"),
        ("12 kmh et 1234 567", "12 kmh et 1234\u202f567"),
        ("Président de l' Université, de l’ Union", "Président de l’Université, de l’Union"),
        ("la 1ère information. A ce titre", "la 1re information. À ce titre"),
        ("", ""),
    ],
)
def test_french_spaces(typed: str, printed: str) -> None:
    assert french(typed) == printed


@pytest.mark.parametrize("text", ["« Quoi ? »", "l'an 2 000 : 12 km !", "a ; b"])
def test_applied_twice_changes_nothing_more(text: str) -> None:
    assert french(french(text)) == french(text)


def test_a_cell_of_several_is_a_list_for_people() -> None:
    cells = ("Bas-Rhin (67) | Haut-Rhin (68)", "Première phrase. | Seconde.", "Reims", "")
    assert [enumerated(cell) for cell in cells] == [
        "Bas-Rhin (67), Haut-Rhin (68)", "Première phrase. Seconde.", "Reims", "",
    ]  # fmt: skip


def test_unsafe_text_is_escaped() -> None:
    rendered = Template("{% load typography %}{{ text|typo }}").render(Context({"text": "<b>l'eau</b> & feu ?"}))
    assert rendered == "&lt;b&gt;l’eau&lt;/b&gt; &amp; feu\u202f?"


def test_safe_text_keeps_its_tags_and_entities() -> None:
    text = mark_safe("<a href='/x?a=1 ;b'>Qui&nbsp;? l'eau &amp; feu ?</a>")
    assert typo(text) == "<a href='/x?a=1 ;b'>Qui&nbsp;? l’eau &amp; feu\u202f?</a>"


def test_an_apostrophe_already_escaped_is_french_too() -> None:
    assert typo(mark_safe("l&#x27;eau &amp; &#x27;x&#x27;")) == "l’eau &amp; &#x27;x&#x27;"


def test_a_number_is_printed() -> None:
    assert Template("{% load typography %}{{ n|typo }}").render(Context({"n": 12})) == "12"


def test_the_first_day_of_a_month_is_an_ordinal_in_every_template() -> None:
    page = Template('{{ first|date:"j F Y" }} {{ other|date:"j F" }} {{ none|date:"j F" }} {{ first|date:"Y-m-d" }}')
    shown = page.render(Context({"first": dt.date(2026, 12, 1), "other": dt.date(2026, 12, 21), "none": None}))
    assert shown == "1er décembre 2026 21 décembre  2026-12-01"
    assert french("le 1 août, le 11 août, 1 aout") == "le 1er août, le 11 août, 1 aout"


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 octet"), (1, "1 octet"), (850, "850 octets"), (8_200, "8,2 Ko"), (999_960, "1 Mo"), (1_240_000, "1,2 Mo"),
     (200_000_000, "200 Mo"), (3_000_000_000, "3 Go"), (None, "0 octet")],
)  # fmt: skip
def test_sizes_are_said_as_people_read_them(size: int | None, said: str) -> None:
    assert filesizeformat(size) == said.replace(" ", NBSP)


def test_no_entity_is_written_in_what_a_component_is_given() -> None:
    """A component escapes its words: « &nbsp; » would be read as such. `typo` makes the spaces hold."""
    templates = Path(__file__).resolve().parents[2] / "templates"
    given = {
        f"{path.name}: {tag}"
        for path in templates.rglob("*.html")
        for tag in re.findall(r"<c-[\w.-]+[^>]*?=\"[^\"{]*&#?\w+;[^\"]*\"", path.read_text())
    }
    assert given == set()
