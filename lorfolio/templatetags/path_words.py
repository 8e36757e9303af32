"""How the path is written on a page: a period in words, the icon of a kind, how sure an item is."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from core.templatetags.blazes import icon
from lorfolio.content import certainty_of
from lorfolio.lists import Certainty, Kind
from lorfolio.periods import partial_words, period_words

register = template.Library()
_ICONS = {
    Kind.WORK: "mallette", Kind.STUDY: "livre", Kind.VOLUNTEERING: "people", Kind.CARE: "heart",
    Kind.PASSION: "etincelle", Kind.OTHER: "chemin",
}  # fmt: skip


@register.filter
def kind_icon(kind: str) -> SafeString:
    """Decorative: the kind is written beside it, or read in its title."""
    return icon(_ICONS[Kind(kind)])


@register.filter
def period(row: Any) -> str:
    return period_words(row.starts, row.ends)


@register.filter
def in_words(partial: str) -> str:
    return partial_words(partial)


@register.filter
def sureness(row: Any) -> Certainty:
    """Of an item whose proofs were read with it."""
    return certainty_of(row.proofs.all())
