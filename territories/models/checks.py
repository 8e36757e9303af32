"""What keeps the directory true: the yearly « still right? » and the errors that readers tell."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from members.models import Organisation
from territories.models.places import Referent
from territories.models.territory import Agency


class ReferentCheck(models.Model):
    """One mail that asked a referent whether their sheet is still right (T2). Only the digest of its link is kept."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmée"
        CORRECTED = "corrected", "Corrigée"
        LEFT = "left", "N’est plus référent·e"
        WITHDRAWN = "withdrawn", "Nom retiré"

    referent = models.ForeignKey(Referent, models.CASCADE, related_name="checks", verbose_name="référent·e")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sent_on = models.DateField("demandée le")
    expires_on = models.DateField("valable jusqu’au")
    used_at = models.DateTimeField("répondue le", null=True, blank=True)
    outcome = models.CharField("réponse", max_length=10, choices=Outcome, blank=True)

    class Meta:
        verbose_name = "demande de confirmation"
        verbose_name_plural = "demandes de confirmation"
        ordering = ["-sent_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["referent", "sent_on"], name="referent_check_once_a_day"),
            models.CheckConstraint(
                condition=Q(used_at=None, outcome="") | (Q(used_at__isnull=False) & ~Q(outcome="")),
                name="referent_check_answered", violation_error_message="Une réponse a une date.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sent_on:%d/%m/%Y}"


class OrganisationCheck(models.Model):
    """One wave of mails that asked the managers of an organisation about the sheets nobody else can be asked about."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="referent_checks", verbose_name="organisme"
    )
    sent_on = models.DateField("demandée le")

    class Meta:
        verbose_name = "demande aux gestionnaires"
        verbose_name_plural = "demandes aux gestionnaires"
        ordering = ["-sent_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sent_on"], name="organisation_check_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.sent_on:%d/%m/%Y}"


class SheetReport(models.Model):
    """An error that a reader told about a public sheet, without an account; moderated by the organisation."""

    class Kind(models.TextChoices):
        SITE = "site", "Lieu"
        ORGANISATION = "organisation", "Organisme"
        NETWORK = "network", "Réseau"
        TERRITORY = "territory", "Territoire"
        EVENT = "event", "Évènement"

    class Subject(models.TextChoices):
        DATE = "date", "La date ou l’heure"
        ADDRESS = "adresse", "L’adresse ou la carte"
        CONTACT = "contact", "Le téléphone, le courriel ou le site"
        HOURS = "horaires", "Les horaires"
        SERVICES = "services", "Ce que l’on y propose"
        ACCESS = "acces", "L’accessibilité"
        PERSON = "personne", "Une personne qui n’est plus là"
        GONE = "ferme", "Le lieu ou l’organisme n’existe plus"
        OTHER = "autre", "Autre chose"

    class State(models.TextChoices):
        WAITING = "waiting", "À traiter"
        MENDED = "mended", "Corrigée"
        DISMISSED = "dismissed", "Sans suite"

    public_id = models.UUIDField("numéro", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("sorte de fiche", max_length=20, choices=Kind)
    key = models.SlugField("fiche", max_length=140)
    title = models.CharField("titre de la fiche", max_length=300)
    # Who looks at it first; neither for the sheet of a network.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="sheet_reports", verbose_name="organisme"
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="sheet_reports", verbose_name="agence"
    )
    subject = models.CharField("ce qui ne va pas", max_length=20, choices=Subject)
    message = models.TextField("ce qu’il faudrait lire", max_length=2000)
    # Blanked once answered, and by the retention task.
    email = models.EmailField("courriel de la personne", blank=True)
    created_at = models.DateTimeField("signalée le", db_default=Now(), editable=False)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    answer = models.TextField("réponse", blank=True)
    handled_at = models.DateTimeField("traitée le", null=True, blank=True)
    # When whoever looks at it was told by mail, in the one mail of a day.
    told_at = models.DateTimeField("annoncée le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "erreur signalée"
        verbose_name_plural = "erreurs signalées"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], condition=Q(state="waiting"), name="report_waiting")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", handled_at=None) | (~Q(state="waiting") & Q(handled_at__isnull=False)),
                name="report_handled", violation_error_message="Un signalement traité a une date.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title
