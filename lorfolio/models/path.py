"""The path: what the person lived, what they can do, and what proves it (L2, L3)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from lorfolio.lists import Cefr, Certainty, ExtraKind, Kind, Level, ProofKind
from lorfolio.models.base import Owned, PartialDateField
from metiers.models import Skill as ReferenceSkill


class Experience(Owned):
    """One thing lived; only its title is asked for. Ongoing: a start without an end."""

    kind = models.CharField("sorte", max_length=10, choices=Kind, default=Kind.WORK)
    title = models.CharField("intitulé", max_length=160)
    organisation = models.CharField("où, avec qui", max_length=160, blank=True)
    place = models.CharField("lieu", max_length=120, blank=True)
    url = models.URLField("page", blank=True)
    starts = PartialDateField("début")
    ends = PartialDateField("fin")
    summary = models.TextField("en quelques mots", max_length=4_000, blank=True)
    highlights = ArrayField(
        models.CharField(max_length=400), verbose_name="ce que j’ai fait", default=list, blank=True, size=30
    )
    # What JSON Resume knows and we show little: {"area": …, "studyType": …, "score": …, "courses": […], "type": …}
    details = models.JSONField(default=dict, blank=True, editable=False)
    translations = models.JSONField("traductions", default=dict, blank=True)

    class Meta:
        verbose_name = "expérience"
        # What goes on first, then what ended last, then what has no date.
        ordering = [
            Case(
                When(Q(ends="") & ~Q(starts=""), then=Value("9999")), default="ends", output_field=models.CharField()
            ).desc(),
            "-starts", "-created_at",
        ]  # fmt: skip
        indexes = [models.Index(fields=["portfolio", "-starts"], name="experience_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends="") | Q(starts="") | Q(ends__gte=F("starts")) | Q(starts__startswith=F("ends")),
                name="experience_in_order", violation_error_message="La fin vient avant le début.",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="experience_titled", violation_error_message="Donnez un intitulé."
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Skill(Owned):
    """Something the person can do: recognised in the reference list, or in their own words."""

    label = models.CharField("compétence", max_length=160)
    folded = models.CharField(max_length=160, editable=False)
    reference = models.ForeignKey(
        ReferenceSkill, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="dans la liste"
    )
    level = models.PositiveSmallIntegerField("niveau", choices=Level, default=Level.UNSAID)
    note = models.TextField("un exemple", max_length=1_000, blank=True)
    keywords = ArrayField(models.CharField(max_length=80), verbose_name="mots", default=list, blank=True, size=30)
    experiences = models.ManyToManyField(Experience, related_name="skills", blank=True, verbose_name="expériences")
    translations = models.JSONField("traductions", default=dict, blank=True)
    # How an imported file named the level, given back as it came while `level` is unsaid.
    details = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = "compétence"
        ordering = ["-level", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "folded"], name="skill_once",
                violation_error_message="Cette compétence est déjà dans votre liste.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label


class Language(Owned):
    name = models.CharField("langue", max_length=60)
    level = models.CharField("niveau", max_length=5, choices=Cefr, blank=True, default="")
    details = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = "langue"
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name


class Extra(Owned):
    """A certificate, a prize, an interest… `details` keeps what JSON Resume knows besides."""

    kind = models.CharField("sorte", max_length=12, choices=ExtraKind)
    title = models.CharField("intitulé", max_length=200)
    issuer = models.CharField("donné par", max_length=160, blank=True)
    date = PartialDateField("date")
    url = models.URLField("lien", blank=True)
    summary = models.TextField("en quelques mots", max_length=2_000, blank=True)
    details = models.JSONField(default=dict, blank=True, editable=False)
    translations = models.JSONField("traductions", default=dict, blank=True)

    class Meta:
        verbose_name = "en plus"
        ordering = ["kind", "-date", "created_at"]

    def __str__(self) -> str:
        return self.title


class Proof(Owned):
    """What makes a skill, an experience or an extra sure (L3, L11): of one item exactly.

    An attestation is asked by mail of somebody, who confirms or declines on a page; `asked_email` is emptied then.
    """

    kind = models.CharField("sorte", max_length=12, choices=ProofKind)
    skill = models.ForeignKey(Skill, models.CASCADE, null=True, blank=True, related_name="proofs")
    experience = models.ForeignKey(Experience, models.CASCADE, null=True, blank=True, related_name="proofs")
    extra = models.ForeignKey(Extra, models.CASCADE, null=True, blank=True, related_name="proofs")
    title = models.CharField("intitulé", max_length=160)
    file = models.ForeignKey("lorfolio.SafeFile", models.CASCADE, null=True, blank=True, related_name="proofs")
    url = models.URLField("lien", blank=True)
    badge = models.JSONField("badge", default=dict, blank=True)
    # Of an attestation.
    asked_email = models.EmailField("adresse de qui atteste", blank=True)
    asked_name = models.CharField("nom de qui atteste", max_length=120, blank=True)
    message = models.TextField("un mot pour cette personne", max_length=600, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    asked_at = models.DateTimeField("demandée le", null=True, blank=True, editable=False)
    expires_at = models.DateTimeField("jusqu’au", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True, editable=False)
    confirmed = models.BooleanField("confirmée", null=True, blank=True, editable=False)
    attester_name = models.CharField("attesté par", max_length=120, blank=True, editable=False)
    attester_role = models.CharField("fonction", max_length=120, blank=True, editable=False)
    attester_organisation = models.CharField("organisme", max_length=160, blank=True, editable=False)
    statement = models.TextField("ce qui est attesté", max_length=1_000, blank=True, editable=False)
    # What the item said when it was attested: a later change of it is shown.
    attested_words = models.CharField(max_length=400, blank=True, editable=False)

    class Meta:
        verbose_name = "preuve"
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(skill__isnull=False, experience=None, extra=None)
                    | Q(skill=None, experience__isnull=False, extra=None)
                    | Q(skill=None, experience=None, extra__isnull=False)
                ),
                name="proof_of_one_thing", violation_error_message="Une preuve se rattache à une seule chose.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed=None) | Q(answered_at__isnull=False), name="proof_answered",
                violation_error_message="Une attestation se confirme quand on y répond.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def certainty(self) -> Certainty:
        """What this proof alone is worth."""
        if self.kind != ProofKind.ATTESTATION:
            return Certainty.PROVED
        return Certainty.ATTESTED if self.confirmed else Certainty.DECLARED
