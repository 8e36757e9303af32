"""What the PSAD holds of who works in it: cases are handed over first, the log of readings stays its year (D8, D13)."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.erasing import Hold, Leaving, Line, Part, Stay, Told, register
from accounts.models import User
from psad.models import Grant
from psad.rules import works_in_psad


def connect() -> None:
    register(Part(50, "psad", "La PSAD", tell, erase))


def tell(user: User) -> Told:
    """Asked inside of the ground of the room (`accounts.erasing.on_every_ground`)."""
    working = works_in_psad(user)
    grants = Grant.objects.filter(user=user).count()
    holds = [Hold(
        "Vous travaillez dans une PSAD\u00a0: demandez d’abord à la personne responsable de reprendre vos dossiers et"
        " de mettre fin à votre habilitation. Aucun jeune ne doit rester sans personne pour le suivre."
    )] if working else []  # fmt: skip
    stays = [Stay(
        "Le registre des lectures de dossiers de la PSAD, pendant un an",
        "la protection des jeunes l’exige\u00a0; il ne garde de vous qu’un numéro, qui ne mène plus à personne.",
    )] if working or grants else []  # fmt: skip
    return Told([Line(grants, "habilitation de la PSAD", "habilitations de la PSAD")], stays, holds)


def erase(leaving: Leaving) -> Sequence[Line]:
    """Grants that are over go with the account's row."""
    return tell(leaving.user).goes
