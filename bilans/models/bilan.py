"""The yearly account of a subject: its values, its words, who wrote them, what became of it (B2, B5)."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bilans.models.campaign import Campaign
from bilans.models.indicator import Breakdown, Indicator, Kind, kind_choices
from members.models import Organisation
from psad.models import Platform
from territories.models import Agency


class Bilan(models.Model):
    """The account of one year by one subject. Nothing of it changes once accepted, unless the Region reopens it.

    `version` is raised by each writing: who saves from an older page is told what changed meanwhile.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "À remplir"
        SUBMITTED = "submitted", "Déposé"
        RETURNED = "returned", "À reprendre"
        ACCEPTED = "accepted", "Accepté"

    # Those that people may write in; those whose figures are consolidated.
    WRITABLE = (State.DRAFT, State.RETURNED)
    COUNTED = (State.SUBMITTED, State.ACCEPTED)
    # The three questions of article 5 (B5): the column, its words, what they look for.
    QUESTIONS = (
        ("happened", "Que s’est-il passé\u00a0?", "Estimer les effets"),
        ("judged", "A-t-on bien fait\u00a0?", "Porter un jugement"),
        ("better", "Comment faire mieux\u00a0?", "Améliorer les actions"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="bilans", verbose_name="campagne")
    kind = models.CharField("sorte", max_length=12, choices=kind_choices)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="bilans", verbose_name="organisme"
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="bilans", verbose_name="territoire"
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="bilans", verbose_name="PSAD"
    )
    # Of a kind that another room brought: the key of its subject, in that room's words.
    subject = models.CharField("sujet", max_length=64, blank=True, editable=False)
    # As the subject was called when the campaign opened.
    name = models.CharField("nom", max_length=300)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0, editable=False)
    commentary = models.TextField("commentaire d’ensemble", blank=True)
    happened = models.TextField("que s’est-il passé", blank=True)
    judged = models.TextField("a-t-on bien fait", blank=True)
    better = models.TextField("comment faire mieux", blank=True)
    first_saved_at = models.DateTimeField("commencé le", null=True, blank=True, editable=False)
    saved_at = models.DateTimeField("enregistré le", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("déposé le", null=True, blank=True, editable=False)
    returned_at = models.DateTimeField("renvoyé le", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True, editable=False)
    return_reason = models.TextField("ce qui est à reprendre", blank=True)

    class Meta:
        verbose_name = "bilan"
        ordering = ["campaign", "kind", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind=Kind.ORGANISATION, organisation__isnull=False, agency=None, platform=None, subject="")
                    | Q(kind=Kind.TERRITORY, organisation=None, agency__isnull=False, platform=None, subject="")
                    | Q(kind=Kind.PSAD, organisation=None, agency=None, platform__isnull=False, subject="")
                    | Q(kind=Kind.REGION, organisation=None, agency=None, platform=None, subject="")
                    | (~Q(kind__in=Kind.values) & Q(organisation=None, platform=None) & ~Q(subject=""))
                ),
                name="bilan_of_its_subject",
            ),
            models.UniqueConstraint(
                fields=["campaign", "kind", "organisation", "agency", "platform", "subject"], nulls_distinct=False,
                name="bilan_once_a_year", violation_error_message="Ce bilan existe déjà.",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason__regex=r"^\s*$"), name="bilan_returned_with_reason",
                violation_error_message="Dites ce qui est à reprendre.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | Q(submitted_at__isnull=False),
                name="bilan_submitted_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False), name="bilan_accepted_at_a_time"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["campaign", "kind", "state"], name="bilan_board")]

    def __str__(self) -> str:
        return f"{self.name}, {self.campaign.year}"

    @property
    def writable(self) -> bool:
        """Whether its people may write in it now (its campaign must be asking for it too)."""
        return self.state in self.WRITABLE and self.asked

    @property
    def asked(self) -> bool:
        """Whether it may be handed in: while the campaign runs; the Region's own also once everybody else's are in."""
        of_region = self.kind == Kind.REGION and self.campaign.opened_at is not None
        return self.campaign.running or of_region


_ACCEPTED = """
IF EXISTS (SELECT 1 FROM bilans_bilan b WHERE b.id = {row}.bilan_id AND b.state = 'accepted')
THEN RAISE EXCEPTION 'pgtrigger: an accepted bilan does not change (B2)' USING ERRCODE = 'check_violation';
END IF; RETURN {row};
"""


class Value(models.Model):
    """What a bilan says of an indicator: its total (`breakdown` empty) or the part of one class.

    `amount` none and not `unavailable`: not answered, a missing answer is never a zero (B3). `proposed` is what the
    portal works out, kept beside what people say of it.
    """

    bilan = models.ForeignKey(Bilan, models.CASCADE, related_name="values", verbose_name="bilan")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values", verbose_name="indicateur")
    breakdown = models.CharField("ventilation", max_length=10, choices=Breakdown, blank=True)
    category = models.CharField("classe", max_length=80, blank=True)
    amount = models.DecimalField("valeur", max_digits=14, decimal_places=2, null=True, blank=True)
    unavailable = models.BooleanField("chiffre non disponible", default=False)
    proposed = models.DecimalField("proposé par le portail", max_digits=14, decimal_places=2, null=True, blank=True)
    # Of a PSAD's flows: published as « n.c. », too small to be told (D8).
    hidden = models.BooleanField("non communiqué", default=False)
    comment = models.TextField("commentaire", blank=True)
    written_at = models.DateTimeField("écrit le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "valeur"
        ordering = ["bilan", "indicator", "breakdown", "category"]
        constraints = [
            models.UniqueConstraint(fields=["bilan", "indicator", "breakdown", "category"], name="bilan_value_once"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="bilan_value_positive",
                violation_error_message="Un nombre positif ou nul est attendu.",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(unavailable=False, hidden=False), name="bilan_value_or_unavailable"
            ),
            models.CheckConstraint(
                condition=Q(breakdown="", category="") | (~Q(breakdown="") & ~Q(category="")), name="bilan_value_class"
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name=f"accepted_{row.lower()}", when=pgtrigger.Before, operation=operation,
                func=_ACCEPTED.format(row=row),
            )
            for row, operation in (("NEW", pgtrigger.Insert | pgtrigger.Update), ("OLD", pgtrigger.Delete))
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.breakdown} {self.category}: {self.amount}"


class Writer(models.Model):
    """Somebody who wrote in a bilan, and when last: its contributors see each other."""

    bilan = models.ForeignKey(Bilan, models.CASCADE, related_name="writers", verbose_name="bilan")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    last_at = models.DateTimeField("dernière saisie")

    class Meta:
        verbose_name = "contributeur·rice"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bilan", "user"], name="bilan_writer_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Act(models.Model):
    """What was done of a bilan: by whom, when, why (R13's way). Append-only."""

    append_only = True

    class Done(models.TextChoices):
        OPENED = "opened", "Ouvert à la saisie"
        SUBMITTED = "submitted", "Déposé"
        RETURNED = "returned", "Renvoyé pour reprise"
        ACCEPTED = "accepted", "Accepté"
        REOPENED = "reopened", "Rouvert"
        TAKEN_BACK = "taken-back", "Repris par ses auteurs"
        REMINDED = "reminded", "Relancé"

    bilan = models.ForeignKey(Bilan, models.CASCADE, related_name="acts", verbose_name="bilan")
    done = models.CharField("acte", max_length=12, choices=Done)
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    # An opaque key and a role, as the journal has them: an account that is erased leaves no name here.
    user_key = models.CharField("clé du compte", max_length=64, blank=True)
    label = models.CharField("en tant que", max_length=60, blank=True)
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "acte d’un bilan"
        verbose_name_plural = "actes d’un bilan"
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_done_display()
