"""What is wrong with a file, and what a load did: in French, for whoever runs the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.packs.changes import Changes

MAX_LINES = 200


@dataclass
class Problems:
    """Everything wrong found while reading; `warnings` do not stop a load, `errors` do.

    `unreadable`: a whole table could not be read, so that what others say of it cannot be held to be wrong.
    """

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unreadable: bool = False

    def add(self, message: str, *, file: str, line: int | None = None, column: str = "") -> None:
        self.errors.append(_place(file, line, column) + message)

    def warn(self, message: str, *, file: str, line: int | None = None, column: str = "") -> None:
        self.warnings.append(_place(file, line, column) + message)

    def lines(self) -> list[str]:
        """The errors to print, at most `MAX_LINES`, then how many more."""
        more = len(self.errors) - MAX_LINES
        return self.errors[:MAX_LINES] + ([f"… et {more} autres erreurs."] if more > 0 else [])


def _place(file: str, line: int | None, column: str) -> str:
    parts = [file, f"ligne {line}" if line else "", f"colonne {column}" if column else ""]
    return ", ".join(part for part in parts if part) + "\u00a0: "


class LoadError(Exception):
    """A file cannot be applied; nothing was written. `lines` are the reasons, in French, one each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class LoadBusyError(LoadError):
    """Another load is running: this one may be tried again, it is not wrong."""


@dataclass
class Tally:
    """What happened to the objects of one kind."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    absent: int = 0
    deleted_here: int = 0
    removed: int = 0
    noted: int = 0  # only the memory of what the pack says changed

    def __str__(self) -> str:
        text = (
            f"créés\u00a0: {self.created}, mis à jour\u00a0: {self.updated}, inchangés\u00a0: {self.unchanged}, "
            f"gardés (modifiés ici)\u00a0: {self.kept}, absents du pack\u00a0: {self.absent}"
        )
        if self.removed:
            text += f", retirés\u00a0: {self.removed}"
        if self.deleted_here:
            text += f", supprimés ici et non recréés\u00a0: {self.deleted_here}"
        return text

    @property
    def writes(self) -> int:
        return self.created + self.updated + self.removed + self.noted


@dataclass
class Report:
    """One load: a tally a kind, in order, and remarks (kept edits, absences, oddities).

    `changes`, when given, gathers what changes object by object; `actor` is whom the journal names; a `rehearsal` will
    be rolled back by whoever asked for it, so that what only follows from the data (cards, search) is not written.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    changes: Changes | None = None
    actor: Any = None
    rehearsal: bool = False
    titles: dict[str, str] = field(default_factory=dict)  # of tallies, in French

    def tally(self, label: str) -> Tally:
        return self.tallies.setdefault(label, Tally())

    def remark(self, line: str) -> None:
        self.remarks.append(line)

    @property
    def changed(self) -> bool:
        return any(tally.writes for tally in self.tallies.values())

    def lines(self) -> Iterator[str]:
        for label, tally in self.tallies.items():
            yield f"{self.titles.get(label, label)} – {tally}"
        yield from self.remarks
