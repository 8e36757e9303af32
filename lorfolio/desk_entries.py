"""The adviser's side of the espace pro: a line of its menu, what waits there (E4, L9)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from core import desk
from lorfolio.models import Advice
from lorfolio.services import advising
from members.rules import is_professional


def connect() -> None:
    desk.register_entry(desk.Entry(65, "Lorfolio confiés", "pro_lorfolio", "dialogue", is_advising))
    desk.register(desk.Task("pro", "lorfolio_answers", 70, "[Réponse|Réponses] dans un Lorfolio confié", _answers))


def is_advising(user: Any) -> bool:
    """Works in the network, and was invited once at least: the menu stays short for the others. Asked once for each
    request's user."""
    if not is_professional(user):
        return False
    if not hasattr(user, "_advising"):
        user._advising = Advice.objects.filter(adviser=user, accepted_at__isnull=False).exists()
    return bool(user._advising)


def _answers(user: Any) -> desk.Waiting | None:
    if not is_advising(user):
        return None
    return desk.Waiting(advising.unread_by(user, timezone.localdate()), reverse("pro_lorfolio"))
