"""What an event is, who runs it, and how it came to be public (A1, A5)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from core.reference import Access, EventType, Sector, Status
from members.models import Organisation
from territories.models import Agency


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> EventQuerySet:
        """Those whose page anyone may open: published, or withdrawn and kept as such (A8: never a 404)."""
        return self.filter(state__in=Event.PUBLIC_STATES)


class Event(models.Model):
    """One event; when and where it takes place is said by its sessions (A3)."""

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        PROPOSED = "proposed", "Proposé, à relire"
        PUBLISHED = "published", "Publié"
        REFUSED = "refused", "Refusé"
        WITHDRAWN = "withdrawn", "Retiré de l’agenda"
        MERGED = "merged", "Fusionné avec un autre"

    PUBLIC_STATES = (State.PUBLISHED, State.WITHDRAWN, State.MERGED)

    class RegistrationMode(models.TextChoices):
        NONE = "none", "Entrée libre, sans inscription"
        LINK = "link", "Inscription sur un autre site"
        BUILTIN = "builtin", "Inscription sur ce portail"
        CONTACT = "contact", "Inscription par téléphone ou courriel"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField("identifiant", max_length=140, unique=True)
    title = models.CharField("titre", max_length=200)
    folded_title = models.CharField(max_length=200, editable=False)
    summary = models.CharField("en une phrase", max_length=300, blank=True)
    description = models.TextField("présentation", blank=True, help_text="Texte simple ou Markdown.")
    kind = models.CharField("type", max_length=30, choices=EventType)
    sectors = ArrayField(
        models.CharField(max_length=40, choices=Sector), verbose_name="secteurs", default=list, blank=True,
        help_text="Vide : tous les secteurs.",
    )  # fmt: skip
    publics = ArrayField(
        models.CharField(max_length=30, choices=Status), verbose_name="publics", default=list, blank=True,
        help_text="Vide : tout public.",
    )  # fmt: skip
    age_min = models.PositiveSmallIntegerField("à partir de (ans)", null=True, blank=True)
    age_max = models.PositiveSmallIntegerField("jusqu’à (ans)", null=True, blank=True)
    access = ArrayField(
        models.CharField(max_length=30, choices=Access), verbose_name="accessibilité", default=list, blank=True
    )
    access_text = models.TextField("précisions sur l’accessibilité", blank=True)

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="organisme"
    )
    # Who runs it when that is no organisation of the portal (a proposal of the public, an imported event).
    organiser_name = models.CharField("organisé par", max_length=200, blank=True)
    partners = models.ManyToManyField(
        Organisation, blank=True, related_name="events_as_partner", verbose_name="partenaires"
    )
    partners_text = models.CharField("autres partenaires", max_length=500, blank=True)
    contact_email = models.EmailField("courriel pour le public", blank=True)
    contact_phone = models.CharField("téléphone pour le public", max_length=40, blank=True)
    website = models.URLField("page de l’évènement", max_length=400, blank=True)

    registration_mode = models.CharField(
        "inscription", max_length=10, choices=RegistrationMode, default=RegistrationMode.NONE
    )
    registration_url = models.URLField("adresse d’inscription", max_length=400, blank=True)
    free = models.BooleanField("gratuit", default=True)
    price_text = models.CharField("prix", max_length=200, blank=True)

    image = models.FileField("image", upload_to="agenda/", max_length=200, blank=True)
    image_alt = models.CharField("texte de remplacement", max_length=200, blank=True)
    image_credit = models.CharField("crédit", max_length=200, blank=True)

    flagship = models.BooleanField("temps fort", default=False)
    # Said instead of a date by an event that has no session: « en avril 2018 », « date non publiée ».
    date_note = models.CharField("date publiée", max_length=120, blank=True)

    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    state_reason = models.TextField("motif", blank=True)
    # Whose officer reads it; empty: the Region.
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="agence"
    )
    # A stranger's, forgotten once the event is decided and `EVENT_PROPOSER_DAYS` have passed.
    proposer_name = models.CharField("proposé par", max_length=120, blank=True)
    proposer_email = models.EmailField("courriel de la personne", blank=True)
    # Opaque key of the account that wrote it (`User.pk`), for those who come from the espace pro.
    author_key = models.CharField(max_length=64, blank=True, editable=False)

    source = models.ForeignKey(
        "events.Source", models.SET_NULL, null=True, blank=True, related_name="events", verbose_name="source"
    )
    source_uid = models.CharField("identifiant dans la source", max_length=400, blank=True, editable=False)
    source_url = models.URLField("adresse d’origine", max_length=400, blank=True)
    # Of what the source said last: the same digest changes nothing.
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    # What the source said last of each field and date, so that what people edited since is kept (A6).
    source_values = models.JSONField(default=dict, blank=True, editable=False)
    source_note = models.TextField("note sur la source", blank=True)
    pack_key = models.CharField(max_length=140, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_here", verbose_name="fusionné avec"
    )

    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)
    updated_at = models.DateTimeField("modifié le", db_default=Now(), editable=False)
    proposed_at = models.DateTimeField("proposé le", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    # Bounds of its sessions, kept by `events.derived`: past, coming, undated are read from here.
    first_starts_at = models.DateTimeField("première date", null=True, blank=True, editable=False)
    last_ends_at = models.DateTimeField("dernière date", null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "évènement"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(age_min=None) | Q(age_max=None) | Q(age_max__gte=F("age_min")), name="event_ages",
                violation_error_message="L’âge le plus haut ne peut être sous l’âge le plus bas.",
            ),
            models.CheckConstraint(
                condition=~Q(registration_mode="link") | ~Q(registration_url=""), name="event_registration_link",
                violation_error_message="Donnez l’adresse où l’on s’inscrit.",
            ),
            models.CheckConstraint(
                condition=Q(image="") | ~Q(image_alt=""), name="event_image_alt",
                violation_error_message="Décrivez l’image : ce texte la remplace pour qui ne la voit pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="event_merged", violation_error_message="Un évènement fusionné l’est avec un autre.",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="event_published_dated",
                violation_error_message="Un évènement publié l’est depuis une date.",
            ),
            models.UniqueConstraint(
                fields=["source", "source_uid"], condition=~Q(source_uid="") & Q(source__isnull=False),
                name="event_source_once",
                violation_error_message="Cette source a déjà donné cet évènement.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "source_uid"],
                condition=~Q(source_uid="") & Q(source=None, organisation__isnull=False),
                name="event_file_once", violation_error_message="Cet organisme a déjà donné cet évènement.",
            ),
            models.UniqueConstraint(fields=["pack_key"], condition=~Q(pack_key=""), name="event_pack_key_once"),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["state", "agency", "proposed_at"], name="event_waiting", condition=Q(state="proposed")
            ),
            models.Index(fields=["organisation", "-last_ends_at"], name="event_of_organisation"),
            GinIndex(OpClass("folded_title", "gin_trgm_ops"), name="event_title_trigrams"),
            models.Index(fields=["updated_at", "id"], name="event_updated"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC_STATES

    @property
    def organiser(self) -> str:
        """Who runs it, as the public reads it."""
        return self.organisation.display_name if self.organisation else self.organiser_name


class Revision(models.Model):
    """Another wording of a published event, kept aside until an officer takes it or refuses it (A5).

    `values` maps field names of the event to their proposed values (as forms give them, JSON), `before` the values
    that the author saw.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "À relire"
        ACCEPTED = "accepted", "Acceptée"
        REFUSED = "refused", "Refusée"
        REPLACED = "replaced", "Remplacée par une autre"

    event = models.ForeignKey(Event, models.CASCADE, related_name="revisions", verbose_name="évènement")
    values = models.JSONField("proposé", default=dict)
    before = models.JSONField("avant", default=dict)
    author_key = models.CharField(max_length=64, blank=True, editable=False)
    author_label = models.CharField("proposée par", max_length=200, blank=True)
    created_at = models.DateTimeField("proposée le", db_default=Now(), editable=False)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    reason = models.TextField("motif", blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True, editable=False)
    decided_label = models.CharField("décidée par", max_length=200, blank=True)

    class Meta:
        verbose_name = "modification proposée"
        verbose_name_plural = "modifications proposées"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"], condition=Q(state="waiting"), name="revision_one_waiting",
                violation_error_message="Une modification de cet évènement attend déjà une réponse.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event} ({self.get_state_display()})"


class Merge(models.Model):
    """Two events that were one: what was moved, so that it can be moved back (A5)."""

    kept = models.ForeignKey(Event, models.CASCADE, related_name="merges_kept", verbose_name="gardé")
    folded = models.ForeignKey(Event, models.CASCADE, related_name="merges_folded", verbose_name="fusionné")
    # {"event": {field: [before, after]}, "moved_sessions": [pk…], "folded_state": "published", …}
    undo = models.JSONField("pour défaire", default=dict)
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    actor_label = models.CharField("par", max_length=200, blank=True)
    undone_at = models.DateTimeField("défaite le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "fusion"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["folded"], condition=Q(undone_at=None), name="merge_in_force_once"),
            models.CheckConstraint(condition=~Q(kept=F("folded")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.folded} → {self.kept}"


class DistinctPair(models.Model):
    """Two events that look alike and that somebody said are two: they are not offered to one another again (A5)."""

    first = models.ForeignKey(Event, models.CASCADE, related_name="+", verbose_name="le premier")
    second = models.ForeignKey(Event, models.CASCADE, related_name="+", verbose_name="le second")
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    actor_label = models.CharField("par", max_length=200, blank=True)

    class Meta:
        verbose_name = "paire d’évènements distincts"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"


class Trust(models.Model):
    """An organisation whose events are public at once (A5)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="agenda_trusts", verbose_name="organisme"
    )
    since = models.DateTimeField("depuis", db_default=Now(), editable=False)
    granted_label = models.CharField("donnée par", max_length=200, blank=True)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "confiance"
        verbose_name_plural = "organismes de confiance"
        ordering = ["organisation__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at=None), name="trust_once",
                violation_error_message="Cet organisme publie déjà sans relecture.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.organisation)
