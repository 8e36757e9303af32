"""Agencies, basins and communes (T1)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db.models import OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import PublicFilterSet, ReferenceFilter
from core.api.views import PublicViewSet
from core.text import fold
from territories.models import Agency, Commune, Department, EmploymentBasin, FormerCommune

AGENCY_UNKNOWN = "Aucune agence ne s’appelle « {} »."
BASIN_UNKNOWN = "Aucun bassin d’emploi ne porte le numéro {}."
DEPARTMENT_UNKNOWN = "Aucun département de la région ne porte le code « {} »."


class BasinFilter(ReferenceFilter):
    """A basin by its number: refused as a parameter when it is not a number at all."""

    def __init__(self, field_name: str) -> None:
        super().__init__(
            EmploymentBasin, field_name, key="number", unknown=BASIN_UNKNOWN,
            help_text="Numéro du bassin d’emploi.",
            validators=[RegexValidator(r"\A[0-9]{1,4}\Z", "Donnez le numéro du bassin : un nombre entier.")],
        )  # fmt: skip


def agency_filter(field_name: str = "agency_id") -> ReferenceFilter:
    return ReferenceFilter(Agency, field_name, unknown=AGENCY_UNKNOWN, help_text="Identifiant de l’agence.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Une agence",
            value={
                "slug": "troyes-chaumont", "name": "Troyes/Chaumont", "towns": ["Troyes", "Chaumont"],
                "departments": ["10", "52"], "cto_installed_year": 2017, "basins": [2, 5, 10],
                "url": "https://portail.example/territoires/troyes-chaumont/",
            },
        )
    ]
)  # fmt: skip
class AgencySerializer(serializers.Serializer):
    """Une agence territoriale de la Région, qui anime une concertation territoriale (CTO)."""

    slug = serializers.SlugField(help_text="Identifiant stable.")
    name = serializers.CharField(help_text="Nom.")
    towns = serializers.ListField(child=serializers.CharField(), help_text="Villes de l’agence.")
    departments = serializers.ListField(child=serializers.CharField(), help_text="Codes des départements.")
    cto_installed_year = serializers.IntegerField(allow_null=True, help_text="Année d’installation de la CTO.")
    basins = serializers.ListField(child=serializers.IntegerField(), help_text="Numéros de ses bassins d’emploi.")
    url = serializers.URLField(help_text="Page du portail.")


class AgencyViewSet(PublicViewSet):
    """Les agences territoriales de la Région."""

    serializer_class = AgencySerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"order": int, "id": int}
    fields: ClassVar[dict[str, Any]] = {
        "slug": "slug",
        "name": "name",
        "towns": "towns",
        "departments": "departments",
        "cto_installed_year": "cto_installed_year",
        "basins": "basin_numbers",
    }

    def get_queryset(self) -> QuerySet[Any]:
        numbers = EmploymentBasin.objects.filter(agency=OuterRef("pk")).order_by("number").values("number")
        return Agency.objects.annotate(basin_numbers=ArraySubquery(numbers))

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        return item | {"url": self.page_address("territory", item["slug"])}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un bassin",
            value={"number": 2, "name": "Bar-sur-Aube", "agency": "troyes-chaumont", "departments": ["10"]},
        )
    ]
)
class BasinSerializer(serializers.Serializer):
    """Un bassin d’emploi."""

    number = serializers.IntegerField(help_text="Numéro.")
    name = serializers.CharField(help_text="Nom.")
    agency = serializers.SlugField(help_text="Identifiant de l’agence.")
    departments = serializers.ListField(child=serializers.CharField(), help_text="Codes des départements.")


class BasinFilters(PublicFilterSet):
    agency = agency_filter()


class BasinViewSet(PublicViewSet):
    """Les bassins d’emploi, avec leur agence."""

    serializer_class = BasinSerializer
    filterset_class = BasinFilters
    lookup_field = lookup_column = "number"
    lookup_value_converter = "int"
    order: ClassVar[dict[str, type]] = {"number": int}
    fields: ClassVar[dict[str, Any]] = {
        "number": "number", "name": "name", "agency": "agency__slug", "departments": "departments",
    }  # fmt: skip

    def get_queryset(self) -> QuerySet[Any]:
        return EmploymentBasin.objects.all()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Une commune",
            value={
                "insee": "88160", "name": "Épinal", "postal_codes": ["88000"], "department": "88",
                "population": 32223, "lat": 48.1744, "lon": 6.4512, "basin": 12, "agency": "epinal",
                "former_codes": [],
            },
        )
    ]
)  # fmt: skip
class CommuneSerializer(serializers.Serializer):
    """Une commune de la région, désignée par son code INSEE en vigueur."""

    insee = serializers.CharField(help_text="Code INSEE en vigueur.")
    name = serializers.CharField(help_text="Nom.")
    postal_codes = serializers.ListField(child=serializers.CharField(), help_text="Codes postaux.")
    department = serializers.CharField(help_text="Code du département.")
    population = serializers.IntegerField(help_text="Population légale.")
    lat = serializers.FloatField(help_text="Latitude du centre, en degrés (WGS 84).")
    lon = serializers.FloatField(help_text="Longitude du centre, en degrés (WGS 84).")
    basin = serializers.IntegerField(help_text="Numéro du bassin d’emploi.")
    agency = serializers.SlugField(help_text="Identifiant de l’agence.")
    former_codes = serializers.ListField(
        child=serializers.CharField(), help_text="Codes INSEE des communes qu’elle a réunies."
    )


class CommuneFilters(PublicFilterSet):
    q = django_filters.CharFilter(
        method="by_name", max_length=200, label="mots", help_text="Début du nom, sans égard aux accents."
    )
    postal_code = django_filters.CharFilter(
        method="by_postal_code", help_text="Code postal, en cinq chiffres.", label="code postal",
        validators=[RegexValidator(r"\A[0-9]{5}\Z", "Un code postal compte cinq chiffres.")],
    )  # fmt: skip
    department = ReferenceFilter(
        Department, "department_id", key="code", unknown=DEPARTMENT_UNKNOWN, help_text="Code du département."
    )
    agency = agency_filter()
    basin = BasinFilter("basin_id")

    def by_name(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        folded = fold(value)
        return queryset.filter(folded_name__startswith=folded) if folded else queryset.none()

    def by_postal_code(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(postal_codes__contains=[value])


class CommuneViewSet(PublicViewSet):
    """Les communes de la région, avec leur bassin et leur agence. Un ancien code INSEE renvoie vers le nouveau."""

    serializer_class = CommuneSerializer
    filterset_class = CommuneFilters
    moved = "Ancien code INSEE : l’en-tête Location donne l’adresse de la commune d’aujourd’hui."
    lookup_field = lookup_column = "insee"
    order: ClassVar[dict[str, type]] = {"insee": str}
    fields: ClassVar[dict[str, Any]] = {
        "insee": "insee",
        "name": "name",
        "postal_codes": "postal_codes",
        "department": "department_id",
        "population": "population",
        "lat": "lat",
        "lon": "lon",
        "basin": "basin_id",
        "agency": "agency__slug",
        "former_codes": "former",
    }

    def get_queryset(self) -> QuerySet[Any]:
        former = FormerCommune.objects.filter(commune=OuterRef("pk")).order_by("former_insee").values("former_insee")
        return Commune.objects.annotate(former=ArraySubquery(former))

    def missing(self, request: Request, key: str) -> HttpResponse:
        present = FormerCommune.objects.filter(former_insee=key).values_list("commune_id", flat=True).first()
        if present is None:
            raise Http404
        url = reverse("api:commune-detail", args=[present])
        reason = f"Cette commune porte aujourd’hui le code {present}."
        return Response({"detail": reason}, status=301, headers={"Location": url})
