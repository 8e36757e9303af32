"""Secrets of links sent by mail: the database keeps a digest only, so that a dump opens nothing."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> tuple[str, str]:
    """A secret for an address (43 characters, safe in a URL) and what to keep of it (64 characters)."""
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """What the database keeps of `secret`: 256 bits at random need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
