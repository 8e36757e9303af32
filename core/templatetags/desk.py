"""The menu of the espace pro, on each of its pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from core import desk

register = template.Library()


@register.inclusion_tag("pro/_menu.html", takes_context=True)
def pro_menu(context: dict[str, Any]) -> dict[str, Any]:
    """What the person may open; the line of the page in hand, or of the page above it, is the current one."""
    request = context["request"]
    lines = [(entry, reverse(entry.url_name)) for entry in desk.menu(request.user)]
    here = max((url for _, url in lines if request.path.startswith(url)), key=len, default="")
    exact = request.path == here
    return {"lines": [{"entry": entry, "url": url, "current": url == here, "exact": exact} for entry, url in lines]}
