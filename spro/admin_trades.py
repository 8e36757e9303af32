"""The desk's lists by trade, as the people who work there call them, not by the rooms of the code (S3)."""

from __future__ import annotations

from typing import Any

# Trade: what stands in it, in order. What no trade names comes last in that of its room.
TRADES: dict[str, tuple[str, tuple[str, ...]]] = {
    "annuaire": (
        "Annuaire",
        ("territories.site", "territories.referent", "territories.sheetreport", "territories.referentcheck",
         "territories.sitekind", "territories.routingrule"),
    ),
    "membres": (
        "Membres et charte",
        ("members.organisation", "members.network", "members.invitation", "members.mandate", "members.charter",
         "members.chartersignature", "members.commitment", "members.qualitycriterion", "members.fundingcriterion",
         "members.plan"),
    ),
    "agenda": (
        "Agenda",
        ("events.event", "events.revision", "events.source", "events.importrun", "events.trust", "events.merge"),
    ),
    "reconnaissance": (
        "Reconnaissance",
        ("recognition.candidature", "recognition.sitting", "recognition.decision", "recognition.recognition",
         "recognition.visit", "recognition.letter", "recognition.campaign", "recognition.lettertemplate",
         "recognition.governingbody", "recognition.rule", "recognition.sirenholder"),
    ),
    "psad": (
        "PSAD",
        ("psad.publication", "psad.platform", "psad.grant", "psad.platformcommune", "psad.kititem"),
    ),
    "bilans": (
        "Bilans",
        ("bilans.campaign", "bilans.bilan", "bilans.production", "bilans.indicator"),
    ),
    "pages": ("Pages", ()),
    "territoires": (
        "Territoires",
        ("territories.agency", "territories.officermandate", "territories.employmentbasin", "territories.commune",
         "territories.department", "territories.formercommune", "territories.contour"),
    ),
    "comptes": ("Comptes et droits", ("accounts.user", "accounts.regionmandate")),
    "systeme": ("Système", ("core.journalentry", "core.outboxmail", "core.packload")),
}  # fmt: skip
_ROOMS = {
    "events": "agenda",
    "recognition": "reconnaissance",
    "psad": "psad",
    "bilans": "bilans",
    "territories": "territoires",
    "members": "membres",
    "accounts": "comptes",
    "core": "systeme",
    "spro": "pages",
}


def trade_of(label: str) -> str:
    """The key of the trade in which a model (« territories.site ») stands."""
    for key, (_, labels) in TRADES.items():
        if label in labels:
            return key
    return _ROOMS.get(label.partition(".")[0], "systeme")


def by_trade(rooms: list[dict[str, Any]], home: str) -> list[dict[str, Any]]:
    """Django's list of applications as a list of trades, in the same form; trades without a list are left out."""
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in TRADES}
    for room in rooms:
        for model in room["models"]:
            label = model["model"]._meta.label_lower
            found[trade_of(label)].append({**model, "label": label})
    return [
        {
            "name": name,
            "app_label": key,
            "app_url": f"{home}#{key}",
            "has_module_perms": True,
            "models": sorted(found[key], key=lambda m: _rank(labels, m)),
        }
        for key, (name, labels) in TRADES.items()
        if found[key]
    ]


def _rank(labels: tuple[str, ...], model: dict[str, Any]) -> tuple[int, str]:
    label = model["label"]
    return (labels.index(label) if label in labels else len(labels), str(model["name"]))
