"""From what a person types to a commune (T1): a code, a former code, a postcode or a name; never a silent guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.geo import distance_km, mercator
from core.text import fold
from territories.near import Start

LONGEST = 120  # characters; the longest name of a commune in France has 45
_CODE = re.compile(r"\d[\dAB]\d{3}", re.IGNORECASE)
_DEPARTMENT = re.compile(r"\(([^()]*)\)\s*$")
_POSTCODE = re.compile(r"\b\d{5}\b")
_SAINT = {"st": "saint", "ste": "sainte", "s": "sur", "ss": "sous"}
OUT_OF_REACH_KM = 50.0


@dataclass(frozen=True, slots=True)
class Town:
    """A commune as a search shows it."""

    insee: str
    name: str
    department: str
    department_name: str
    postal_codes: list[str]
    lat: float
    lon: float
    agency: str
    agency_name: str
    basin: int
    basin_name: str

    @property
    def label(self) -> str:
        """« Épinal (88) »: what a field shows, and what `find` understands."""
        return f"{self.name} ({self.department})"

    @property
    def start(self) -> Start:
        return Start(self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text leads to: one commune, or several to choose from, or none and a few close names.

    `also` are communes that the same five figures name in the other sense (INSEE code or postcode).
    """

    town: Town | None = None
    several: tuple[Town, ...] = ()
    close: tuple[Town, ...] = ()
    also: tuple[Town, ...] = ()


_SELECT = """
SELECT c.insee, c.name, c.department_id, d.name, c.postal_codes, c.lat, c.lon, a.slug, a.name, c.basin_id, b.name
FROM territories_commune c
JOIN territories_department d ON d.code = c.department_id
JOIN territories_agency a ON a.id = c.agency_id
JOIN territories_employmentbasin b ON b.number = c.basin_id
"""


def find(text: str, *, typed: bool = False) -> Answer:
    """The commune that `text` names, in one statement.

    `text`: an INSEE code (present or former), a postcode, or a name, with or without « (88) » after it. Five figures
    can be both a code and a postcode: the code wins in an address, the postcode when a person `typed` them, and `also`
    says the other reading.
    """
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if _CODE.fullmatch(text):
        return _by_figures(text.upper(), typed)
    department = ""
    if match := _DEPARTMENT.search(text):
        department, text = match[1].strip(), text[: match.start()]
    if match := _POSTCODE.search(text):  # « 88000 Épinal »
        department, text = match[0], text.replace(match[0], " ")
    name = folded(text)
    return _by_name(name, department) if name else Answer()


def suggest(text: str, limit: int = 8) -> list[Town]:
    """Communes to propose while somebody types, the most peopled first: by the start of a name or of a postcode."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if re.fullmatch(r"\d{2,5}", text):
        return _rows(
            "WHERE EXISTS (SELECT FROM unnest(c.postal_codes) p WHERE p LIKE %s) OR c.insee = %s"
            " ORDER BY c.population DESC, c.insee LIMIT %s",
            [f"{text}%", text, limit],
        )
    name = folded(_DEPARTMENT.sub("", text))
    if len(name) < 2:
        return []
    return _rows(
        "WHERE c.folded_name LIKE %s OR c.folded_name %% %s OR c.folded_name LIKE %s"
        " ORDER BY NOT c.folded_name LIKE %s, CASE WHEN c.folded_name LIKE %s THEN 0"
        " ELSE 1 - similarity(c.folded_name, %s) END, c.population DESC, c.insee LIMIT %s",
        [f"{name}%", name, f"% {name}%", f"{name}%", f"{name}%", name, limit],
    )


def at_position(lat: float, lon: float) -> Town | None:
    """The commune whose centre is nearest; None further than 50 km from any: this is not the region."""
    x, y = mercator(lat, lon)
    towns = _rows("ORDER BY c.position <-> %s::point LIMIT 1", [f"({x!r},{y!r})"])
    if not towns or distance_km(lat, lon, towns[0].lat, towns[0].lon) > OUT_OF_REACH_KM:
        return None
    return towns[0]


def question(text: str, answer: Answer) -> str:
    """What to say beside the field when `text` did not lead to one commune; empty otherwise."""
    if not text or answer.town:
        return ""
    typed = f"«\u00a0{text[:60]}{'…' if len(text) > 60 else ''}\u00a0»"
    if answer.several:
        return f"Plusieurs communes répondent à {typed}\u00a0: laquelle est la vôtre\u202f?"
    close = " Vouliez-vous dire l’une de celles-ci\u202f?" if answer.close else " Vérifiez le nom ou le code postal."
    return f"Nous ne connaissons pas de commune {typed} dans la région.{close}"


def folded(text: str) -> str:
    """`text` as names are compared: no accents nor hyphens, « st » written « saint », « s/ » written « sur »."""
    return " ".join(_SAINT.get(word, word) for word in fold(text).split())


def _by_figures(code: str, typed: bool) -> Answer:
    towns = _rows(
        "WHERE c.insee = %s OR c.insee = (SELECT commune_id FROM territories_formercommune WHERE former_insee = %s)"
        " OR c.postal_codes @> ARRAY[%s]::varchar[] ORDER BY c.population DESC, c.insee",
        [code, code, code],
    )
    by_postcode = tuple(town for town in towns if code in town.postal_codes)
    by_code = tuple(town for town in towns if town.insee == code)
    if not by_code:
        by_code = tuple(town for town in towns if code not in town.postal_codes)
    first, second = (by_postcode, by_code) if typed else (by_code, by_postcode)
    if not first:
        first, second = second, ()
    also = tuple(town for town in second if town not in first)
    if len(first) == 1:
        return Answer(town=first[0], also=also)
    return Answer(several=(*first, *also))


def _by_name(name: str, hint: str) -> Answer:
    """`hint`: a department's code or name, or a postcode, that tells apart communes of one name."""
    # Close names are only looked for when no name is the same: comparing trigrams costs more than all the rest.
    towns = _rows(
        "WHERE c.insee IN (SELECT insee FROM territories_commune WHERE folded_name = %s UNION ALL"
        " SELECT insee FROM territories_commune WHERE (folded_name LIKE %s OR folded_name %% %s)"
        " AND NOT EXISTS (SELECT FROM territories_commune WHERE folded_name = %s))"
        " ORDER BY c.folded_name LIKE %s DESC, similarity(c.folded_name, %s) DESC, c.population DESC, c.insee LIMIT 40",
        [name, f"{name} %", name, name, f"{name} %", name],
    )
    same = [town for town in towns if fold(town.name) == name]
    if hint:
        same = [town for town in same if _agrees(town, hint)] or same
    if len(same) == 1:
        return Answer(town=same[0])
    if same:
        return Answer(several=tuple(same))
    return Answer(close=tuple(towns[:6]))


def _agrees(town: Town, hint: str) -> bool:
    return town.department == hint.upper() or fold(town.department_name) == fold(hint) or hint in town.postal_codes


def _rows(where: str, parameters: list[Any]) -> list[Town]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where, parameters)
        return [Town(*row) for row in cursor.fetchall()]
