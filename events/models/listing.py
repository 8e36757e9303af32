"""What is derived from the truth, so that a list costs the same among a thousand dates or a million (ADR 0009).

`Listing` is narrow and holds what a search asks; `Rendering` is wide and holds what a list or a feed shows, written
once. `events.derived.refresh` writes both; nothing else does. A session has rows here when its event is published, or
withdrawn and still told to calendars (then with `shown` false: feeds say it, lists do not).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from core.geo import MercatorPoint, PointField
from events.models.session import Session


class Listing(models.Model):
    """One public session as searches see it; keys are plain numbers: the truth holds the references."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="listing")
    event_id = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    shown = models.BooleanField(default=True)
    kind = models.CharField(max_length=30)
    organisation_id = models.BigIntegerField(null=True)
    network_id = models.BigIntegerField(null=True)
    # Those of the place; of the organiser when the session is online only.
    agency_id = models.BigIntegerField(null=True)
    basin_id = models.IntegerField(null=True)
    department = models.CharField(max_length=3, blank=True)
    commune_id = models.CharField(max_length=5, blank=True)
    site_id = models.BigIntegerField(null=True)
    online = models.BooleanField(default=False)
    sectors = ArrayField(models.CharField(max_length=40), default=list)
    publics = ArrayField(models.CharField(max_length=30), default=list)
    access = ArrayField(models.CharField(max_length=30), default=list)
    # One bit a type, sector, public, accessibility fact, way to attend (`events/search/traits.py`): facets in one pass.
    traits = models.BigIntegerField(default=0)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    position = models.GeneratedField(
        expression=MercatorPoint(F("lat"), F("lon")), output_field=PointField(), db_persist=True
    )
    words = SearchVectorField(null=True)
    # For calendars: when any change was written, the truth's `changed_at`.
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "séance cherchable"
        indexes = [
            models.Index(fields=["starts_at", "session"], name="listing_coming", condition=Q(shown=True)),
            models.Index(fields=["kind", "starts_at", "session"], name="listing_kind", condition=Q(shown=True)),
            models.Index(fields=["agency_id", "starts_at", "session"], name="listing_agency", condition=Q(shown=True)),
            models.Index(
                fields=["kind", "agency_id", "starts_at", "session"], name="listing_kind_agency",
                condition=Q(shown=True),
            ),
            models.Index(fields=["basin_id", "starts_at", "session"], name="listing_basin", condition=Q(shown=True)),
            models.Index(
                fields=["organisation_id", "starts_at", "session"], name="listing_organisation",
                condition=Q(shown=True),
            ),
            models.Index(fields=["event_id", "starts_at"], name="listing_event"),
            models.Index(fields=["starts_at", "session"], name="listing_online", condition=Q(shown=True, online=True)),
            GistIndex(fields=["position", "starts_at"], name="listing_near", condition=Q(shown=True)),
            GinIndex(fields=["words"], name="listing_words"),
            # Long ones, that began before the day asked: few enough to be looked at one by one.
            models.Index(fields=["ends_at"], name="listing_ends", condition=Q(shown=True)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.session_id)


class Rendering(models.Model):
    """One public session as lists and feeds show it; texts are joined, not built, when served (ADR 0004)."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="rendering")
    # HTML of a card, with slots for what depends on the visitor or on the day (`events/render/card.py`).
    card = models.TextField(default="")
    # One VEVENT, folded, CRLF, from BEGIN to END.
    ics = models.TextField(default="")
    # One schema.org Event, JSON text.
    jsonld = models.TextField(default="")

    class Meta:
        verbose_name = "séance écrite"

    def __str__(self) -> str:
        return str(self.session_id)
