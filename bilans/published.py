"""What the public reads of the bilans: the regional documents that the Region published, whole and as they were.

Nothing here looks at a value, nor at a bilan: a synthesis is the content of its document, which never changes (B4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from bilans.models import Campaign, Unit
from bilans.numbers import NBSP
from core import search
from core.http import PUBLIC_SECONDS

if TYPE_CHECKING:
    from bilans.content import Content

KIND = "bilan"
LISTED = 8  # figures on the page of a territory
_SIGNS = ("%", "€")
LATEST = "bilans.latest"
_NOTHING: dict[str, Any] = {}


def campaigns() -> QuerySet[Campaign]:
    """The years whose synthesis is public, the last one first, each with its document."""
    rows = Campaign.objects.filter(published__isnull=False).select_related("published").order_by("-year")
    return rows.only(
        "year", "published_at", "published__content", "published__digest", "published__number", "published__file",
        "published__sha256", "published__pages", "published__size", "published__made_at", "published__public_id",
    )  # fmt: skip


def of_year(year: int) -> Campaign | None:
    """The campaign of `year`, once its synthesis is public."""
    return campaigns().filter(year=year).first()


def content_of(campaign: Campaign) -> Content:
    """The content that the public reads. The campaign is one of `campaigns()`."""
    document = campaign.published
    if document is None:
        raise LookupError(campaign.year)
    content: Content = document.content
    return content


def latest() -> dict[str, Any]:
    """Of the last year published: its key figures, and what it says of each territory; empty when there is none.

    Kept for a minute for the pages that show a little of it, and forgotten at once by a publication (`changed`).
    """
    kept: dict[str, Any] | None = cache.get(LATEST)
    if kept is None:
        campaign = campaigns().first()
        kept = _summary(campaign) if campaign else _NOTHING
        cache.set(LATEST, kept, PUBLIC_SECONDS)
    return kept


def changed(year: int) -> None:
    """A synthesis appeared, changed or went: what shows it is written again once the transaction is kept."""
    if campaign := of_year(year):
        search.index([entry(campaign)])
    else:
        search.forget(KIND, [str(year)])
    transaction.on_commit(lambda: cache.delete(LATEST))


def entry(campaign: Campaign) -> search.Entry:
    """The synthesis of a year as the search finds it: by its sections, its questions, its figures."""
    content = content_of(campaign)
    words = [figure["label"] for section in content["sections"] for figure in section["figures"]]
    words += [section["title"] for section in content["sections"]] + [content["commentary"]]
    return search.Entry(
        KIND, str(campaign.year), f"Bilan {campaign.year} de l’orientation en région",
        reverse("bilan_year", args=[campaign.year]),
        "Ce qui a été fait, pour qui et où, avec les chiffres de chaque territoire.",
        " ".join(words), weight=5,
        aliases=f"synthèse régionale {campaign.year} rapport annuel évaluation chiffres statistiques CREFOP",
    )  # fmt: skip


def entries() -> Iterator[search.Entry]:
    """Every synthesis that is public."""
    yield from map(entry, campaigns())


def of_territory(content: Content, slug: str) -> list[dict[str, str]]:
    """What a content says of one agency: label of the indicator, value as it is printed; what is told, and no more."""
    found = []
    for figure in figures(content):
        for breakdown in figure["breakdowns"]:
            if breakdown["key"] == "agency":
                found += [
                    {"label": figure["label"], "said": cell["said"]}
                    for cell in breakdown["cells"] if cell["key"] == slug and cell["value"] is not None
                ]  # fmt: skip
    return found[:LISTED]


def keys_of(content: Content, *, without: str = "") -> list[dict[str, Any]]:
    """The key figures, large: the number, what it counts, what became of it since the year before.

    `without`: but those of that unit.
    """
    found = []
    for figure in content["headlines"]:
        if figure["unit"] == without:
            continue
        known = figure["value"] is not None
        number, _, counted = figure["said"].partition(NBSP)
        apart = known and counted and counted not in _SIGNS
        counted = "" if counted.lower() in figure["label"].lower() else counted  # « Évènements tenus » says it
        change = figure["change"] or {}
        said = {"value": number, "unit": counted} if apart else {"value": figure["said"], "unit": ""}
        found.append(
            said
            | {"label": figure["label"], "known": known, "change": change.get("said", ""), "good": change.get("good")}
        )
    return found


def figures(content: Content) -> list[dict[str, Any]]:
    """The figures of the sections, each once, in their order."""
    found = {figure["key"]: figure for section in content["sections"] for figure in section["figures"]}
    return list(found.values())


def _summary(campaign: Campaign) -> dict[str, Any]:
    content = content_of(campaign)
    slugs = dict.fromkeys(
        cell["key"] for figure in figures(content) for breakdown in figure["breakdowns"]
        if breakdown["key"] == "agency" for cell in breakdown["cells"]
    )  # fmt: skip
    return {
        "year": campaign.year,
        "url": reverse("bilan_year", args=[campaign.year]),
        "headlines": keys_of(content, without=Unit.SITES),  # who shows them counts the places of the directory
        "territories": {slug: of_territory(content, slug) for slug in slugs},
    }
