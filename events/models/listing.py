"""What is derived from the truth, so that a list costs the same among a thousand dates or a million (ADR 0009).

`Listing` is narrow and holds what a search asks; `Rendering` is wide and holds what a list or a feed shows, written
once. `events.derived.refresh` writes both; nothing else does. A session has rows here when its event is published, or
withdrawn and still told to calendars (then with `shown` false: feeds say it, lists do not).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, HashIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from core.geo import EARTH_RADIUS_KM, MercatorPoint, PointField
from events.models.session import Session

CELL = 30  # side of a square of the map, in the unit of `MercatorPoint`: about 20 km in France
_ROW = 100_000  # more than there are squares around the Earth


def cell_number(column: int, line: int) -> int:
    """`Listing.cell` of the square at this column and this line of the map."""
    return line * _ROW + column


class MapCell(MercatorPoint):
    """`MapCell(F("lat"), F("lon"))`: the square of the map where a place is, NULL if either is."""

    template = (
        f"(floor(ln(tan(pi() / 4 + radians(%(lat)s) / 2)) * {EARTH_RADIUS_KM} / {CELL})::integer * {_ROW}"
        f" + floor(radians(%(lon)s) * {EARTH_RADIUS_KM} / {CELL})::integer)"
    )
    output_field = models.IntegerField()  # type: ignore[assignment]


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
    # Where it is, roughly: « near a place » reads a few squares, each in order of date.
    cell = models.GeneratedField(
        expression=MapCell(F("lat"), F("lon")), output_field=models.IntegerField(), db_persist=True
    )
    words = SearchVectorField(null=True)
    # For calendars: when any change was written, the truth's `changed_at`.
    changed_at = models.DateTimeField()
    # When it came before the public: its event was published, its date was added (alerts).
    news_at = models.DateTimeField(null=True)
    # The date before it of the same event (most have none: lists then know at once that they show its first date), and
    # how many of its dates come after and hold.
    previous_at = models.DateTimeField(null=True)
    later = models.SmallIntegerField(default=0)
    # It lasts more than twelve hours: found while it lasts by an index of its own (`events/search/conditions.py`).
    long = models.BooleanField(default=False)

    class Meta:
        verbose_name = "séance cherchable"
        indexes = [
            # Carries what a list and its facets read: they do not open the table.
            models.Index(
                fields=["starts_at", "session"], name="listing_coming", condition=Q(shown=True),
                include=["event_id", "ends_at", "traits", "previous_at", "later"],
            ),
            # As does this one; and what the calendars of one type read.
            models.Index(
                fields=["kind", "starts_at", "session"], name="listing_kind", condition=Q(shown=True),
                include=["event_id", "ends_at", "traits", "previous_at", "later", "changed_at"],
            ),
            models.Index(fields=["agency_id", "starts_at", "session"], name="listing_agency", condition=Q(shown=True)),
            models.Index(
                fields=["kind", "agency_id", "starts_at", "session"], name="listing_kind_agency",
                condition=Q(shown=True), include=["event_id", "ends_at", "traits", "previous_at", "later"],
            ),
            models.Index(fields=["basin_id", "starts_at", "session"], name="listing_basin", condition=Q(shown=True)),
            models.Index(
                fields=["commune_id", "starts_at", "session"], name="listing_commune", condition=Q(shown=True),
            ),
            models.Index(
                fields=["organisation_id", "starts_at", "session"], name="listing_organisation",
                condition=Q(shown=True),
            ),
            models.Index(fields=["event_id", "starts_at"], name="listing_event"),
            models.Index(fields=["starts_at", "session"], name="listing_online", condition=Q(shown=True, online=True)),
            # Carries what a list near a place and its facets read.
            models.Index(
                fields=["cell", "starts_at", "session"], name="listing_cell",
                condition=Q(shown=True, position__isnull=False),
                include=["event_id", "ends_at", "traits", "previous_at", "later", "position", "lat", "lon",
                         "commune_id"],
            ),
            # Only where a place is asked: its reading of dates alone would cost all of its pages.
            GistIndex(
                fields=["position", "starts_at"], name="listing_near",
                condition=Q(shown=True, position__isnull=False),
            ),
            GinIndex(fields=["words"], name="listing_words"),
            GistIndex(fields=["starts_at", "ends_at"], name="listing_long", condition=Q(shown=True, long=True)),
            models.Index(fields=["starts_at", "session"], name="listing_withdrawn", condition=Q(shown=False)),
            models.Index(fields=["news_at"], name="listing_news", condition=Q(shown=True)),
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
        # Two blocks a text instead of four: a calendar reads a thousand of them.
        indexes = [HashIndex(fields=["session"], name="rendering_session")]

    def __str__(self) -> str:
        return str(self.session_id)


class Word(models.Model):
    """A word of the titles, places and organisers of the agenda, folded, each once: what a mistyped word may have
    meant. There are as many as French needs, however many events there are.
    """

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        verbose_name = "mot de l’agenda"
        verbose_name_plural = "mots de l’agenda"
        indexes = [GinIndex(OpClass("word", "gin_trgm_ops"), name="word_trigrams")]

    def __str__(self) -> str:
        return self.word
