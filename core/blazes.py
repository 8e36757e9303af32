"""The blazes: one painted sign for each family of places, as the waymarks of the Vosges trails.

A blaze has a shape *and* a colour, and its name always stands beside it: never colour alone (WCAG 1.4.1).
The drawings are the symbols of `static/svg/blazes.svg`; `tests/core/test_blazes.py` keeps both lists equal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Blaze:
    """`slug` is the symbol's id; `label` the family; `drawing` what the sign looks like, for who cannot see it."""

    slug: str
    label: str
    drawing: str


BLAZES: dict[str, Blaze] = {
    blaze.slug: blaze
    for blaze in (
        Blaze("cio", "École et orientation scolaire", "disque bleu"),
        Blaze("jeunesse", "Information jeunesse", "triangle jaune"),
        Blaze("mission-locale", "Missions locales", "losange rouge"),
        Blaze("emploi", "Emploi", "rectangle vert"),
        Blaze("cadres", "Cadres", "chevron violet"),
        Blaze("handicap", "Handicap", "anneau turquoise"),
        Blaze("handicap-aides", "Handicap : aides et financements", "deux demi-disques jaune clair sur fond pétrole"),
        Blaze("entreprises", "Chambres et entreprises", "croix orange"),
        Blaze("universite", "Universités", "croix blanche en diagonale sur fond prune"),
        Blaze("evolution", "Évolution professionnelle", "fer à cheval rose"),
        Blaze("region", "Région", "trois bandes vertes et jaune"),
        Blaze("etat", "État", "deux barres blanches sur fond bleu"),
        Blaze("justice", "Justice", "demi-disque gris"),
        Blaze("ess", "Économie sociale et solidaire", "trèfle vert"),
        Blaze("ressources", "Ressources et observation", "étoile blanche sur fond bleu-vert"),
        Blaze("lieu", "Autre lieu", "trait noir"),
    )
}
DEFAULT = "lieu"


def known(slug: str) -> str:
    """`slug` if it names a blaze, the plain one otherwise: a pack of another region may not know ours (M6)."""
    return slug if slug in BLAZES else DEFAULT
