"""What somebody confirmed of a referent's sheet, and until when it holds (T2).

A confirmation is of a person and of an address: it falls by itself when either changes, by whatever door (a page, the
desk, a pack), because the digest kept beside it is no longer theirs.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import Q
from django.utils import timezone

from core.text import fold
from territories.models import Referent


def a_year_before(day: dt.date) -> dt.date:
    """The same day of the year before; the 28th of February stands for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def stale(day: dt.date) -> Q:
    """Sheets that nobody confirmed in the twelve months before `day` (T2)."""
    return Q(confirmed_on=None) | Q(confirmed_on__lt=a_year_before(day))


def is_stale(referent: Referent, day: dt.date | None = None) -> bool:
    """As `stale`, for a row at hand; today by default."""
    since = a_year_before(day or timezone.localdate())
    return referent.confirmed_on is None or referent.confirmed_on < since


def person_digest(referent: Referent) -> str:
    """The same person at the same address, for the same organisation: one digest whatever the posts. Empty: nobody."""
    if not fold(referent.name):
        return ""
    words = (str(referent.organisation_id), fold(referent.name), referent.email.strip().lower())
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def still_holds(referent: Referent) -> bool:
    """Whether what was confirmed is of the person and of the address that stand here now."""
    return bool(referent.contact_digest) and referent.contact_digest == person_digest(referent)


def may_be_written_to(referent: Referent) -> bool:
    """Nothing is ever mailed to a contact before somebody of the organisation said that it is right (T2)."""
    return bool(
        referent.email and referent.contact_confirmed_at and not referent.withdrawn_at and still_holds(referent)
    )


def after_a_file(referent: Referent) -> dict[str, object]:
    """What follows when a pack or a file brought another name or address: nobody has confirmed that one."""
    if not referent.contact_digest or still_holds(referent):
        return {}
    return {"contact_digest": "", "contact_confirmed_at": None, "confirmed_on": None}
