"""How true the sheet of a place is today, as its desk says it: what is missing, when it was last confirmed (M1, T2)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from territories.confirmed import a_year_before
from territories.models import Site

# What a visitor needs before setting out, and the field that says it.
_NEEDED = (
    ("l’adresse", ("address",)),
    ("un téléphone, un courriel ou un site", ("phone", "email", "website")),
    ("les horaires", ("hours", "hours_text")),
    ("l’accessibilité", ("access", "access_text")),
)


def missing(site: Site) -> list[str]:
    """What the sheet does not say yet: « l’adresse », « les horaires »…"""
    found = [words for words, fields in _NEEDED if not any(getattr(site, field) for field in fields)]
    return [*found, "le placement exact"] if site.provisional else found


def is_stale(confirmed_on: date | None, today: date | None = None) -> bool:
    """Nobody of the organisation said for a year that the sheet is right (as `confirmed.stale`, for a day at hand)."""
    return confirmed_on is None or confirmed_on < a_year_before(today or timezone.localdate())


def incomplete() -> Q:
    """The sheets that `missing` says something of."""
    return (
        Q(address="")
        | Q(phone="", email="", website="")
        | Q(hours={}, hours_text="")
        | Q(access=[], access_text="")
        | Q(provisional=True)
    )
