"""The events of a JSON file, one at a time, whatever holds them: an object, a list, `events`, pages of `events`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from events.importers.incoming import CUT, CutError, FormatError

PIECE = 1 << 18  # characters read at once
LARGEST = 4_000_000  # characters of one event
NOT_JSON = "Ce fichier n’est pas du JSON, ou il est coupé."
_EVENTS = re.compile(r'(?<!\\)"events"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def objects(path: Path) -> Iterator[Any]:
    """Every item of the lists of events of the file, whatever it is. Raises `FormatError`, `CutError` when it stops."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        window = _Window(file)
        if window.starts_with("["):
            window.skip(1)
            yield from _flat(_items(window))
        elif window.starts_with("{"):
            yield from _in_object(window)
        else:
            raise FormatError(NOT_JSON)


def _in_object(window: _Window) -> Iterator[Any]:
    found = False
    while window.find(_EVENTS):
        found = True
        yield from _flat(_items(window))
    if not found:
        window.rewind()
        one = window.value()
        if isinstance(one, dict):
            yield from _flat([one.get("event", one)])


def _flat(items: Any) -> Iterator[Any]:
    """Events, and those of pages among them."""
    for item in items:
        inner = item.get("events") if isinstance(item, dict) else None
        if isinstance(inner, list):
            yield from _flat(inner)
        else:
            yield item


def _items(window: _Window) -> Iterator[Any]:
    while True:
        window.match(_BETWEEN)
        if window.starts_with("]"):
            window.skip(1)
            return
        yield window.value()


class _Window:
    """A moving part of the text of a file."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._text, self._at, self._dropped = file, "", 0, False
        self._began = False  # a value was read
        self._decoder = json.JSONDecoder()
        self.match(_BETWEEN)

    def starts_with(self, mark: str) -> bool:
        if self._at >= len(self._text) and not self._more():
            raise CutError(CUT) if self._began else FormatError(NOT_JSON)
        return self._text.startswith(mark, self._at)

    def skip(self, count: int) -> None:
        self._at += count

    def rewind(self) -> None:
        """Back to the beginning. Raises `FormatError` when it is too far for a file that holds one event."""
        if self._dropped:
            raise FormatError("Ce JSON ne donne aucun évènement OpenAgenda («\u00a0events\u00a0»).")
        self._at = 0

    def match(self, pattern: re.Pattern[str]) -> None:
        """Go past `pattern`, however long."""
        while True:
            found = pattern.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return

    def find(self, pattern: re.Pattern[str]) -> bool:
        """Go past the next `pattern`; False at the end."""
        while True:
            if found := pattern.search(self._text, self._at):
                self._at = found.end()
                return True
            if len(self._text) > LARGEST:
                self._dropped = True
                self._at = max(self._at, len(self._text) - 1_000)
            if not self._more():
                return False

    def value(self) -> Any:
        """The JSON value that begins here. Raises `FormatError`."""
        while True:
            try:
                found, self._at = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > LARGEST:
                    raise FormatError(NOT_JSON) from error
                if not self._more():
                    cut = self._began and error.pos >= len(self._text.rstrip()) - 6  # « tru », « "ab\u00 »
                    raise CutError(CUT) if cut or "Unterminated" in error.msg else FormatError(NOT_JSON) from error
            except RecursionError as error:
                raise FormatError("Ce JSON est trop imbriqué.") from error
            except ValueError as error:  # a number of thousands of figures
                raise FormatError("Ce JSON porte un nombre démesuré\u00a0: il n’a pas pu être lu.") from error
            else:
                self._began = True
                return found

    def _more(self) -> bool:
        piece = self._file.read(PIECE)
        if self._dropped or self._at > PIECE:
            self._text, self._at, self._dropped = self._text[self._at :], 0, True
        self._text += piece
        return bool(piece)
