"""The safe: files sealed before the disk sees them, what was done with them, the links that show them (L7)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from lorfolio.lists import Act
from lorfolio.models.base import Owned


class SafeFile(Owned):
    """A file under the person's key. `sealed` holds {name, media_type, sha256, note} (`services/safe.py`).

    `stored_sha256` is of the sealed bytes: the integrity check needs no key, and a dump learns nothing of the file.
    """

    stored = models.CharField(max_length=64, unique=True, editable=False)
    size = models.PositiveBigIntegerField("taille en octets", editable=False)
    stored_sha256 = models.CharField(max_length=64, editable=False)
    sealed = models.BinaryField(editable=False)

    class Meta:
        verbose_name = "document du coffre"
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class Operation(models.Model):
    """One line of the trace, which its holder reads: chained, never changed, gone with the portfolio alone.

    `digest` is of the line before's and of this one's facts, under the person's key. `label`: the file's name, sealed.
    """

    id = models.BigAutoField(primary_key=True)
    portfolio = models.ForeignKey("lorfolio.Portfolio", models.CASCADE, related_name="operations")
    at = models.DateTimeField(editable=False)
    act = models.CharField("acte", max_length=16, choices=Act)
    file = models.UUIDField("document", null=True, blank=True)
    label = models.BinaryField(editable=False)
    by = models.CharField("par", max_length=80)  # « vous », « un lien de partage », « le portail »…
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = "opération du coffre"
        ordering = ["-id"]
        indexes = [models.Index(fields=["portfolio", "-id"], name="operation_of")]
        triggers = [
            pgtrigger.Protect(name="operation_unchanged", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="operation_kept", when=pgtrigger.Before, operation=pgtrigger.Delete,
                func=(
                    "IF EXISTS (SELECT 1 FROM lorfolio_portfolio p WHERE p.id = OLD.portfolio_id AND NOT p.erasing)"
                    " THEN RAISE EXCEPTION 'lorfolio: the trace of a safe is kept'; END IF; RETURN OLD;"
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%d/%m/%Y}"


class Share(Owned):
    """A link that shows some files, for a time and a number of openings; revocable (L7)."""

    label = models.CharField("pour qui, pour quoi", max_length=120)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    files = models.ManyToManyField(SafeFile, related_name="shares", verbose_name="documents")
    expires_at = models.DateTimeField("jusqu’au")
    most = models.PositiveSmallIntegerField("ouvertures au plus", default=10)
    opened = models.PositiveSmallIntegerField("ouvertures", default=0, editable=False)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "lien de partage"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened__lte=F("most")), name="share_counted",
                violation_error_message="Ce lien a déjà servi autant de fois que prévu.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label
