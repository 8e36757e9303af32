"""The bodies that give an opinion or decide, their sittings, what they said of each dossier (R6, R7, T4)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.models import PackManaged

_CLOSED = "SELECT closed_at IS NOT NULL FROM recognition_sitting WHERE id = {row}.sitting_id"

# Who gives an opinion, who decides, in what order, does not change once one of them sat (R6, R7).
_SAT = """
IF EXISTS (SELECT 1 FROM recognition_sitting s WHERE s.body_id = OLD.id)
THEN RAISE EXCEPTION 'pgtrigger: a body that sat keeps its part (R6, R7)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""


class GoverningBody(PackManaged):
    """A body of the governance: the pack says which, in what order, who gives an opinion and who decides (M6)."""

    class Kind(models.TextChoices):
        OPINION = "opinion", "Donne un avis"
        DECISION = "decision", "Décide"

    slug = models.SlugField("identifiant", max_length=60, unique=True)
    name = models.CharField("nom", max_length=200)
    short_name = models.CharField("nom court", max_length=80)
    kind = models.CharField("rôle dans la reconnaissance", max_length=10, choices=Kind)
    order = models.PositiveSmallIntegerField("ordre")
    role = models.TextField("rôle", blank=True)
    frequency = models.CharField("fréquence", max_length=200, blank=True)
    candidature_month = models.PositiveSmallIntegerField("mois des candidatures", null=True, blank=True)
    source = models.CharField("source", max_length=300, blank=True)

    class Meta:
        verbose_name = "instance"
        ordering = ["order"]
        triggers = [
            pgtrigger.Trigger(
                name="body_that_sat", when=pgtrigger.Before, operation=pgtrigger.Update, func=_SAT,
                condition=pgtrigger.AnyChange("kind", "order"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.short_name


class Sitting(models.Model):
    """One meeting of a body (*séance*): its agenda of dossiers, then what it said, then its minutes, which close it.

    Once its minutes are closed nothing of it changes: the database refuses (R13).
    """

    body = models.ForeignKey(GoverningBody, models.PROTECT, related_name="sittings", verbose_name="instance")
    campaign = models.ForeignKey(
        "recognition.Campaign", models.PROTECT, null=True, blank=True, related_name="sittings", verbose_name="campagne"
    )
    held_on = models.DateField("date")
    starts_at = models.TimeField("heure", null=True, blank=True)
    place = models.CharField("lieu", max_length=200, blank=True)
    chair = models.CharField("présidence", max_length=200, blank=True)
    present = models.TextField("personnes présentes", blank=True, help_text="Une par ligne\u00a0: nom, organisme.")
    minutes = models.TextField("compte rendu", blank=True)
    closed_at = models.DateTimeField("compte rendu arrêté le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "séance"
        ordering = ["-held_on", "body"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "held_on"], name="sitting_once_a_day",
                violation_error_message="Cette instance a déjà une séance ce jour-là.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(minutes=""), name="sitting_closed_with_minutes",
                violation_error_message="Écrivez le compte rendu avant de l’arrêter.",
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(
                name="closed_sitting", operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.body}, {self.held_on:%d/%m/%Y}"


# An opinion is of the body that sits, once those before it spoke, on that day at the latest, and of a dossier that was
# deposited by then (R6).
_IN_ORDER = """
IF NOT EXISTS (SELECT 1 FROM recognition_sitting s WHERE s.id = NEW.sitting_id AND s.body_id = NEW.body_id) OR EXISTS (
    SELECT 1 FROM recognition_governingbody mine JOIN recognition_governingbody b ON b."order" < mine."order"
    JOIN recognition_sitting here ON here.id = NEW.sitting_id
    WHERE mine.id = NEW.body_id AND b.kind = 'opinion' AND NOT EXISTS (
        SELECT 1 FROM recognition_opinion o JOIN recognition_sitting s ON s.id = o.sitting_id
        WHERE o.body_id = b.id AND o.candidature_id = NEW.candidature_id AND s.held_on <= here.held_on))
THEN RAISE EXCEPTION 'pgtrigger: the bodies speak in their order (R6)' USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (SELECT 1 FROM recognition_sitting s JOIN recognition_candidature c ON c.id = NEW.candidature_id
    WHERE s.id = NEW.sitting_id AND s.held_on < (c.deposited_at AT TIME ZONE 'Europe/Paris')::date)
THEN RAISE EXCEPTION 'pgtrigger: no opinion before the deposit (R6)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""


def _refused_when_closed(name: str) -> list[pgtrigger.Trigger]:
    """Nothing enters, changes or leaves the record of a sitting whose minutes are closed (R13)."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_{row.lower()}", when=pgtrigger.Before, operation=operation,
            func=(
                f"IF ({_CLOSED.format(row=row)}) THEN "
                "RAISE EXCEPTION 'pgtrigger: the minutes are closed' USING ERRCODE = 'check_violation'; "
                f"END IF; RETURN {row};"
            ),
        )
        for row, operation in (("NEW", pgtrigger.Insert | pgtrigger.Update), ("OLD", pgtrigger.Delete))
    ]  # fmt: skip


class AgendaItem(models.Model):
    """A dossier on the agenda of a sitting."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items", verbose_name="séance")
    candidature = models.ForeignKey(
        "recognition.Candidature", models.PROTECT, related_name="agenda_items", verbose_name="dossier"
    )
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "ordre du jour"
        ordering = ["sitting", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "candidature"], name="agenda_item_once",
                violation_error_message="Ce dossier est déjà à l’ordre du jour.",
            )
        ]  # fmt: skip
        triggers = _refused_when_closed("agenda_of_closed_sitting")

    def __str__(self) -> str:
        return f"{self.sitting} : {self.candidature}"


class Recusal(models.Model):
    """A member of the body leaves while a dossier is examined, for a conflict of interest."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="recusals", verbose_name="séance")
    candidature = models.ForeignKey(
        "recognition.Candidature", models.PROTECT, related_name="recusals", verbose_name="dossier"
    )
    person = models.CharField("personne", max_length=200)
    organisation_name = models.CharField("organisme", max_length=200, blank=True)
    reason = models.CharField("raison", max_length=300)

    class Meta:
        verbose_name = "déport"
        ordering = ["pk"]
        triggers = _refused_when_closed("recusal_of_closed_sitting")

    def __str__(self) -> str:
        return self.person


class Opinion(models.Model):
    """What an opinion body said of a dossier, in a dated sitting, with its reasons and its votes (R6)."""

    class Value(models.TextChoices):
        FAVOURABLE = "favourable", "Favorable"
        RESERVED = "reserved", "Réservé"
        UNFAVOURABLE = "unfavourable", "Défavorable"

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="opinions", verbose_name="séance")
    candidature = models.ForeignKey(
        "recognition.Candidature", models.PROTECT, related_name="opinions", verbose_name="dossier"
    )
    body = models.ForeignKey(GoverningBody, models.PROTECT, related_name="opinions", verbose_name="instance")
    value = models.CharField("avis", max_length=12, choices=Value)
    reasons = models.TextField("motifs")
    votes_for = models.PositiveSmallIntegerField("voix pour", default=0)
    votes_against = models.PositiveSmallIntegerField("voix contre", default=0)
    abstentions = models.PositiveSmallIntegerField("abstentions", default=0)
    recorded_at = models.DateTimeField("saisi le", editable=False)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["sitting", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidature", "body"], name="opinion_once_a_body",
                violation_error_message="Cette instance a déjà donné son avis sur ce dossier.",
            ),
            models.CheckConstraint(
                condition=~Q(reasons__regex=r"^\s*$"), name="opinion_with_reasons",
                violation_error_message="Donnez les motifs de l’avis.",
            ),
        ]  # fmt: skip
        triggers = [
            *_refused_when_closed("opinion_of_closed_sitting"),
            pgtrigger.Trigger(
                name="opinion_in_order", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update,
                func=_IN_ORDER,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.body} : {self.get_value_display()}"
