"""The Region's own pages at the foot of every page."""

from __future__ import annotations

from typing import Any

from django import template

from spro.editorial.follow import menu

register = template.Library()


@register.simple_tag
def portal_pages() -> list[dict[str, Any]]:
    """`{title, url}` of the pages that have a place in « Le portail » and are online. No query."""
    return menu()
