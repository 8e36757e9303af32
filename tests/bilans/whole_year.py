"""A whole year of the bilans, on the indicators of the pack: 12 territories, 43 basins, organisations, platforms."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from bilans.breakdowns import classes
from bilans.models import Bilan, Breakdown, Campaign, Indicator, Kind, Unit, Value
from members.models import Network, Organisation
from territories.models import Agency, EmploymentBasin
from tests.bilans.world import accepted, bilan, campaign, submitted
from tests.factories import organisation, site, town
from tests.psad.world import platform

PACK = Path(settings.BASE_DIR) / "data" / "grand-est"
LISTS = ("breakdowns",)
YES = ("correctable", "required", "of_people", "public")
NUMBERS = ("theme_order", "order", "decimals", "headline", "first_year", "last_year")


def rows(name: str) -> list[dict[str, str]]:
    with (PACK / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def indicators() -> list[Indicator]:
    """Those of the pack, as they are agreed."""
    made = []
    for row in rows("indicators"):
        fields: dict[str, Any] = dict(row)
        fields["breakdowns"] = [part for part in row["breakdowns"].split("|") if part]
        for name in YES:
            fields[name] = row[name] == "yes"
        for name in NUMBERS:
            fields[name] = int(row[name]) if row[name] else None
        made.append(Indicator(**fields))
    return Indicator.objects.bulk_create(made)


def places() -> list[Agency]:
    """The 12 agencies and 43 basins of the pack, by their names."""
    made = [
        Agency.objects.create(slug=row["slug"], name=row["name"], order=order, cto_installed_year=2018)
        for order, row in enumerate(rows("agencies"), start=1)
    ]
    basins = [
        EmploymentBasin(number=int(row["number"]), name=row["name_clean"], agency=made[rank % len(made)])
        for rank, row in enumerate(rows("basins"))
    ]
    EmploymentBasin.objects.bulk_create(basins)
    return made


def amount(asked: Indicator, chance: random.Random) -> Decimal:
    if asked.unit == Unit.SCORE:
        return Decimal(chance.randint(30, 49)) / 10
    if asked.unit == Unit.SHARE:
        return Decimal(chance.randint(40, 100))
    return Decimal(chance.choice([0, 1, 2, 3, 12, 48, 130, 700, 2400]))


Known = dict[str, list[str]]


def fill(of: Bilan, chance: random.Random, asked_of: list[Indicator], known: Known, *, holes: bool = True) -> None:
    """Values for every indicator asked, some missing, some unavailable, their classes adding up."""
    made = []
    for asked in asked_of:
        if asked.filled_by != of.kind:
            continue
        draw = chance.random()
        if holes and draw < 0.08:
            continue
        if holes and draw < 0.12:
            made.append(Value(bilan=of, indicator=asked, unavailable=True))
            continue
        if asked.source.startswith("psad_") and draw < 0.3:
            made.append(Value(bilan=of, indicator=asked, hidden=True))
            continue
        total = amount(asked, chance)
        comment = "Une équipe de plus." if draw > 0.93 else ""
        made.append(Value(bilan=of, indicator=asked, amount=total, comment=comment))
        for breakdown in asked.breakdowns:
            left = int(total)
            keys = known[breakdown]
            for key in keys[:-1]:
                part = chance.randint(0, left) if chance.random() < 0.4 else 0
                left -= part
                made.append(Value(bilan=of, indicator=asked, amount=part, breakdown=breakdown, category=key))
            made.append(Value(bilan=of, indicator=asked, amount=left, breakdown=breakdown, category=keys[-1]))
    Value.objects.bulk_create(made)


def subjects(organisations: int, platforms: int, agencies: list[Agency]) -> list[tuple[str, Any]]:
    networks = [
        Network.objects.create(number=number, slug=f"r-{number}", name=name)
        for number, name in enumerate(("Missions locales", "Pôle emploi", "Apec", "État"), start=1)
    ]
    towns = [town(f"Ville {agency.order}", agency=agency, basin=agency.order) for agency in agencies]
    houses: list[Organisation] = []
    for rank in range(organisations):
        house = organisation(name=f"Maison {rank + 1}", network=networks[rank % len(networks)], place="Metz | Nancy")
        site(commune=towns[rank % len(towns)], organisation=house, listed=True)
        houses.append(house)
    return [
        *((Kind.ORGANISATION, house) for house in houses),
        *((Kind.TERRITORY, agency) for agency in agencies),
        *((Kind.PSAD, platform(f"psad-{rank}")) for rank in range(platforms)),
        (Kind.REGION, None),
    ]


def whole_year(*, organisations: int = 8, platforms: int = 3, seed: int = 8) -> Campaign:
    """Two years, 2024 and 2025: most bilans accepted, one submitted, one never; the region's own accepted."""
    chance = random.Random(seed)
    indicators()
    asked = subjects(organisations, platforms, places())
    known = {breakdown: [key for key, _ in classes(breakdown)] for breakdown in Breakdown.values}
    for year in (2024, 2025):
        held = campaign(year)
        agreed = list(Indicator.objects.of_year(year))
        for rank, (kind, subject) in enumerate(asked):
            of = bilan(kind, subject, of=held, happened="De nouvelles permanences.", judged="Oui.", better="Plus tôt.")
            if rank == 1:
                continue
            fill(of, chance, agreed, known)
            submitted(of) if rank == 2 else accepted(of)
    return Campaign.objects.get(year=2025)
