"""The services of annexe 1 (M2): a closed list, no table."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import refuse_odd_parameters
from core.api.pages import CursorPagination
from core.api.views import PublicViewSet
from core.reference import Service

OWED_BY_ALL = frozenset({Service.ACCUEIL, Service.PREMIERE_INFORMATION, Service.PREMIER_CONSEIL})


@extend_schema_serializer(
    examples=[OpenApiExample("Un service", value={"slug": "accueil", "label": "Accueil", "owed_by_all": True})]
)
class ServiceSerializer(serializers.Serializer):
    """Un service que rendent les lieux."""

    slug = serializers.ChoiceField(choices=Service.choices, help_text="Identifiant stable.")
    label = serializers.CharField(help_text="Nom.")  # type: ignore[assignment]
    owed_by_all = serializers.BooleanField(help_text="Vrai : tout membre du SPRO le doit (annexe 1, article 1).")


def services() -> list[dict[str, Any]]:
    return [{"slug": s.value, "label": str(s.label), "owed_by_all": s in OWED_BY_ALL} for s in Service]


class ServiceViewSet(PublicViewSet):
    """Les services de l’annexe 1 de la charte."""

    serializer_class = ServiceSerializer
    filter_backends = []
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def list(self, request: Request) -> Response:
        refuse_odd_parameters(request, self.known_parameters())
        page = CursorPagination()
        return Response(page.envelope(page.paginate_list(services(), request, "slug")))

    @extend_schema(
        parameters=[
            OpenApiParameter("slug", str, OpenApiParameter.PATH, enum=Service.values, description="Identifiant.")
        ]
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        refuse_odd_parameters(request, frozenset())
        for service in services():
            if service["slug"] == kwargs["slug"]:
                return Response(service)
        raise Http404
