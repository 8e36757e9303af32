"""Figures of the past: counted and published once, no cell under five (D8, D9). Method: `psad/statistics/figures.py`.

The three tables are append-only: the role of the portal can neither change nor remove what was published.
"""

from __future__ import annotations

from django.db import models

from psad.models.platform import Platform


class Publication(models.Model):
    """A period whose figures are published, for good."""

    append_only = True

    class Kind(models.TextChoices):
        QUARTER = "quarter", "Trimestre"
        YEAR = "year", "Année"

    kind = models.CharField("période", max_length=7, choices=Kind)
    starts_on = models.DateField("à partir du")
    published_at = models.DateTimeField("publiés le")

    class Meta:
        verbose_name = "chiffres d’une période"
        verbose_name_plural = "chiffres des PSAD"
        default_permissions = ()
        ordering = ("-starts_on", "-kind")
        constraints = [models.UniqueConstraint(fields=["kind", "starts_on"], name="psad_published_once")]

    def __str__(self) -> str:
        if self.kind == self.Kind.YEAR:
            return f"Année {self.starts_on.year}"
        quarter = (self.starts_on.month + 2) // 3
        return f"{quarter}{'er' if quarter == 1 else 'e'} trimestre {self.starts_on.year}"


class FigureCount(models.Model):
    """What was counted of a quarter in one platform, small counts included: the task `figures` alone reads it, to add
    quarters up into years without looking at the cases twice."""

    append_only = True

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="counts")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    department = models.CharField(max_length=3, blank=True)  # that of most of its communes, on that day
    measure = models.CharField(max_length=10)
    dimension = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=14, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "platform", "measure", "dimension", "category"], name="psad_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.dimension} {self.category}"


class Figure(models.Model):
    """A cell of a published table; `value` is none when it is hidden."""

    append_only = True

    class Level(models.TextChoices):
        REGION = "region", "Région"
        DEPARTMENT = "department", "Département"
        PLATFORM = "platform", "Plateforme"

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="figures")
    level = models.CharField(max_length=10, choices=Level)
    unit = models.CharField(max_length=80, blank=True)  # a platform's slug, a department's code
    department = models.CharField(max_length=3, blank=True)  # where a platform stands in the table
    measure = models.CharField(max_length=10)
    dimension = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=14, blank=True)
    value = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "level", "unit", "measure", "dimension", "category"], name="psad_figure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.measure} {self.dimension} {self.category}"
