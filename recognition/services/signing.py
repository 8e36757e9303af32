"""What makes a decision opposable: a number, a signatory, grounds; none of them empty (R14)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError


def signed(deliberation_number: str, signatory: str, signatory_title: str) -> dict[str, Any]:
    """The three, trimmed. Raises `ValidationError` by field."""
    asked = {
        "deliberation_number": (deliberation_number, "Donnez le numéro de la délibération ou de l’arrêté."),
        "signatory": (signatory, "Donnez la ou le signataire."),
        "signatory_title": (signatory_title, "Donnez la qualité de la ou du signataire."),
    }
    empty = {name: message for name, (value, message) in asked.items() if not value.strip()}
    if empty:
        raise ValidationError(empty)
    return {name: value.strip() for name, (value, _) in asked.items()}


def grounds_of(grounds: str) -> str:
    """Trimmed. Raises `ValidationError` on the field when it says nothing."""
    if not grounds.strip():
        raise ValidationError({"grounds": "Écrivez les motifs\u00a0: en fait, et en droit (article L. 211-5 du CRPA)."})
    return grounds.replace("\r\n", "\n").strip()
