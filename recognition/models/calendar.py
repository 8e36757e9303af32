"""The year of the recognition as data: rules of the region, campaigns, what was moved and why (R4, R6, R7, R12)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.models import PackManaged
from members.models import Charter


class Rule(PackManaged):
    """One setting of the recognition that a region decides (M6): dates of the year, delays, words of the letters.

    `recognition/rulebook.py` lists the keys, their types and what stands when a region says nothing.
    """

    key = models.SlugField("clé", max_length=60, unique=True)
    value = models.TextField("valeur", blank=True)
    source = models.CharField("source", max_length=300, blank=True)
    note = models.TextField("note", blank=True)
    # Our reading, or a placeholder: it stands, and the desk says so until somebody of the Region unticks it.
    to_confirm = models.BooleanField("à confirmer par la Région", default=False)

    class Meta:
        verbose_name = "règle de la reconnaissance"
        verbose_name_plural = "règles de la reconnaissance"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Campaign(models.Model):
    """A year of candidatures with its dated steps, which the Region may move (R12). Days are of Europe/Paris.

    The deadline holds to the last second of its day (R4). The database refuses steps out of order.
    """

    # The steps in their order: the columns that `CampaignMove` may name.
    STEPS = ("opens_on", "deadline_on", "complete_by_on", "council_on", "crefop_on", "commission_on", "notify_by_on")

    year = models.PositiveSmallIntegerField("année", unique=True)
    opens_on = models.DateField("ouverture des candidatures")
    deadline_on = models.DateField("date limite de dépôt", help_text="Jusqu’à 23 h 59 min 59 s ce jour-là.")
    complete_by_on = models.DateField("fin de l’instruction", help_text="Les dossiers doivent être prêts pour avis.")
    council_on = models.DateField("avis du Conseil d’Orientation")
    crefop_on = models.DateField("avis du CREFOP")
    commission_on = models.DateField("décision de la Commission Permanente")
    notify_by_on = models.DateField("envoi des courriers au plus tard")
    # The text in force when the campaign opened: dossiers are prepared against it (R15).
    charter = models.ForeignKey(
        Charter, models.PROTECT, related_name="campaigns", verbose_name="cahier des charges (version)"
    )
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("close le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "campagne"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline_on__gt=F("opens_on"))
                & Q(complete_by_on__gte=F("deadline_on"))
                & Q(council_on__gte=F("complete_by_on"))
                & Q(crefop_on__gte=F("council_on"))
                & Q(commission_on__gte=F("crefop_on"))
                & Q(notify_by_on__gte=F("commission_on")),
                name="campaign_steps_in_order",
                violation_error_message=(
                    "Ces dates ne se suivent pas\u00a0: ouverture, date limite, fin de l’instruction, Conseil "
                    "d’Orientation, CREFOP, Commission Permanente, envoi des courriers."
                ),
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__year=F("year")) & Q(commission_on__year=F("year")),
                name="campaign_in_its_year",
                violation_error_message="La date limite et la décision sont dans l’année de la campagne.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__isnull=False), name="campaign_closed_after_opened"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Campagne {self.year}"


class CampaignMove(models.Model):
    """A step of a campaign moved: from when to when, by whom, why (R12, R13)."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="moves", verbose_name="campagne")
    step = models.CharField("étape", max_length=20)
    before = models.DateField("avant")
    after = models.DateField("après")
    reason = models.CharField("raison", max_length=400)
    actor_label = models.CharField("par", max_length=200)
    moved_at = models.DateTimeField("le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "date déplacée"
        verbose_name_plural = "dates déplacées"
        ordering = ["-moved_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.campaign}, {Campaign._meta.get_field(self.step).verbose_name}"  # type: ignore[union-attr]


class PassDay(models.Model):
    """A day whose daily pass is finished: the next pass begins after the last of them, so that no day is missed (R12).

    Only a pass that did all it could writes it; the database, not the memory of a worker, says where the year stands.
    """

    on = models.DateField("jour", unique=True)
    finished_at = models.DateTimeField("passage terminé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "passage quotidien"
        verbose_name_plural = "passages quotidiens"
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"
