"""An XML tree read by the names of its elements, whatever their namespaces; what was not read is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from lorfolio.interchange.bounded import clean

MOST_TOLD = 60
NOT_OF_USE = "La date de naissance, la nationalité et le genre ne sont pas gardés\u00a0: ils ne servent à rien ici."
Element = etree._Element


def local(element: Element) -> str:
    return etree.QName(element).localname


def words_of(element: Element) -> str:
    return clean("".join(str(words) for words in element.itertext())).strip()


class Tree:
    """Reads and remembers what it read: `unread` lists the rest. `silent`: names that say nothing of the person."""

    def __init__(self, root: Element, silent: set[str]) -> None:
        self.root, self.silent = root, silent
        self._read: set[Element] = set()

    def all(self, start: Element | None, *path: str) -> list[Element]:
        """The elements at the end of `path`, child after child."""
        found = [start] if start is not None else []
        for name in path:
            found = [child for element in found for child in element if local(child) == name]
        return found

    def first(self, start: Element | None, *path: str) -> Element | None:
        return next(iter(self.all(start, *path)), None)

    def text(self, start: Element | None, *path: str) -> str:
        """The words of the first element at `path`, read from now on."""
        element = self.first(start, *path)
        if element is None:
            return ""
        self._read.add(element)
        return words_of(element)

    def texts(self, start: Element | None, *path: str) -> list[str]:
        self._read.update(self.all(start, *path))
        return [words for row in self.all(start, *path) if (words := words_of(row))]

    def skip(self, start: Element | None, *path: str) -> bool:
        """Whether there is something at `path`, which is left aside on purpose."""
        found = self.all(start, *path)
        self._read.update(found)
        return any(len(element) or (element.text or "").strip() for element in found)

    def unread(self) -> list[str]:
        """Paths of the elements that say something and that nobody read, each once."""
        paths: dict[str, None] = {}
        self._walk(self.root, "", paths)
        return list(paths)[:MOST_TOLD]

    def _walk(self, element: Element, above: str, paths: dict[str, None]) -> None:
        if element in self._read or local(element) in self.silent:
            return
        path = f"{above}/{local(element)}" if above else local(element)
        if (element.text or "").strip():
            paths[path] = None
        for child in element:
            self._walk(child, path, paths)


def partial_date(said: str) -> str:
    """« 2013-03-15 » of « 2013-03-15T00:00:00 »; the text itself is left to who reads dates."""
    found = re.match(r"\s*(\d{4}(?:-\d{2}(?:-\d{2})?)?)", said)
    return found[1] if found else said.strip()


def full(item: Mapping[str, Any]) -> dict[str, Any]:
    """`item` without what says nothing."""
    return {key: value for key, value in item.items() if value}
