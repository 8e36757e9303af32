"""The rich text that Europass puts inside its XML, as plain lines; and plain lines as that rich text."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_BREAKS = frozenset({"p", "br", "div", "ul", "ol", "h1", "h2", "h3", "h4", "tr"})
_SILENT = frozenset({"script", "style", "template"})


class _Lines(HTMLParser):
    """Text only: tags, scripts and styles are dropped, entities become letters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[bool, str]] = []  # (it was an item of a list, words)
        self._words: list[str] = []
        self._listed, self._silent = False, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS or tag == "li":
            self.cut()
        if tag == "li":
            self._listed = True
        self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS and not self._listed:
            self.cut()
        if tag == "li":
            self.cut()
            self._listed = False
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)

    def cut(self) -> None:
        text, self._words = "".join(self._words), []
        for line in text.split("\n"):
            if words := " ".join(line.split()):
                self.lines.append((self._listed, words))


def told(rich: str) -> tuple[str, list[str]]:
    """The plain text of `rich`, and the items of its lists apart."""
    if not re.search(r"<\w|&\w+;|&#", rich):
        return "\n".join(filter(None, (" ".join(line.split()) for line in rich.split("\n")))), []
    lines = _Lines()
    lines.feed(rich)
    lines.close()
    lines.cut()
    return "\n".join(words for listed, words in lines.lines if not listed), [w for listed, w in lines.lines if listed]


def plain(rich: str) -> str:
    """All of it, one line after the other."""
    text, items = told(rich)
    return "\n".join(filter(None, [text, *items]))


def rich(text: str, items: list[str] | tuple[str, ...] = ()) -> str:
    """Paragraphs of `text` then the list of `items`, everything escaped."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    return paragraphs + (f"<ul>{listed}</ul>" if listed else "")
