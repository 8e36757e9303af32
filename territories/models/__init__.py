"""Nouns of the territories: where, and who receives there."""

from territories.models.checks import OrganisationCheck, ReferentCheck, SheetReport
from territories.models.places import Closure, Referent, Site, SiteKind
from territories.models.routing import RoutingRule
from territories.models.territory import (
    Agency,
    Commune,
    Contour,
    Department,
    EmploymentBasin,
    FormerCommune,
    OfficerMandate,
)

__all__ = [
    "Agency",
    "Closure",
    "Commune",
    "Contour",
    "Department",
    "EmploymentBasin",
    "FormerCommune",
    "OfficerMandate",
    "OrganisationCheck",
    "Referent",
    "ReferentCheck",
    "RoutingRule",
    "SheetReport",
    "Site",
    "SiteKind",
]
