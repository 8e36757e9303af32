"""Documents drawn from bilans, their versions, and the bulk runs that make them (B3, B4)."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from bilans import digests
from bilans.models.bilan import Bilan
from bilans.models.campaign import Campaign


def document_path(_: Document, __: str) -> str:
    """A name that says nothing and that nobody guesses."""
    return f"bilans/{secrets.token_hex(24)}"


def private_storage() -> FileSystemStorage:
    """Files served only through a view that knows who asks; readable by the portal's own account alone."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class Document(models.Model):
    """One version of the document of a bilan: the content it was drawn from, the PDF, their digests. Never changed.

    `content` is what `bilans/content.py` assembled; `digest` the SHA-256 of its canonical JSON and of the drawing's
    version: the same digest is the same document, and is not drawn twice (B4).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bilan = models.ForeignKey(Bilan, models.PROTECT, related_name="documents", verbose_name="bilan")
    number = models.PositiveSmallIntegerField("version")
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu", max_length=64)
    file = models.FileField("PDF", upload_to=document_path, storage=private_storage)
    sha256 = models.CharField("empreinte du PDF", max_length=64)
    pages = models.PositiveSmallIntegerField("pages")
    size = models.PositiveIntegerField("octets")
    made_at = models.DateTimeField("produit le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "document"
        ordering = ["bilan", "-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bilan", "number"], name="bilan_document_version_once")]

    def __str__(self) -> str:
        return f"{self.bilan} (version {self.number})"

    @property
    def reference(self) -> str:
        """What its every page is signed with, and the screens say beside its number."""
        return digests.reference(self.digest)


class Production(models.Model):
    """A bulk run: the documents of a year asked for at once. Its progress is that of its items."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="productions", verbose_name="campagne")
    kinds = models.CharField("sortes", max_length=60, blank=True)  # « psad,region »; empty: all
    asked_at = models.DateTimeField("demandée le", db_default=Now(), editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    finished_at = models.DateTimeField("finie le", null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField("arrêtée le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "production de documents"
        verbose_name_plural = "productions de documents"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(finished_at=None, stopped_at=None), name="bilans_one_production",
                violation_error_message="Une production est déjà en cours pour cette année.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        asked = timezone.localtime(self.asked_at)
        return f"Documents des bilans {self.campaign.year}, demandés le {asked:%d/%m/%Y}"


class Item(models.Model):
    """One document of a run. Claimed in the database (`claimed_at`), so that a killed worker's is taken up again."""

    class State(models.TextChoices):
        WAITING = "waiting", "En attente"
        CLAIMED = "claimed", "En cours"
        DRAWN = "drawn", "Produit"
        SAME = "same", "Inchangé"
        FAILED = "failed", "En échec"

    production = models.ForeignKey(Production, models.CASCADE, related_name="items", verbose_name="production")
    bilan = models.ForeignKey(Bilan, models.CASCADE, related_name="+", verbose_name="bilan")
    order = models.PositiveIntegerField("ordre")
    state = models.CharField("état", max_length=8, choices=State, default=State.WAITING)
    claimed_at = models.DateTimeField("prise le", null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    done_at = models.DateTimeField("faite le", null=True, blank=True, editable=False)
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="document"
    )
    error = models.CharField("erreur", max_length=300, blank=True)

    class Meta:
        verbose_name = "document à produire"
        verbose_name_plural = "documents à produire"
        ordering = ["production", "order"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["production", "bilan"], name="bilans_item_once")]
        indexes = [
            models.Index(
                fields=["production", "order"], condition=Q(state__in=["waiting", "claimed"]), name="bilans_items_left"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bilan}: {self.get_state_display()}"
