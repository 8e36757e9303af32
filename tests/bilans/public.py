"""A synthesis that the public reads, for the tests: a small content of the exact shape, its document, its campaign."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile

from bilans.models import Bilan, Campaign, Document, Kind
from tests.bilans import world

PDF = b"%PDF-1.7 un document\n%%EOF\n"


def figure(key: str, label: str, value: str | None, said: str, **more: Any) -> dict[str, Any]:
    """A FIGURE of a content."""
    return {
        "key": key, "label": label, "unit": "people", "decimals": 0, "value": value, "said": said,
        "state": "answered" if value is not None else "missing", "previous": None, "previous_said": "",
        "change": None, "comment": "", "answered": 3, "expected": 4, "missing": [], "breakdowns": [],
    } | more  # fmt: skip


def cell(key: str, label: str, value: str | None, said: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "said": said, "share": None}


def content(year: int = 2025, **more: Any) -> dict[str, Any]:
    """A synthesis with a figure by sex and by territory, one not told, a chart, a map, a table."""
    change = {"said": "+\u00a012\u00a0% par rapport à 2024", "percent": "12.0", "good": True, "flagged": False}
    breakdowns = [
        {"key": "sex", "title": "Par sexe", "cells": [
            cell("f", "Femmes", "700", "700"), cell("h", "Hommes", None, "n.c."),
            cell("x", "Non dit", None, "non renseigné"),
        ]},
        {"key": "agency", "title": "Par territoire", "cells": [
            cell("troyes", "Troyes", "1200", "1\u202f200"), cell("metz", "Metz", None, "n.c."),
        ]},
    ]  # fmt: skip
    received = figure(
        "personnes-recues", "Personnes reçues", "1234", "1\u202f234\u00a0personnes", state="partial", previous="1100",
        previous_said="1\u202f100\u00a0personnes", change=change, breakdowns=breakdowns,
    )  # fmt: skip
    delay = figure("delai", "Délai moyen", None, "non disponible", unit="days", state="unavailable")
    section = {
        "key": "accueil", "title": "Accueillir", "intro": "Ce que les lieux ont fait.", "figures": [received, delay],
        "tables": [{
            "key": "reseaux", "title": "Par réseau", "note": "", "header": ["Réseau", "Personnes"],
            "rows": [["Missions locales", "900"], ["Total", "900"]], "numeric": [False, True], "total": True,
        }],
        "charts": [{
            "key": "par-sexe", "kind": "bars", "title": "Personnes reçues par sexe", "unit": "people",
            "series": [{"name": "2025", "points": [{"label": "Femmes", "value": "700", "said": "700"}]}],
            "text": "Un peu plus de la moitié sont des femmes.",
        }],
        "maps": [{
            "key": "lieux-par-bassin", "title": "Lieux par bassin", "unit": "sites", "level": "basin",
            "values": {"1": {"value": "7", "said": "7"}, "2": {"value": None, "said": "n.c."}},
            "text": "Le bassin 1 en a 7.",
        }],
    }  # fmt: skip
    return {
        "format": 1, "kind": "region", "year": year,
        "subject": {"name": "Région Essai", "slug": "", "detail": ""},
        "state": {"key": "accepted", "said": "Accepté"},
        "completeness": {
            "expected": 4, "received": 3, "accepted": 2, "missing": ["La Maison <absente>"], "asked": 2, "answered": 1,
            "blank": [],
        },
        "commentary": "Une année dense.\n\nEt calme.",
        "headlines": [received],
        "questions": [{"title": title, "hint": hint, "text": "Réponse."} for _, title, hint in Bilan.QUESTIONS],
        "sections": [section],
        "definitions": [{
            "key": "personnes-recues", "label": "Personnes reçues", "definition": "Une personne compte une fois.",
            "unit": "personnes", "adding": "Somme", "filled_by": "Organisme", "origin": "Annexe 7",
        }],
        "notes": ["Les effectifs de moins de cinq personnes sont masqués."],
    } | more  # fmt: skip


def document(bilan: Bilan, said: dict[str, Any], number: int = 1) -> Document:
    """A version of the document of `bilan`, with a file that is not drawn."""
    made = Document(
        bilan=bilan, number=number, content=said, digest=hashlib.sha256(repr(said).encode()).hexdigest(), pages=18,
        sha256=hashlib.sha256(PDF).hexdigest(), size=len(PDF),
    )  # fmt: skip
    made.file.save("", ContentFile(PDF), save=False)
    made.save()
    return made


def closed(year: int = 2025) -> Campaign:
    """A campaign whose writing is over."""
    return world.campaign(year, closed_at=world.moment(year + 1, 4, 30, 22))


def published(year: int = 2025, said: dict[str, Any] | None = None) -> Campaign:
    """A campaign whose synthesis is public, without the service."""
    campaign = closed(year)
    region = world.accepted(world.bilan(Kind.REGION, of=campaign))
    campaign.published = document(region, said or content(year))
    campaign.published_at = world.moment(year + 1, 5, 12)
    campaign.save()
    return campaign
