"""What an installation may not start with (`manage.py check --deploy` says it, and the web server refuses it)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from core.links import UNKNOWN

INSECURE = "insecure-"
ADVICE = (
    "Donnez à SECRET_KEY un long mot au hasard : "
    'python -c "import secrets; print(secrets.token_urlsafe(60))" ; ou DEMO=1 pour une démonstration.'
)


@register(Tags.security, deploy=True)
def secret_key(**_: Any) -> list[CheckMessage]:
    """spro.E001: the key that everybody can read in the code signs nothing outside a demonstration."""
    if insecure():
        return [Error("SECRET_KEY est celle du code source.", hint=ADVICE, id="spro.E001")]
    return []


KEYS_ADVICE = (
    "Donnez au moins une clé à ENCRYPTION_KEYS : "
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())".'
)


@register(Tags.security, deploy=True)
def encryption_keys(**_: Any) -> list[CheckMessage]:
    """spro.E002: outside a demonstration, secrets at rest have keys of their own (core/encryption.py)."""
    if settings.ENCRYPTION_KEYS or settings.DEBUG or settings.DEMO:
        return []
    return [Error("ENCRYPTION_KEYS est vide.", hint=KEYS_ADVICE, id="spro.E002")]


@register(Tags.security, deploy=True)
def site_url(**_: Any) -> list[CheckMessage]:
    """spro.E003: outside a demonstration, links of mails lead to the portal and not to the reader's own machine."""
    return [] if settings.SITE_URL_KNOWN else [Error("SITE_URL n’est pas donnée.", hint=UNKNOWN, id="spro.E003")]


@register(Tags.security, deploy=True)
def psad_hash_key(**_: Any) -> list[CheckMessage]:
    """spro.E004: outside a demonstration, what finds people again has a key of its own (psad/intake/matching.py)."""
    if settings.PSAD_HASH_KEY or settings.DEBUG or settings.DEMO:
        return []
    return [Error("PSAD_HASH_KEY est vide.", hint=ADVICE.replace("SECRET_KEY", "PSAD_HASH_KEY"), id="spro.E004")]


def insecure() -> bool:
    """Whether sessions and links would be signed with a key that everybody can read."""
    return not settings.DEBUG and not settings.DEMO and settings.SECRET_KEY.startswith(INSECURE)


def refuse_insecure_start() -> None:
    """Called where the web server starts. Raises `ImproperlyConfigured`, in French, rather than serve."""
    if insecure():
        raise ImproperlyConfigured(f"Le portail ne démarre pas : SECRET_KEY est celle du code source. {ADVICE}")
