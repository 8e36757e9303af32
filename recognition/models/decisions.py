"""What the Region decided, and the right it gives or takes away (R7-R11, R13, R14)."""

from __future__ import annotations

import datetime as dt
import uuid

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse

from members.models import Organisation, Plan
from recognition.models.bodies import Sitting
from recognition.models.dossier import OWED, Candidature
from recognition.models.instruction import Notice

# Those of every body that gives one today, and two at least, whatever the bodies have become (R7).
_BOTH_OPINIONS = """
IF NEW.kind IN ('grant', 'refusal') AND (2 > (
    SELECT count(*) FROM recognition_opinion o JOIN recognition_sitting s ON s.id = o.sitting_id
    WHERE o.candidature_id = NEW.candidature_id AND s.held_on <= NEW.decided_on) OR EXISTS (
    SELECT 1 FROM recognition_governingbody b WHERE b.kind = 'opinion' AND NOT EXISTS (
        SELECT 1 FROM recognition_opinion o JOIN recognition_sitting s ON s.id = o.sitting_id
        WHERE o.body_id = b.id AND o.candidature_id = NEW.candidature_id AND s.held_on <= NEW.decided_on)))
THEN RAISE EXCEPTION 'pgtrigger: no decision without both opinions (R7)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""

# The organisation is heard before a suspension, or the urgency is said (R10, CRPA L121-1, L121-2).
_HEARD = r"""
IF NEW.kind = 'suspension' AND NEW.notice_id IS NULL AND NEW.urgency !~ '\S'
THEN RAISE EXCEPTION 'pgtrigger: heard first, or urgent (R10)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""

_OWED = ", ".join(f"'{service.value}'" for service in OWED)
_OF_A_GRANT = f"""
IF NOT EXISTS (
    SELECT 1 FROM recognition_decision d
    JOIN recognition_candidature c ON c.id = d.candidature_id
    JOIN members_organisation o ON o.id = c.organisation_id
    JOIN members_plan p ON p.id = d.plan_id
    WHERE d.id = NEW.granted_by_id AND d.kind = 'grant' AND d.candidature_id = NEW.candidature_id
    AND c.organisation_id = NEW.organisation_id AND c.deposited_at IS NOT NULL AND o.status <> 'signatory'
    AND d.plan_id = NEW.plan_id AND NEW.starts_on >= d.decided_on AND NEW.term_on <= p.ends_on)
THEN RAISE EXCEPTION 'pgtrigger: no recognition but of a grant, within its plan (R1, R7, R8)'
    USING ERRCODE = 'check_violation';
END IF;
IF NOT EXISTS (SELECT 1 FROM recognition_candidatesite s WHERE s.candidature_id = NEW.candidature_id)
OR EXISTS (SELECT 1 FROM recognition_candidatesite s WHERE s.candidature_id = NEW.candidature_id
    AND NOT s.services @> ARRAY[{_OWED}]::varchar[])
THEN RAISE EXCEPTION 'pgtrigger: each site gives the three services (R2)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""  # noqa: S608 (names are ours)


class Decision(models.Model):
    """One decision, word for word. It is never edited: another follows it (R13)."""

    class Kind(models.TextChoices):
        GRANT = "grant", "Reconnaissance"
        REFUSAL = "refusal", "Refus"
        SUSPENSION = "suspension", "Suspension"
        RESUMPTION = "resumption", "Fin de suspension"
        WITHDRAWAL = "withdrawal", "Retrait"
        REPEAL = "repeal", "Abrogation"

    OF_CANDIDATURE = (Kind.GRANT, Kind.REFUSAL)
    ANNULMENTS = (Kind.WITHDRAWAL, Kind.REPEAL)

    kind = models.CharField("décision", max_length=12, choices=Kind)
    candidature = models.ForeignKey(
        Candidature, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="dossier"
    )
    recognition = models.ForeignKey(
        "recognition.Recognition", models.PROTECT, null=True, blank=True, related_name="decisions",
        verbose_name="reconnaissance",
    )  # fmt: skip
    notice = models.ForeignKey(
        Notice, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="procédure contradictoire"
    )
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="séance"
    )
    deliberation_number = models.CharField("numéro de délibération", max_length=60)
    decided_on = models.DateField("décidée le")
    # Under which plan a grant holds, settled with the decision (R8).
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="plan")
    grounds = models.TextField("motifs", blank=True)
    # Why a suspension did not wait for the organisation to be heard; the letter prints it (CRPA L121-2).
    urgency = models.TextField("urgence", blank=True)
    signatory = models.CharField("signataire", max_length=200)
    signatory_title = models.CharField("qualité du signataire", max_length=200)
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="fait suite à"
    )
    recorded_at = models.DateTimeField("saisie le")
    actor_label = models.CharField("saisie par", max_length=200, blank=True)

    class Meta:
        verbose_name = "décision"
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["refusal", "suspension", "withdrawal", "repeal"]) | ~Q(grounds__regex=r"^\s*$"),
                name="decision_with_grounds", violation_error_message="Donnez les motifs de la décision.",
            ),
            models.CheckConstraint(
                condition=~Q(deliberation_number__regex=r"^\s*$") & ~Q(signatory__regex=r"^\s*$")
                & ~Q(signatory_title__regex=r"^\s*$"),
                name="decision_is_signed",
                violation_error_message="Donnez le numéro de délibération, la ou le signataire et sa qualité.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["grant", "refusal"], candidature__isnull=False)
                | (~Q(kind__in=["grant", "refusal"]) & Q(recognition__isnull=False)),
                name="decision_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["withdrawal", "repeal"]) | Q(notice__isnull=False),
                name="annulment_after_notice",
                violation_error_message="Une annulation suit une procédure contradictoire.",
            ),
            models.UniqueConstraint(
                fields=["candidature"], condition=Q(kind__in=["grant", "refusal"], follows=None),
                name="decision_once_a_dossier", violation_error_message="Ce dossier est déjà décidé.",
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="decision_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="both_opinions", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_BOTH_OPINIONS
            ),
            pgtrigger.Trigger(name="heard_first", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_HEARD),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.deliberation_number}"


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    def in_force(self, on: dt.date) -> RecognitionQuerySet:
        """Those that hold on that day; one suspended holds still, and says that it is suspended."""
        return self.filter(starts_on__lte=on, ends_on__gte=on)


class Recognition(models.Model):
    """The right that a grant gives, from its notification to the end of the plan at most (R8); `ends_on` included.

    `ends_on` is the day it really ends: an annulment brings it nearer, a renewal lodged in time (R9) keeps it alive
    through `kept_until_decision`, after which `ends_on` follows the decision.
    """

    class End(models.TextChoices):
        LAPSED = "lapsed", "Arrivée à son terme"
        RENEWED = "renewed", "Renouvelée"
        REFUSED = "refused", "Renouvellement refusé"
        WITHDRAWN = "withdrawn", "Retirée"
        REPEALED = "repealed", "Abrogée"
        LEFT = "left", "À la demande de l’organisme"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="recognitions", verbose_name="organisme"
    )
    candidature = models.OneToOneField(Candidature, models.PROTECT, related_name="recognition", verbose_name="dossier")
    granted_by = models.OneToOneField(
        Decision, models.PROTECT, related_name="granted", verbose_name="décision d’octroi"
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="recognitions", verbose_name="plan")
    starts_on = models.DateField("depuis le", help_text="Le jour de la notification.")
    ends_on = models.DateField("jusqu’au")
    # The end written in the notification, whatever happens next.
    term_on = models.DateField("terme notifié")
    kept_until_decision = models.BooleanField("maintenue jusqu’à la décision de renouvellement", default=False)
    suspended_since = models.DateField("suspendue depuis", null=True, blank=True)
    # The places that the suspension took out of the directory: those, and no other, come back with it.
    suspended_sites = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    end_reason = models.CharField("fin", max_length=10, choices=End, blank=True)
    # What the daily pass has done of it in the directory (R11).
    entered_at = models.DateTimeField(null=True, blank=True, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créée le", editable=False)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = "reconnaissance"
        ordering = ["organisation__sort_key", "-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="recognition_period"),
            models.CheckConstraint(
                condition=Q(kept_until_decision=True) | Q(ends_on__lte=F("term_on")), name="recognition_within_term"
            ),
            ExclusionConstraint(
                name="recognition_one_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (
                        Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Cet organisme a déjà une reconnaissance sur cette période.",
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(name="of_a_grant", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OF_A_GRANT),
            pgtrigger.Protect(
                name="recognition_as_granted", operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("organisation", "candidature", "plan", "starts_on", "term_on"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.organisation}, du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("recognition", args=[self.public_id])
