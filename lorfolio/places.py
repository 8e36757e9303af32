"""Places of the directory found by their name or their town, for a field that proposes them."""

from __future__ import annotations

from django.db.models import Q

from core.text import fold, sort_key
from territories.models import Site

MOST, LONGEST = 8, 80


def places_named(text: str, most: int = MOST) -> list[Site]:
    """Listed places each word of `text` is in the name of, or begins the town of."""
    words = fold(text[:LONGEST]).split()
    if not words or len("".join(words)) < 2:
        return []
    asked = Q()
    for word in words:
        asked &= Q(sort_key__contains=word) | Q(commune__folded_name__startswith=word)
    rows = Site.objects.public().filter(asked | Q(sort_key=sort_key(text[:LONGEST])))
    return list(rows.select_related("commune").order_by("sort_key", "pk")[:most])
