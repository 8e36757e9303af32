"""Text of strangers made plain: no markup, no script, no control characters; entities become what they mean."""

from __future__ import annotations

import html
import re

import nh3

LONGEST_TEXT = 20_000
_MARKUP = re.compile(r"<[A-Za-z!/?]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^>]*>", re.IGNORECASE)
_ITEMS = re.compile(r"<\s*li\b[^>]*>", re.IGNORECASE)
_HIDDEN = {"script", "style", "iframe", "noscript", "template", "svg", "object"}
# Controls, halves of characters, and what nobody sees: marks of direction, spaces of no width, soft hyphens. The joiner
# of emoji and of some scripts (U+200D, U+200C) stays between two characters.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LONE_JOINERS = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?![^\s\u200c\u200d])")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_URL = re.compile(r"https?://[^\s<>\"'\x00-\x1f]{3,}", re.IGNORECASE)


def line(text: str, most: int = 200) -> str:
    """`text` on one line of at most `most` characters."""
    return cut(" ".join(_bare(text).split()), most)


def paragraphs(text: str, most: int = LONGEST_TEXT) -> str:
    """`text` with its line breaks, at most one empty line between two paragraphs."""
    bare = _bare(text).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return cut(_EMPTY_LINES.sub("\n\n", bare).strip(), most)


def cut(text: str, most: int) -> str:
    """`text` with an ellipsis instead of what is beyond `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def url(text: str, most: int = 400) -> str:
    """`text` when it is an address of the web that fits, else nothing."""
    text = text.strip()
    if _CONTROL.search(text):
        return ""
    return text if len(text) <= most and _URL.fullmatch(text) else ""


def urls(text: str) -> list[str]:
    """The addresses of the web that stand in `text`."""
    return [found.rstrip(".,;:)»]") for found in _URL.findall(text)]


def visible(text: str) -> str:
    """`text` without what nobody sees and what no database takes, its markup kept: what a person typed."""
    text = _CONTROL.sub("", text)
    return _LONE_JOINERS.sub("", text) if "\u200c" in text or "\u200d" in text else text


def _bare(text: str) -> str:
    text = visible(text)
    for _ in range(3):  # « &amp;lt;script&amp;gt; » hides twice
        before = text
        if _MARKUP.search(text):
            text = _ITEMS.sub("\n- ", _BREAKS.sub("\n", text))
            text = html.unescape(nh3.clean(text, tags=set(), clean_content_tags=_HIDDEN))
        elif _ENTITY.search(text):
            text = html.unescape(text)
        if text == before:
            break
    return visible(text)
