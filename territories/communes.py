"""From what a person types to a commune (T1): a code, a former code, a postcode or a name; never a silent guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from core.geo import distance_km, mercator
from core.text import fold
from territories.models import Commune
from territories.near import Start

LONGEST = 120  # characters; the longest name of a commune in France has 45
_CODE = re.compile(r"\d[\dAB]\d{3}", re.IGNORECASE)
_SPLIT_FIGURES = re.compile(r"(?<=\d)[ .](?=\d)")
_CEDEX = re.compile(r"\bcedex\b(?: \d{1,2}\b)?", re.IGNORECASE)
_DEPARTMENT_AFTER = re.compile(r"(?<=\D) (\d\d|2[AB])$", re.IGNORECASE)
_DEPARTMENT = re.compile(r"\(([^()]*)\)\s*$")
_POSTCODE = re.compile(r"\b\d{5}\b")
_SAINT = {"st": "saint", "ste": "sainte", "s": "sur", "ss": "sous"}
OUT_OF_REACH_KM = 50.0
MUCH_LARGER = 10  # times the people: then the town that begins with the words typed is asked about too
# The most peopled communes of France: when one is typed and is not of the region, it is not a slip of the keyboard.
_LARGE_TOWNS = frozenset({
    "paris", "marseille", "lyon", "toulouse", "nice", "nantes", "montpellier", "strasbourg", "bordeaux",
    "lille", "rennes", "reims", "toulon", "grenoble", "dijon", "angers", "nimes", "villeurbanne", "brest",
    "tours", "amiens", "limoges", "annecy", "metz", "besancon", "orleans", "rouen", "mulhouse", "caen", "nancy",
    "le mans", "saint etienne", "le havre", "saint denis", "aix en provence", "clermont ferrand",
    "boulogne billancourt",
})  # fmt: skip


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
    population: int = 0

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

    `also` are communes that the same five figures name in the other sense (INSEE code or postcode). `outside`: the text
    names a place of France that is not in the region.
    """

    town: Town | None = None
    several: tuple[Town, ...] = ()
    close: tuple[Town, ...] = ()
    also: tuple[Town, ...] = ()
    outside: bool = False


_SELECT = """
SELECT c.insee, c.name, c.department_id, d.name, c.postal_codes, c.lat, c.lon, a.slug, a.name, c.basin_id, b.name,
       c.population
FROM territories_commune c
JOIN territories_department d ON d.code = c.department_id
JOIN territories_agency a ON a.id = c.agency_id
JOIN territories_employmentbasin b ON b.number = c.basin_id
"""


def find(text: str, *, typed: bool = False) -> Answer:
    """The commune that `text` names, in one statement.

    `text`: an INSEE code (present or former), a postcode (« 67 000 » too), or a name, with or without « (88) », « 88 »
    or « cedex » after it. Five figures can be both a code and a postcode: the code wins in an address, the postcode
    when a person `typed` them, and `also` says the other reading.
    """
    text = _tidy(text)
    if _CODE.fullmatch(text):
        return _by_figures(text.upper(), typed)
    text = _CEDEX.sub(" ", text).strip()
    department = ""
    if match := _DEPARTMENT.search(text) or _DEPARTMENT_AFTER.search(text):
        department, text = match[1].strip(), text[: match.start()]
    if match := _POSTCODE.search(text):  # « 88000 Épinal »
        department, text = match[0], text.replace(match[0], " ")
    name = folded(text)
    if name:
        return _by_name(name, department)
    return _by_figures(department, typed) if _CODE.fullmatch(department) else Answer()


def _tidy(text: str) -> str:
    """One space between words and none between figures, no longer than a name can be."""
    return _SPLIT_FIGURES.sub("", " ".join(text.replace("\x00", " ").split())[:LONGEST])


def suggest(text: str, limit: int = 8) -> list[Town]:
    """Communes to propose while somebody types, the most peopled first: by the start of a name or of a postcode."""
    text = _tidy(text)
    if re.fullmatch(r"\d{2,5}", text):
        by_postcode = "EXISTS (SELECT FROM unnest(c.postal_codes) p WHERE p LIKE %s)"
        towns = _rows(
            f"WHERE {by_postcode} OR c.insee = %s ORDER BY {by_postcode} DESC, c.population DESC, c.insee LIMIT %s",
            [f"{text}%", text, f"{text}%", limit],
        )
        # People type postcodes: a code of INSEE is understood only when no postcode is the same.
        return [town for town in towns if any(code.startswith(text) for code in town.postal_codes)] or towns
    name = folded(_DEPARTMENT_AFTER.sub("", _DEPARTMENT.sub("", _CEDEX.sub(" ", text)).strip()))
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


def names(codes: Iterable[str]) -> dict[str, str]:
    """The names of these communes (INSEE codes), kept for an hour: they change once a year."""
    keys = {f"commune.name.{code}": code for code in set(codes)}
    held: dict[str, str] = {keys[key]: name for key, name in cache.get_many(keys).items()}
    if missing := set(keys.values()) - set(held):
        found = dict(Commune.objects.filter(insee__in=missing).values_list("insee", "name"))
        cache.set_many({f"commune.name.{code}": name for code, name in found.items()}, timeout=3_600)
        held |= found
    return held


def question(text: str, answer: Answer) -> str:
    """What to say beside the field when `text` did not lead to one commune; empty otherwise."""
    if not text or answer.town:
        return ""
    typed = f"«\u00a0{text[:60]}{'…' if len(text) > 60 else ''}\u00a0»"
    if answer.outside:
        return (
            f"{typed} est hors de la région {settings.PORTAL_NAME.removeprefix('SPRO ')}. Indiquez une commune de la"
            " région, ou joignez l’un des services qui répondent de partout."
        )
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
    if not first:
        return Answer(outside=not _department_is_ours(code[:2]))
    return Answer(several=_by_label(first), also=also)


def _department_is_ours(code: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM territories_department WHERE code = %s)", [code])
        return bool(cursor.fetchone()[0])


def _by_label(towns: Iterable[Town]) -> tuple[Town, ...]:
    return tuple(sorted(towns, key=lambda town: (fold(town.name), town.department, town.insee)))


def _by_name(name: str, hint: str) -> Answer:
    """`hint`: a department's code or name, or a postcode, that tells apart communes of one name."""
    # Close names are only looked for when no name is the same: comparing trigrams costs more than all the rest.
    towns = _rows(
        "WHERE c.insee IN (SELECT insee FROM territories_commune WHERE folded_name = %s OR folded_name LIKE %s"
        " UNION ALL SELECT insee FROM territories_commune WHERE folded_name %% %s"
        " AND NOT EXISTS (SELECT FROM territories_commune WHERE folded_name = %s))"
        " ORDER BY c.folded_name = %s DESC, c.folded_name LIKE %s DESC, similarity(c.folded_name, %s) DESC,"
        " c.population DESC, c.insee LIMIT 40",
        [name, f"{name} %", name, name, name, f"{name} %", name],
    )
    same = [town for town in towns if fold(town.name) == name]
    begin = [town for town in towns if fold(town.name).startswith(f"{name} ")]
    if hint and (agreed := [town for town in same if _agrees(town, hint)]):
        same, begin = agreed, []
    elif hint and (agreed := [town for town in begin if _agrees(town, hint)]):
        same, begin = [], agreed
    if same:  # « Charleville » is a village of the Marne, and what everybody calls a town of the Ardennes
        least = MUCH_LARGER * max(town.population for town in same)
        begin = [town for town in begin if town.population >= max(least, 1)]
        begin.sort(key=lambda town: -town.population)
        several = (*begin, *_by_label(same))
    else:
        several = _by_label(begin)
    if len(several) == 1:
        return Answer(town=several[0])
    if several:
        return Answer(several=several)
    return Answer(outside=True) if name in _LARGE_TOWNS else Answer(close=tuple(towns[:6]))


def _agrees(town: Town, hint: str) -> bool:
    return town.department == hint.upper() or fold(town.department_name) == fold(hint) or hint in town.postal_codes


def _rows(where: str, parameters: list[Any]) -> list[Town]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where, parameters)
        return [Town(*row) for row in cursor.fetchall()]
