"""Letters: their words, which the Region edits, and those that left, numbered and kept as they were (R14)."""

from __future__ import annotations

import secrets
import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recognition.models.decisions import Decision, Recognition
from recognition.models.dossier import Candidature, private_storage
from recognition.models.instruction import Notice


class LetterKind(models.TextChoices):
    """What a letter is; each has its words and its mandatory blocks (`recognition/letters.py`)."""

    RECEIPT = "receipt", "Accusé de réception"
    COMPLETED = "completed", "Accusé de réception d’un complément"
    GRANT = "grant", "Notification de reconnaissance"
    REFUSAL = "refusal", "Notification de refus"
    CERTIFICATE = "certificate", "Attestation de reconnaissance"
    RENEWAL = "renewal", "Avis de renouvellement"
    LAPSE = "lapse", "Fin de la reconnaissance"
    NOTICE = "notice", "Procédure contradictoire"
    SUSPENSION = "suspension", "Suspension"
    RESUMPTION = "resumption", "Fin de suspension"
    WITHDRAWAL = "withdrawal", "Retrait"
    REPEAL = "repeal", "Abrogation"


class LetterTemplate(models.Model):
    """The words of a kind of letter, in Markdown with {{ names }} of a closed list; legal blocks are added by us."""

    kind = models.CharField("lettre", max_length=12, choices=LetterKind, unique=True)
    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte", help_text="En Markdown. Les blocs obligatoires s’ajoutent d’eux-mêmes.")
    updated_at = models.DateTimeField("modifié le", db_default=Now())

    class Meta:
        verbose_name = "modèle de lettre"
        verbose_name_plural = "modèles de lettres"
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.get_kind_display()


def letter_path(_: Letter, __: str) -> str:
    """A name that says nothing and that nobody guesses."""
    return f"letters/{secrets.token_hex(24)}"


class Letter(models.Model):
    """A letter: written (its words settled, its number taken), then drawn as a PDF by a worker, then sent by mail.

    `key` keeps it from being written twice. Its words never change once written; its file, once drawn.
    """

    class State(models.TextChoices):
        WRITTEN = "written", "À produire"
        DRAWN = "drawn", "Produite"
        SENT = "sent", "Envoyée"
        FAILED = "failed", "En échec"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField("clé unique", max_length=160, unique=True)
    number = models.CharField("numéro", max_length=20, unique=True)
    kind = models.CharField("lettre", max_length=12, choices=LetterKind)
    candidature = models.ForeignKey(
        Candidature, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="dossier"
    )
    recognition = models.ForeignKey(
        Recognition, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="reconnaissance"
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="décision"
    )
    notice = models.ForeignKey(
        Notice, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="procédure contradictoire"
    )
    subject = models.CharField("objet", max_length=200)
    # Everything the page is drawn from, settled when written: addressee, paragraphs, legal blocks, tables.
    content = models.JSONField("contenu")
    dated_on = models.DateField("datée du")
    state = models.CharField("état", max_length=8, choices=State, default=State.WRITTEN)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("échec", max_length=300, blank=True)
    file = models.FileField("PDF", upload_to=letter_path, storage=private_storage, max_length=200, blank=True)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField("pages", null=True, blank=True)
    written_at = models.DateTimeField("écrite le")
    drawn_at = models.DateTimeField("produite le", null=True, blank=True)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)

    class Meta:
        verbose_name = "lettre"
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["state", "written_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["drawn", "sent"]) | (~Q(sha256="") & ~Q(file="")), name="letter_drawn_has_file"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="letter_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="letter_words_stay", operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("key", "number", "kind", "subject", "content", "dated_on"),
            ),
            pgtrigger.Protect(
                name="letter_file_stays", operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__sha256="") & pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} : {self.get_kind_display()}"


class Counter(models.Model):
    """The next number of a series in a year (receipts, letters): taken under lock, without gaps nor doubles."""

    series = models.SlugField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "compteur"
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}"
