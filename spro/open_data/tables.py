"""What can be downloaded: the tables of the rooms, in the order of the page."""

from __future__ import annotations

from core.datasets import Table
from events.feeds_data import TABLES as EVENTS
from members.exports import TABLES as MEMBERS
from territories.exports import SITES
from territories.exports import TABLES as TERRITORIES

TABLES: dict[str, Table] = {table.slug: table for table in (SITES, *MEMBERS, *TERRITORIES, *EVENTS)}
# Outlines drawn for the maps, already served: table to the layer of `/territoires/contours/<layer>.geojson`.
OUTLINES = {"agences": "agency", "bassins": "basin"}
