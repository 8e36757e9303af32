"""How the Region examines a dossier: requests for what is missing, messages, the quality grid, private notes (R5)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from members.models import QualityCriterion
from recognition.models.dossier import CandidateSite, Candidature


class PieceRequest(models.Model):
    """What is missing or unclear, why, and until when: the dossier is « à compléter » while one is open (R5)."""

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="requests", verbose_name="dossier")
    items = ArrayField(models.CharField(max_length=300), verbose_name="ce qui est demandé")
    reason = models.TextField("pourquoi")
    asked_at = models.DateTimeField("demandé le")
    asked_by_label = models.CharField("demandé par", max_length=200, blank=True)
    due_on = models.DateField("à donner avant la fin du")
    answer = models.TextField("réponse", blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de pièces"
        verbose_name_plural = "demandes de pièces"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidature"], condition=Q(answered_at=None, closed_at=None), name="piece_request_one_open",
                violation_error_message="Une demande attend déjà la réponse de l’organisme.",
            ),
            models.CheckConstraint(condition=~Q(items=[]) & ~Q(reason=""), name="piece_request_says_what"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.candidature} : {self.asked_at:%d/%m/%Y}"


class Message(models.Model):
    """A line of the thread between the organisation and the Region; a mail tells the other side that it is there."""

    class Side(models.TextChoices):
        REGION = "region", "La Région"
        CANDIDATE = "candidate", "L’organisme"

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="messages", verbose_name="dossier")
    side = models.CharField("de", max_length=10, choices=Side)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="auteur·rice")
    text = models.TextField("message")
    sent_at = models.DateTimeField("envoyé le")
    read_at = models.DateTimeField("lu le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class PrivateNote(models.Model):
    """What the Region's services write for themselves; never shown to the organisation, nor in what leaves the desk."""

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="notes", verbose_name="dossier")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="auteur·rice")
    text = models.TextField("note")
    written_at = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "note interne"
        verbose_name_plural = "notes internes"
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:80]


class Assessment(models.Model):
    """What the Region found of one criterion, for the whole organisation or for one site (the quality grid, R5)."""

    class Level(models.TextChoices):
        MET = "met", "Atteint"
        PARTLY = "partly", "En partie"
        UNMET = "unmet", "Non atteint"
        UNSEEN = "unseen", "Sans objet"

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="assessments", verbose_name="dossier")
    criterion = models.ForeignKey(QualityCriterion, models.PROTECT, related_name="+", verbose_name="critère")
    site = models.ForeignKey(
        CandidateSite, models.CASCADE, null=True, blank=True, related_name="assessments", verbose_name="site"
    )
    level = models.CharField("niveau", max_length=8, choices=Level)
    comment = models.TextField("observation", blank=True)
    assessed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="par")
    assessed_at = models.DateTimeField("le")

    class Meta:
        verbose_name = "ligne de la grille"
        verbose_name_plural = "grille de qualité"
        ordering = ["candidature", "criterion__order", "site__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidature", "criterion", "site"], nulls_distinct=False, name="assessment_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion.key} : {self.get_level_display()}"


class Visit(models.Model):
    """A visit or a conformity check of a recognised organisation or of a candidate, with its report (R10)."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        DONE = "done", "Faite"
        CANCELLED = "cancelled", "Annulée"

    recognition = models.ForeignKey(
        "recognition.Recognition", models.PROTECT, null=True, blank=True, related_name="visits",
        verbose_name="reconnaissance",
    )  # fmt: skip
    candidature = models.ForeignKey(
        Candidature, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="dossier"
    )
    site_name = models.CharField("lieu visité", max_length=200, blank=True)
    planned_on = models.DateField("prévue le")
    visitors = models.CharField("personnes qui visitent", max_length=300, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PLANNED)
    done_on = models.DateField("faite le", null=True, blank=True)
    report = models.TextField("compte rendu", blank=True)
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "visite"
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recognition__isnull=False) | Q(candidature__isnull=False), name="visit_of_something",
                violation_error_message="Dites quel dossier ou quelle reconnaissance est visité.",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(done_on__isnull=False) & ~Q(report="")), name="visit_done_with_report",
                violation_error_message="Une visite faite a sa date et son compte rendu.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Visite du {self.planned_on:%d/%m/%Y}"


class Finding(models.Model):
    """One criterion looked at during a visit: met, or a minor or major gap, with what is to be mended and by when."""

    class Severity(models.TextChoices):
        MET = "met", "Conforme"
        MINOR = "minor", "Écart mineur"
        MAJOR = "major", "Écart majeur"

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="findings", verbose_name="visite")
    criterion = models.ForeignKey(QualityCriterion, models.PROTECT, related_name="+", verbose_name="critère")
    severity = models.CharField("constat", max_length=8, choices=Severity)
    text = models.TextField("observation", blank=True)
    corrective = models.TextField("ce qui est à corriger", blank=True)
    due_on = models.DateField("avant le", null=True, blank=True)
    resolved_on = models.DateField("corrigé le", null=True, blank=True)
    resolution = models.TextField("comment", blank=True)

    class Meta:
        verbose_name = "constat"
        ordering = ["visit", "criterion__order"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "criterion"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(severity="met") | (~Q(corrective="") & Q(due_on__isnull=False)),
                name="finding_gap_is_dated",
                violation_error_message="Un écart dit ce qui est à corriger, et avant quand.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.criterion.key} : {self.get_severity_display()}"


class Notice(models.Model):
    """The adversarial stage before an annulment: the grounds told, the delay to answer, the answer (R10, R14).

    Neither it nor a suspension in its place is decided before the organisation answered or `answer_by` is past (CRPA
    L121-1, L122-1).
    """

    class Kind(models.TextChoices):
        WITHDRAWAL = "withdrawal", "Retrait (décision illégale, dans les quatre mois)"
        REPEAL = "repeal", "Abrogation (une condition n’est plus remplie)"

    recognition = models.ForeignKey(
        "recognition.Recognition", models.PROTECT, related_name="notices", verbose_name="reconnaissance"
    )
    kind = models.CharField("nature de l’annulation envisagée", max_length=10, choices=Kind)
    grounds = models.TextField("motifs")
    told_on = models.DateField("notifié le")
    answer_by = models.DateField("réponse attendue avant la fin du")
    answer = models.TextField("observations de l’organisme", blank=True)
    answered_on = models.DateField("reçues le", null=True, blank=True)
    dropped_on = models.DateField("abandonnée le", null=True, blank=True)
    dropped_reason = models.TextField("pourquoi", blank=True)

    class Meta:
        verbose_name = "procédure contradictoire"
        verbose_name_plural = "procédures contradictoires"
        ordering = ["-told_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_by__gt=F("told_on")) & ~Q(grounds__regex=r"^\s*$"), name="notice_leaves_time",
                violation_error_message="Donnez les motifs, et un délai pour répondre.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.recognition} : {self.get_kind_display()}"
