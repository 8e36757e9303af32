"""Loads a region pack: everything is checked first, then written in one transaction (M6, issue 2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.models import PackLoad
from core.packs.extra import ExtraTable
from core.packs.report import LoadError, Report
from core.packs.tables import Table
from core.packs.threeway import Kind, Wanted, Writer, check
from core.packs.transaction import one_load
from territories.importers import kinds, pack_members, pack_places, pack_territories
from territories.importers.after import refresh_all, remember
from territories.importers.pack_facts import check_facts
from territories.importers.pack_files import Pack, read_pack
from territories.models import Referent
from territories.withdrawn import is_withdrawn, says_name


@dataclass
class Content:
    """What a right pack asks for: kinds in the order of writing, each in batches (parents first)."""

    facts: dict[str, Any]
    warnings: list[str]
    before_places: list[tuple[Kind[Any], list[list[Wanted]]]]
    sites: list[Wanted]
    after_places: list[tuple[Kind[Any], list[list[Wanted]]]]
    extras: list[tuple[ExtraTable, Table]]


def read_content(folder: Path) -> Content:
    """Read and check `folder`. Raises `LoadError` with every error found, file by file and line by line."""
    pack = read_pack(folder)
    if pack.problems.unreadable:  # the rest would only say what follows from it
        raise LoadError(pack.problems.lines())
    check_facts(pack)
    for extra, table in pack.extras:
        extra.check(table)
    content = _content(pack)
    if pack.problems.errors:
        raise LoadError(pack.problems.lines())
    return content


def _content(pack: Pack) -> Content:
    words = pack_members.guides(pack)
    offers = pack_places.offers(pack)
    organisations = [*pack_members.organisations(pack, words), *pack_members.missions_locales(pack)]
    before: list[tuple[Kind[Any], list[list[Wanted]]]] = [
        (kinds.DEPARTMENTS, [pack_territories.departments(pack)]),
        (kinds.AGENCIES, [pack_territories.agencies(pack)]),
        (kinds.BASINS, [pack_territories.basins(pack)]),
        (kinds.COMMUNES, [pack_territories.communes(pack)]),
        (kinds.FORMER_CODES, [pack_territories.former_codes(pack)]),
        (kinds.CONTOURS, [pack_territories.contours(pack)]),
        (kinds.NETWORKS, [pack_members.networks(pack, words)]),
        (kinds.ORGANISATIONS, pack_members.by_generation(organisations)),
        (kinds.SITE_KINDS, [pack_places.site_kinds(pack, offers, words)]),
    ]
    sites = pack_places.sites(pack, offers)
    after: list[tuple[Kind[Any], list[list[Wanted]]]] = [
        (kinds.referents(), [pack_places.referents(pack)]),
        (kinds.ROUTING, [pack_places.routing(pack)]),
        (kinds.CHARTERS, [pack_members.charters(pack)]),
        (kinds.PLANS, [pack_members.plans(pack)]),
        (kinds.COMMITMENTS, [pack_members.commitments(pack)]),
        (kinds.QUALITY, [pack_members.quality_criteria(pack)]),
        (kinds.FUNDING, [pack_members.funding_criteria(pack)]),
        (kinds.SIGNATURES, [pack_members.signatures(pack)]),
    ]
    for kind, batches in (*before, (kinds.SITES, [sites]), *after):
        for batch in batches:
            check(kind, batch)
    facts = {**pack.facts, "offers": asdict(offers)}
    return Content(facts, pack.problems.warnings, before, sites, after, pack.extras)


def load_region_pack(folder: Path, *, restore_deleted: bool = False, report: Report | None = None) -> Report:
    """Bring the database to what the pack of `folder` says, without undoing what people edited.

    Also writes a `PackLoad`, a journal row, the cards of changed sites and the search, unless nothing changed.
    `restore_deleted` makes again what the pack had brought and people deleted. `report`, when given, is completed
    and answered.

    Raises `LoadError`: nothing is written then.
    """
    content = read_content(folder)
    report = report or Report()
    report.remarks += content.warnings
    with one_load():
        last = PackLoad.objects.order_by("-id").first()
        known: dict[str, list[str]] = last.keys if last and not restore_deleted else {}
        writer = Writer(report, known=known)
        for kind, batches in content.before_places:
            _apply(writer, kind, batches)
        _apply(writer, kinds.sites(), [content.sites])
        for kind, batches in content.after_places:
            kept = [without_withdrawn_names(batch) for batch in batches] if kind.model is Referent else batches
            _apply(writer, kind, kept)
        for extra, table in content.extras:
            extra.load(table, writer)
        if report.changed or last is None or last.facts != content.facts:
            load = PackLoad.objects.create(
                pack=content.facts["pack"]["slug"],
                title=content.facts["pack"]["name"],
                facts=content.facts,
                report=list(report.lines()),
                keys={label: sorted(keys) for label, keys in writer.keys.items()},
            )
            remember(load, "pack.load", report)
            if not report.rehearsal:
                refresh_all()
    return report


def without_withdrawn_names(wanted: list[Wanted]) -> list[Wanted]:
    """Referents as the pack says them, but for the names that people asked to withdraw: their posts stay, nameless."""
    withdrawn = {r.pack_key: r for r in Referent.objects.exclude(withdrawn_digest="").exclude(pack_key="")}
    return [
        replace(item, values=item.values | {"name": ""} | _unnamed(item.values))
        if item.key in withdrawn and is_withdrawn(withdrawn[item.key], str(item.values.get("name") or ""))
        else item
        for item in wanted
    ]


def _unnamed(values: dict[str, Any]) -> dict[str, Any]:
    """The note leaves with the name that stands in it."""
    said = str(values.get("note") or "")
    return {"note": ""} if says_name(said, str(values.get("name") or "")) else {}


def _apply(writer: Writer, kind: Kind[Any], batches: list[list[Wanted]]) -> None:
    for number, batch in enumerate(batches, start=1):
        writer.apply(kind, batch, last=number == len(batches))
