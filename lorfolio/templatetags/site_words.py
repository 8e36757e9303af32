"""What a personal site says in words: a level of language, what an extra is."""

from __future__ import annotations

from django import template

from lorfolio.lists import Cefr, ExtraKind

register = template.Library()
_EXTRAS = {
    ExtraKind.CERTIFICATE: "Certificat", ExtraKind.AWARD: "Prix", ExtraKind.PUBLICATION: "Réalisation",
    ExtraKind.INTEREST: "J’aime", ExtraKind.REFERENCE: "On dit de moi",
}  # fmt: skip


@register.filter
def cefr_words(level: str) -> str:
    """« B1 – je me débrouille »; empty when nothing was said."""
    return str(Cefr(level).label) if level and level in Cefr.values else ""


@register.filter
def extra_words(kind: str) -> str:
    return _EXTRAS[ExtraKind(kind)]
