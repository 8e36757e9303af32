"""The kinds of places, as `sites/?kind=` names them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.api.views import PublicViewSet
from territories.models import SiteKind


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Une sorte de lieu",
            value={
                "slug": "cio", "label": "Centre d’information et d’orientation (CIO)",
                "network": "autorites-academiques", "short": "Des psychologues de l’Éducation nationale.",
                "receives_public": True,
            },
        )
    ]
)  # fmt: skip
class KindSerializer(serializers.Serializer):
    """Une sorte de lieu, celle que nomme le paramètre « kind » des lieux."""

    slug = serializers.SlugField(help_text="Identifiant stable.")
    label = serializers.CharField(help_text="Nom.")  # type: ignore[assignment]
    network = serializers.SlugField(allow_null=True, help_text="Identifiant du réseau ; null si la sorte est commune.")
    short = serializers.CharField(help_text="Ce qu’on y trouve, en une ligne.")
    receives_public = serializers.BooleanField(help_text="Vrai : le lieu reçoit le public.")


class KindViewSet(PublicViewSet):
    """Les sortes de lieux : CIO, missions locales, agences…"""

    serializer_class = KindSerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"order": int, "id": int}
    fields: ClassVar[dict[str, Any]] = {
        "slug": "slug",
        "label": "label",
        "network": "network__slug",
        "short": "short",
        "receives_public": "receives_public",
    }

    def get_queryset(self) -> QuerySet[Any]:
        return SiteKind.objects.all()
