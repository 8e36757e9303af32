"""Free words about skills, as Europass keeps them, made one skill a line."""

from __future__ import annotations

import re

from lorfolio.interchange.plain_html import told

SHORT = 90  # letters: beyond, it is a sentence about skills, not the name of one


def skills_of(group: str, said: str) -> list[dict[str, object]]:
    """One skill for each short line; longer words are kept whole, as an example of the group."""
    text, items = told(said)
    lines = items + [part for line in text.split("\n") for part in re.split(r"\s*[;•·]\s*", line)]
    lines = [line.strip(" -–—.\t") for line in lines]
    short = [line for line in lines if line and len(line) <= SHORT]
    long = [line for line in lines if len(line) > SHORT]
    made: list[dict[str, object]] = [{"name": line} for line in dict.fromkeys(short)]
    return made + ([{"name": group, "summary": "\n".join(long)}] if long else [])
