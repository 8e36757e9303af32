"""Sites (where an organisation receives the public) and referents (whom it names)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.urls import reverse

from core.geo import MercatorPoint, PointField
from core.models import PackManaged
from core.reference import REMOTE_CHANNELS, Access, Channel, Service, Status
from members.models import Network, Organisation
from territories.models.territory import Agency, Commune
from territories.openings import check_hours


class SiteKind(PackManaged):
    """A family of places (CIO, mission locale…): its sign on the trail, and what it offers by default."""

    slug = models.SlugField("identifiant", max_length=40, unique=True)
    label = models.CharField("nom", max_length=120)
    blaze = models.SlugField("balise", max_length=40)
    network = models.ForeignKey(
        Network, models.PROTECT, null=True, blank=True, related_name="site_kinds", verbose_name="réseau"
    )
    short = models.CharField("en une ligne", max_length=200, blank=True)
    text = models.TextField("présentation", blank=True)
    text_source = models.CharField("source", max_length=300, blank=True)
    receives_public = models.BooleanField("reçoit le public", default=True)
    # The door that opens from anywhere when none of these places is near, or none gave its number (M4).
    national_name = models.CharField("porte nationale", max_length=120, blank=True)
    national_url = models.URLField("site de la porte nationale", max_length=300, blank=True)
    national_phone = models.CharField("téléphone de la porte nationale", max_length=40, blank=True)
    national_source = models.CharField("source de la porte nationale", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "sorte de lieu"
        verbose_name_plural = "sortes de lieux"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label


class SiteQuerySet(models.QuerySet["Site"]):
    def public(self) -> SiteQuerySet:
        """The sites of the directory: open, of an organisation that belongs (R11)."""
        return self.filter(listed=True)


class Site(PackManaged):
    """A place where an organisation receives the public.

    `provisional` says that the charter gives the town only: the place stands at the commune's centre, without address
    nor hours, until a national directory or the organisation completes it.
    """

    slug = models.SlugField("identifiant", max_length=140, unique=True)
    name = models.CharField("nom", max_length=200)
    sort_key = models.CharField(max_length=200, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites", verbose_name="organisme")
    # Copied from the organisation so that one index answers « nearest of this network ».
    network = models.ForeignKey(Network, models.PROTECT, null=True, blank=True, related_name="sites", editable=False)
    kind = models.ForeignKey(SiteKind, models.PROTECT, related_name="sites", verbose_name="sorte")
    description = models.TextField("présentation", blank=True)
    address = models.CharField("adresse", max_length=300, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="sites", verbose_name="commune")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="sites", editable=False)
    lat = models.FloatField("latitude")
    lon = models.FloatField("longitude")
    position = models.GeneratedField(
        expression=MercatorPoint(F("lat"), F("lon")), output_field=PointField(), db_persist=True
    )
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("courriel public", blank=True)
    website = models.URLField("site internet", max_length=300, blank=True)
    # {"1": [["09:00", "12:00"], …], …}: ISO weekday to opened ranges, Europe/Paris; empty when unknown.
    hours = models.JSONField("horaires", default=dict, blank=True, validators=[check_hours])
    hours_text = models.TextField("horaires publiés", blank=True)
    services = ArrayField(
        models.CharField(max_length=30, choices=Service), verbose_name="services", default=list, blank=True
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=Channel), verbose_name="modes de contact", default=list, blank=True
    )
    publics = ArrayField(
        models.CharField(max_length=30, choices=Status), verbose_name="publics", default=list, blank=True,
        help_text="Vide : tout public.",
    )  # fmt: skip
    not_for = ArrayField(
        models.CharField(max_length=30, choices=Status), verbose_name="jamais proposé à", default=list, blank=True,
        help_text="Situations auxquelles l’aiguillage ne propose pas ce lieu (M4).",
    )  # fmt: skip
    # Whether the charter names the town (« town ») or only a territory the place serves (« territory »).
    placement = models.CharField("localisation", max_length=20, blank=True, editable=False)
    access = ArrayField(
        models.CharField(max_length=30, choices=Access), verbose_name="accessibilité", default=list, blank=True
    )
    access_text = models.TextField("précisions sur l’accès", blank=True)
    provisional = models.BooleanField("placé à la commune", default=True)
    source = models.CharField("source", max_length=300, blank=True)
    source_url = models.URLField("adresse de la source", max_length=400, blank=True)
    source_updated_on = models.DateField("mise à jour par la source", null=True, blank=True)
    external_id = models.CharField("identifiant national", max_length=80, blank=True)
    note = models.TextField("note interne", blank=True)
    listed = models.BooleanField("dans l’annuaire", default=True)
    # A place that its organisation added and that the Region or its agency has not listed yet.
    proposed_at = models.DateTimeField("proposé le", null=True, blank=True, editable=False)
    # Taken out of the directory by its organisation, which may bring it back; the Region's decisions leave it empty.
    withdrawn_at = models.DateTimeField("retiré par l’organisme le", null=True, blank=True, editable=False)
    confirmed_on = models.DateField("confirmé le", null=True, blank=True, editable=False)
    updated_at = models.DateTimeField("mis à jour le", db_default=Now())
    # Written by `territories.cards` when the site changes: a list shows the text, it does not build it.
    card = models.TextField(editable=False, default="", blank=True)
    words = SearchVectorField(editable=False, null=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "lieu"
        verbose_name_plural = "lieux"
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__range=(-90, 90), lon__range=(-180, 180)), name="site_on_earth",
                violation_error_message="Ces coordonnées ne sont pas sur Terre.",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("hours"), function="jsonb_typeof", output_field=models.CharField()), Value("object")
                ),
                name="site_hours_object", violation_error_message="Les horaires vont par jour.",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="site_external_id_once",
                violation_error_message="Un autre lieu porte déjà cet identifiant national.",
            ),
        ]  # fmt: skip
        indexes = [
            GistIndex(fields=["position"], include=["kind"], name="site_near", condition=Q(listed=True)),
            GistIndex(fields=["kind", "position"], name="site_near_kind", condition=Q(listed=True)),
            GistIndex(fields=["network", "position"], name="site_near_network", condition=Q(listed=True)),
            GistIndex(fields=["organisation", "position"], name="site_near_org", condition=Q(listed=True)),
            GinIndex(fields=["words"], name="site_words"),
            models.Index(fields=["agency", "sort_key", "id"], name="site_agency_order", condition=Q(listed=True)),
            models.Index(fields=["sort_key", "id"], name="site_order", condition=Q(listed=True)),
            models.Index(fields=["kind", "sort_key", "id"], name="site_kind_order", condition=Q(listed=True)),
            GistIndex(
                fields=["kind", "position"],
                name="site_near_remote",
                condition=Q(listed=True, channels__overlap=[str(channel) for channel in REMOTE_CHANNELS]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("site", args=[self.slug])


class Closure(models.Model):
    """A place does not receive the public between two days, both included."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="closures", verbose_name="lieu")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    reason = models.CharField("raison", max_length=200, blank=True)

    class Meta:
        verbose_name = "fermeture"
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="closure_period",
                violation_error_message="La fin ne peut précéder le début.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"


class ReferentQuerySet(models.QuerySet["Referent"]):
    def public(self) -> ReferentQuerySet:
        """Those whom organisations that belong name (R11)."""
        return self.filter(organisation__status__in=Organisation.BELONGING)


class Referent(PackManaged):
    """The person an organisation names for the region (no agency) or for a territory (T2, T3).

    `email` and `phone` are for signed-in professionals only; they never come with the pack.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    pack_key = models.CharField("clé du pack", max_length=40, blank=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="referents", verbose_name="organisme")
    structure = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="structure_referents",
        verbose_name="structure",
    )  # fmt: skip
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="referents", verbose_name="territoire"
    )
    town = models.CharField("ville", max_length=120, blank=True)
    area = models.CharField("secteur", max_length=120, blank=True)
    name = models.CharField("nom", max_length=200, blank=True, help_text="Vide : poste vacant.")
    function = models.CharField("fonction", max_length=300, blank=True)
    role = models.CharField("rôle", max_length=60, blank=True)
    email = models.EmailField("courriel professionnel", blank=True)
    phone = models.CharField("téléphone professionnel", max_length=60, blank=True)
    published_on = models.DateField("publié le", null=True, blank=True)
    confirmed_on = models.DateField("confirmé le", null=True, blank=True)
    # When somebody of the organisation said that these contacts are right: before, no mail is sent to them (T2).
    contact_confirmed_at = models.DateTimeField("contact confirmé le", null=True, blank=True, editable=False)
    # Of the person and the address that were confirmed: another one is not (`territories/confirmed.py`).
    contact_digest = models.CharField(max_length=64, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("nom retiré le", null=True, blank=True)
    # Of the name withdrawn, so that no file brings it back; it cannot be read back.
    withdrawn_digest = models.CharField(max_length=64, blank=True, editable=False)
    note = models.TextField("note sur la source", blank=True)
    source_line = models.CharField("ligne de la charte", max_length=40, blank=True)

    objects = ReferentQuerySet.as_manager()

    class Meta:
        verbose_name = "référent·e"
        verbose_name_plural = "référent·es"
        ordering = ["organisation__sort_key", "town", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pack_key"], condition=~Q(pack_key=""), name="referent_pack_key_once")
        ]

    def __str__(self) -> str:
        return self.public_name or "Poste vacant"

    @property
    def vacant(self) -> bool:
        """A vacancy (« – » in the charter) is a real, visible state (T2)."""
        return not self.name

    @property
    def public_name(self) -> str:
        """The name as the public may read it: nothing once it was withdrawn (T3)."""
        return "" if self.withdrawn_at else self.name
