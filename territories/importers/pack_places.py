"""Kinds of places, sites, referents, routing: what the pack's tables say of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.blazes import BLAZES
from core.packs.tables import Row, Table
from core.packs.threeway import Ref, Wanted
from core.reference import Channel, Need, Service, Status
from territories.importers.kinds import AGENCIES, COMMUNES, NETWORKS, ORGANISATIONS, SITE_KINDS, routing_key
from territories.importers.pack_files import Pack
from territories.importers.pack_members import guide_values, published_day

PLACEMENTS = ("town", "territory")
ANY = "*"
NATIONAL = ("national_name", "national_url", "national_phone", "national_source")


@dataclass(frozen=True)
class Offer:
    """What a place offers and to whom, before anybody says better (M2, M4)."""

    receives_public: bool
    services: list[str]
    channels: list[str]
    publics: list[str]
    not_for: list[str]


@dataclass(frozen=True)
class Offers:
    """The rows of `offers.csv` and the network of each kind, in a form that `PackLoad.facts` can keep."""

    rows: dict[str, dict[str, Any]]
    kind_networks: dict[str, str]

    def of(self, *, kind: str, organisation: str, network: str) -> Offer:
        """The organisation's row, else its kind's, else its network's, else nothing.

        An organisation that says « no » speaks of its own office, not of the places of its network's kinds: an
        académie does not receive the public, its CIO do. One that says « no » to everybody, professionals included, is
        gone, and its places with it.
        """
        own, of_kind = self.rows.get(f"organisation/{organisation}"), self.rows.get(f"site-kind/{kind}")
        speaks_of_itself = own and of_kind and not own["receives_public"] and own["publics"]
        if speaks_of_itself and network and self.kind_networks.get(kind) == network:
            own = None
        row = own or of_kind or self.rows.get(f"network/{network}")
        return Offer(**row) if row else Offer(False, [], [], [], [])


def offers(pack: Pack) -> Offers:
    pack["offers"].once("target_kind", "target")
    rows = {}
    for row in pack["offers"]:
        kind, target = _target(pack, row)
        rows[f"{kind}/{target}"] = asdict(
            Offer(
                receives_public=row.flag("receives_public"),
                services=row.choices("services", Service.values, what="service"),
                channels=row.choices("channels", Channel.values, what="mode de contact"),
                publics=_publics(row, "publics"),
                not_for=_publics(row, "not_for"),
            )
        )
    networks = {row.text("slug"): row.text("network_slug") for row in pack["site_kinds"]}
    return Offers(rows, networks)


def _publics(row: Row, column: str) -> list[str]:
    """Statuses; `*` is everybody, which an empty list says too."""
    if row.items(column) == [ANY]:
        return []
    return row.choices(column, Status.values, what="situation")


def _target(pack: Pack, row: Row) -> tuple[str, str]:
    known = {
        "site-kind": ("sorte de lieu", pack["site_kinds"].values("slug")),
        "network": ("réseau", pack["networks"].values("slug")),
        "organisation": ("organisme", pack["organisations"].values("slug") | pack["missions_locales"].values("slug")),
    }
    kind = row.choice("target_kind", known, what="valeur")
    what, slugs = known.get(kind, ("valeur", set()))
    return kind, row.choice("target", slugs, what=what) if kind else ""


def site_kinds(pack: Pack, given: Offers, words: dict[tuple[str, str], Row]) -> list[Wanted]:
    table, networks = pack["site_kinds"], pack["networks"].values("slug")
    table.once("slug")
    wanted = []
    for row in table:
        slug = row.slug("slug")
        network = row.choice("network_slug", networks, what="réseau", required=False)
        offer = given.rows.get(f"site-kind/{slug}")
        if offer is None and slug:
            row.problems.warn(
                f"aucune ligne d’offers.csv pour la sorte «\u00a0{slug}\u00a0»", file=row.file, line=row.line
            )
        values = {
            "slug": slug,
            "label": row.text("label", required=True),
            "blaze": row.choice("blaze", BLAZES, what="balise") or "lieu",
            "network_id": Ref(NETWORKS.label, network) if network else None,
            "receives_public": bool(offer and offer["receives_public"]),
            "order": row.integer("order", maximum=32767),
            **{name: row.text(name) for name in NATIONAL},
            **guide_values(words.get(("site-kind", slug))),
        }
        wanted.append(Wanted(slug, values, row))
    return wanted


def sites(pack: Pack, given: Offers) -> list[Wanted]:
    """One place per organisation and town of annexe 2, at the commune's centre until somebody knows better."""
    table, kinds = pack["sites"], pack["site_kinds"].values("slug")
    table.once("slug")
    networks = _networks(pack)
    centres = {row.text("insee"): row for row in pack["communes"]}
    agencies = pack["agencies"].values("slug")
    wanted = []
    for row in table:
        slug = row.slug("slug")
        organisation = row.choice("organisation_slug", networks, what="organisme")
        kind = row.choice("kind", kinds, what="sorte de lieu")
        insee = row.choice("insee", centres, what="commune")
        row.choice("agency_slug", agencies, what="agence", required=False)
        offer = given.of(kind=kind, organisation=organisation, network=networks.get(organisation, ""))
        values = {
            "slug": slug,
            "name": row.text("name", required=True),
            "organisation_id": Ref(ORGANISATIONS.label, organisation),
            "kind_id": Ref(SITE_KINDS.label, kind),
            "commune_id": Ref(COMMUNES.label, insee),
            **(_centre(centres[insee]) if insee else {}),
            "address": row.text("address_published"),
            "placement": row.choice("placement", PLACEMENTS, what="valeur"),
            "services": offer.services,
            "channels": offer.channels,
            "publics": offer.publics,
            "not_for": offer.not_for,
            "listed": offer.receives_public,
            "provisional": True,
            "source": row.text("source"),
            "note": row.text("note"),
        }
        wanted.append(Wanted(slug, values, row, {"address": "address_published"}))
    return wanted


def _centre(commune: Row) -> dict[str, float | None]:
    return {
        "lat": commune.number("lat", minimum=-90, maximum=90),
        "lon": commune.number("lon", minimum=-180, maximum=180),
    }


def _networks(pack: Pack) -> dict[str, str]:
    """Every organisation, missions locales included, to its network."""
    networks = {row.text("slug"): row.text("network_slug") for row in pack["organisations"]}
    collective = str(pack.facts.get("missions_locales", {}).get("parent", ""))
    networks.update({row.text("slug"): networks.get(collective, "") for row in pack["missions_locales"]})
    return networks


def referents(pack: Pack) -> list[Wanted]:
    """The people of annexe 2: for the region, then for a territory; an empty name is a vacancy (T2)."""
    slugs = set(_networks(pack))
    return [
        *(_regional(pack, row, slugs) for row in _by_id(pack["regional_referents"])),
        *(_territorial(pack, row, slugs) for row in _by_id(pack["territorial_referents"])),
    ]


def _by_id(table: Table) -> list[Row]:
    table.once("id")
    return [row for row in table if row.integer("id", minimum=1) is not None]


def regional_key(row: Row) -> str:
    return f"r-{row.text('id')}"


def territorial_key(row: Row) -> str:
    return f"t-{row.text('id')}"


def territorial_name(row: Row) -> str:
    """« Prénom NOM », or nothing when the sheet names nobody."""
    return f"{row.text('first_name')} {row.text('last_name')}".strip()


def _regional(pack: Pack, row: Row, slugs: set[str]) -> Wanted:
    values = {
        "pack_key": regional_key(row),
        "agency_id": None,
        "structure_id": None,
        "town": row.text("place"),
        "area": "",
        "name": row.text("name"),
        "role": row.text("role"),
    }
    return Wanted(regional_key(row), {**values, **_referent(pack, row, slugs)}, row, {"town": "place"})


def _territorial(pack: Pack, row: Row, slugs: set[str]) -> Wanted:
    structure = row.choice("structure_slug", slugs, what="organisme", required=False)
    structure = structure or row.choice("member_organisation_slug", slugs, what="organisme", required=False)
    agency = row.choice("agency_slug", pack["agencies"].values("slug"), what="agence")
    values = {
        "pack_key": territorial_key(row),
        "agency_id": Ref(AGENCIES.label, agency),
        "structure_id": Ref(ORGANISATIONS.label, structure) if structure else None,
        "town": row.text("town"),
        "area": row.text("area"),
        "name": territorial_name(row),
        "role": "",
    }
    return Wanted(territorial_key(row), {**values, **_referent(pack, row, slugs)}, row)


def _referent(pack: Pack, row: Row, slugs: set[str]) -> dict[str, Any]:
    return {
        "organisation_id": Ref(ORGANISATIONS.label, row.choice("organisation_slug", slugs, what="organisme")),
        "function": row.text("function"),
        "published_on": published_day(pack),
        "note": row.text("note"),
        "source_line": row.text("source_line"),
    }


def routing(pack: Pack) -> list[Wanted]:
    """Who is best placed for a status and a need, and why (M4); `*` is any."""
    table = pack["routing"]
    table.once("status", "need", "target_kind", "target")
    columns = {
        "site-kind": ("kind_id", SITE_KINDS.label),
        "network": ("network_id", NETWORKS.label),
        "organisation": ("organisation_id", ORGANISATIONS.label),
    }
    wanted = []
    for row in table:
        status = row.choice("status", [ANY, *Status.values], what="situation").removeprefix(ANY)
        need = row.choice("need", [ANY, *Need.values], what="besoin").removeprefix(ANY)
        kind, target = _target(pack, row)
        column, label = columns.get(kind, columns["organisation"])
        values = {
            "status": status,
            "need": need,
            "kind_id": None,
            "network_id": None,
            "organisation_id": None,
            column: Ref(label, target),
            "rank": row.integer("rank", minimum=1, maximum=3),
            "reason": row.text("reason", required=True),
            "source": row.text("source", required=True),
        }
        wanted.append(Wanted(routing_key(status, need, kind, target), values, row))
    return wanted
