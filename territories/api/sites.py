"""Sites: where people are received, and which ones are best placed near somebody (M2, M4)."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import EveryFilter, Filters, PublicFilterSet, ReferenceFilter, refuse_odd_parameters
from core.api.pages import CursorPagination
from core.api.views import PublicViewSet
from core.reference import Access, Channel, Need, Service, Status
from members.models import Network, Organisation
from territories.api import nearby
from territories.api.referents import ORGANISATION_UNKNOWN
from territories.api.shapes import SiteDetailSerializer, SiteSerializer
from territories.api.territory import BasinFilter, agency_filter
from territories.models import Closure, Site, SiteKind

# Of the answer, what a column of the row gives as it is.
PLAIN = (
    "slug", "name", "description", "address", "postal_code", "lat", "lon", "provisional", "phone", "email", "website",
    "hours", "hours_text", "services", "channels", "publics", "access", "access_text", "source", "source_url",
    "source_updated_on", "updated_at",
)  # fmt: skip
POSITION = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,9})?,-?[0-9]{1,3}(\.[0-9]{1,9})?")
Results = list[dict[str, Any]]  # named here: the views have a method called list
TARGETS = ("organisation_id", "kind_id", "network_id")
ROUTED = frozenset({"commune", "near", "radius", "status", "need"})


class PositionField(forms.Field):
    """`<lat>,<lon>` in degrees, as a pair of numbers."""

    def to_python(self, value: Any) -> tuple[float, float] | None:
        if not value:
            return None
        if not POSITION.fullmatch(str(value)):
            raise forms.ValidationError("Donnez « latitude,longitude » en degrés, par exemple 48.17,6.45.")
        lat, lon = (float(part) for part in str(value).split(","))
        if not (-85 <= lat <= 85 and -180 <= lon <= 180):
            raise forms.ValidationError("La latitude va de -85 à 85, la longitude de -180 à 180.")
        return lat, lon


@extend_schema_field({"type": "string", "pattern": f"^{POSITION.pattern}$", "example": "48.17,6.45"})
class PositionFilter(django_filters.Filter):
    field_class = PositionField


@extend_schema_field({"type": "number", "minimum": 1, "maximum": 100})
class RadiusFilter(django_filters.NumberFilter):
    pass


class SiteFilters(PublicFilterSet):
    q = django_filters.CharFilter(
        method="by_words", max_length=200, label="mots", help_text="Mots du lieu, de son organisme ou de sa commune."
    )
    agency = agency_filter()
    basin = BasinFilter("commune__basin_id")
    network = ReferenceFilter(
        Network, "network_id", unknown="Aucun réseau ne s’appelle « {} ».", help_text="Identifiant du réseau."
    )
    organisation = ReferenceFilter(
        Organisation, "organisation_id", unknown=ORGANISATION_UNKNOWN, help_text="Identifiant de l’organisme."
    )
    kind = ReferenceFilter(
        SiteKind, "kind_id", unknown="Aucune sorte de lieu ne s’appelle « {} ».", help_text="Sorte de lieu."
    )
    service = EveryFilter(
        choices=Service.choices, field_name="services", label="service",
        help_text="Service rendu ; répété, le lieu les rend tous.",
    )  # fmt: skip
    channel = django_filters.ChoiceFilter(
        choices=Channel.choices, field_name="channels", method="holding", help_text="Mode de contact.", label="mode"
    )
    commune = django_filters.CharFilter(
        method="elsewhere", label="commune", help_text="Code INSEE de la commune de départ (un ancien code convient).",
        validators=[RegexValidator(r"\A[0-9][0-9AB][0-9]{3}\Z", "Un code INSEE compte cinq caractères.")],
    )  # fmt: skip
    near = PositionFilter(
        method="elsewhere", label="position", help_text="Point de départ : « latitude,longitude », en degrés."
    )
    radius = RadiusFilter(
        method="elsewhere", label="rayon", min_value=1, max_value=100,
        help_text="Rayon en km, de 1 à 100, avec « commune » ou « near ». Sans rayon : aussi loin qu’il faut.",
    )  # fmt: skip
    status = django_filters.ChoiceFilter(
        choices=Status.choices, method="elsewhere", label="situation", help_text="Situation de la personne."
    )
    need = django_filters.ChoiceFilter(
        choices=Need.choices, method="elsewhere", label="besoin", help_text="Ce qu’elle cherche."
    )
    accessibility = EveryFilter(
        choices=Access.choices, field_name="access", label="accès",
        help_text="Accessibilité ; répété, le lieu les offre toutes.",
    )  # fmt: skip

    def elsewhere(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Routing is no condition on a row: `territories.api.nearby` reads these."""
        return queryset

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(words=SearchQuery(value, config="public.fr", search_type="websearch"))

    def holding(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**{f"{name}__contains": [value]})


def _named(table: str, column: str, reference: str, *, key: str = "id") -> RawSQL:
    """What another table says of a site, read for the rows shown only.

    A join of these six tables takes PostgreSQL ten times longer to plan than the page takes to read.
    """
    return RawSQL(f"(SELECT o.{column} FROM {table} o WHERE o.{key} = territories_site.{reference})", [])  # noqa: S608, S611 (names are ours)


def _more(slug: str) -> dict[str, Any]:
    """What one site says besides the columns of a list: two statements."""
    closures = Closure.objects.filter(site__slug=slug, ends_on__gte=timezone.localdate())
    rows = closures.order_by("starts_on", "id").values_list("starts_on", "ends_on", "reason")
    return {
        "closures": [dict(zip(("from", "to", "reason"), row, strict=True)) for row in rows],
        "confirmed_on": Site.objects.filter(slug=slug).values_list("confirmed_on", flat=True).first(),
    }


class SiteViewSet(PublicViewSet):
    """Les lieux où les membres du SPRO reçoivent le public.

    Sans point de départ, tous les lieux, par ordre alphabétique. Avec « commune » ou « near », les lieux les mieux
    placés d’abord, au plus 500 : la distance compte, et, avec « status » ou « need », le rang du lieu dans la table
    d’aiguillage ; chaque lieu dit alors pourquoi il est proposé.
    """

    serializer_class = SiteSerializer
    filterset_class = SiteFilters
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"sort_key": str, "id": int}
    fields: ClassVar[dict[str, Any]] = {
        **{name: name for name in PLAIN},
        "kind": _named("territories_sitekind", "slug", "kind_id"),
        "organisation": _named("members_organisation", "slug", "organisation_id"),
        "network": _named("members_network", "slug", "network_id"),
        "agency": _named("territories_agency", "slug", "agency_id"),
        "basin": _named("territories_commune", "basin_id", "commune_id", key="insee"),
        "commune": "commune_id",
        "commune_name": _named("territories_commune", "name", "commune_id", key="insee"),
    }

    def get_queryset(self) -> QuerySet[Any]:
        return Site.objects.public()

    def get_serializer_class(self) -> Any:
        return SiteDetailSerializer if self.action == "retrieve" else SiteSerializer

    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        """One site says what a list leaves out: its closures, and when its sheet was confirmed."""
        response = super().retrieve(request, **kwargs)
        if isinstance(response, Response) and response.status_code == 200:
            response.data |= _more(kwargs["slug"])
        return response

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        item["commune"] = {"insee": item["commune"], "name": item.pop("commune_name")}
        item["url"] = self.page_address("site", item["slug"])
        item["distance_km"] = item["rank"] = item["reason"] = None
        return item

    def list(self, request: Request) -> Response:
        if ROUTED.isdisjoint(request.query_params):
            return super().list(request)
        refuse_odd_parameters(request, self.known_parameters(), self.repeatable_parameters())
        filters = Filters().get_filterset(request, self.get_queryset(), self)
        kept = self.filter_queryset_by(filters)
        question = nearby.Question.read(filters.form.cleaned_data)
        page = CursorPagination()
        results = (self._nearest if question.start else self._alphabetical)(question, kept, page)
        if not results:
            filters.refuse_unknown_values()
        return Response(page.envelope(results))

    def _nearest(self, question: nearby.Question, kept: QuerySet[Any], page: CursorPagination) -> Results:
        found = page.paginate_ranks(question.nearest, self.request, nearby.FARTHEST_RANK)
        columns = ("id", *self.fields.values())
        rows = {row[0]: row[1:] for row in Site.objects.filter(id__in=[p.id for p in found]).values_list(*columns)}
        return [
            self.finish(dict(zip(self.fields, rows[place.id], strict=True))) | question.said_of(place)
            for place in found
            if place.id in rows  # deleted between the two statements otherwise
        ]

    def _alphabetical(self, question: nearby.Question, kept: QuerySet[Any], page: CursorPagination) -> Results:
        columns = (*self.fields.values(), *TARGETS)
        rows = page.paginate_rows(kept.filter(question.may_answer()), self.request, columns, self.order)
        width = len(self.fields)
        return [
            self.finish(dict(zip(self.fields, row, strict=False))) | question.why(*row[width : width + len(TARGETS)])
            for row in rows
        ]
