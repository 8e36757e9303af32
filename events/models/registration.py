"""A seat asked for on the portal (A1). What is kept of a person: a name, an address, and no longer than needed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from events.models.session import Session


class Registration(models.Model):
    """One person for one session. A seat is taken by `HELD` (until the address is confirmed) and `CONFIRMED`."""

    class State(models.TextChoices):
        HELD = "held", "À confirmer"
        CONFIRMED = "confirmed", "Inscrit·e"
        WAITING = "waiting", "En liste d’attente"
        CANCELLED = "cancelled", "Désistement"
        EXPIRED = "expired", "Non confirmée à temps"

    SEATED = (State.HELD, State.CONFIRMED)
    ALIVE = (State.HELD, State.CONFIRMED, State.WAITING)

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="registrations", verbose_name="séance")
    name = models.CharField("nom", max_length=120)
    # Empty for somebody who registered by telephone and has none.
    email = models.EmailField("courriel", blank=True)
    state = models.CharField("état", max_length=10, choices=State)
    # Whether the address was proved (a link followed, or a signed-in account): a waiting person may have done so.
    email_confirmed = models.BooleanField("adresse vérifiée", default=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the secret in the mails
    created_at = models.DateTimeField("demandée le", db_default=Now(), editable=False)
    held_until = models.DateTimeField("place gardée jusqu’au", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    present = models.BooleanField("présent·e", null=True, blank=True)
    # Told that the day before has come; once.
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "inscription"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "session", Lower("email"), condition=Q(state__in=["held", "confirmed", "waiting"]) & ~Q(email=""),
                name="registration_once",
                violation_error_message="Cette adresse est déjà inscrite à cette séance.",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_until__isnull=False), name="registration_held_until",
                violation_error_message="Une place gardée l’est jusqu’à une date.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["session", "state", "created_at", "id"], name="registration_of_session"),
            models.Index(fields=["held_until"], name="registration_held", condition=Q(state="held")),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
