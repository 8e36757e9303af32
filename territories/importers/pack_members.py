"""Networks, organisations, missions locales, the charter and its texts: what the pack's tables say of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.blazes import BLAZES
from core.packs.tables import Row
from core.packs.threeway import Ref, Wanted
from members.models import Commitment, Organisation
from territories.importers.kinds import CHARTERS, NETWORKS, ORGANISATIONS
from territories.importers.pack_files import Pack


def guides(pack: Pack) -> dict[tuple[str, str], Row]:
    """The plain words of `guides.csv`, by kind of target and slug."""
    known = {
        "network": pack["networks"].values("slug"),
        "site-kind": pack["site_kinds"].values("slug"),
        "organisation": pack["organisations"].values("slug") | pack["missions_locales"].values("slug"),
    }
    pack["guides"].once("target_kind", "target")
    found = {}
    for row in pack["guides"]:
        kind = row.choice("target_kind", known, what="valeur")
        what = {"network": "réseau", "site-kind": "sorte de lieu", "organisation": "organisme"}.get(kind, "valeur")
        target = row.choice("target", known.get(kind, ()), what=what)
        row.text("short", required=True)
        found[kind, target] = row
    return found


def guide_values(row: Row | None) -> dict[str, str]:
    if row is None:
        return {"short": "", "text": "", "text_source": ""}
    return {"short": row.text("short"), "text": row.text("text"), "text_source": row.text("source")}


def networks(pack: Pack, words: dict[tuple[str, str], Row]) -> list[Wanted]:
    table = pack["networks"]
    table.once("slug")
    table.once("number")
    signs = _blazes(pack)
    return [
        Wanted(
            slug,
            {
                "number": row.integer("number", minimum=1, maximum=32767),
                "slug": slug,
                "name": row.text("name", required=True),
                "name_published": row.text("name_published"),
                "current_name": row.text("current_name"),
                "current_name_source": row.text("current_name_source", required=bool(row.text("current_name"))),
                "kind": row.text("kind"),
                "members_published": row.text("members"),
                "note": row.text("note"),
                "blaze": row.choice("blaze", BLAZES, what="balise", required=False) or signs.get(slug, ""),
                **guide_values(words.get(("network", slug))),
            },
            row,
            {"members_published": "members"},
        )
        for row in table
        if (slug := row.slug("slug"))
    ]


def _blazes(pack: Pack) -> dict[str, str]:
    """The blaze of each network's first kind of place, for a network that says none of its own."""
    rows = sorted(pack["site_kinds"], key=lambda row: row.text("order").zfill(9), reverse=True)
    return {row.text("network_slug"): row.text("blaze") for row in rows}


def organisations(pack: Pack, words: dict[tuple[str, str], Row]) -> list[Wanted]:
    """Organisations of the charter (M1), in the order of the file."""
    table = pack["organisations"]
    table.once("slug")
    names = _current_names(pack)
    return [
        _organisation(pack, row, names.get(slug), words.get(("organisation", slug)))
        for row in table
        if (slug := row.slug("slug"))
    ]


def _organisation(pack: Pack, row: Row, current: Row | None, guide: Row | None) -> Wanted:
    slug = row.text("slug")
    network = row.choice("network_slug", pack.slugs("networks"), what="réseau", required=False)
    parent = row.choice("parent_slug", pack.slugs("organisations"), what="organisme", required=False)
    return Wanted(
        slug,
        {
            "slug": slug,
            "name": row.text("name", required=True),
            "name_published": row.text("name_published"),
            "current_name": current.text("current_name") if current else "",
            "current_name_source": current.text("source") if current else "",
            "kind": Organisation.Kind.ORGANISATION.value,
            "network_id": Ref(NETWORKS.label, network) if network else None,
            "status": row.choice("status", Organisation.Status.values, what="appartenance"),
            "entry_kind": row.text("entry_kind"),
            "parent_id": Ref(ORGANISATIONS.label, parent) if parent else None,
            "legal_representative": row.text("legal_representative"),
            "legal_representative_title": row.text("legal_representative_title"),
            "presentation": row.text("general_presentation") or (guide.text("text") if guide else ""),
            "activities": row.items("activities"),
            "fte": row.decimal("fte"),
            "fte_note": row.text("fte_note"),
            "website": row.text("website"),
            "place": row.text("place"),
            "published_on": published_day(pack),
            "note": row.text("note"),
        },
        row,
        {"presentation": "general_presentation"},
    )


def missions_locales(pack: Pack) -> list[Wanted]:
    """Each mission locale is an organisation under the collective row named by `pack.toml`, in that row's network."""
    table, organisations_ = pack["missions_locales"], {row.text("slug"): row for row in pack["organisations"]}
    table.once("slug")
    parent = str(pack.facts.get("missions_locales", {}).get("parent", ""))
    if parent and parent not in organisations_:
        pack.problems.add(
            f"organisme inconnu «\u00a0{parent}\u00a0»", file="pack.toml", column="missions_locales.parent"
        )
    network = organisations_[parent].text("network_slug") if parent in organisations_ else ""
    agencies = pack["agencies"].values("slug")
    wanted = []
    for row in table:
        slug = row.slug("slug")
        if slug in organisations_:
            row.wrong("slug", f"déjà pris par organisations.csv, «\u00a0{slug}\u00a0»")
        row.choice("agency_slug", agencies, what="agence", required=False)
        values: dict[str, Any] = {
            "slug": slug,
            "name": row.text("name", required=True),
            "name_published": row.text("name_signature"),
            "kind": Organisation.Kind.MISSION_LOCALE.value,
            "network_id": Ref(NETWORKS.label, network) if network else None,
            "status": Organisation.Status.SIGNATORY.value,
            "entry_kind": "signature",
            "parent_id": Ref(ORGANISATIONS.label, parent) if parent else None,
            "legal_representative": row.text("president"),
            "legal_representative_title": row.text("president_title_published"),
            "place": ", ".join(row.items("towns")),
            "published_on": published_day(pack),
            "note": row.text("note"),
        }
        wanted.append(Wanted(slug, values, row))
    return wanted


def by_generation(wanted: list[Wanted]) -> list[list[Wanted]]:
    """Organisations in batches, parents before children; a loop of parents is an error of the file."""
    waiting, written = list(wanted), set[str]()
    batches: list[list[Wanted]] = []
    while waiting:
        batch = [w for w in waiting if w.values["parent_id"] is None or w.values["parent_id"].key in written]
        if not batch:
            for item in waiting:
                if item.row and item.key:
                    item.row.wrong("parent_slug", "rattachement en boucle")
            return batches
        written.update(item.key for item in batch)
        waiting = [item for item in waiting if item not in batch]
        batches.append(batch)
    return batches


def _current_names(pack: Pack) -> dict[str, Row]:
    table, slugs = pack["current_names"], pack["organisations"].values("slug")
    table.once("organisation_slug")
    for row in table:
        row.choice("organisation_slug", slugs, what="organisme")
        row.text("current_name", required=True)
        row.text("source", required=True)
    return {row.text("organisation_slug"): row for row in table}


def charters(pack: Pack) -> list[Wanted]:
    said, values = pack.facts.get("charter", {}), pack.facts.get("values", [])
    shown = [{name: str(value.get(name, "")) for name in ("title", "text", "source")} for value in values]
    return [
        Wanted(
            version,
            {
                "version": version,
                "title": str(said.get("title", "")),
                "signed_on": published_day(pack),
                "values": shown,
            },
        )
        for version in [charter_version(pack)]
        if version
    ]


def plans(pack: Pack) -> list[Wanted]:
    """Dated plans; `starts_on` and `ends_on` were checked with `pack.toml`."""
    return [
        Wanted(
            str(plan["slug"]),
            {
                "slug": str(plan["slug"]),
                "name": str(plan["name"]),
                "starts_on": dt.date.fromisoformat(str(plan["starts_on"])),
                "ends_on": dt.date.fromisoformat(str(plan["ends_on"])),
                # A pack that does not say when tells of a plan that runs: it was adopted before it began.
                "adopted_on": dt.date.fromisoformat(str(plan.get("adopted_on") or plan["starts_on"])),
                "invented": plan.get("invented") is True,
            },
        )
        for plan in pack.facts.get("plans", [])
    ]


def signatures(pack: Pack) -> list[Wanted]:
    """Who signed, with the line of the charter; the collective row of the missions locales does not sign, they do."""
    collective = str(pack.facts.get("missions_locales", {}).get("parent", ""))
    rows = [(row, "legal_representative", "legal_representative_title") for row in pack["organisations"]]
    rows += [(row, "president", "president_title_published") for row in pack["missions_locales"]]
    version = charter_version(pack)
    return [
        Wanted(
            f"{version}/{slug}",
            {
                "charter_id": Ref(CHARTERS.label, version),
                "organisation_id": Ref(ORGANISATIONS.label, slug),
                "signatory": row.text(person),
                "title": row.text(title),
                "signed_on": published_day(pack),
                "source_line": row.text("signature_lines"),
            },
            row,
            {"source_line": "signature_lines", "signatory": person},
        )
        for row, person, title in rows
        if (slug := row.text("slug")) != collective and row.text("signature_lines")
    ]


def commitments(pack: Pack) -> list[Wanted]:
    pack["commitments"].once("engagement_number", "order")
    wanted = []
    for row in pack["commitments"]:
        number, order = row.integer("engagement_number", maximum=999), row.integer("order", maximum=9999)
        values = {
            "engagement_number": number,
            "axis_number": row.integer("axis_number", required=False, maximum=999),
            "party": row.choice("party", Commitment.Party.values, what="valeur"),
            **_text(pack, row, f"{number}-{order}", "axis_title"),
        }
        wanted.append(Wanted(f"{charter_version(pack)}/{number}-{order}", values, row, {"title": "axis_title"}))
    return wanted


def quality_criteria(pack: Pack) -> list[Wanted]:
    pack["quality_criteria"].once("key")
    return [
        Wanted(
            f"{charter_version(pack)}/{key}",
            {
                "article": row.text("article"),
                "kind": row.text("kind", required=True),
                "applies_to": row.text("applies_to", required=True),
                "checklist": row.items("checklist"),
                **_text(pack, row, key, "title"),
            },
            row,
        )
        for row in pack["quality_criteria"]
        if (key := row.slug("key"))
    ]


def funding_criteria(pack: Pack) -> list[Wanted]:
    pack["funding_criteria"].once("kind", "key")
    wanted = []
    for row in pack["funding_criteria"]:
        kind, key = row.text("kind", required=True), row.slug("key")
        values = {"kind": kind, **_text(pack, row, f"{kind}/{key}", "title")}
        wanted.append(Wanted(f"{charter_version(pack)}/{kind}/{key}", values, row))
    return wanted


def _text(pack: Pack, row: Row, key: str, title: str) -> dict[str, Any]:
    return {
        "charter_id": Ref(CHARTERS.label, charter_version(pack)),
        "key": key,
        "order": row.integer("order", maximum=9999),
        "title": row.text(title),
        "text": row.text("text", required=True),
        "source_line": row.text("source_line"),
        "note": row.text("note"),
    }


def charter_version(pack: Pack) -> str:
    return str(pack.facts.get("charter", {}).get("version", ""))


def published_day(pack: Pack) -> dt.date | None:
    """The day the pack's facts were published; `pack.toml` was checked first."""
    try:
        return dt.date.fromisoformat(pack.published_on)
    except ValueError:
        return None
