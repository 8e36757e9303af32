"""Nouns of the territories: where, and who receives there."""

from territories.models.places import Referent, Site, SiteKind
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
    "Commune",
    "Contour",
    "Department",
    "EmploymentBasin",
    "FormerCommune",
    "OfficerMandate",
    "Referent",
    "RoutingRule",
    "Site",
    "SiteKind",
]
