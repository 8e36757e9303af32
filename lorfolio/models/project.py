"""Where the person wants to go: target jobs, and the steps to get there (L6)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from events.models import Event
from lorfolio.models.base import Owned
from metiers.models import Job, JobFamily
from territories.models import Site


class Target(Owned):
    """A job aimed at: of the ROME when it is loaded, of a family, or only in the person's own words."""

    title = models.CharField("métier visé", max_length=200)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="fiche ROME")
    family = models.ForeignKey(
        JobFamily, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="famille de métiers"
    )
    note = models.TextField("notes", max_length=4_000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField("mis de côté le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "métier visé"
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.title


class Step(Owned):
    """Something to do, by a day if one says so; told the day before, or when asked."""

    title = models.CharField("à faire", max_length=200)
    target = models.ForeignKey(Target, models.SET_NULL, null=True, blank=True, related_name="steps")
    note = models.TextField("notes", max_length=2_000, blank=True)
    due_on = models.DateField("pour le", null=True, blank=True)
    remind_on = models.DateField("me le rappeler le", null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_at = models.DateTimeField("fait le", null=True, blank=True, editable=False)
    place = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="lieu")
    event = models.ForeignKey(Event, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="évènement")
    url = models.URLField("lien", blank=True)

    class Meta:
        verbose_name = "étape"
        ordering = ["done_at", "due_on", "created_at"]
        indexes = [
            models.Index(
                fields=["remind_on"], name="step_to_remind",
                condition=Q(done_at=None, reminded_at=None, remind_on__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title
