"""What waits in the espace pro about people: dates that are over and of which nothing is known (E4)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from core.desk import Task, Waiting, register
from events.pro_access import houses_of
from events.services import outcomes


def connect() -> None:
    """Declare the task."""
    register(Task("pro", "events-outcomes", 34, "[Bilan|Bilans] d’évènement à donner", _outcomes))


def _outcomes(user: Any) -> Waiting | None:
    houses = houses_of(user)
    if not houses:
        return None
    count = outcomes.waiting(outcomes.of_organisations(houses)).count()
    return Waiting(count, reverse("pro_outcomes"), "A-t-il eu lieu, combien de personnes sont venues\u202f?")
