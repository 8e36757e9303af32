"""Panels: what a room offers to the pages of the roof that show several rooms (a territory, the home, `/pro/`).

A room registers in its `AppConfig.ready`; taking the room out takes its panels with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """`query(request, subject)` gives the context of `template`, or None when there is nothing to show."""

    page: str
    order: int
    title: str
    template: str
    query: Callable[[HttpRequest, Any], dict[str, Any] | None]


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def collect(page: str, request: HttpRequest, subject: Any) -> list[dict[str, Any]]:
    """The panels of a page that have something to show, in order: `{title, template, context}` each."""
    shown = []
    for panel in sorted((p for p in _panels if p.page == page), key=lambda p: p.order):
        context = panel.query(request, subject)
        if context is not None:
            shown.append({"title": panel.title, "template": panel.template, "context": context})
    return shown
