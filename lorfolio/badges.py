"""Digital badges as people are given them: Open Badges 2 (assertion) or 3 (credential), in JSON. Read, never"
" fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

MOST_BYTES = 64_000
DEEPEST = 20
_ODD = "Ce fichier n’est pas un badge que nous savons lire (Open Badges 2 ou 3, en JSON)."


@dataclass(frozen=True)
class Badge:
    """What a badge says of itself; `raw` is what was given, whole."""

    version: str  # « 2 » or « 3 »
    name: str
    issuer: str
    on: str  # ISO date, or empty
    url: str
    raw: dict[str, Any]

    def kept(self) -> dict[str, Any]:
        return {"version": self.version, "name": self.name, "issuer": self.issuer, "on": self.on, "raw": self.raw}


def read(text: str) -> Badge:
    """The badge in `text`. Raises `ValidationError` (French): too large, too deep, not JSON, no badge."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise ValidationError(f"Ce badge est trop lourd\u00a0: {MOST_BYTES // 1000}\u00a0Ko au plus.")
    try:
        given = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_ODD) from error
    if not isinstance(given, dict) or _depth(given) > DEEPEST or "\\u0000" in text:
        raise ValidationError(_ODD)
    kinds = _words(given.get("type"))
    if "OpenBadgeCredential" in kinds or "AchievementCredential" in kinds:
        return _third(given)
    if "Assertion" in kinds or "badge" in given:
        return _second(given)
    raise ValidationError(_ODD)


def _third(given: dict[str, Any]) -> Badge:
    subject = _one(given.get("credentialSubject"))
    achievement = _one(subject.get("achievement"))
    name = _text(achievement.get("name")) or _text(given.get("name"))
    if not name:
        raise ValidationError(_ODD)
    on = _text(given.get("validFrom") or given.get("issuanceDate"))[:10]
    return Badge(
        "3", name, _issuer(given.get("issuer")), on, _web(given.get("id")) or _web(achievement.get("id")), given
    )


def _second(given: dict[str, Any]) -> Badge:
    """Of version 2 (or 1): the class of the badge may be within, or behind an address that we do not open."""
    badge = given.get("badge")
    inside = badge if isinstance(badge, dict) else {}
    name = _text(inside.get("name")) or _text(given.get("name"))
    url = _web(given.get("id")) or _web(badge) or _web(inside.get("id"))
    if not name and not url:
        raise ValidationError(_ODD)
    on = _text(given.get("issuedOn"))[:10]
    return Badge("2", name or "Badge numérique", _issuer(inside.get("issuer")), on, url, given)


def _issuer(value: Any) -> str:
    return _text(value.get("name")) if isinstance(value, dict) else ""


def _one(value: Any) -> dict[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    """A word of a badge; of several languages, the French one or the first."""
    if isinstance(value, dict):
        value = value.get("fr") or next(iter(value.values()), "")
    return " ".join(value.split())[:160] if isinstance(value, str) else ""


def _web(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in {"http", "https"} and parts.netloc else ""


def _words(value: Any) -> set[str]:
    return {word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)}


def _depth(value: Any, level: int = 0) -> int:
    if level > DEEPEST:
        return level
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(one, level + 1) for one in inside), default=level)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
