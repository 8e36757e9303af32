"""The pages of one organisation in the espace pro: a room says its own in its `AppConfig.ready`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Page:
    """A tab: `url_name` takes the slug of the organisation. `belongs`: of no use to one that is only a candidate."""

    order: int
    label: str
    url_name: str
    belongs: bool = False


_pages: dict[str, Page] = {}


def register(page: Page) -> None:
    _pages[page.url_name] = page


def label(url_name: str) -> str:
    return _pages[url_name].label


def tabs(slug: str, path: str, *, candidate: bool = False) -> list[dict[str, Any]]:
    """`{label, url, current}` of each page of the organisation; the page at `path`, or the one above it, is current."""
    shown = [page for page in _pages.values() if not (candidate and page.belongs)]
    found = [(page, reverse(page.url_name, args=[slug])) for page in sorted(shown, key=lambda p: p.order)]
    here = max((url for _, url in found if path.startswith(url)), key=len, default="")
    return [{"label": page.label, "url": url, "current": url == here} for page, url in found]


def register_pages() -> None:
    register(Page(0, "Vue d’ensemble", "pro_organisation"))
    register(Page(10, "Fiche", "pro_sheet", belongs=True))
    register(Page(40, "Équipe", "pro_people"))
    register(Page(50, "Charte", "pro_charter", belongs=True))
    register(Page(60, "Historique", "pro_history"))
