"""Addresses that leave the portal (mails, files, QR codes): built on `SITE_URL`, never on the host a browser claims."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """`/lieux/x/` as somebody outside types it."""
    return f"{settings.SITE_URL}{path}"
