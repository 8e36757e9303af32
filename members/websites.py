"""Addresses of websites as the charter prints them (with or without scheme, sometimes several), as safe links."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Website:
    """`url` is http or https and nothing else; `label` is what people read."""

    url: str
    label: str


def websites(published: str) -> list[Website]:
    """The links of a cell such as `www.uha.fr | https://uha.fr/orientation`; what is no web address is left out."""
    found = []
    for part in published.split("|"):
        address = part.strip()
        url = address if "://" in address else f"https://{address}"
        if _is_web(url):
            found.append(Website(url, address.partition("://")[2].rstrip("/") or address.rstrip("/")))
    return found


def check_websites(published: str) -> None:
    """Raise `ValidationError` (French) when a part of the cell is no address of the web."""
    wrong = next((part.strip() for part in published.split("|") if part.strip() and not websites(part)), None)
    if wrong is not None:
        raise ValidationError(
            f"«\u00a0{wrong}\u00a0» n’est pas une adresse de site. Exemple\u00a0: www.exemple.fr.",
            code="website",
        )


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    safe = parts.scheme in ("http", "https") and not (parts.username or parts.password)
    return safe and "." in host and not any(c.isspace() or c in "<>\"'" for c in url)
