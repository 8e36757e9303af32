"""What a letter is called once it is a file on somebody's computer: what it is, whom it is for, its number."""

from __future__ import annotations

from core.text import fold
from recognition.models import Letter


def paper_name(letter: Letter) -> str:
    """« accuse-de-reception-maison-de-l-orientation-AR-2027-0012.pdf »."""
    subject = letter.candidature or letter.recognition
    house = dashed(str(subject.organisation)) if subject else ""
    return "-".join(filter(None, (dashed(letter.get_kind_display()), house, number_of(letter)))) + ".pdf"


def name_in_archive(letter: Letter) -> str:
    """« 2027-05-28-accuse-de-reception-AR-2027-0012.pdf »: the archive is one organisation's, in the order of days."""
    return f"{letter.dated_on:%Y-%m-%d}-{dashed(letter.get_kind_display())}-{number_of(letter)}.pdf"


def number_of(letter: Letter) -> str:
    """The number that the paper bears."""
    return str(letter.content.get("number") or letter.number)


def dashed(words: str, longest: int = 60) -> str:
    """« Accusé de réception » as « accuse-de-reception », cut between words."""
    said = fold(words).replace(" ", "-")
    return said if len(said) <= longest else said[: longest + 1].rpartition("-")[0] or said[:longest]
