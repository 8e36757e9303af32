"""What the room writes to people outside of it, for somebody: no way to trap them, and nothing kept of them (L10, S4).

A mail of the portal is believed: whoever opens an account could have it carry a link of theirs, in a message or in a
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db.models import Q

from core.models import OutboxMail

_ENDINGS = (
    "app|be|biz|ch|click|club|cn|co|com|de|dev|es|eu|fr|gg|info|io|link|live|lu|me|net|online|org|page|pw|ru|shop|site"
    "|store|tk|to|top|uk|us|xyz"
)
# An address as mail programs make links of them: a scheme, « www. », a known ending, a dot and a path.
_LINK = re.compile(rf"\w+://|\bwww\.|\w\.(?:{_ENDINGS})\b|\w\.[a-z]{{2,}}/", re.IGNORECASE)
NO_LINK = "Pas de lien ni d’adresse dans ce message\u00a0: il pourrait être pris pour un message frauduleux."


def has_link(words: str) -> bool:
    """Whether a mail program would make a link of a part of `words`."""
    return bool(_LINK.search(words))


def without_link(words: str) -> None:
    """A validator of a message that leaves by mail. Raises `ValidationError` (French)."""
    if has_link(words):
        raise ValidationError(NO_LINK, code="link")


def signed(name: str, otherwise: str) -> str:
    """The name that a mail says, on one line; `otherwise` when there is none, or when it carries a link."""
    bare = " ".join(name.split())
    return otherwise if not bare or has_link(bare) else bare


def forget(*, keys: Iterable[str] = (), beginnings: Iterable[str] = ()) -> int:
    """Take out of the outbox the mails so named, waiting or sent: a sent one keeps an address. How many."""
    named = reduce(or_, (Q(key__startswith=one) for one in beginnings), Q(key__in=list(keys)))
    return OutboxMail.objects.filter(named).delete()[0]
