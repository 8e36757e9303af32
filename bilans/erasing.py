"""What the bilans hold of a person: that they wrote there, and when last; the words are their house's (S2)."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.erasing import Leaving, Line, Part, Stay, Told, register
from accounts.models import User
from bilans.models import Writer


def connect() -> None:
    register(Part(55, "bilans", "Les bilans", tell, erase))


def tell(user: User) -> Told:
    lines = _lines(user)
    stays = [Stay(
        "Les chiffres et les textes que vous avez écrits dans des bilans",
        "ils sont à l’organisme, au territoire ou à la Région\u00a0; rien n’y dit plus que vous les avez écrits.",
    )] if lines[0].count else []  # fmt: skip
    return Told(lines, stays)


def erase(leaving: Leaving) -> Sequence[Line]:
    lines = _lines(leaving.user)
    Writer.objects.filter(user=leaving.user).delete()
    return lines


def _lines(user: User) -> list[Line]:
    count = Writer.objects.filter(user=user).count()
    one = "mention de vous parmi les auteur·rices d’un bilan"
    return [Line(count, one, "mentions de vous parmi les auteur·rices de bilans")]
