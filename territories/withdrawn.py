"""Names withdrawn at the request of the person (T3): what is kept so that none comes back."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from core.text import fold
from territories.models import Referent

_PARTICLES = frozenset({"del", "der", "des", "les", "van", "von"})


def name_digest(referent: Referent, name: str) -> str:
    """What is kept of a name withdrawn: the same name of the same post gives the same digest, nobody reads it back."""
    if not fold(name):
        return ""
    return hmac.digest(
        settings.SECRET_KEY.encode(), f"{referent.public_id}\0{fold(name)}".encode(), hashlib.sha256
    ).hex()


def says_name(text: str, name: str) -> bool:
    """Whether `text` has a word of the person's name in it; particles and initials do not tell anybody."""
    words = {word for word in fold(name).split() if len(word) > 2} - _PARTICLES
    return bool(words & set(fold(text).split()))


def is_withdrawn(referent: Referent, name: str) -> bool:
    """Whether `name` is the one that was withdrawn from this post."""
    return bool(referent.withdrawn_digest) and name_digest(referent, name) == referent.withdrawn_digest


def settle_name(referent: Referent) -> Referent:
    """A successor's name shows: on `referent` (not saved here) the post is no longer that of a name withdrawn."""
    if referent.name and referent.withdrawn_digest and not is_withdrawn(referent, referent.name):
        referent.withdrawn_at = None
    return referent
