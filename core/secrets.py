"""Secrets of links sent by mail: the database keeps a digest only, so that a dump opens nothing."""

from __future__ import annotations

import base64
import hashlib
import secrets
from uuid import UUID

from django.utils.crypto import salted_hmac


def new_secret() -> tuple[str, str]:
    """A secret for an address (43 characters, safe in a URL) and what to keep of it (64 characters)."""
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """What the database keeps of `secret`: 256 bits at random need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived_secret(purpose: str, key: UUID) -> str:
    """The secret of a thing whose link stands in several mails (43 characters, safe in a URL): written nowhere,
    made again from its identifier and the key of the installation. Keep its `digest`, and look it up by that.

    Without the installation's key, the identifier tells nothing of it.
    """
    code = salted_hmac(f"core.secrets.{purpose}", str(key), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(code).decode().rstrip("=")
