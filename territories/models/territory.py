"""Departments, communes, basins, agencies and their officers (T1)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F
from django.urls import reverse

from accounts.models import Period, User, one_at_a_time
from core.geo import MercatorPoint, PointField
from core.models import PackManaged
from core.text import sort_key
from territories.toponyms import of


class Department(PackManaged):
    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=80)
    prefecture = models.CharField("commune chef-lieu", max_length=5, blank=True)

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Agency(PackManaged):
    """A territorial agency of the Region; each runs one CTO (T4)."""

    slug = models.SlugField("identifiant", max_length=80, unique=True)
    name = models.CharField("nom", max_length=120)
    order = models.PositiveSmallIntegerField("ordre")
    towns = ArrayField(models.CharField(max_length=80), verbose_name="villes", default=list, blank=True)
    departments = ArrayField(models.CharField(max_length=3), verbose_name="départements", default=list, blank=True)
    departments_evidence = models.TextField("source des départements", blank=True)
    cto_installed_year = models.PositiveSmallIntegerField("CTO installée en", null=True, blank=True)

    class Meta:
        verbose_name = "agence territoriale"
        verbose_name_plural = "agences territoriales"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name

    @property
    def sort_key(self) -> str:
        """Where its name stands in the alphabet (`order` is that of the charter)."""
        return sort_key(self.name)

    @property
    def basins_said(self) -> str:
        """Its basins after « bassins »: « d’Altkirch, de Mulhouse, du Bassin houiller »."""
        return ", ".join(of(name) for name in sorted((basin.name for basin in self.basins.all()), key=sort_key))

    def get_absolute_url(self) -> str:
        return reverse("territory", args=[self.slug])


class EmploymentBasin(PackManaged):
    number = models.PositiveSmallIntegerField("numéro", primary_key=True)
    name = models.CharField("nom", max_length=120)
    name_published = models.CharField("nom publié", max_length=120, blank=True)
    departments = ArrayField(models.CharField(max_length=3), verbose_name="départements", default=list, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="basins", verbose_name="agence")
    agency_source = models.CharField("source du rattachement", max_length=20, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "bassin d’emploi"
        verbose_name_plural = "bassins d’emploi"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class Commune(PackManaged):
    """A commune of the official list in force; always keyed by its INSEE code, never by name nor postcode."""

    insee = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=120)
    folded_name = models.CharField(max_length=120, editable=False)
    postal_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list)
    department = models.ForeignKey(Department, models.PROTECT, related_name="communes", verbose_name="département")
    population = models.PositiveIntegerField("population", default=0)
    lat = models.FloatField("latitude")
    lon = models.FloatField("longitude")
    position = models.GeneratedField(
        expression=MercatorPoint(F("lat"), F("lon")), output_field=PointField(), db_persist=True
    )
    epci = models.CharField("EPCI (SIREN)", max_length=9, blank=True)
    basin = models.ForeignKey(EmploymentBasin, models.PROTECT, related_name="communes", verbose_name="bassin")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="communes", verbose_name="agence")

    class Meta:
        verbose_name = "commune"
        ordering = ["insee"]
        indexes = [
            GinIndex(OpClass("folded_name", "gin_trgm_ops"), name="commune_name_trigrams"),
            GinIndex(fields=["postal_codes"], name="commune_postal_codes"),
            GistIndex(fields=["position"], name="commune_position"),
            models.Index(OpClass("folded_name", "text_pattern_ops"), name="commune_name_prefix"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.department_id})"


class FormerCommune(models.Model):
    """The INSEE code a merged commune had; files and links may still carry it."""

    former_insee = models.CharField("ancien code", max_length=5, primary_key=True)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="former_codes", verbose_name="commune")

    class Meta:
        verbose_name = "ancien code de commune"
        verbose_name_plural = "anciens codes de commune"

    def __str__(self) -> str:
        return self.former_insee


class Contour(models.Model):
    """The outline of a territory, GeoJSON geometry in degrees, simplified for the screen."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "Agence"
        BASIN = "basin", "Bassin d’emploi"
        DEPARTMENT = "department", "Département"

    kind = models.CharField("sorte", max_length=12, choices=Kind)
    code = models.CharField("code", max_length=80)
    name = models.CharField("nom", max_length=120)
    geometry = models.JSONField("géométrie")
    label_lat = models.FloatField("latitude de l’étiquette")
    label_lon = models.FloatField("longitude de l’étiquette")

    class Meta:
        verbose_name = "contour"
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="contour_once")]

    def __str__(self) -> str:
        return self.name


class OfficerMandate(Period):
    """A person works for the Region in one agency and serves its territory (S3)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="officer_mandates", verbose_name="compte")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="officer_mandates", verbose_name="agence")

    class Meta(Period.Meta):
        verbose_name = "mandat d’agence"
        verbose_name_plural = "mandats d’agence"
        constraints = [
            *Period.Meta.constraints,
            one_at_a_time(
                "officer_mandate_one_at_a_time", "user", "agency",
                message="Cette personne a déjà un mandat dans cette agence sur ces dates.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.agency})"
