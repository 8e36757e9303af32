"""Referents: who is named, by whom, for which territory; never how to reach them (T2, T3)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Case, F, QuerySet, Value, When
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.api.filters import PublicFilterSet, ReferenceFilter
from core.api.views import PublicViewSet
from members.models import Organisation
from territories.api.territory import agency_filter
from territories.models import Referent

SCOPES = [("territorial", "Pour le territoire d’une agence"), ("regional", "Pour toute la région")]
ORGANISATION_UNKNOWN = "Aucun organisme ne s’appelle « {} »."


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un·e référent·e",
            value={
                "id": "3f0c6c1e-6b1f-4a52-9d53-0c8f4f1f7a10", "organisation": "apec", "agency": "metz",
                "town": "Metz", "function": "Conseillère", "name": "Camille EXEMPLE",
                "published_on": "2018-12-01", "confirmed_on": None,
            },
        )
    ]
)  # fmt: skip
class ReferentSerializer(serializers.Serializer):
    """La personne qu’un organisme désigne. Un nom vide : poste vacant, ou nom retiré à la demande de la personne."""

    id = serializers.UUIDField(help_text="Identifiant stable.")
    organisation = serializers.SlugField(help_text="Identifiant de l’organisme.")
    agency = serializers.SlugField(allow_null=True, help_text="Identifiant de l’agence ; null pour toute la région.")
    town = serializers.CharField(help_text="Ville.")
    function = serializers.CharField(help_text="Fonction.")
    name = serializers.CharField(help_text="Nom publié ; vide si le poste est vacant ou le nom retiré.")
    published_on = serializers.DateField(allow_null=True, help_text="Date de publication.")
    confirmed_on = serializers.DateField(allow_null=True, help_text="Date de confirmation ; null : non confirmé.")


class ReferentFilters(PublicFilterSet):
    scope = django_filters.ChoiceFilter(choices=SCOPES, method="by_scope", help_text="Portée.", label="portée")
    agency = agency_filter()
    organisation = ReferenceFilter(
        Organisation, "organisation_id", unknown=ORGANISATION_UNKNOWN, help_text="Identifiant de l’organisme."
    )

    def by_scope(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(agency__isnull=value == "regional")


class ReferentViewSet(PublicViewSet):
    """Les référent·es que les organismes désignent, pour la région ou pour le territoire d’une agence."""

    serializer_class = ReferentSerializer
    filterset_class = ReferentFilters
    lookup_url_kwarg = "id"
    lookup_column = "public_id"
    lookup_value_converter = "uuid"
    order: ClassVar[dict[str, type]] = {"pk": int}
    fields: ClassVar[dict[str, Any]] = {
        "id": "public_id",
        "organisation": "organisation__slug",
        "agency": "agency__slug",
        "town": "town",
        "function": "function",
        "name": "shown_name",
        "published_on": "published_on",
        "confirmed_on": "confirmed_on",
    }

    def get_queryset(self) -> QuerySet[Any]:
        # A name withdrawn does not even leave the database.
        shown = Case(When(withdrawn_at__isnull=True, then=F("name")), default=Value(""))
        return Referent.objects.public().annotate(shown_name=shown)
