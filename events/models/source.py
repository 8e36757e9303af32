"""Agendas of members that the portal reads on a schedule (A6)."""

from __future__ import annotations

import secrets
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.reference import EventType, Sector, Status
from members.models import Organisation


class Source(models.Model):
    """One feed of one organisation, and what its events are when it does not say."""

    class Format(models.TextChoices):
        ICS = "ics", "iCalendar"
        OPENAGENDA = "openagenda", "OpenAgenda (JSON)"
        CSV = "csv", "CSV"

    slug = models.SlugField("identifiant", max_length=80, unique=True)
    name = models.CharField("nom", max_length=200)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="agenda_sources", verbose_name="organisme"
    )
    format = models.CharField("format", max_length=12, choices=Format)
    url = models.URLField("adresse", max_length=500)
    page_url = models.URLField("page à citer", max_length=400, blank=True, help_text="Où le public voit cet agenda.")
    active = models.BooleanField("lue automatiquement", default=True)
    every_hours = models.PositiveSmallIntegerField("toutes les (heures)", default=1)
    default_kind = models.CharField(
        "type par défaut", max_length=30, choices=EventType, default=EventType.REUNION_INFORMATION
    )
    default_sectors = ArrayField(
        models.CharField(max_length=40, choices=Sector), verbose_name="secteurs par défaut", default=list, blank=True
    )
    default_publics = ArrayField(
        models.CharField(max_length=30, choices=Status), verbose_name="publics par défaut", default=list, blank=True
    )
    # What is known of the last reads.
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    body_digest = models.CharField(max_length=64, blank=True, editable=False)
    last_run_at = models.DateTimeField("dernière lecture", null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField("dernière lecture réussie", null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0, editable=False)
    next_run_at = models.DateTimeField("prochaine lecture", db_default=Now(), editable=False)
    last_error = models.TextField("dernière erreur", blank=True, editable=False)
    # The last reading was whole and gave most of its events no more: by prudence, none was withdrawn.
    withheld = models.BooleanField("retraits retenus", default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "source d’agenda"
        verbose_name_plural = "sources d’agenda"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "url"], name="source_once",
                violation_error_message="Cet organisme a déjà cette source.",
            ),
            models.CheckConstraint(
                condition=Q(every_hours__range=(1, 168)), name="source_rhythm",
                violation_error_message="De toutes les heures à une fois par semaine.",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["next_run_at"], name="source_due", condition=Q(active=True))]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One reading of a source or of a file: what it did, and each line refused with its reason."""

    class Outcome(models.TextChoices):
        DONE = "done", "Lue"
        UNCHANGED = "unchanged", "Rien de nouveau"
        FAILED = "failed", "En échec"

    source = models.ForeignKey(
        Source, models.CASCADE, null=True, blank=True, related_name="runs", verbose_name="source"
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="agenda_runs", verbose_name="organisme")
    filename = models.CharField("fichier", max_length=200, blank=True)
    started_at = models.DateTimeField("commencée le", db_default=Now(), editable=False)
    finished_at = models.DateTimeField("finie le", null=True, blank=True, editable=False)
    outcome = models.CharField("résultat", max_length=10, choices=Outcome)
    created = models.PositiveIntegerField("créés", default=0)
    updated = models.PositiveIntegerField("modifiés", default=0)
    unchanged = models.PositiveIntegerField("inchangés", default=0)
    withdrawn = models.PositiveIntegerField("retirés", default=0)
    rejected = models.PositiveIntegerField("refusés", default=0)
    # [{"where": "ligne 12" | UID, "title": …, "reason": …}], the first thousand.
    rejections = models.JSONField("refus", default=list, blank=True)
    error = models.TextField("erreur", blank=True)

    class Meta:
        verbose_name = "lecture"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source or self.filename} ({self.started_at:%d/%m/%Y %H:%M})"


def _file_path(_: AgendaFile, __: str) -> str:
    """A name that says nothing and that nobody guesses."""
    return f"imports/{secrets.token_hex(24)}"


def _file_storage() -> FileSystemStorage:
    """Among the installation's own files, readable by its account alone, never served."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class AgendaFile(models.Model):
    """A file of events given in the espace pro: what it would do is shown first, then somebody decides (S4)."""

    class State(models.TextChoices):
        READY = "ready", "En attente de décision"
        APPLIED = "applied", "Appliqué"
        DROPPED = "dropped", "Abandonné"

    public_id = models.UUIDField("numéro", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="agenda_files", verbose_name="organisme"
    )
    filename = models.CharField("fichier", max_length=120)
    file = models.FileField("contenu", upload_to=_file_path, storage=_file_storage, blank=True)
    format = models.CharField("format", max_length=12, choices=Source.Format)
    state = models.CharField("état", max_length=8, choices=State, default=State.READY)
    # Of what the preview showed: only that is applied.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    # {"counts": {…}, "left": 0, "lines": [{"act", "title", "detail", "uid", "alike"?, "leave"?, "slug"?}…],
    #  "rejections": […], "notes": […]}
    preview = models.JSONField("aperçu", default=dict, blank=True)
    actor_key = models.CharField(max_length=64, blank=True, editable=False)
    actor_label = models.CharField("donné par", max_length=200, blank=True)
    created_at = models.DateTimeField("donné le", db_default=Now(), editable=False)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "fichier d’évènements"
        verbose_name_plural = "fichiers d’évènements"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename
