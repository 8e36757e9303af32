"""What the portal's search can find of the territories: places, agencies, basins, communes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse

from core.reference import Service
from core.search import Entry
from core.templatetags.typography import french
from territories.models import Agency, Commune, EmploymentBasin, Site
from territories.toponyms import at, of

KINDS = ("site", "agency", "basin", "commune")


def sites(rows: QuerySet[Site] | None = None) -> Iterator[Entry]:
    """One entry for each listed site (of `rows` if given)."""
    rows = Site.objects.public() if rows is None else rows
    rows = rows.select_related("organisation", "kind", "commune__department").defer("card", "words")
    for site in rows.order_by("pk").iterator(chunk_size=1_000):
        where = f"{site.address}, {site.commune.name}" if site.address else at(site.commune.name)
        yield Entry(
            kind="site",
            key=site.slug,
            title=site.name,
            url=reverse("site", args=[site.slug]),
            summary=french(f"{site.kind.label}, {where} ({site.commune.department.name})"),
            body=" ".join(
                (
                    site.organisation.name,
                    site.organisation.current_name,
                    site.kind.short,
                    site.description,
                    site.postal_code,
                    *(Service(s).label for s in site.services if s in Service.values),
                )
            ),
            weight=3,
        )


def agencies() -> Iterator[Entry]:
    """One entry for each agency, found by its towns, departments and basins too."""
    for agency in Agency.objects.prefetch_related("basins"):
        basins = [basin.name for basin in agency.basins.all()]
        yield Entry(
            kind="agency",
            key=agency.slug,
            title=f"Territoire {agency.name}",
            url=agency.get_absolute_url(),
            summary=f"Agence territoriale : {', '.join(basins)}",
            body=" ".join((*agency.towns, *agency.departments, *basins)),
            weight=7,
        )


def basins() -> Iterator[Entry]:
    """One entry for each employment basin: it leads to its places."""
    for basin in EmploymentBasin.objects.select_related("agency"):
        yield Entry(
            kind="basin",
            key=str(basin.number),
            title=f"Bassin d’emploi {of(basin.name)}",
            url=f"{reverse('sites')}?bassin={basin.number}",
            summary=f"Les lieux du bassin, territoire {basin.agency.name}",
            weight=5,
        )


def _commune_weight(population: int) -> int:
    """1 for a village, 4 for a city: of two communes that answer, the one where more people live comes first."""
    return 1 + sum(population >= step for step in (2_000, 10_000, 50_000))


def communes() -> Iterator[Entry]:
    """One entry for each commune: it leads to the places around it."""
    for town in Commune.objects.select_related("department", "basin").order_by("pk").iterator(chunk_size=2_000):
        yield Entry(
            kind="commune",
            key=town.insee,
            title=town.name,
            url=f"{reverse('sites')}?commune={town.insee}",
            summary=f"Les lieux autour {of(town.name)} ({town.department.name}), bassin {town.basin.name}",
            body=" ".join(town.postal_codes),
            weight=_commune_weight(town.population),
        )
