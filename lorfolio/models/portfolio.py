"""A person's portfolio: one each, theirs alone (L1)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from territories.models import Commune


class Portfolio(models.Model):
    """What a person says of themselves, and the key that seals their safe (`core/sealing.py`).

    `minor_until` is the fifteenth birthday of who said to be younger (L10): until that day a parent consents with
    them, and site, alerts and shares are off. Nothing else is kept of anybody's age.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="portfolio", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)
    given_name = models.CharField("prénom", max_length=80, blank=True)
    family_name = models.CharField("nom", max_length=80, blank=True)
    headline = models.CharField("ce que je suis, en une ligne", max_length=160, blank=True)
    summary = models.TextField("présentation", max_length=2_000, blank=True)
    email = models.EmailField("adresse électronique à montrer", blank=True)
    phone = models.CharField("téléphone à montrer", max_length=30, blank=True)
    commune = models.ForeignKey(
        Commune, models.SET_NULL, null=True, blank=True, verbose_name="commune", related_name="+", db_constraint=False
    )
    # A place that is no commune of the region (imported, or abroad): « Kehl, Allemagne ».
    place = models.CharField("lieu", max_length=120, blank=True)
    url = models.URLField("site ou page", blank=True)
    # [{"network": "LinkedIn", "username": "…", "url": "https://…"}], as JSON Resume says them.
    profiles = models.JSONField("pages ailleurs", default=list, blank=True)
    # {"de": {"headline": "…", "summary": "…"}}: the same words in another language.
    translations = models.JSONField("traductions", default=dict, blank=True)
    photo = models.ForeignKey(
        "lorfolio.SafeFile", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="photo"
    )
    # Facts of an imported JSON Resume that have no place of their own (address, meta): given back as they came.
    details = models.JSONField(default=dict, blank=True, editable=False)
    sealed_key = models.TextField(editable=False)
    used_bytes = models.PositiveBigIntegerField("place prise dans le coffre", default=0, editable=False)
    minor_until = models.DateField("quinze ans le", null=True, blank=True, editable=False)
    # Set by the deletion alone: lets the trace of the safe go with the rest.
    erasing = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "portfolio"
        constraints = [
            models.CheckConstraint(
                condition=Q(used_bytes__lte=10_000_000_000), name="portfolio_bounded",
                violation_error_message="Le coffre est plein.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return "Portfolio"

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.family_name)))


class ParentalConsent(models.Model):
    """Asked of a parent of who is under fifteen (L10, loi Informatique et Libertés, art. 45): given by a link.

    `email` is emptied once it is answered or expired.
    """

    portfolio = models.OneToOneField(Portfolio, models.CASCADE, related_name="consent")
    email = models.EmailField("adresse du parent", blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("demandé le", editable=False)
    expires_at = models.DateTimeField("jusqu’au", editable=False)
    given_at = models.DateTimeField("donné le", null=True, editable=False)
    refused_at = models.DateTimeField("refusé le", null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at=None) | Q(refused_at=None), name="consent_one_answer",
                violation_error_message="Une réponse a déjà été donnée.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return "Accord d’un parent"
