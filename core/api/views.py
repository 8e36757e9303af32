"""The view of one public resource: a list by pages and one item, read only."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.errors import answer
from core.api.filters import PAGE_PARAMETERS, EveryFilter, Filters, PublicFilterSet, refuse_odd_parameters
from core.api.pages import CursorPagination
from core.api.rendering import AlwaysJSON
from core.api.schema import PublicSchema
from core.api.throttle import FairUse
from core.http import PERSONAL, TELLING

SECONDS = 60


class PublicViewSet(viewsets.GenericViewSet[Any]):
    """Reads rows as tuples and gives them as dictionaries: no model instance, no serializer runs.

    `serializer_class` only describes the shape for OpenAPI; the tests check every answer against that description.
    """

    http_method_names = ["get", "head", "options"]
    schema = PublicSchema()
    content_negotiation_class = AlwaysJSON
    throttle_classes = [FairUse]
    filter_backends = [Filters]
    pagination_class = CursorPagination
    filterset_class: ClassVar[type[PublicFilterSet] | None] = None
    # Name in the answer → column (or annotation, or expression) of the row.
    fields: ClassVar[dict[str, Any]]
    # Columns that order the list, with their types: unique together, never null.
    order: ClassVar[dict[str, type]]
    lookup_column: ClassVar[str] = "slug"
    # What a 301 means for one item, when there are any.
    moved: ClassVar[str] = ""

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        """`item` as it is given out: what the columns do not say by themselves."""
        return item

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return answer

    @classmethod
    @lru_cache
    def known_parameters(cls) -> frozenset[str]:
        return PAGE_PARAMETERS | (frozenset(cls.filterset_class.get_filters()) if cls.filterset_class else frozenset())

    @classmethod
    @lru_cache
    def repeatable_parameters(cls) -> frozenset[str]:
        filters = cls.filterset_class.get_filters() if cls.filterset_class else {}
        return frozenset(name for name, each in filters.items() if isinstance(each, EveryFilter))

    def list(self, request: Request) -> Response:
        refuse_odd_parameters(request, self.known_parameters(), self.repeatable_parameters())
        queryset, filters = self.get_queryset(), None
        if self.filterset_class and not PAGE_PARAMETERS.issuperset(request.query_params):
            filters = Filters().get_filterset(request, queryset, self)
            queryset = self.filter_queryset_by(filters)
        page = CursorPagination()
        rows = page.paginate_rows(queryset, request, list(self.fields.values()), self.order)
        if not rows and filters is not None:
            filters.refuse_unknown_values()
        return Response(page.envelope([self.finish(dict(zip(self.fields, row, strict=False))) for row in rows]))

    def filter_queryset_by(self, filters: Any) -> Any:
        """The rows that `filters` keeps. Raises `ValidationError` with the reason beside each parameter."""
        from django_filters.utils import translate_validation

        if not filters.is_valid():
            raise translate_validation(filters.errors)
        return filters.qs

    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        refuse_odd_parameters(request, frozenset())
        key = kwargs[self.lookup_url_kwarg or self.lookup_field]
        row = self.get_queryset().filter(**{self.lookup_column: key}).values_list(*self.fields.values()).first()
        if row is None:
            return self.missing(request, key)
        return Response(self.finish(dict(zip(self.fields, row, strict=True))))

    def missing(self, request: Request, key: Any) -> HttpResponse:
        """What to answer when nothing has this key. Raises `Http404` unless something better is known."""
        raise Http404

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """What a browser asks before reading from another site's page."""
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if "Cache-Control" not in response:
            personal = not TELLING.isdisjoint(request.GET)
            response["Cache-Control"] = PERSONAL if personal else f"public, max-age={SECONDS}"
        return response

    def page_address(self, name: str, slug: str) -> str:
        """The address of the page of the portal about this object."""
        if not hasattr(self, "_origin"):
            self._origin = self.request.build_absolute_uri("/")[:-1]
        return f"{self._origin}{_page_prefix(name)}{slug}/"


@lru_cache
def _page_prefix(name: str) -> str:
    return reverse(name, args=["x"]).removesuffix("x/")
