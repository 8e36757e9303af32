"""The front door of the public API: its resources, its description, and the page that explains it (O1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from core.api.errors import NOT_FOUND, READ_ONLY
from core.api.filters import refuse_odd_parameters
from core.api.views import PublicViewSet
from core.http import PUBLIC_SECONDS, public_page
from core.models import PackLoad
from events.api import EventViewSet, SessionViewSet
from members.api import NetworkViewSet, OrganisationViewSet
from members.models import Organisation
from spro.api_docs import described
from territories.api.kinds import KindViewSet
from territories.api.referents import ReferentViewSet
from territories.api.services import ServiceViewSet
from territories.api.sites import SiteViewSet
from territories.api.territory import AgencyViewSet, BasinViewSet, CommuneViewSet

app_name = "api"
RESOURCES: dict[str, tuple[type[PublicViewSet], str]] = {
    "networks": (NetworkViewSet, "network"),
    "organisations": (OrganisationViewSet, "organisation"),
    "sites": (SiteViewSet, "site"),
    "services": (ServiceViewSet, "service"),
    "kinds": (KindViewSet, "kind"),
    "agencies": (AgencyViewSet, "agency"),
    "basins": (BasinViewSet, "basin"),
    "communes": (CommuneViewSet, "commune"),
    "referents": (ReferentViewSet, "referent"),
    "events": (EventViewSet, "event"),
    "sessions": (SessionViewSet, "session"),
}
FIGURES_SECONDS = 300
# One trip for all; the only counts of whole tables, kept a few minutes.
FIGURES_SQL = """
SELECT (SELECT count(*) FROM members_network),
       (SELECT count(*) FROM members_organisation WHERE kind = 'organisation' AND status = ANY(%(belonging)s)),
       (SELECT count(*) FROM members_organisation WHERE kind = 'mission-locale' AND status = ANY(%(belonging)s)),
       (SELECT count(*) FROM territories_site WHERE listed),
       (SELECT count(*) FROM territories_agency),
       (SELECT count(*) FROM territories_employmentbasin),
       (SELECT count(*) FROM territories_commune),
       (SELECT count(*) FROM territories_referent r JOIN members_organisation o ON o.id = r.organisation_id
        WHERE r.agency_id IS NOT NULL AND o.status = ANY(%(belonging)s)),
       (SELECT count(*) FROM territories_referent r JOIN members_organisation o ON o.id = r.organisation_id
        WHERE r.agency_id IS NULL AND o.status = ANY(%(belonging)s))
"""


class FiguresSerializer(serializers.Serializer):
    """Ce que compte le réseau, à quelques minutes près."""

    networks = serializers.IntegerField(help_text="Réseaux.")
    organisations = serializers.IntegerField(help_text="Organismes, missions locales à part.")
    missions_locales = serializers.IntegerField(help_text="Missions locales.")
    sites = serializers.IntegerField(help_text="Lieux.")
    agencies = serializers.IntegerField(help_text="Agences territoriales.")
    basins = serializers.IntegerField(help_text="Bassins d’emploi.")
    communes = serializers.IntegerField(help_text="Communes.")
    territorial_referents = serializers.IntegerField(help_text="Référent·es d’un territoire.")
    regional_referents = serializers.IntegerField(help_text="Référent·es régionaux.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "La racine",
            value={
                "resources": {"sites": "https://portail.example/api/v1/sites/"},
                "figures": {
                    "networks": 13, "organisations": 42, "missions_locales": 44, "sites": 220, "agencies": 12,
                    "basins": 43, "communes": 5115, "territorial_referents": 293, "regional_referents": 37,
                },
                "documentation": "https://portail.example/api/v1/docs/",
                "schema": "https://portail.example/api/v1/schema/",
                "licence": "Licence Ouverte 2.0", "attribution": ["Charte du SPRO Grand Est 2018-2022."],
            },
        )
    ]
)  # fmt: skip
class RootSerializer(serializers.Serializer):
    """Les ressources de l’API et ce que compte le réseau."""

    resources = serializers.DictField(child=serializers.URLField(), help_text="Adresse de chaque ressource.")
    figures = FiguresSerializer(help_text="Ce que compte le réseau.")
    documentation = serializers.URLField(help_text="Page d’explication.")
    schema = serializers.URLField(help_text="Description OpenAPI.")
    licence = serializers.CharField(help_text="Licence des données.")
    attribution = serializers.ListField(child=serializers.CharField(), help_text="Mentions à reprendre.")


class RootViewSet(PublicViewSet):
    """Les ressources de l’API et ce que compte le réseau."""

    serializer_class = RootSerializer

    @extend_schema(operation_id="root")
    def root(self, request: Request) -> Response:
        refuse_odd_parameters(request, frozenset())
        return Response(
            {
                "resources": {
                    name: request.build_absolute_uri(reverse(f"api:{single}-list"))
                    for name, (_, single) in RESOURCES.items()
                },
                **(cache.get_or_set("api-root", lambda: {"figures": figures(), **terms()}, FIGURES_SECONDS) or {}),
                "documentation": request.build_absolute_uri(reverse("api:docs")),
                "schema": request.build_absolute_uri(reverse("api:schema")),
            }
        )


def figures() -> dict[str, int]:
    """What the network counts, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES_SQL, {"belonging": [str(status) for status in Organisation.BELONGING]})
        return dict(zip(FiguresSerializer().fields, cursor.fetchone(), strict=True))


def terms() -> dict[str, Any]:
    """Under which licence the data may be used again, and whom to cite: the pack in force says it (M6)."""
    facts = PackLoad.current_facts()
    return {
        "licence": facts.get("pack", {}).get("licence", ""),
        "attribution": [source["text"] for source in facts.get("attributions", [])],
    }


@lru_cache
def openapi() -> dict[str, Any]:
    """The OpenAPI 3.0 description of every resource, made once in a process."""
    generator = SchemaGenerator(urlconf="spro.urls")  # type: ignore[no-untyped-call]
    return dict(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@lru_cache
def openapi_bytes() -> bytes:
    return orjson.dumps(openapi(), option=orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2)


@csrf_exempt
@login_not_required
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description, in JSON."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        return refusal(405, READ_ONLY)
    headers = {"Cache-Control": f"public, max-age={PUBLIC_SECONDS}"}
    return HttpResponse(openapi_bytes(), content_type="application/json", headers=headers)


@public_page
def docs(request: HttpRequest) -> HttpResponse:
    """The page that explains the API, drawn from its description alone."""
    context = {
        "resources": described(openapi()),
        "origin": request.build_absolute_uri("/")[:-1],
        **terms(),
    }
    return render(request, "api/docs.html", context)


@csrf_exempt
@login_not_required
def nothing(request: HttpRequest) -> HttpResponse:
    """Any other address under the API: a refusal in JSON, not the portal's page."""
    return refusal(404, NOT_FOUND)


def refusal(status: int, reason: str) -> HttpResponse:
    body = orjson.dumps({"detail": reason})
    return HttpResponse(body, status=status, content_type="application/json", headers={"Cache-Control": "no-store"})


router = SimpleRouter(use_regex_path=False)
for _name, (_viewset, _single) in RESOURCES.items():
    router.register(_name, _viewset, basename=_single)

urlpatterns = [
    path("", RootViewSet.as_view({"get": "root"}), name="root"),
    path("schema/", schema, name="schema"),
    path("docs/", docs, name="docs"),
    *router.urls,
    re_path(r"^.*/$", nothing),
]
