"""The published figures as tables, the same cells for everybody (`psad/statistics/figures.py`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psad.models import Figure, Platform, Publication
from psad.statistics.figures import BY_KEY, MEASURES, MEDIAN, QUARTERLY, Measure
from territories.models import Department

HIDDEN = "n.c."
"""« Non communiqué »: under five, or would let such a count be found."""
REGION, UNNAMED = "Région", "Hors département"
_ORDER = {Figure.Level.REGION: 0, Figure.Level.DEPARTMENT: 1, Figure.Level.PLATFORM: 2}

Cell = tuple[str, str, str]
"""A measure, a dimension, a class."""


@dataclass(frozen=True)
class Line:
    """A row: the region, a department, a platform."""

    level: str
    unit: str
    name: str
    cells: list[int | str]


@dataclass(frozen=True)
class Table:
    key: str
    title: str
    note: str
    header: list[str]
    lines: list[Line]

    @property
    def rows(self) -> list[list[Any]]:
        """As a file holds them."""
        return [[Figure.Level(line.level).label, line.name, *line.cells] for line in self.lines]

    @property
    def file_header(self) -> list[str]:
        return ["Niveau", *self.header]

    @property
    def said(self) -> bool:
        """Whether a number of it is published."""
        return any(cell != HIDDEN for line in self.lines for cell in line.cells)


def tables_of(publication: Publication, units: Collection[tuple[str, str]] | None = None) -> list[Table]:
    """Every table of a period, with the rows of `units` (level, key) or all of them. Three queries."""
    found: dict[tuple[str, str], dict[Cell, int | None]] = defaultdict(dict)
    departments: dict[tuple[str, str], str] = {}
    for cell in Figure.objects.filter(publication=publication):
        node = (cell.level, cell.unit)
        if units is None or node in units:
            found[node][cell.measure, cell.dimension, cell.category] = cell.value
            departments[node] = cell.department
    names = _names()
    nodes = sorted(found, key=lambda node: (
        node[0] != Figure.Level.REGION, departments[node], _ORDER[Figure.Level(node[0])], names.get(node, node[1])
    ))  # fmt: skip
    rows = [(node, names.get(node, node[1] or REGION), found[node]) for node in nodes]
    if publication.kind == Publication.Kind.QUARTER:
        return [_table("etapes", "Passages d’une étape à l’autre", STEPS_NOTE, _quarter_columns(), rows)]
    return [
        _table("etapes", "Passages d’une étape à l’autre", STEPS_NOTE, _flows(), rows),
        _table("durabilite", "Raccrochages qui durent", LASTING_NOTE, _lasting(), rows),
        *(
            _table(f"{measure.key}-{dimension}", f"{measure.label}\u00a0: {title.lower()}", "", columns, rows)
            for measure in MEASURES
            for dimension, (title, classes) in measure.dimensions.items()
            for columns in [[(label, (measure.key, dimension, key)) for key, label in classes]]
        ),
    ]


STEPS_NOTE = (
    "Une personne compte une fois dans chaque colonne, dans la période où elle passe l’étape\u00a0: les colonnes ne "
    "s’emboîtent pas."
)
LASTING_NOTE = (
    "Personnes dont la solution a commencé trois ou six mois avant un jour de la période\u00a0; « sans nouvelles » "
    "quand la vérification n’a pas pu être faite."
)


def _flows() -> list[tuple[str, Cell]]:
    return [(measure.label, (measure.key, "", "")) for measure in QUARTERLY]


def _quarter_columns() -> list[tuple[str, Cell]]:
    return [*_flows(), ("Délai médian du premier contact (jours)", (MEDIAN, "", ""))]


def _lasting() -> list[tuple[str, Cell]]:
    kept: list[Measure] = [measure for measure in MEASURES if not measure.quarterly]
    return [(measure.label, (measure.key, "", "")) for measure in kept]


def _table(key: str, title: str, note: str, columns: list[tuple[str, Cell]], rows: list[Any]) -> Table:
    lines = [
        Line(node[0], node[1], name, [_said(cells.get(cell)) for _, cell in columns]) for node, name, cells in rows
    ]
    return Table(key, title, note, ["Territoire", *(label for label, _ in columns)], lines)


def _said(value: int | None) -> int | str:
    return HIDDEN if value is None else value


def _names() -> dict[tuple[str, str], str]:
    named = {("region", ""): REGION, ("department", ""): UNNAMED}
    named |= {("department", code): f"{name} ({code})" for code, name in Department.objects.values_list("code", "name")}
    return named | {("platform", slug): name for slug, name in Platform.objects.values_list("slug", "name")}


def groups(tables: list[Table]) -> list[tuple[str, str, list[Table]]]:
    """The tables of a period by what they count: (key, title, tables); the first are those of no class."""
    found: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        measure = table.key.partition("-")[0]
        found[measure if measure in BY_KEY else ""].append(table)
    titles = {"": "Vue d’ensemble"} | {measure.key: measure.label for measure in MEASURES}
    return [(key, titles[key], found[key]) for key in titles if key in found]


def whole(tables: list[Table]) -> tuple[list[str], list[list[Any]]]:
    """Every cell of a period on a line of its own: (header, rows)."""
    header = ["Tableau", "Niveau", "Territoire", "Colonne", "Valeur"]
    return header, [
        [table.title, Figure.Level(line.level).label, line.name, title, cell]
        for table in tables
        for line in table.lines
        for title, cell in zip(table.header[1:], line.cells, strict=True)
    ]
