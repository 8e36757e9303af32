"""What is done for a person: attempts, interviews, proposals, checks, letters, notes, files (D2, D6, D7, D12)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from members.models import Organisation
from psad.lists import Answer, CheckResult, Means, Outcome, SolutionKind
from psad.models.base import Keyed
from psad.models.case import Case
from psad.models.platform import Partner, Platform
from territories.models import Site


class OfCase(Keyed):
    """A row of a case: it is seen by who sees the case, goes with it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="%(class)ss")
    at = models.DateTimeField("le")
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ("at", "id")


class Move(OfCase):
    """A line of the case's history: what changed, in closed words (no name, no free text)."""

    verb = models.CharField(max_length=30)
    data = models.JSONField(default=dict)


class Attempt(OfCase):
    """An attempt at contact (protocol: so many, by so many means, before « injoignable »)."""

    means = models.CharField("moyen", max_length=8, choices=Means)
    outcome = models.CharField("résultat", max_length=10, choices=Outcome)
    note = models.BinaryField(default=b"", editable=False)


class Interview(OfCase):
    """A meeting with the person: needs of a closed list, plan agreed."""

    means = models.CharField("comment", max_length=8, choices=Means)
    needs = ArrayField(models.CharField(max_length=12), default=list)
    plan = models.BinaryField(default=b"", editable=False)
    family_present = models.BooleanField("famille présente", default=False)


class Note(OfCase):
    """Free text, sealed. Beside its field: nothing on offences, health, nationality, social or family situation."""

    text = models.BinaryField(editable=False)


class Guardian(OfCase):
    """A legal representative (minors only): contact and what was said of associating the family (D7, D11)."""

    class Wish(models.TextChoices):
        UNKNOWN = "unknown", "Non demandé"
        AGREES = "agrees", "Associer"
        REFUSES = "refuses", "Ne pas associer"

    contact = models.BinaryField(editable=False)
    wish = models.CharField("association de la famille", max_length=8, choices=Wish, default=Wish.UNKNOWN)


class Solution(Keyed):
    """The shared catalogue of the territory (D6): offered by circle 2 or circle 1; holds no person's data."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="solutions")
    partner = models.ForeignKey(Partner, models.SET_NULL, null=True, blank=True, related_name="solutions")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    organisation_name = models.CharField("organisme", max_length=200)
    kind = models.CharField("sorte", max_length=14, choices=SolutionKind)
    title = models.CharField("intitulé", max_length=200)
    conditions = models.TextField("conditions", max_length=4_000, blank=True)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField("lieu", max_length=200, blank=True)
    starts_on = models.DateField("à partir du", null=True, blank=True)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    apply_before = models.DateField("proposer avant le", null=True, blank=True)
    places = models.PositiveIntegerField("places", null=True, blank=True)  # none: not counted
    taken = models.PositiveIntegerField("places prises", default=0)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "solution"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(places=None) | Q(taken__lte=F("places")),
                name="psad_solution_not_overbooked",
                violation_error_message="Il ne reste plus de place.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="psad_solution_dates",
                violation_error_message="La fin ne peut précéder le début.",
            ),
        ]


class Proposal(OfCase):
    """A solution proposed to the person, and the answer. It holds a place from the proposal until a refusal."""

    solution = models.ForeignKey(Solution, models.PROTECT, related_name="proposals")
    answer = models.CharField("réponse", max_length=9, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True, blank=True)
    started_on = models.DateField("commencée le", null=True, blank=True)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "solution"],
                condition=Q(answer__in=["waiting", "accepted"]),
                name="psad_proposed_once",
                violation_error_message="Cette solution est déjà proposée à cette personne.",
            )
        ]


class Check(OfCase):
    """A check at 1, 3, 6 or 12 months after a solution has begun; `at` is when it was planned."""

    done_at = models.DateTimeField("faite le", null=True, blank=True)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="checks")
    months = models.PositiveSmallIntegerField("à (mois)")
    due_on = models.DateField("à faire le")
    result = models.CharField("résultat", max_length=8, choices=CheckResult, blank=True)

    class Meta(OfCase.Meta):
        constraints = [models.UniqueConstraint(fields=["proposal", "months"], name="psad_check_once")]


class Obligation(OfCase):
    """The 16-18 training obligation (D12): convocation, then two months, then the département. ML side only."""

    class Ground(models.TextChoices):
        ABSENCE = "absence", "Absence injustifiée"
        ABANDON = "abandon", "Abandon"
        SILENCE = "silence", "Sans réponse aux sollicitations"

    ground = models.CharField("motif", max_length=8, choices=Ground)
    convoked_at = models.DateTimeField("convoqué·e le", null=True, blank=True)
    meeting_at = models.DateTimeField("rendez-vous le", null=True, blank=True)
    pass_on = models.DateField("à transmettre à partir du", null=True, blank=True)
    passed_at = models.DateTimeField("transmis le", null=True, blank=True)
    ended_at = models.DateTimeField("close le", null=True, blank=True)
    end_reason = models.CharField("parce que", max_length=20, blank=True)

    class Meta(OfCase.Meta):
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="psad_one_obligation")]


class Letter(OfCase):
    """A letter to the person, the legal representative or the département: its words, settled and sealed the day it was
    written; the PDF is drawn from them alone, the same each time (`psad.letters`)."""

    kind = models.CharField("sorte", max_length=20)  # young, guardian, department
    content = models.BinaryField(editable=False)
    obligation = models.ForeignKey(Obligation, models.CASCADE, null=True, blank=True, related_name="letters")


class File(OfCase):
    """An attachment, sealed before it is written; kept under a random name."""

    name = models.BinaryField(editable=False)  # sealed
    stored = models.CharField(max_length=64, unique=True, editable=False)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=40)


class Transfer(OfCase):
    """A case asked of, or given to, another platform; read there once its people have accepted (D13)."""

    to = models.ForeignKey(Platform, models.PROTECT, related_name="transfers")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)
    asked = models.BooleanField("demandé par qui le reçoit", default=False)  # then who has the case answers

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(accepted_at=None, refused_at=None), name="psad_one_transfer"
            )
        ]
