"""The columns of the API's rows, shared with the files of open data: a name in the answer, what gives it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db.models import CharField, F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from core.reference import Access
from events.models import Event, Session
from events.render.times import PARIS
from members.models import Organisation

_BELONGING = [str(status) for status in Organisation.BELONGING]
Item = dict[str, Any]


def _named(table: str, column: str, reference: str, *, key: str = "id", belonging: bool = False) -> RawSQL:
    """What another table says, read for the rows shown only: joins of so many tables cost more to plan than to read."""
    sql = f"SELECT o.{column} FROM {table} o WHERE o.{key} = {reference}"  # noqa: S608 (names are ours)
    params: list[Any] = []
    if belonging:  # a candidate is named by no slug before the decision (R11)
        sql += " AND o.status = ANY(%s)"
        params.append(_BELONGING)
    return RawSQL(f"({sql})", params)  # noqa: S611


def _organiser(reference: str, name: str) -> Coalesce:
    today = RawSQL(  # noqa: S611 (names are ours)
        f"(SELECT COALESCE(NULLIF(o.current_name, ''), o.name) FROM members_organisation o WHERE o.id = {reference})",  # noqa: S608
        [],
    )
    return Coalesce(today, F(name), output_field=CharField())


SESSION_FIELDS: Final[Item] = {
    "id": "public_id",
    "event": "event__slug",
    "state": "event__state",
    "title": "event__title",
    "label": "label",
    "type": "event__kind",
    "sectors": "event__sectors",
    "publics": "event__publics",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "all_day": "all_day",
    "session_status": "status",
    "session_status_text": "status_text",
    "full": "full",
    "former_starts_at": "former_starts_at",
    "former_place": "former_place",
    "attendance": "attendance",
    "site": _named("territories_site", "slug", "events_session.site_id"),
    "place_name": "place_name",
    "address": "address",
    "postal_code": "postal_code",
    "commune": "commune_id",
    "town": "town",
    "country": "country",
    "lat": "lat",
    "lon": "lon",
    # Those of the place; of the event when it has none (as `events_listing` says).
    "agency": RawSQL(
        "(SELECT a.slug FROM territories_agency a WHERE a.id = COALESCE((SELECT c.agency_id FROM territories_commune c "
        "WHERE c.insee = events_session.commune_id), events_event.agency_id))",
        [],
    ),
    "basin": _named("territories_commune", "basin_id", "events_session.commune_id", key="insee"),
    "accessibility": "access",
    "event_accessibility": "event__access",
    "site_accessibility": _named("territories_site", "access", "events_session.site_id"),
    "online_url": "online_url",
    "organisation": _named("members_organisation", "slug", "events_event.organisation_id", belonging=True),
    "organiser": _organiser("events_event.organisation_id", "event__organiser_name"),
    "free": "event__free",
    "price_text": "event__price_text",
    "registration": "event__registration_mode",
    "registration_url": "event__registration_url",
    "registration_closes_at": "registration_closes_at",
    "seats": "seats",
    "sequence": "sequence",
    "changed_at": "changed_at",
}
_SESSION_TIMES = ("starts_at", "ends_at", "former_starts_at", "registration_closes_at", "changed_at")

EVENT_FIELDS: Final[Item] = {
    "slug": "slug",
    "state": "state",
    "merged_into": _named("events_event", "slug", "events_event.merged_into_id"),
    "title": "title",
    "summary": "summary",
    "description": "description",
    "type": "kind",
    "sectors": "sectors",
    "publics": "publics",
    "age_min": "age_min",
    "age_max": "age_max",
    "accessibility": "access",
    "accessibility_text": "access_text",
    "organisation": _named("members_organisation", "slug", "events_event.organisation_id", belonging=True),
    "organiser": _organiser("events_event.organisation_id", "organiser_name"),
    "network": RawSQL(
        "(SELECT n.slug FROM members_network n JOIN members_organisation o ON o.network_id = n.id "
        "WHERE o.id = events_event.organisation_id)",
        [],
    ),
    "partners": RawSQL(
        "ARRAY(SELECT o.slug FROM members_organisation o JOIN events_event_partners p ON p.organisation_id = o.id "
        "WHERE p.event_id = events_event.id AND o.status = ANY(%s) ORDER BY o.slug)",
        [_BELONGING],
    ),
    "partners_text": "partners_text",
    "agency": _named("territories_agency", "slug", "events_event.agency_id"),
    "website": "website",
    "registration": "registration_mode",
    "registration_url": "registration_url",
    "free": "free",
    "price_text": "price_text",
    "image_alt": "image_alt",
    "image_credit": "image_credit",
    "flagship": "flagship",
    "date_note": "date_note",
    "first_starts_at": "first_starts_at",
    "last_ends_at": "last_ends_at",
    "source": _named("events_source", "name", "events_event.source_id"),
    "source_url": "source_url",
    "published_at": "published_at",
    "updated_at": "updated_at",
}
_EVENT_TIMES = ("first_starts_at", "last_ends_at", "published_at", "updated_at")
# What is no longer said of an event that left the agenda.
_GONE: Final[Item] = {
    "summary": "", "description": "", "accessibility_text": "", "partners": [], "partners_text": "", "website": "",
    "registration_url": "", "price_text": "", "image_alt": "", "image_credit": "", "source_url": "",
}  # fmt: skip


def session_item(item: Item) -> Item:
    """One session as it is given out: Paris times, accessibility of the place and of the event together."""
    _in_paris(item, _SESSION_TIMES)
    of_site = item.pop("site_accessibility") or ()
    held = {*item["accessibility"], *item.pop("event_accessibility"), *of_site}
    item["accessibility"] = [fact for fact in Access.values if fact in held]
    # With seats of ours, only those who registered receive the link (as `events.render.wording.link_is_public`).
    if item["attendance"] == Session.Attendance.PLACE or item["registration"] == Event.RegistrationMode.BUILTIN:
        item["online_url"] = ""
    return item


def event_item(item: Item) -> Item:
    """One event as it is given out."""
    _in_paris(item, _EVENT_TIMES)
    return item if item["state"] == Event.State.PUBLISHED else item | _GONE


def _in_paris(item: Item, names: tuple[str, ...]) -> None:
    for name in names:
        moment: dt.datetime | None = item[name]
        if moment is not None:
            item[name] = moment.astimezone(PARIS)
