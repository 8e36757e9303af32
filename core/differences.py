"""Two texts side by side, line by line, and inside a changed line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2  # lines shown on each side of a change
_WORDS = re.compile(r"\s+|[^\s]+")
Piece = tuple[str, bool]  # words, whether they changed


@dataclass(frozen=True)
class Row:
    """A line before and after; `kind`: same, changed, added, removed, or skipped (`count` lines left as they were)."""

    kind: str
    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    count: int = 0


def compare(before: str, after: str) -> list[Row]:
    """The rows of a table with two columns; what did not change is left out, but `AROUND` lines."""
    old, new = before.splitlines(), after.splitlines()
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += _unchanged(old[i1:i2], first=i1 == 0, last=i2 == len(old))
        else:
            rows += _changed(old[i1:i2], new[j1:j2])
    return rows


def in_words(rows: Sequence[Row]) -> str:
    """« 2 lignes changées, 1 ajoutée »; « aucune différence » when there is none."""
    names = {"changed": "changée", "added": "ajoutée", "removed": "retirée"}
    said: list[str] = []
    for kind, name in names.items():
        count = sum(row.kind == kind for row in rows)
        if count:
            noun = "" if said else ("ligne " if count == 1 else "lignes ")
            said.append(f"{count}\u00a0{noun}{name}{'s' if count > 1 else ''}")
    return ", ".join(said) or "aucune différence"


def _unchanged(lines: list[str], *, first: bool, last: bool) -> Iterator[Row]:
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    hidden = len(lines) - head - tail
    for index, line in enumerate(lines):
        if hidden > 1 and head <= index < len(lines) - tail:
            if index == head:
                yield Row("skipped", count=hidden)
            continue
        yield Row("same", [(line, False)], [(line, False)])


def _changed(old: list[str], new: list[str]) -> Iterator[Row]:
    paired = min(len(old), len(new))
    for before, after in zip(old[:paired], new[:paired], strict=True):
        yield Row("changed", *_words(before, after))
    yield from (Row("removed", before=[(line, True)]) for line in old[paired:])
    yield from (Row("added", after=[(line, True)]) for line in new[paired:])


def _words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i1 < i2:
            left.append(("".join(old[i1:i2]), tag != "equal"))
        if j1 < j2:
            right.append(("".join(new[j1:j2]), tag != "equal"))
    return left, right
