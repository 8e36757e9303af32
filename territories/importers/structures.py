"""Completes the places of the pack, and adds others, from the national directory of administrations (DILA).

The file is given by its path: the Region takes it from the official source, and the repository never holds it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.models import PackLoad
from core.packs.report import LoadError, Problems, Report
from core.packs.tables import read_table
from core.packs.threeway import Wanted, Writer, check
from core.packs.transaction import one_load
from core.text import fold
from territories import services
from territories.importers import kinds
from territories.importers.after import remember
from territories.importers.structure_matching import match
from territories.importers.structure_owners import Owners
from territories.importers.structure_rows import KINDS, Structure, read_structures
from territories.models import Site

COLUMNS = (
    "id type name address postal_code city insee department lat lon phone website opening_hours source_url updated "
    "quality_flags"
)
LAYER = "structures"
MEMORY = "structures"  # in `PackLoad.keys`: the identifiers ever brought


def load_structures(path: Path, *, report: Report | None = None) -> Report:
    """Bring what the directory knows to the places of its kinds; what people edited stays.

    A structure completes the place that carries its identifier, else the place of the same kind and commune that
    still has none, one to one; when several could be meant it becomes a new place, and so says the report. `report`,
    when given, is completed and answered.

    Raises `LoadError`: nothing is written then.
    """
    problems = Problems()
    table = read_table(path, problems, required=COLUMNS.split(), spreadsheet=True)
    report = report or Report()
    report.remarks += problems.warnings
    with one_load():
        load = PackLoad.objects.order_by("-id").first()
        if load is None and not problems.errors:
            problems.add("chargez d’abord un pack régional (manage.py load_region_pack)", file=path.name)
        structures = read_structures(table, report)
        if problems.errors or load is None:
            raise LoadError(problems.lines())
        wanted = _wanted(structures, load, report)
        kind = kinds.sites()
        check(kind, wanted)
        if problems.errors:
            raise LoadError(problems.lines())
        writer = Writer(report, known={}, layer=LAYER, absent=False)
        writer.apply(kind, wanted)
        _gone(structures, report)
        _remember(load, structures, report)
        if not report.rehearsal:
            services.site_changed(writer.touched.get(kind.label, []))
    return report


def _wanted(structures: list[Structure], load: PackLoad, report: Report) -> list[Wanted]:
    sites = list(
        Site.objects.filter(kind__slug__in=KINDS.values())
        .select_related("kind", "organisation", "commune")
        .order_by("pk")
    )
    structures = _not_deleted_here(structures, sites, load, report)
    matches = match(structures, sites)
    owners = Owners(load.facts, sites, matches)
    slugs = _Slugs(load)
    wanted, seen = [], Counter[str]()
    for found in matches.found:
        wanted.append(_completed(found.structure, found.site) if found.site else owners.new_site(found, slugs, report))
        seen["complétés" if found.site else "nouveaux"] += 1
    wanted = [item for item in wanted if item]
    for site in matches.replaced:
        if owners.holds_all(site):
            wanted.append(Wanted(site.slug, {"listed": False}))
            report.remark(
                f"retiré de l’annuaire\u00a0: {site.slug} (plusieurs lieux précis le remplacent à {site.commune.name})"
            )
    for site in matches.alone:
        report.remark(f"sans correspondance dans le fichier\u00a0: {site.slug}")
    report.remark(f"structures rapprochées\u00a0: {seen['complétés']}, nouvelles\u00a0: {seen['nouveaux']}")
    return [item for item in wanted if item]


def _completed(structure: Structure, site: Site) -> Wanted:
    return Wanted(site.slug, structure.columns(), structure.row, {"hours_text": "opening_hours", "external_id": "id"})


def _not_deleted_here(
    structures: list[Structure], sites: list[Site], load: PackLoad, report: Report
) -> list[Structure]:
    brought, present = set(load.keys.get(MEMORY, ())), {site.external_id for site in sites}
    deleted = [s for s in structures if s.key in brought and s.key not in present]
    for structure in deleted:
        report.tally("sites").deleted_here += 1
        report.remark(f"supprimé ici, non recréé\u00a0: {structure.name} ({structure.key})")
    return [s for s in structures if s not in deleted]


def _gone(structures: list[Structure], report: Report) -> None:
    """Places that an earlier file brought and this one no longer holds: kept, and said."""
    keys = [s.key for s in structures]
    for site in Site.objects.filter(pack_values__has_key=f"@{LAYER}").exclude(external_id__in=["", *keys]):
        report.tally("sites").absent += 1
        report.remark(f"absent du fichier, gardé\u00a0: {site.slug}")


def _remember(load: PackLoad, structures: list[Structure], report: Report) -> None:
    keys = sorted({*load.keys.get(MEMORY, ()), *(s.key for s in structures)})
    if keys != load.keys.get(MEMORY):
        load.keys = {**load.keys, MEMORY: keys}
        load.save(update_fields=["keys"])
    if report.changed:
        remember(load, "pack.load_structures", report)


class _Slugs:
    """Slugs that no place has, had, or is about to have."""

    def __init__(self, load: PackLoad) -> None:
        self._taken = {*Site.objects.values_list("slug", flat=True), *load.keys.get("sites", ())}

    def __call__(self, words: str, key: str) -> str:
        slug = fold(words).replace(" ", "-")[:120].strip("-") or "lieu"
        if slug in self._taken:
            slug = f"{slug}-{fold(key).replace(' ', '')[:12]}"
        self._taken.add(slug)
        return slug
