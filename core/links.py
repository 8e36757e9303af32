"""Addresses that leave the portal (mails, files, QR codes): built on `SITE_URL`, never on the host a browser claims."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

UNKNOWN = (
    "SITE_URL n’est pas donnée\u00a0: les liens des courriels ne mèneraient nulle part. Donnez l’adresse publique du"
    " portail, par exemple SITE_URL=https://orientation.exemple.fr (ou DEMO=1 pour une démonstration)."
)


def refuse_unknown_site() -> None:
    """Called before a mail is written. Raises `ImproperlyConfigured`, in French, when nobody said where we are."""
    if not settings.SITE_URL_KNOWN:
        raise ImproperlyConfigured(UNKNOWN)


def absolute(path: str) -> str:
    """`/lieux/x/` as somebody outside types it."""
    return f"{settings.SITE_URL}{path}"
