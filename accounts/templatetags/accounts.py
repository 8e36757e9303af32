"""How secrets are read aloud and copied without a mistake; how a provider is offered."""

from __future__ import annotations

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


@register.filter
@stringfilter
def in_fives(text: str) -> str:
    """« 0123456789 » as « 01234 56789 »."""
    return _cut(text, 5)
