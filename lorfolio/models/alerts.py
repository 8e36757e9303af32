"""Events near home that match the project, told by the agenda's own alerts (L8)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from events.models.alert import Alert


class Watch(models.Model):
    """What the person asked to be told of. `alert` is the `public_id` of the alert of the agenda that tells it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.OneToOneField("lorfolio.Portfolio", models.CASCADE, related_name="watch", editable=False)
    rhythm = models.CharField("rythme", max_length=8, choices=Alert.Rhythm, default=Alert.Rhythm.WEEKLY)
    radius = models.PositiveSmallIntegerField("à moins de (km)", default=30)
    sectors = ArrayField(models.CharField(max_length=40), verbose_name="secteurs", default=list, blank=True)
    online = models.BooleanField("aussi ce qui se passe en ligne", default=True)
    alert = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "veille"

    def __str__(self) -> str:
        return self.get_rhythm_display()
