"""The minutes of a sitting: who was there, each dossier with its recusals and what was said, the text (R6)."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from core.pdf import draw
from recognition.letters.about import day_words, moment_words, region_name
from recognition.models import Decision, GoverningBody, Opinion, Recusal, Sitting


def minutes_pdf(sitting: Sitting) -> bytes:
    """The minutes, closed or still in preparation (the page says which). A fixed number of queries."""
    return draw(render_to_string("documents/minutes.html", context_of(sitting))).data


def context_of(sitting: Sitting) -> dict[str, Any]:
    return {
        "region": region_name(),
        "sitting": sitting,
        "day": day_words(sitting.held_on),
        "facts": _facts(sitting),
        "present": [line.strip() for line in sitting.present.splitlines() if line.strip()],
        "items": _items(sitting),
        "decides": sitting.body.kind == GoverningBody.Kind.DECISION,
        "closed": moment_words(sitting.closed_at) if sitting.closed_at else "",
    }


def _facts(sitting: Sitting) -> list[tuple[str, str]]:
    hour = f" à {sitting.starts_at:%H\u00a0h\u00a0%M}" if sitting.starts_at else ""
    rows = [
        ("Instance", sitting.body.name),
        ("Séance", f"{day_words(sitting.held_on)}{hour}"),
        ("Lieu", sitting.place),
        ("Présidence", sitting.chair),
        ("Campagne", str(sitting.campaign.year) if sitting.campaign else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _items(sitting: Sitting) -> list[dict[str, Any]]:
    """The agenda in order, each dossier with what was said of it that day."""
    opinions = {row.candidature_id: row for row in Opinion.objects.filter(sitting=sitting)}
    decisions = {
        row.candidature_id: row for row in Decision.objects.filter(sitting=sitting, followed_by=None).order_by("pk")
    }
    gone: dict[int, list[Recusal]] = {}
    for row in Recusal.objects.filter(sitting=sitting):
        gone.setdefault(row.candidature_id, []).append(row)
    agenda = sitting.items.select_related("candidature__organisation", "candidature__campaign").order_by("order", "pk")
    return [
        {
            "number": number,
            "dossier": item.candidature,
            "opinion": opinions.get(item.candidature_id),
            "decision": decisions.get(item.candidature_id),
            "gone": gone.get(item.candidature_id, []),
        }
        for number, item in enumerate(agenda, 1)
    ]
