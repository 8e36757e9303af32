"""Who read what: append-only, chained by hash, pseudonymous, dropped by the month (D8, D13)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from psad.lists import Purpose
from psad.models.platform import Platform


class Access(models.Model):
    """One reading or act on cases. `actor` and `cases` are keys that erasing a person or a case leaves without meaning.

    The table is partitioned by month and written by `psad_log()` alone (migration 0002): `seq`, `previous` and `digest`
    chain the rows of a platform.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    platform = models.ForeignKey(Platform, models.DO_NOTHING, related_name="+", db_constraint=False)
    seq = models.BigIntegerField()
    actor = models.UUIDField(null=True)
    role = models.CharField(max_length=12)  # head, adviser, partner, young, a task's name…
    verb = models.CharField(max_length=30)
    purpose = models.CharField(max_length=12, choices=Purpose, blank=True)
    cases = ArrayField(models.UUIDField())
    previous = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        managed = False
        db_table = "psad_access"
        verbose_name = "lecture"
        default_permissions = ()
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.verb} ({self.seq})"


class LogClosure(models.Model):
    """A month of the log closed: how many rows, and the digest of them all; it stays when the month is dropped.

    `heads` tells, for each platform, its last row of the month (number, digest in hexadecimal): the next follows it.
    """

    month = models.DateField(primary_key=True)
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    heads = models.JSONField(default=dict)
    closed_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = "mois du registre"
        verbose_name_plural = "mois du registre"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Witness(models.Model):
    """How far the log of a platform went at a moment, under a key that is not in the database (`psad/witnesses.py`):
    who owns the tables cannot write the past again up to there unseen."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seq = models.BigIntegerField()
    digest = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["platform", "seq"], name="psad_witness_once")]

    def __str__(self) -> str:
        return f"{self.seq}"


class PastCase(models.Model):
    """What stays of an anonymised case, for the figures: no key leads back to it (D13)."""

    id = models.BigAutoField(primary_key=True)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    received_month = models.DateField()
    facts = models.JSONField()  # closed values only: sex, age class, origin, step reached, delays in days, checks

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.received_month:%Y-%m}"
