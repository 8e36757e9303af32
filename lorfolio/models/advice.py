"""A professional invited to look at chosen content, for a time, and to comment (L9)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lorfolio.models.base import Owned
from lorfolio.models.selection import Cv, Selection


class Advice(Owned):
    """One invitation. `email` is emptied when it is accepted, revoked or over."""

    selection = models.OneToOneField(Selection, models.CASCADE, related_name="advice")
    cvs = models.ManyToManyField(Cv, blank=True, related_name="advices", verbose_name="CV montrés")
    with_project = models.BooleanField("montrer mon projet", default=False)
    email = models.EmailField("adresse de la personne qui m’accompagne", blank=True)
    message = models.TextField("un mot pour elle", max_length=600, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    until = models.DateField("jusqu’au")
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="advices", editable=False
    )
    # As the person knew them when they accepted: « Camille Exemple, Mission locale de Troyes ».
    adviser_words = models.CharField(max_length=250, blank=True, editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True, editable=False)
    declined_at = models.DateTimeField("déclinée le", null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "invitation d’un·e conseiller·ère"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["adviser", "until"], name="advice_of_adviser", condition=Q(revoked_at=None))]

    def __str__(self) -> str:
        return self.adviser_words or "Invitation"


class Comment(models.Model):
    """What was said under an invitation, by the adviser or in answer; about one item, or the whole."""

    advice = models.ForeignKey(Advice, models.CASCADE, related_name="comments")
    by_owner = models.BooleanField(default=False, editable=False)
    at = models.DateTimeField(editable=False)
    # « experience/<uuid> », « skill/<uuid> », « cv/<uuid> », « target/<uuid> », or empty: the whole.
    about = models.CharField(max_length=60, blank=True, editable=False)
    text = models.TextField("commentaire", max_length=2_000)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "commentaire"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y}"


class Visit(models.Model):
    """The trace the person reads: when the adviser looked, and at what."""

    advice = models.ForeignKey(Advice, models.CASCADE, related_name="visits")
    at = models.DateTimeField(editable=False)
    what = models.CharField(max_length=120)

    class Meta:
        verbose_name = "consultation"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.what
