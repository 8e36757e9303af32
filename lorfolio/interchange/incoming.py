"""What a file brings, as rows of a portfolio that are not written yet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from core.text import fold
from lorfolio.interchange.json_fields import EXPERIENCE, EXTRA, LANGUAGE, SKILL
from lorfolio.periods import partial_words, period_words
from lorfolio.skill_keys import skill_key

COLUMNS = {
    EXPERIENCE: ("kind", "title", "organisation", "place", "url", "starts", "ends", "summary", "highlights", "details"),
    SKILL: ("label", "level", "note", "keywords", "details"),
    LANGUAGE: ("name", "level", "details"),
    EXTRA: ("kind", "title", "issuer", "date", "url", "summary", "details"),
}  # fmt: skip
TITLES = {EXPERIENCE: "title", SKILL: "label", LANGUAGE: "name", EXTRA: "title"}


@dataclass(frozen=True)
class Row:
    """One item to come. `key`: where it stands in the document (« work.0 »); `values`: columns of the model `item`."""

    key: str
    item: str
    values: dict[str, Any]

    @property
    def part(self) -> str:
        return self.key.split(".")[0]

    @property
    def title(self) -> str:
        return str(self.values[TITLES[self.item]])

    @property
    def when(self) -> str:
        """« de septembre 2022 à juin 2024 », for who reads it."""
        if self.item == EXTRA:
            return partial_words(self.values["date"]) if self.values["date"] else ""
        return period_words(self.values["starts"], self.values["ends"]) if self.item == EXPERIENCE else ""

    @property
    def whom(self) -> str:
        """Where it was lived, who gave it."""
        return str(self.values.get("organisation") or self.values.get("issuer") or "")

    @property
    def words(self) -> str:
        return str(self.values.get("summary") or self.values.get("note") or "")

    def exact(self) -> str:
        """The same for two rows that say the very same."""
        return exact(self.item, self.values)

    def close(self) -> tuple[str, ...]:
        """The same for two rows that most likely tell of the same thing."""
        return close(self.item, self.values)


@dataclass
class Incoming:
    """`person`: columns of the portfolio. `unknown`: fields that are not kept, as paths. `remarks`: sentences."""

    person: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def of(self, part: str) -> list[Row]:
        return [row for row in self.rows if row.part == part]


def empty(item: str) -> dict[str, Any]:
    """Every column of an item, saying nothing."""
    made: dict[str, Any] = dict.fromkeys(COLUMNS[item], "")
    lists: dict[str, Any] = {column: [] for column in ("highlights", "keywords") if column in made}
    return made | lists | {"details": {}} | ({"level": 0} if item == SKILL else {})


def exact(item: str, values: dict[str, Any]) -> str:
    """Digest of every column of an item."""
    said = {column: values.get(column) or None for column in COLUMNS[item]}
    return hashlib.sha256(json.dumps([item, said], sort_keys=True, default=str).encode()).hexdigest()


def close(item: str, values: dict[str, Any]) -> tuple[str, ...]:
    """What makes two rows look like one: their words, without accents, and for what was lived when it began."""
    if item == SKILL:
        return (item, skill_key(values["label"]))
    if item == LANGUAGE:
        return (item, folded(values["name"]))
    if item == EXTRA:
        return (item, values["kind"], folded(values["title"]), folded(values["issuer"]), values["date"][:4])
    return (item, folded(values["title"]), folded(values["organisation"]), values["starts"][:4])


def folded(text: str) -> str:
    return fold(text) or text.strip().casefold()
