"""What every room stands on."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models.functions import Now


class PackManaged(models.Model):
    """An object that a region pack brings and people may then edit.

    `pack_values` holds what the pack last said of each field: a field whose present value differs from it was edited
    by somebody, and the next load of the pack leaves it alone (`core/packs.py`).
    """

    pack_values = models.JSONField("valeurs du pack", default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class JournalEntry(models.Model):
    """Who did what, when: append-only, refused by the database otherwise.

    The actor is an opaque key and a label, so that the ground needs no accounts (architecture, floors).
    """

    append_only = True

    at = models.DateTimeField("date", db_default=Now(), editable=False)
    actor_key = models.CharField("clé de l’acteur", max_length=64, blank=True)
    actor_label = models.CharField("acteur", max_length=200, blank=True)
    verb = models.CharField("acte", max_length=80)
    target_type = models.CharField("type d’objet", max_length=80)
    target_key = models.CharField("objet", max_length=120)
    changes = models.JSONField("avant et après", default=dict, blank=True)

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "journal"
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_key", "-id"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # Nobody writes in the past: the database alone says when.
            pgtrigger.Trigger(
                name="dated_by_the_database", when=pgtrigger.Before, operation=pgtrigger.Insert,
                func="NEW.at = now(); RETURN NEW;",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_key}"


class OutboxMail(models.Model):
    """A mail to send, written in the transaction of the act that causes it; `key` keeps it from being sent twice."""

    key = models.CharField("clé unique", max_length=200, unique=True)
    to = models.EmailField("destinataire")
    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte")
    html = models.TextField("HTML", blank=True)
    headers = models.JSONField("en-têtes", default=dict, blank=True)
    created_at = models.DateTimeField("écrit le", db_default=Now(), editable=False)
    not_before = models.DateTimeField("pas avant", db_default=Now())
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)

    class Meta:
        verbose_name = "courriel à envoyer"
        verbose_name_plural = "courriels à envoyer"
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(sent_at=None), name="outbox_waiting"),
        ]

    def __str__(self) -> str:
        return self.key


class SearchDocument(models.Model):
    """One public page that the portal's search can find: a row an object, written by the room that owns the object."""

    kind = models.CharField("sorte", max_length=40)
    key = models.CharField("clé", max_length=120)
    title = models.CharField("titre", max_length=300)
    summary = models.CharField("résumé", max_length=400, blank=True)
    url = models.CharField("adresse", max_length=300)
    weight = models.PositiveSmallIntegerField("poids", default=1)
    folded_title = models.CharField("titre sans accents", max_length=300, editable=False)
    words = SearchVectorField("mots", editable=False, null=True)

    class Meta:
        verbose_name = "page trouvable"
        verbose_name_plural = "pages trouvables"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_document_once")]
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            GinIndex(OpClass("folded_title", "gin_trgm_ops"), name="search_title_trigrams"),
        ]

    def __str__(self) -> str:
        return self.title


class PackLoad(models.Model):
    """One application of a region pack, with its report."""

    pack = models.SlugField("pack", max_length=60)
    title = models.CharField("titre", max_length=200)
    facts = models.JSONField("identité du pack", default=dict)
    report = ArrayField(models.TextField(), verbose_name="compte rendu", default=list, blank=True)
    # Kind to the keys that packs have brought so far: what is here but no longer in the database was deleted by people,
    # and the next load does not bring it back.
    keys = models.JSONField("clés apportées", default=dict, blank=True, editable=False)
    loaded_at = models.DateTimeField("chargé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "chargement de pack"
        verbose_name_plural = "chargements de pack"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pack} ({self.loaded_at:%d/%m/%Y})"

    @classmethod
    def current_facts(cls) -> dict[str, Any]:
        """The identity of the pack in force (`pack.toml` as a dict); empty before the first load."""
        last = cls.objects.order_by("-id").values_list("facts", flat=True).first()
        return last or {}


def _draft_path(_: ImportDraft, __: str) -> str:
    """A name that says nothing and that nobody guesses."""
    return f"imports/{secrets.token_hex(24)}"


def _draft_storage() -> FileSystemStorage:
    """Files that wait for a decision: among the installation's own, readable by its account alone, never served."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class ImportDraft(models.Model):
    """A file given at the desk: what it would change is worked out first, then somebody decides (`core/imports.py`).

    Who gave and who decided are an opaque key and a role, as in the journal.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Aperçu en préparation"
        READY = "ready", "En attente de décision"
        REFUSED = "refused", "Fichier refusé"
        APPLYING = "applying", "Application en cours"
        APPLIED = "applied", "Appliqué"
        DROPPED = "dropped", "Abandonné"

    PENDING = (State.QUEUED, State.APPLYING)

    public_id = models.UUIDField("numéro", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("sorte", max_length=40)
    filename = models.CharField("fichier", max_length=120)
    file = models.FileField("contenu", upload_to=_draft_path, storage=_draft_storage, blank=True)
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte", max_length=64)
    actor_key = models.CharField("clé de la personne", max_length=64, blank=True)
    actor_label = models.CharField("donné par", max_length=200, blank=True)
    created_at = models.DateTimeField("donné le", db_default=Now(), editable=False)
    state = models.CharField("état", max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    digest = models.CharField("empreinte des changements", max_length=64, blank=True)
    count = models.PositiveIntegerField("changements", default=0)
    report = ArrayField(models.TextField(), verbose_name="compte rendu", default=list, blank=True)
    errors = ArrayField(models.TextField(), verbose_name="erreurs", default=list, blank=True)
    notice = models.CharField("à savoir", max_length=300, blank=True)
    decided_key = models.CharField("clé de qui a décidé", max_length=64, blank=True)
    decided_label = models.CharField("décidé par", max_length=200, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename


class ImportChange(models.Model):
    """One line of a preview: a field of an object, before and after, in words; personal values are never in it."""

    class Act(models.TextChoices):
        CREATE = "create", "Ajouté"
        UPDATE = "update", "Changé"
        REMOVE = "remove", "Retiré"

    draft = models.ForeignKey(ImportDraft, models.CASCADE, related_name="changes", verbose_name="import")
    number = models.PositiveIntegerField("rang")
    act = models.CharField("acte", max_length=10, choices=Act)
    kind = models.CharField("sorte", max_length=80)
    key = models.CharField("clé", max_length=300)
    name = models.CharField("objet", max_length=300, blank=True)
    field = models.CharField("champ", max_length=120, blank=True)
    before = models.TextField("avant", blank=True)
    after = models.TextField("après", blank=True)
    file = models.CharField("fichier", max_length=120, blank=True)
    line = models.PositiveIntegerField("ligne", null=True, blank=True)

    class Meta:
        verbose_name = "changement prévu"
        verbose_name_plural = "changements prévus"
        ordering = ["draft", "number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="import_change_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
