"""The year of the bilans: when they are asked, reminded, due, closed (B2; issue 8)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


def usual_reminders() -> list[int]:
    """Days before the due date on which those who have not submitted are written to."""
    return [30, 7, 1]


class Campaign(models.Model):
    """The bilans of `year`, asked in the January after. Days are of Europe/Paris; a day holds to its last second."""

    year = models.PositiveSmallIntegerField("année", unique=True, help_text="L’année dont on rend compte.")
    opens_on = models.DateField("ouverture")
    due_on = models.DateField("à rendre le")
    closes_on = models.DateField("clôture", help_text="Après ce jour, rien ne se dépose plus.")
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="relances (jours avant l’échéance)", default=usual_reminders,
        blank=True,
    )  # fmt: skip
    # In percent, from one year to the next: beyond it, who fills says why.
    variation = models.PositiveSmallIntegerField("variation à expliquer (%)", default=20)
    word = models.TextField("mot d’ouverture", blank=True)
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("close le", null=True, blank=True, editable=False)
    # The regional document that the public reads, and since when; none: nothing is public.
    published = models.ForeignKey(
        "bilans.Document", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name="synthèse publiée",
    )  # fmt: skip
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)
    # A publication that a worker is to make (services/asking.py): since when, for whom, how often it was begun, and
    # why it failed. Nothing of it stays once it is public, or called off.
    publication_asked_at = models.DateTimeField("publication demandée le", null=True, blank=True, editable=False)
    publication_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+",
        verbose_name="publication demandée par",
    )  # fmt: skip
    publication_attempts = models.PositiveSmallIntegerField("essais de publication", default=0, editable=False)
    publication_error = models.CharField("échec de la publication", max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "campagne de bilans"
        verbose_name_plural = "campagnes de bilans"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("opens_on")) & Q(closes_on__gte=F("due_on")), name="bilans_steps_in_order",
                violation_error_message="Ces dates ne se suivent pas\u00a0: ouverture, échéance, clôture.",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__year__gte=F("year")), name="bilans_after_the_year",
                violation_error_message="On ne rend pas compte d’une année avant qu’elle commence.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__isnull=False), name="bilans_closed_after_opened"
            ),
            models.CheckConstraint(
                condition=Q(published=None, published_at=None)
                | Q(published__isnull=False, published_at__isnull=False),
                name="bilans_published_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(publication_asked_at__isnull=False)
                | Q(publication_asked_by=None, publication_attempts=0, publication_error=""),
                name="bilans_publication_asked_at_a_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Bilans {self.year}"

    @property
    def running(self) -> bool:
        """Whether bilans may be written and submitted."""
        return self.opened_at is not None and self.closed_at is None

    @property
    def publishing(self) -> bool:
        """Whether its publication is asked, and neither made nor failed."""
        return self.publication_asked_at is not None and not self.publication_error


class CampaignAct(models.Model):
    """What the calendar or the Region did of a campaign; `key` keeps the calendar from doing it twice (R12's way)."""

    append_only = True

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="acts", verbose_name="campagne")
    key = models.CharField("clé", max_length=80)
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    label = models.CharField("qui", max_length=40, blank=True)  # a role, never a name
    text = models.CharField("acte", max_length=300)

    class Meta:
        verbose_name = "acte d’une campagne"
        verbose_name_plural = "actes d’une campagne"
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="bilans_campaign_act_once")]

    def __str__(self) -> str:
        return self.text
