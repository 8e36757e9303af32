"""What can be downloaded: the tables of the rooms, in the order of the page.

Those of `TABLES` are always there; those of the years of bilans come and go with what the Region publishes.
"""

from __future__ import annotations

from bilans import open_data as bilans
from core.datasets import Dataset, Settled, Table
from events.feeds_data import TABLES as EVENTS
from members.exports import TABLES as MEMBERS
from territories.exports import SITES
from territories.exports import TABLES as TERRITORIES

TABLES: dict[str, Table] = {table.slug: table for table in (SITES, *MEMBERS, *TERRITORIES, *EVENTS)}
# Outlines drawn for the maps, already served: table to the layer of `/territoires/contours/<layer>.geojson`.
OUTLINES = {"agences": "agency", "bassins": "basin"}


def found(slug: str) -> Dataset | None:
    """The table of this name, if the public may have it now."""
    return TABLES.get(slug) or bilans.table(slug)


def settled() -> list[Settled]:
    """The tables that the Region published once and for all, one a year of bilans."""
    return bilans.tables()
