"""What the search of the portal finds in this room: networks, organisations, and the words of the charter."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from core.search import Entry
from members.models import Charter, Commitment, Network, Organisation, QualityCriterion


def networks() -> Iterator[Entry]:
    for network in Network.objects.order_by("number"):
        yield Entry(
            "network", network.slug, network.full_name, network.get_absolute_url(), network.short,
            f"{network.name_published} {network.text} {network.members_published}", weight=8,
        )  # fmt: skip


def organisation(row: Organisation) -> Entry:
    """The entry of one organisation, to write again when it changes."""
    of_network = (row.network.short or row.network.full_name) if row.network else ""
    summary = row.presentation.replace(" | ", " ") or of_network
    body = f"{row.name} {row.name_published} {row.place} {' '.join(row.activities)}"
    return Entry(
        "organisation", row.slug, row.full_name, row.get_absolute_url(), summary, body,
        weight=4 if row.kind == Organisation.Kind.MISSION_LOCALE else 6,
    )  # fmt: skip


def organisations() -> Iterator[Entry]:
    rows = Organisation.objects.public().select_related("network")
    for row in rows.order_by("pk"):
        yield organisation(row)


def charter() -> Iterator[Entry]:
    """The values, the engagements and the criteria, each at its place in the page."""
    current = Charter.current()
    if current is None:
        return
    page, criteria = reverse("charter"), reverse("charter_criteria")
    for number, value in enumerate(current.values, start=1):
        yield Entry(
            "charter", f"value-{number}", value["title"], f"{page}#valeur-{number}", value["text"],
            f"valeur partagée charte {value.get('slug', '')}", weight=6,
        )  # fmt: skip
    for commitment in Commitment.objects.filter(charter=current).order_by("engagement_number", "order"):
        yield Entry(
            "charter", f"commitment-{commitment.key}", commitment.title or commitment.text[:120],
            f"{page}#engagement-{commitment.engagement_number}", commitment.text, "engagement charte axe", weight=3,
        )  # fmt: skip
    for criterion in QualityCriterion.objects.filter(charter=current).order_by("order"):
        yield Entry(
            "charter", f"criterion-{criterion.key}", criterion.title, f"{criteria}#{criterion.key}", criterion.text,
            f"critère qualité cahier des charges {' '.join(criterion.checklist)}", weight=2,
        )  # fmt: skip
