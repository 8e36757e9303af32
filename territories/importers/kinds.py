"""What the loads know of each model: its label in reports, its natural key, what is computed from the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.packs.threeway import Kind
from core.text import fold, sort_key
from members.models import (
    Charter,
    CharterSignature,
    Commitment,
    FundingCriterion,
    Network,
    Organisation,
    Plan,
    QualityCriterion,
)
from territories.confirmed import after_a_file
from territories.models import (
    Agency,
    Commune,
    Contour,
    Department,
    EmploymentBasin,
    FormerCommune,
    Referent,
    RoutingRule,
    Site,
    SiteKind,
)
from territories.withdrawn import is_withdrawn


def _text_key(text: Commitment | QualityCriterion | FundingCriterion) -> str:
    return f"{text.charter.version}/{text.key}"


def routing_key(status: str, need: str, target_kind: str, target: str) -> str:
    return f"{status or '*'} × {need or '*'} → {target_kind} {target}"


def _routing_key(rule: RoutingRule) -> str:
    if rule.kind:
        return routing_key(rule.status, rule.need, "site-kind", rule.kind.slug)
    if rule.organisation:
        return routing_key(rule.status, rule.need, "organisation", rule.organisation.slug)
    return routing_key(rule.status, rule.need, "network", rule.network.slug if rule.network else "")


def _organisation_columns(organisation: Organisation) -> dict[str, Any]:
    return {"sort_key": sort_key(organisation.display_name)[:300]}


def site_columns(networks: dict[int, int | None], agencies: dict[str, int]) -> Any:
    """The columns a site copies: its network from its organisation, its agency from its commune."""

    def columns(site: Site) -> dict[str, Any]:
        return {
            "sort_key": sort_key(site.name)[:200],
            "network_id": networks.get(site.organisation_id),
            "agency_id": agencies[site.commune_id],
        }

    return columns


DEPARTMENTS = Kind("departments", Department, lambda d: d.code)
AGENCIES = Kind("agencies", Agency, lambda a: a.slug)
BASINS = Kind("basins", EmploymentBasin, lambda b: str(b.number))
COMMUNES = Kind("communes", Commune, lambda c: c.insee, derive=lambda c: {"folded_name": fold(c.name)}, told=False)
FORMER_CODES = Kind("communes_former_codes", FormerCommune, lambda f: f.former_insee, told=False)
CONTOURS = Kind("contours", Contour, lambda c: f"{c.kind}/{c.code}", told=False)
NETWORKS = Kind("networks", Network, lambda n: n.slug)
ORGANISATIONS = Kind("organisations", Organisation, lambda o: o.slug, derive=_organisation_columns)
CHARTERS = Kind("charter", Charter, lambda c: c.version)
PLANS = Kind("plans", Plan, lambda p: p.slug)
COMMITMENTS = Kind("commitments", Commitment, _text_key, related=("charter",))
QUALITY = Kind("quality_criteria", QualityCriterion, _text_key, related=("charter",))
FUNDING = Kind("funding_criteria", FundingCriterion, _text_key, related=("charter",))
SIGNATURES = Kind(
    "signatures",
    CharterSignature,
    lambda s: f"{s.charter.version}/{s.organisation.slug}",
    related=("charter", "organisation"),
)
SITE_KINDS = Kind("site_kinds", SiteKind, lambda k: k.slug)
ROUTING = Kind("routing", RoutingRule, _routing_key, related=("kind", "network", "organisation"), prune=True)

# To check values only: `sites()` is the one to write with.
SITES = Kind("sites", Site, lambda s: s.slug, stamp="updated_at")


def sites() -> Kind[Site]:
    """Sites by slug; made when organisations and communes are written, which it copies from."""
    derive = site_columns(
        dict(Organisation.objects.values_list("pk", "network_id")),
        dict(Commune.objects.values_list("pk", "agency_id")),
    )
    return replace(SITES, derive=derive)


def referents() -> Kind[Referent]:
    """Referents of the pack, by the key the pack gave them; those that people added have none and are left alone."""
    return Kind(
        "referents", Referent, lambda r: r.pack_key or f"#{r.pk}", private=frozenset({"name", "email", "phone"}),
        derive=lambda r: {
            "withdrawn_at": None if r.name and not is_withdrawn(r, r.name) else r.withdrawn_at, **after_a_file(r),
        },
    )  # fmt: skip
