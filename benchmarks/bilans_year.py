"""The year whose documents are drawn: 140 bilans over the region pack, always the same, all of them submitted.

The pack's own organisations and agencies, a few invented organisations, a platform for each of 33 CIOs with the
communes nearest to it and the figures published of its year. Arithmetic takes the place of people and of chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

YEAR = 2025
AT = dt.datetime(2026, 1, 10, 9, tzinfo=ZoneInfo("Europe/Paris"))
MORE = 12  # organisations that the pack does not have
PLATFORMS = 33
SMALL = 5  # under this, a published count is hidden (D8)
# What the portal publishes of a platform's year: each cell, in hundredths of the young people received.
FLOWS = {
    ("received", "", ""): 100, ("received", "source", "rio"): 68, ("received", "sex", "f"): 43,
    ("received", "age", "16"): 37, ("prepared", "", ""): 88, ("contacted", "", ""): 71,
    ("contacted", "delay", "15"): 46, ("proposed", "", ""): 58, ("solved", "", ""): 44,
    ("solved", "kind", "school"): 13, ("solved", "kind", "apprentice"): 9, ("solved", "kind", "training"): 12,
    ("solved", "kind", "other"): 10, ("closed", "", ""): 39, ("held3", "", ""): 19, ("lost3", "", ""): 7,
    ("held6", "", ""): 11, ("lost6", "", ""): 6,
}  # fmt: skip


def bilans() -> list[Any]:
    """The bilans of the year, organisations first; made when they are not there."""
    from bilans.models import Bilan, Campaign
    from bilans.services.campaigns import create_campaign, open_campaign

    year = Campaign.objects.filter(year=YEAR).first()
    if year is None:
        _organisations()
        _platforms()
        year = create_campaign(year=YEAR)
        open_campaign(year, at=AT)
        _fill(year)
    found = Bilan.objects.filter(campaign=year).select_related("campaign", "organisation", "agency", "platform")
    return list(found.order_by("kind", "name"))


def touch(turn: int) -> None:
    """Have every document say something else: the next run draws them all again."""
    from bilans.models import Bilan

    Bilan.objects.filter(campaign__year=YEAR).update(commentary=f"Une année de travail en commun (tour {turn}).")


def _organisations() -> None:
    from members.models import Organisation

    models = Organisation.objects.filter(status=Organisation.Status.SIGNATORY).order_by("slug")[:MORE]
    Organisation.objects.bulk_create(
        Organisation(
            slug=f"invente-{rank}", name=f"{model.name} (inventé)", sort_key=f"{model.sort_key} invente",
            kind=model.kind, network=model.network, status=model.status, presentation=model.presentation,
        )
        for rank, model in enumerate(models, start=1)
    )  # fmt: skip


def _platforms() -> None:
    """Where there is a CIO; each commune belongs to the nearest. Then what was published of each and of the region."""
    from psad import context
    from psad.models import Figure, Platform, PlatformCommune, Publication
    from territories.models import Commune, Site

    towns = {site.commune_id: site for site in _towns(Site)}
    rows = [
        Platform(slug=f"psad-{site.commune_id}", name=site.name.replace("CIO", "PSAD", 1))
        for site in list(towns.values())[:PLATFORMS]
    ]
    points = [(site.commune.lat, site.commune.lon) for site in towns.values()][:PLATFORMS]
    with context.task("grants"):
        made = Platform.objects.bulk_create(rows)
        PlatformCommune.objects.bulk_create(
            PlatformCommune(commune_id=insee, platform=made[_nearest(lat, lon, points)])
            for insee, lat, lon in Commune.objects.values_list("insee", "lat", "lon")
        )
    told = {made[rank].slug: dict(_flows(60 + rank * 7919 % 340)) for rank in range(len(made))}
    whole = {cell: sum(flows[cell] for flows in told.values()) for cell in FLOWS}
    with context.task("figures"):
        published = Publication.objects.create(kind="year", starts_on=dt.date(YEAR, 1, 1), published_at=AT)
        Figure.objects.bulk_create(
            Figure(
                publication=published, level=level, unit=unit, measure=measure, dimension=dimension, category=category,
                value=None if 0 < count < SMALL else count,
            )
            for level, unit, flows in [("region", "", whole), *(("platform", slug, row) for slug, row in told.items())]
            for (measure, dimension, category), count in flows.items()
        )  # fmt: skip


def _towns(sites: Any) -> Any:
    return sites.objects.filter(kind__slug="cio").exclude(commune=None).select_related("commune").order_by("slug")


def _nearest(lat: float, lon: float, points: list[tuple[float, float]]) -> int:
    far = [(lat - other) ** 2 + ((lon - along) * cos(radians(lat))) ** 2 for other, along in points]
    return far.index(min(far))


def _flows(received: int) -> Iterator[tuple[tuple[str, str, str], int]]:
    for cell, share in FLOWS.items():
        yield cell, received * share // 100


def _fill(year: Any) -> None:
    """Each value, with its classes, from numbers that look like those of people; bilans are handed in. The flows of
    the platforms stay those that opening the campaign brought: what was published."""
    from bilans.breakdowns import classes
    from bilans.models import Bilan, Indicator, Value

    asked = list(Indicator.objects.of_year(year.year).exclude(source__startswith="psad_"))
    parts = {breakdown: classes(breakdown) for one in asked for breakdown in one.breakdowns}
    rows: list[Value] = []
    for rank, bilan in enumerate(Bilan.objects.filter(campaign=year).order_by("pk")):
        for place, indicator in enumerate(one for one in asked if one.filled_by == bilan.kind):
            total = Decimal((rank * 7919 + place * 104729) % (90 if indicator.unit in {"share", "score"} else 4000))
            total = min(total, Decimal(5)) if indicator.unit == "score" else total
            rows.append(Value(bilan=bilan, indicator=indicator, amount=total))
            for breakdown in indicator.breakdowns:
                shares = len(parts[breakdown])
                rows.extend(
                    Value(bilan=bilan, indicator=indicator, breakdown=breakdown, category=key, amount=total // shares)
                    for key, _ in parts[breakdown]
                )
    Value.objects.filter(bilan__campaign=year, indicator__in=asked).delete()
    Value.objects.bulk_create(rows, batch_size=2_000)
    Bilan.objects.filter(campaign=year).update(state=Bilan.State.SUBMITTED, submitted_at=AT)
