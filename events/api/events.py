"""Events, in the order they changed: what a partner reads to keep a copy right (A7, O1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import PublicViewSet
from events.api.filters import EventFilters
from events.api.rows import EVENT_FIELDS, SESSION_FIELDS, event_item, session_item
from events.api.shapes import EventDetailSerializer, EventSerializer
from events.models import Event, Session

# An event has dates in several places, some online: these belong to `/api/v1/sessions/`.
OF_SESSIONS = ("commune", "near", "radius", "online", "basin", "status", "session_status")


def public_events() -> QuerySet[Event]:
    """Those that are or were in the agenda. One folded into another before anybody saw it never was."""
    return Event.objects.public().filter(published_at__isnull=False)


class EventViewSet(PublicViewSet):
    """Les évènements de l’agenda, du plus anciennement au plus récemment modifié.

    Pour tenir une copie à jour : lisez tout une fois, gardez le dernier « updated_at », puis demandez « updated_since »
    avec lui.
    Un évènement retiré ou fusionné reste dans la liste, avec son état : ôtez-le de votre copie.
    """

    serializer_class = EventSerializer
    filterset_class = EventFilters
    lookup_field = "slug"
    lookup_value_converter = "slug"
    order: ClassVar[dict[str, type]] = {"updated_at": dt.datetime, "id": int}
    fields: ClassVar[dict[str, Any]] = EVENT_FIELDS

    def get_queryset(self) -> QuerySet[Any]:
        return public_events()

    def list(self, request: Request) -> Response:
        """What only a date has is not asked of events: said, with where it is."""
        asked = [name for name in OF_SESSIONS if name in request.query_params]
        if asked:
            there = "Ce paramètre se demande aux séances\u00a0: /api/v1/sessions/, qui donnent leur évènement."
            raise ValidationError({name: [there] for name in asked})
        return super().list(request)

    def get_serializer_class(self) -> Any:
        return EventDetailSerializer if self.action == "retrieve" else EventSerializer

    def finish(self, item: dict[str, Any]) -> dict[str, Any]:
        return event_item(item) | {"url": self.page_address("event", item["slug"])}

    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        """One event says its sessions besides."""
        response = super().retrieve(request, **kwargs)
        if isinstance(response, Response) and response.status_code == 200:
            response.data["sessions"] = self._sessions(response.data)
        return response

    def _sessions(self, event: dict[str, Any]) -> Sequence[dict[str, Any]]:
        if event["state"] != Event.State.PUBLISHED:
            return []
        rows = Session.objects.filter(event__slug=event["slug"]).order_by("starts_at", "id")
        found = rows.values_list(*SESSION_FIELDS.values())
        return [session_item(dict(zip(SESSION_FIELDS, row, strict=True))) | {"url": event["url"]} for row in found]
