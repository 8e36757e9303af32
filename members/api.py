"""Networks and organisations, as the public API gives them (M1, O1)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.api.filters import PublicFilterSet, ReferenceFilter
from core.api.views import PublicViewSet
from core.text import fold
from members.models import Network, Organisation
from members.websites import websites

MEMBERSHIPS = [(status.value, status.label) for status in Organisation.BELONGING]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un réseau",
            value={
                "number": 4, "slug": "missions-locales", "name": "Missions locales",
                "name_published": "Association régionale des missions locales", "current_name": "",
                "current_name_source": "", "kind": "jeunesse",
                "short": "Pour les 16-25 ans sortis de l’école.", "text": "", "text_source": "",
                "organisations_count": 45, "url": "https://portail.example/reseaux/missions-locales/",
            },
        )
    ]
)  # fmt: skip
class NetworkSerializer(serializers.Serializer):
    """Une famille de membres du SPRO."""

    number = serializers.IntegerField(help_text="Rang dans la charte.")
    slug = serializers.SlugField(help_text="Identifiant stable.")
    name = serializers.CharField(help_text="Nom au moment de la charte.")
    name_published = serializers.CharField(help_text="Nom imprimé dans la charte.")
    current_name = serializers.CharField(help_text="Nom d’aujourd’hui, s’il a changé ; sinon vide.")
    current_name_source = serializers.CharField(help_text="Source du nom d’aujourd’hui.")
    kind = serializers.CharField(help_text="Famille.")
    short = serializers.CharField(help_text="Ce que fait le réseau, en une ligne.")
    text = serializers.CharField(help_text="Présentation.")
    text_source = serializers.CharField(help_text="Source de la présentation.")
    organisations_count = serializers.IntegerField(help_text="Nombre d’organismes publiés du réseau.")
    url = serializers.URLField(help_text="Page du portail.")


class NetworkViewSet(PublicViewSet):
    """Les réseaux : les familles d’organismes qui forment le SPRO."""

    serializer_class = NetworkSerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"number": int}
    fields: ClassVar[dict[str, Any]] = {
        name: name
        for name in (
            "number", "slug", "name", "name_published", "current_name", "current_name_source", "kind", "short", "text",
            "text_source", "organisations_count",
        )
    }  # fmt: skip

    def get_queryset(self) -> QuerySet[Any]:
        count = Organisation.objects.public().filter(network=OuterRef("pk")).order_by().values("network")
        return Network.objects.annotate(organisations_count=Coalesce(Subquery(count.values(n=Count("pk"))), 0))

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        return item | {"url": self.page_address("network", item["slug"])}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un organisme",
            value={
                "slug": "pole-emploi-grand-est", "name": "Pôle emploi Grand Est",
                "name_published": "Direction Régionale Pôle emploi", "current_name": "France Travail Grand Est",
                "current_name_source": "Loi n° 2023-1196 du 18 décembre 2023", "kind": "organisation",
                "network": "pole-emploi", "status": "signatory", "parent": None, "legal_representative": "",
                "presentation": "", "activities": ["Accueil et premier conseil"], "fte": 12.5, "fte_note": "",
                "websites": ["https://www.example.org/"], "place": "Strasbourg", "published_on": "2018-12-01",
                "url": "https://portail.example/organismes/pole-emploi-grand-est/",
            },
        )
    ]
)  # fmt: skip
class OrganisationSerializer(serializers.Serializer):
    """Un membre du SPRO, avec ce que dit sa fiche."""

    slug = serializers.SlugField(help_text="Identifiant stable.")
    name = serializers.CharField(help_text="Nom au moment de la charte.")
    name_published = serializers.CharField(help_text="Nom imprimé dans la charte.")
    current_name = serializers.CharField(help_text="Nom d’aujourd’hui, s’il a changé ; sinon vide.")
    current_name_source = serializers.CharField(help_text="Source du nom d’aujourd’hui.")
    kind = serializers.ChoiceField(choices=Organisation.Kind.choices, help_text="Sorte d’organisme.")
    network = serializers.SlugField(allow_null=True, help_text="Identifiant du réseau.")
    status = serializers.ChoiceField(choices=MEMBERSHIPS, help_text="Comment l’organisme appartient au SPRO.")
    parent = serializers.SlugField(  # type: ignore[assignment]
        allow_null=True, help_text="Identifiant de l’organisme de rattachement."
    )
    legal_representative = serializers.CharField(help_text="Représentant·e légal·e publié·e.")
    presentation = serializers.CharField(help_text="Présentation.")
    activities = serializers.ListField(child=serializers.CharField(), help_text="Activités qui répondent à la charte.")
    fte = serializers.FloatField(allow_null=True, help_text="Équivalents temps plein consacrés à l’orientation.")
    fte_note = serializers.CharField(help_text="Précision sur ces équivalents temps plein.")
    websites = serializers.ListField(child=serializers.URLField(), help_text="Adresses de ses sites internet.")
    place = serializers.CharField(help_text="Siège.")
    published_on = serializers.DateField(allow_null=True, help_text="Date de publication de la fiche.")
    url = serializers.URLField(help_text="Page du portail.")


class OrganisationFilters(PublicFilterSet):
    q = django_filters.CharFilter(
        method="by_words", max_length=200, help_text="Mots du nom, sans égard aux accents.", label="mots"
    )
    network = ReferenceFilter(
        Network, "network_id", unknown="Aucun réseau ne s’appelle « {} ».", help_text="Identifiant du réseau."
    )
    kind = django_filters.ChoiceFilter(choices=Organisation.Kind.choices, help_text="Sorte d’organisme.")

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in fold(value).split():
            queryset = queryset.filter(
                Q(sort_key__contains=word) | Q(slug__contains=word) | Q(current_name__unaccent__icontains=word)
            )
        return queryset


class OrganisationViewSet(PublicViewSet):
    """Les organismes membres du SPRO et les missions locales."""

    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilters
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"sort_key": str, "id": int}
    fields: ClassVar[dict[str, Any]] = {
        "slug": "slug",
        "name": "name",
        "name_published": "name_published",
        "current_name": "current_name",
        "current_name_source": "current_name_source",
        "kind": "kind",
        "network": "network__slug",
        "status": "status",
        "parent": Case(When(parent__status__in=Organisation.BELONGING, then="parent__slug")),
        "legal_representative": "legal_representative",
        "presentation": "presentation",
        "activities": "activities",
        "fte": "fte",
        "fte_note": "fte_note",
        "websites": "website",
        "place": "place",
        "published_on": "published_on",
    }

    def get_queryset(self) -> QuerySet[Any]:
        return Organisation.objects.public()

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        fte = item["fte"]
        return item | {
            "websites": [site.url for site in websites(item["websites"])],
            "fte": None if fte is None else float(fte),
            "url": self.page_address("organisation", item["slug"]),
        }
