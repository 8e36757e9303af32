"""Indicators, campaigns, bilans and their values, documents and their productions (B1-B5)."""

from bilans.models.bilan import Act, Bilan, Value, Writer
from bilans.models.campaign import Campaign, CampaignAct
from bilans.models.indicator import Adding, Breakdown, Indicator, Kind, Unit
from bilans.models.production import Document, Item, Production

__all__ = [
    "Act", "Adding", "Bilan", "Breakdown", "Campaign", "CampaignAct", "Document", "Indicator", "Item",
    "Kind", "Production", "Unit", "Value", "Writer",
]  # fmt: skip
