"""What makes a decision opposable: a number, a signatory, grounds; none of them empty (R14)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError

from core.values import day_in_words
from recognition.clock import day_of
from recognition.models import GoverningBody, Sitting
from recognition.services.opinions import check_held


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


def decided_on_of(sitting: Sitting | None, said: dt.date | None, at: dt.datetime) -> dt.date:
    """The day of a decision on a recognition: that of its sitting; by delegation, the day said, or that of `at`.

    Raises `ValidationError`, by field: a sitting to come, of a body that does not decide, or of another day.
    """
    if sitting is None:
        return said or day_of(at)
    if sitting.body.kind != GoverningBody.Kind.DECISION:
        raise ValidationError({"sitting": f"Cette instance ne décide pas\u00a0: {sitting.body}."})
    try:
        check_held(sitting, at)
    except ValidationError as error:
        raise ValidationError({"sitting": error.messages}) from error
    if said is not None and said != sitting.held_on:
        raise ValidationError({"decided_on": f"Cette séance est du {day_in_words(sitting.held_on)}."})
    return sitting.held_on
