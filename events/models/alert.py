"""A saved search told by e-mail, without an account (A4)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class Alert(models.Model):
    """`query` is the canonical query string of `/agenda/`; nothing is sent before the address is confirmed."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", "Chaque jour où il y a du nouveau"
        WEEKLY = "weekly", "Une fois par semaine"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("courriel")
    query = models.CharField("recherche", max_length=1000, blank=True)
    title = models.CharField("en clair", max_length=300)
    # What is followed from anywhere too, for a search around a place: told in the same mail.
    with_online = models.BooleanField("aussi en ligne", default=False)
    rhythm = models.CharField("rythme", max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    # Digest of the one secret of its links: confirm, change, stop.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("demandée le", db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True, editable=False)
    # What was published or changed up to here has been told.
    told_until = models.DateTimeField(null=True, blank=True, editable=False)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    # The end the person was told of beforehand; another one is told again.
    ending_told = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "alerte"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "query", condition=Q(confirmed_at__isnull=False), name="alert_once",
                violation_error_message="Cette adresse suit déjà cette recherche.",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["rhythm", "told_until", "id"], name="alert_due", condition=Q(confirmed_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.title
