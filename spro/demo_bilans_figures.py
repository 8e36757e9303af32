"""The numbers of the bilans of the demonstration: invented, always the same, plausible for each network.

What the portal counts is left as it counts it; what people would type follows from the size of the house and from the
year before. Breakdowns add up to their total.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bilans.breakdowns import AGE, ELSEWHERE, SEX, UNKNOWN
from bilans.models import Bilan, Breakdown, Indicator, Kind, Unit
from core.reference import Status

Parts = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Profile:
    """People received in a year by a house of this network, its team, and who they are."""

    people: int
    fte: float
    young: float  # the part that is under 26
    operator: bool = False  # of the conseil en évolution professionnelle
    statuses: Sequence[str] = (Status.DEMANDEUR_EMPLOI, Status.SALARIE)
    women: float = 0.54


_ADULTS = (Status.SALARIE, Status.DEMANDEUR_EMPLOI, Status.CADRE, Status.INDEPENDANT)
_YOUNG = (Status.LYCEEN, Status.ETUDIANT, Status.COLLEGIEN, Status.PARENT, Status.DEMANDEUR_EMPLOI)
PROFILES: Mapping[str, Profile] = {
    "pole-emploi": Profile(287_000, 840, 0.21, True, (Status.DEMANDEUR_EMPLOI, Status.SALARIE, Status.HANDICAP)),
    "missions-locales": Profile(
        2_900, 31, 0.98, True, (Status.DEMANDEUR_EMPLOI, Status.DECROCHEUR, Status.APPRENTI, Status.LYCEEN)
    ),
    "autorites-academiques": Profile(21_400, 96, 0.93, False, _YOUNG, 0.52),
    "information-jeunesse": Profile(9_800, 11, 0.88, False, _YOUNG, 0.57),
    "universites": Profile(8_900, 14, 0.95, False, (Status.ETUDIANT, Status.LYCEEN, Status.PARENT), 0.58),
    "chambres-consulaires": Profile(
        7_200, 24, 0.47, False, (Status.APPRENTI, Status.INDEPENDANT, Status.SALARIE), 0.44
    ),
    "ops-cap-emploi": Profile(14_600, 62, 0.11, True, (Status.HANDICAP, Status.DEMANDEUR_EMPLOI), 0.49),
    "apec": Profile(6_800, 22, 0.14, True, (Status.CADRE, Status.ETUDIANT, Status.DEMANDEUR_EMPLOI), 0.51),
    "opacif": Profile(2_700, 8, 0.12, True, _ADULTS, 0.53),
    "agefiph": Profile(3_100, 9, 0.10, False, (Status.HANDICAP, Status.SALARIE), 0.48),
    "cress": Profile(420, 2, 0.30, False, _ADULTS, 0.59),
    "etat": Profile(1_900, 12, 0.35, False, (Status.AGENT_PUBLIC, Status.DEMANDEUR_EMPLOI, Status.SALARIE)),
    "region-grand-est": Profile(11_300, 44, 0.41, False, (*_YOUNG, Status.SALARIE)),
}
OTHER = Profile(640, 3, 0.45, False, (*_ADULTS, Status.LYCEEN))

# Part of the people received; those under one in a hundred are rare acts.
_OF_PEOPLE = {
    "premieres-informations": 0.63, "premiers-conseils": 0.37, "demandes-courriel": 0.16, "demandes-a-distance": 0.41,
    "conseils": 0.26, "vae": 0.018, "lorfolio-ateliers": 0.024, "orientations-sortantes": 0.071,
    "orientations-recues": 0.048, "satisfaction-reponses": 0.052,
}  # fmt: skip
# Others: the least and the most in a year.
_BETWEEN: Mapping[str, tuple[float, float]] = {
    "delai-rendez-vous": (2.5, 15), "satisfaction": (3.7, 4.7), "engagements-tenus": (55, 95),
    "echanges-pratiques": (2, 9), "jours-stand-commun": (1, 14), "contributions-outils": (0, 12),
    "cto-reunions": (2, 5), "cto-organismes": (14, 31), "cto-groupes": (2, 7), "territoire-echanges": (1, 6),
    "actions-prevues": (9, 22), "partenaires-programme": (14, 41), "entreprises-impliquees": (5, 24),
    "contribution-region": (18_000, 96_000), "participants-actions": (850, 8_800), "actions-reponses": (90, 780),
    "actions-satisfaction": (3.8, 4.7), "psad-cercle2": (1, 5), "psad-echanges": (1, 7), "psad-actions": (2, 11),
    "psad-reponses": (11, 84), "psad-satisfaction": (3.5, 4.6), "conseil-orientation": (2, 3),
    "conference-participants": (190, 310), "programme-seances": (24, 47), "programme-participants": (620, 1_380),
    "participants-evenements": (40, 900), "heures-ouverture": (24, 37), "partenaires-evenements": (0, 6),
}  # fmt: skip


@dataclass
class House:
    """A subject and what stays the same of it from one year to the next."""

    kind: str
    key: str
    network: str = ""
    fte: Decimal | None = None
    agencies: Mapping[str, int] = field(default_factory=dict)  # its places by territory

    @property
    def profile(self) -> Profile:
        return PROFILES.get(self.network, OTHER)


def drawn(house: House, asked: Indicator, year: int, first: int) -> Decimal:
    """What people of `house` type for one indicator in `year`; `first` is the year where its story begins."""
    base = _base(house, asked)
    for when in range(first + 1, year + 1):
        base *= 1 + _move(house, asked, when)
    if asked.unit == Unit.SHARE:
        base = min(base, 100)
    if asked.unit == Unit.SCORE:
        base = min(base, 4.9)
    return Decimal(str(round(base, asked.decimals)))


def _move(house: House, asked: Indicator, year: int) -> float:
    """How much one moves in a year: the house as a whole, a little of its own, and now and then much more."""
    if asked.unit == Unit.SCORE:
        return _dice(house, asked.key, year).uniform(-0.02, 0.03)
    together = _dice(house, "", year).gauss(0.025, 0.05)
    own = _dice(house, asked.key, year)
    jump = own.choice((0.31, -0.27, 0.4)) if own.random() < 0.035 else 0
    return max(-0.6, together + own.gauss(0, 0.03) + jump)


def _base(house: House, asked: Indicator) -> float:
    """Where the story of one figure begins."""
    dice, profile = _dice(house, asked.key, 0), house.profile
    people = profile.people * _dice(house, "taille", 0).uniform(0.62, 1.4)
    young = house.network == "missions-locales"
    handicap = profile.statuses[0] == Status.HANDICAP
    of_people = dict(_OF_PEOPLE) | {
        "personnes-accueillies": 1,
        "accompagnements": 0.55 if young else 0.17,
        "cep": 0.14 if profile.operator else 0,
        "personnes-handicap": 0.93 if handicap else 0.055,
    }
    team = float(house.fte) if house.fte is not None else profile.fte * dice.uniform(0.7, 1.3)
    others = {
        "etp-orientation": team,
        "professionnels-formes": max(1.0, team * dice.uniform(0.2, 0.5)),
        "actions-realisees": _base_of(house, "actions-prevues") * dice.uniform(0.75, 1),
    }
    if asked.key in of_people:
        return people * of_people[asked.key] * (1 if asked.key == "personnes-accueillies" else dice.uniform(0.9, 1.1))
    return others[asked.key] if asked.key in others else _base_of(house, asked.key)


def _base_of(house: House, key: str) -> float:
    low, high = _BETWEEN.get(key, (1, 20))
    return _dice(house, key, 1).uniform(low, high)


def shared(house: House, asked: Indicator, total: Decimal, year: int) -> Parts:
    """`total` shared out in each breakdown of `asked`; the parts add up to it."""
    found: Parts = {}
    for breakdown in asked.breakdowns:
        weights = _weights(house, breakdown, year)
        for category, count in zip(weights, _split(int(total), list(weights.values())), strict=True):
            if count or breakdown in (Breakdown.SEX, Breakdown.AGE):
                found[breakdown, category] = count
    return found


def _weights(house: House, breakdown: str, year: int) -> dict[str, float]:
    dice, profile = _dice(house, breakdown, year), house.profile
    if breakdown == Breakdown.SEX:
        return dict(zip((key for key, _ in SEX), (profile.women, 1 - profile.women - 0.02, 0.02), strict=True))
    if breakdown == Breakdown.AGE:
        young = profile.young
        parts = (young * 0.3, young * 0.7, (1 - young) * 0.6, (1 - young) * 0.4 - 0.005, 0.01)
        return {key: max(part, 0) for (key, _), part in zip(AGE, parts, strict=True)}
    if breakdown == Breakdown.STATUS:
        said = {str(status): dice.uniform(0.8, 1.2) * 0.55**rank for rank, status in enumerate(profile.statuses)}
        return said | {UNKNOWN: 0.06}
    places: dict[str, float] = {slug: count * dice.uniform(0.9, 1.1) for slug, count in house.agencies.items()}
    return places | {ELSEWHERE[0]: 0.03 * sum(places.values()) if places else 1}


def _split(total: int, weights: list[float]) -> list[int]:
    """Whole parts of `total` in proportion, by the largest remainders."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda rank: (parts[rank] - exact[rank], rank))
    for rank in order[: total - sum(parts)]:
        parts[rank] += 1
    return parts


def _dice(house: House, what: str, year: int) -> random.Random:
    return random.Random(f"bilans-{house.kind}-{house.key}-{what}-{year}")  # noqa: S311 (an invented story, no secret)


def dice_of(house: House, what: str, year: int) -> random.Random:
    """The chance of one subject, of one thing, in one year: the same at each start."""
    return _dice(house, what, year)


def house_of(bilan: Bilan, places: Mapping[int, Mapping[str, int]]) -> House:
    """The subject of `bilan` as the story knows it."""
    if bilan.organisation is not None:
        owner = bilan.organisation
        network = owner.network.slug if owner.network else ""
        return House(Kind.ORGANISATION, owner.slug, network, owner.fte, places.get(owner.pk, {}))
    if bilan.agency is not None:
        return House(Kind.TERRITORY, bilan.agency.slug, agencies={bilan.agency.slug: 1})
    return House(bilan.kind, bilan.platform.slug if bilan.platform else "region")
