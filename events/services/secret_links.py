"""The links of mails about a seat or an alert: a secret made again for each mail, of which a digest alone is kept."""

from __future__ import annotations

from typing import TypeVar

from django.urls import reverse

from core.links import absolute
from core.secrets import derived_secret, digest
from events.models import Alert, Registration

Row = TypeVar("Row", Alert, Registration)


def sealed(row: Row) -> Row:
    """`row`, new, with the digest of its secret."""
    row.digest = digest(_derived(row))
    return row


def secret_of(row: Alert | Registration) -> str:
    """What the addresses of `row` hold. When the key of the installation has changed, the row follows: the links of
    the next mail open it, those of the mails before no longer do."""
    secret = _derived(row)
    if digest(secret) != row.digest:
        row.digest = digest(secret)
        row.save(update_fields=["digest"])
    return secret


def link_of(row: Alert | Registration, route: str = "") -> str:
    """The address of its page (or of another `route`), as a mail says it."""
    name = route or ("alert" if isinstance(row, Alert) else "registration")
    return absolute(reverse(name, args=[secret_of(row)]))


def _derived(row: Alert | Registration) -> str:
    return derived_secret(row._meta.label_lower, row.public_id)
