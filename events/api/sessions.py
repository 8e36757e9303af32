"""Sessions, in the order of their dates: what a partner reads to show what is coming (A7, O1)."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django_filters.utils import translate_validation
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import PAGE_PARAMETERS, Filters, refuse_odd_parameters
from core.api.pages import CursorPagination, decode, page_size
from core.api.views import PublicViewSet
from events.api.filters import SessionFilters, midnight
from events.api.rows import SESSION_FIELDS, session_item
from events.api.shapes import SessionSerializer
from events.models import Event, Session
from events.render.times import PARIS
from events.search.filters import Search, read_api
from events.search.finding import conditions
from territories.api.nearby import FAR, is_far

START = "Indiquez aussi d’où partir : « commune » ou « near »."
ONE_START = "Donnez « commune » ou « near », pas les deux."
ORDER = "La date de fin vient avant la date de début."
Rows = list[tuple[Any, ...]]  # named here: the views have a method called list
Words = list[str]


def told_sessions() -> QuerySet[Session]:
    """Those of published events."""
    return Session.objects.filter(event__state=Event.State.PUBLISHED)


class SessionViewSet(PublicViewSet):
    """Les dates des évènements de l’agenda, dans l’ordre, à partir d’aujourd’hui.

    « from » et « to » choisissent les jours où la séance commence, le passé compris. Une séance annulée ou reportée
    reste à sa date et le dit. Un évènement retiré n’est plus ici : « events » dit lesquels.
    """

    serializer_class = SessionSerializer
    filterset_class = SessionFilters
    lookup_url_kwarg = "id"
    lookup_column = "public_id"
    lookup_value_converter = "uuid"
    order: ClassVar[dict[str, type]] = {"starts_at": dt.datetime, "id": int}
    fields: ClassVar[dict[str, Any]] = SESSION_FIELDS

    def get_queryset(self) -> QuerySet[Any]:
        """One session may be asked by its identifier after its event was withdrawn: it says so."""
        withdrawn = Q(event__state=Event.State.WITHDRAWN, event__published_at__isnull=False)
        return Session.objects.filter(Q(event__state=Event.State.PUBLISHED) | withdrawn)

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        return session_item(item) | {"url": self.page_address("event", item["event"])}

    def list(self, request: Request) -> Response:
        refuse_odd_parameters(request, self.known_parameters(), self.repeatable_parameters())
        search, statuses = Search(), list[str]()
        if not PAGE_PARAMETERS.issuperset(request.query_params):
            filters = Filters().get_filterset(request, told_sessions(), self)
            if not filters.is_valid():  # checked here, answered by `events.search`
                raise translate_validation(filters.errors)
            given = filters.form.cleaned_data
            _refuse_what_does_not_go_together(given)
            search, statuses = read_api(request.query_params), given.get("session_status") or []
            if search.point is not None:
                _refuse_a_far_point(search)
        page = CursorPagination()
        rows = self._rows(page, request, search, statuses)
        return Response(page.envelope([self.finish(dict(zip(self.fields, row, strict=False))) for row in rows]))

    def _rows(self, page: CursorPagination, request: Request, search: Search, statuses: Words) -> Rows:
        """One page by keyset, in one statement: the keys are found in the narrow rows, the rest is read for them."""
        page.request, size, text = request, page_size(request), request.query_params.get("cursor")
        direction, keys = decode(text, list(self.order.values())) if text is not None else ("n", [])
        back = direction == "p"
        inner, params = _keys(search, statuses, keys, back=back, limit=size + 1)
        found = Session.objects.filter(pk__in=RawSQL(inner, params))  # noqa: S611 (values are parameters)
        found = found.order_by(*(f"-{name}" if back else name for name in self.order))
        rows = list(found.values_list(*self.fields.values(), *self.order))
        more, rows = len(rows) > size, rows[:size]
        if back:
            rows.reverse()
        ends = [row[-2:] for row in rows]
        page.set_links(
            ends[-1] if ends and (more or back) else None, ends[0] if ends and (more if back else bool(keys)) else None
        )
        return rows


def _keys(search: Search, statuses: list[str], keys: list[Any], *, back: bool, limit: int) -> tuple[str, list[Any]]:
    """The statement that gives the keys of one page, and its parameters."""
    where, params = conditions(search.but(starts=None, ends=None))
    start = midnight(search.starts or timezone.localdate(timezone=PARIS))
    sql, values = f"{where} AND l.starts_at >= %s", [*params, start]
    if search.ends:
        sql += " AND l.starts_at < %s"
        values.append(midnight(search.ends, days=1))
    if statuses:
        sql += " AND EXISTS (SELECT 1 FROM events_session s WHERE s.id = l.session_id AND s.status = ANY(%s))"
        values.append(statuses)
    if keys:
        sql += f" AND (l.starts_at, l.session_id) {'<' if back else '>'} (%s, %s)"
        values += keys
    way = "DESC" if back else "ASC"
    order = f"ORDER BY l.starts_at {way}, l.session_id {way} LIMIT {limit}"
    return f"SELECT l.session_id FROM events_listing l WHERE {sql} {order}", values  # noqa: S608 (values are parameters)


def _refuse_what_does_not_go_together(given: dict[str, Any]) -> None:
    if given.get("commune") and given.get("near"):
        raise ValidationError({"near": [ONE_START]})
    if given.get("radius") and not (given.get("commune") or given.get("near")):
        raise ValidationError({"radius": [START]})
    if given.get("from") and given.get("to") and given["to"] < given["from"]:
        raise ValidationError({"to": [ORDER]})


def _refuse_a_far_point(search: Search) -> None:
    if search.point is not None and is_far(search.point.lat, search.point.lon):
        raise ValidationError({"near": [FAR]})
