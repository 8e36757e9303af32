"""How secrets are read aloud and copied without a mistake; how a provider is offered."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.defaultfilters import stringfilter

register = template.Library()


def _cut(text: str, size: int) -> str:
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


@register.filter
@stringfilter
def in_fours(text: str) -> str:
    """« ABCDEFGH » as « ABCD EFGH »."""
    return _cut(text, 4)


ABOUT = {"proconnect": "https://www.proconnect.gouv.fr/", "franceconnect": "https://franceconnect.gouv.fr/"}


@register.filter
@stringfilter
def about_door(provider: str) -> str:
    """Where the State explains one of its doors."""
    return ABOUT[provider]


@register.simple_tag(takes_context=True)
def doors(context: Any) -> list[Any]:
    """The doors of the State this installation was given."""
    from accounts.provider import offered

    return offered(context["request"])


@register.filter
@stringfilter
def in_fives(text: str) -> str:
    """« 0123456789 » as « 01234 56789 »."""
    return _cut(text, 5)
