"""What the editor of a CV shows: each part with its items, those chosen first and in their order (L4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lorfolio import selecting
from lorfolio.content import Content
from lorfolio.drawing.words import moment, period
from lorfolio.lists import Section
from lorfolio.selecting import Differences, Key

KIND_WORDS = {
    "experience": "une expérience ou une formation", "skill": "une compétence", "language": "une langue",
    "extra": "une ligne « En plus »", "file": "un document",
}  # fmt: skip
# Where the part is filled, when it is empty.
FILLED_AT = {
    Section.EXPERIENCES: "/lorfolio/parcours/", Section.STUDIES: "/lorfolio/parcours/",
    Section.SKILLS: "/lorfolio/competences/", Section.LANGUAGES: "/lorfolio/parcours/",
    Section.EXTRAS: "/lorfolio/parcours/",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One item: `key` is what the form sends."""

    key: str
    title: str
    detail: str
    certainty: str
    chosen: bool
    changed: bool
    new: bool


@dataclass(frozen=True)
class Part:
    section: str
    title: str
    lines: tuple[Line, ...]
    filled_at: str

    @property
    def shown(self) -> int:
        return sum(line.chosen for line in self.lines)


def parts(whole: Content, chosen: Sequence[Key], sections: Iterable[str], found: Differences) -> list[Part]:
    """Every part in its order, with everything that the portfolio holds."""
    order = {key: place for place, key in enumerate(chosen)}
    rows: dict[str, tuple[str, Iterable[Any]]] = {
        Section.EXPERIENCES: ("experience", whole.lived), Section.STUDIES: ("experience", whole.studies),
        Section.SKILLS: ("skill", whole.skills), Section.LANGUAGES: ("language", whole.languages),
        Section.EXTRAS: ("extra", whole.extras),
    }  # fmt: skip
    made = []
    for section in selecting.in_full(list(sections)):
        kind, items = rows[section]
        ordered = sorted(items, key=lambda row, kind=kind: order.get((kind, row.id), len(order)))  # type: ignore[misc]
        lines = tuple(_line((kind, row.id), row, order, found) for row in ordered)
        made.append(Part(section, Section(section).label, lines, FILLED_AT[Section(section)]))
    return made


def said(whole: Content, found: Differences) -> list[str]:
    """The differences, each in a few words."""
    titles = {
        (kind, row.id): _title(row)
        for kind, items in (
            ("experience", whole.experiences), ("skill", whole.skills), ("language", whole.languages),
            ("extra", whole.extras),
        )
        for row in items
    }  # fmt: skip
    return [
        *(f"« {titles[key]} » a changé" for key in found.changed),
        *(f"« {titles[key]} » est nouveau, et n’est pas dans ce CV" for key in found.appeared),
        *(f"{KIND_WORDS[kind]} a été retirée de votre Lorfolio".capitalize() for kind in found.vanished),
    ]


def _line(key: Key, row: Any, order: Collection[Key], found: Differences) -> Line:
    return Line(
        f"{key[0]}/{key[1]}", _title(row), _detail(row), getattr(row, "certainty", ""), key in order,
        key in found.changed, key in found.appeared,
    )  # fmt: skip


def _title(row: Any) -> str:
    return str(getattr(row, "title", "") or getattr(row, "label", "") or getattr(row, "name", ""))


def _detail(row: Any) -> str:
    """« Boulangerie Exemple, sept. 2022 – août 2024 »."""
    when = period(row.starts, row.ends, "fr") if hasattr(row, "starts") else ""
    date = getattr(row, "date", "")
    return ", ".join(filter(None, (getattr(row, "organisation", ""), getattr(row, "issuer", ""), when,
                                   moment(date, "fr") if date else "")))  # fmt: skip
