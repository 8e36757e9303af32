"""When and where an event takes place, and what became of it (A3, A8)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.reference import Access
from events.models.event import Event
from territories.models import Commune, Site

# No event of this agenda is before the charter's Region nor a lifetime away: a date out of here is a slip.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Attendance(models.TextChoices):
    PLACE = "place", "Sur place"
    ONLINE = "online", "En ligne"
    HYBRID = "hybrid", "Sur place et en ligne"


class Recurrence(models.Model):
    """A rule that gives an event its dates: « every Tuesday until … » (A3).

    `rule` is the value of an RRULE (RFC 5545), always with an end (UNTIL or COUNT); times are wall-clock times of
    Europe/Paris, so that 14:00 stays 14:00 when the hour changes. Sessions made by the rule carry `original_day`;
    one edited alone is `detached` and the rule leaves it alone; `skipped` are the days taken out.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="recurrences", verbose_name="évènement")
    rule = models.CharField("règle", max_length=300)
    starts_on = models.DateField("du")
    starts_time = models.TimeField("de")
    ends_time = models.TimeField("à")
    skipped = ArrayField(models.DateField(), verbose_name="dates exclues", default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "récurrence"
        ordering = ["starts_on", "id"]

    def __str__(self) -> str:
        return self.rule


class Session(models.Model):
    """One date of an event: the unit of search, of feeds and of registration.

    Instants are stored in UTC and read in Europe/Paris. An `all_day` session goes from a local midnight to another
    (the day after the last one).
    """

    Attendance = Attendance

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "Prévu"
        RESCHEDULED = "rescheduled", "Date changée"
        POSTPONED = "postponed", "Reporté, nouvelle date à venir"
        MOVED_ONLINE = "moved-online", "Passé en ligne"
        MOVED_PLACE = "moved-place", "Lieu changé"
        CANCELLED = "cancelled", "Annulé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name="évènement")
    recurrence = models.ForeignKey(
        Recurrence, models.SET_NULL, null=True, blank=True, related_name="sessions", editable=False
    )
    original_day = models.DateField(null=True, blank=True, editable=False)
    detached = models.BooleanField("modifiée seule", default=False, editable=False)
    # Key of this date in the source it comes from (RECURRENCE-ID, start of a timing).
    source_key = models.CharField(max_length=80, blank=True, editable=False)

    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    all_day = models.BooleanField("journée entière", default=False)
    label = models.CharField("intitulé de la séance", max_length=120, blank=True)

    attendance = models.CharField("participation", max_length=8, choices=Attendance, default=Attendance.PLACE)
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="event_sessions", verbose_name="lieu de l’annuaire"
    )
    place_name = models.CharField("nom du lieu", max_length=200, blank=True)
    address = models.CharField("adresse", max_length=300, blank=True)
    postal_code = models.CharField("code postal", max_length=10, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="event_sessions", verbose_name="commune"
    )
    # The town as said, for a place out of the region (« Offenburg ») where there is no commune of ours.
    town = models.CharField("ville", max_length=120, blank=True)
    country = models.CharField("pays", max_length=2, default="FR")
    lat = models.FloatField("latitude", null=True, blank=True)
    lon = models.FloatField("longitude", null=True, blank=True)
    online_url = models.URLField("lien de connexion", max_length=400, blank=True)
    place_text = models.CharField("pour trouver l’entrée", max_length=300, blank=True)
    # Facts of this very place, besides those of the event.
    access = ArrayField(
        models.CharField(max_length=30, choices=Access), verbose_name="accessibilité du lieu", default=list, blank=True
    )

    status = models.CharField("état", max_length=14, choices=Status, default=Status.SCHEDULED)
    status_text = models.CharField("message au public", max_length=300, blank=True)
    # « Full » goes with any state but cancelled; said by the organiser, or by the count of the seats.
    full = models.BooleanField("complet", default=False)
    former_starts_at = models.DateTimeField("date d’avant", null=True, blank=True, editable=False)
    former_place = models.CharField("lieu d’avant", max_length=300, blank=True, editable=False)

    seats = models.PositiveIntegerField("places", null=True, blank=True, help_text="Vide : sans limite.")
    waiting_list = models.BooleanField("liste d’attente", default=True)
    registration_closes_at = models.DateTimeField("inscriptions jusqu’au", null=True, blank=True)

    # RFC 5545: raised at each change of the session or of what its VEVENT says of the event.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField("modifiée le", db_default=Now(), editable=False)

    # « Did it happen? How many came? » asked of the organiser after the day.
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    happened = models.BooleanField("a eu lieu", null=True, blank=True)
    attended = models.PositiveIntegerField("personnes venues", null=True, blank=True)
    # How many had registered, once their names are forgotten.
    registered = models.PositiveIntegerField("personnes inscrites", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "séance"
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after",
                violation_error_message="La fin doit venir après le début.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__gte=EARLIEST, ends_at__lte=LATEST), name="session_in_our_time",
                violation_error_message="Cette date n’est pas de notre temps : vérifiez l’année.",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__range=(-85, 85), lon__range=(-180, 180)),
                name="session_on_earth", violation_error_message="Ces coordonnées ne sont pas sur Terre.",
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__gte=1), name="session_seats",
                violation_error_message="Il faut au moins une place.",
            ),
            models.UniqueConstraint(
                fields=["recurrence", "original_day"], name="session_of_rule_once",
                violation_error_message="Cette règle a déjà donné cette date.",
            ),
            models.UniqueConstraint(
                fields=["event", "source_key"], condition=~Q(source_key=""), name="session_source_once",
                violation_error_message="La source a déjà donné cette date.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["event", "starts_at"], name="session_of_event"),
            models.Index(fields=["ends_at"], name="session_to_ask", condition=Q(asked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def uid(self) -> str:
        """The stable UID of calendars, without host name (RFC 7986, A8)."""
        return str(self.public_id)

    @property
    def spot(self) -> tuple[float, float] | None:
        """Latitude and longitude of the place itself. None when only its commune is known (as for a provisional place
        of the directory): the centre of a commune serves « near », and sends nobody to the wrong door."""
        if self.lat is None or self.lon is None:
            return None
        if self.commune is not None and (self.lat, self.lon) == (self.commune.lat, self.commune.lon):
            return None
        return self.lat, self.lon

    @property
    def online(self) -> bool:
        return self.attendance != Attendance.PLACE


class SessionChange(models.Model):
    """The public history of a session: what changed, when, and what the organiser said (A3)."""

    class Kind(models.TextChoices):
        RESCHEDULED = "rescheduled", "Date changée"
        POSTPONED = "postponed", "Reporté"
        MOVED_ONLINE = "moved-online", "Passé en ligne"
        MOVED_PLACE = "moved-place", "Lieu changé"
        CANCELLED = "cancelled", "Annulé"
        RESTORED = "restored", "Rétabli"
        FULL = "full", "Complet"
        SEATS = "seats", "Des places de nouveau"

    session = models.ForeignKey(Session, models.CASCADE, related_name="changes", verbose_name="séance")
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    kind = models.CharField("changement", max_length=14, choices=Kind)
    former_starts_at = models.DateTimeField(null=True, blank=True)
    former_ends_at = models.DateTimeField(null=True, blank=True)
    former_place = models.CharField(max_length=300, blank=True)
    message = models.CharField("message au public", max_length=300, blank=True)

    class Meta:
        verbose_name = "changement"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["at", "id"], name="session_change_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%d/%m/%Y})"
