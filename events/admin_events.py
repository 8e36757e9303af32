"""Events at the desk: read, decided, compared; written in the espace pro, whose services keep calendars right (A5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.admin_filters import due_filter
from accounts.rules import runs_region
from core.values import day_in_words
from events import due, field_words, radar
from events.admin_merges import ComparedEvents
from events.admin_moderation import SOONEST, ModeratedEvents, RefusalForm, refusal_form, withdrawal_form
from events.admin_radar import clash_line, radar_csv, radar_view, served_by
from events.models import Event, Session, Source
from events.render import times
from events.rules import may_enter_desk
from events.services import duplicates, merging, revising
from events.services.sessions import place_of
from events.services.telling import account_of
from events.services.writing import EDITABLE, EDITED
from members.models import Organisation
from territories.admin import ServedFilter
from territories.due import served
from territories.rules import is_officer

SESSIONS_SHOWN = 60
LONGEST_FILTER = 15
State = Event.State


class _WithEvents(admin.RelatedFieldListFilter):
    """Only those that have events; none when they are too many for a list: the search knows their names."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        model: Any = Organisation if field.name == "organisation" else Source
        theirs = served(request.user, Event.objects.filter(**{field.name: OuterRef("pk")}))
        rows = list(model.objects.filter(Exists(theirs))[: LONGEST_FILTER + 1])
        return [(row.pk, str(row)) for row in rows] if len(rows) <= LONGEST_FILTER else []


@admin.register(Event)
class EventAdmin(ComparedEvents, ModeratedEvents):
    view_rule = runs_region | is_officer
    list_display = ("title", "shown_organiser", "agency", "state", "shown_first", "proposed_at", "shown_origin")
    list_filter = (
        due_filter(
            a_relire=("À relire", due.proposed),
            en_retard=("À relire depuis plus d’une semaine", due.proposed_long_ago),
            modifications=("Avec une modification à relire", due.revised),
        ),
        "state", ("agency", ServedFilter), "kind", "flagship", "first_starts_at", ("organisation", _WithEvents),
        ("source", _WithEvents),
    )  # fmt: skip
    list_select_related = ("organisation", "agency", "source")
    search_fields = (
        "title", "organiser_name", "organisation__name", "organisation__current_name", "organisation__slug", "slug",
    )  # fmt: skip
    ordering = ("-updated_at", "-id")
    export_left_out = ("shown_alike",)  # told by the page, of those it shows
    export_fields = ("kind", "sectors", "publics", "website", "registration_url", "last_ends_at", "published_at")
    fields = ("agency", "source", "source_url", "source_note", "created_at", "proposed_at", "published_at",
              "withdrawn_at", "updated_at")  # fmt: skip

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A draft is its team's alone, a stranger's proposal that nobody confirmed is one too (A5, S2)."""
        return served(user, queryset).exclude(state=State.DRAFT)

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is to be read comes by the day it takes place, the rest by when it was written."""
        return SOONEST if _to_read(request) else self.ordering

    def get_list_display(self, request: HttpRequest) -> Any:
        """What waits is told of what it looks like, so that doubles are not read one after the other unawares."""
        title, *rest = self.list_display
        return (title, "shown_alike", *rest) if _to_read(request) else self.list_display

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        if _to_read(request):
            self._say_alike(found.result_list)
        return found

    def _say_alike(self, shown: Iterable[Event]) -> None:
        """The rows of a page learn what they look like, all in a few questions."""
        rows = list(shown)
        alike = duplicates.find_each(rows)
        for event in rows:
            event.alike = alike.get(event.pk, [])  # type: ignore[attr-defined]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("radar/", view(self.radar_view), name="events_event_radar"),
            path("radar/<slug:part>.csv", view(self.radar_csv), name="events_event_radar_csv"),
        ]
        return [*own, *super().get_urls()]

    def radar_view(self, request: HttpRequest) -> HttpResponse:
        return radar_view(request, self.admin_site, self.opts)

    def radar_csv(self, request: HttpRequest, part: str) -> HttpResponse:
        return radar_csv(request, part)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        context = {"title": "Évènement"} | (self._sheet(request, event) if event is not None else {})
        more = dict(extra_context or {})
        typed = more.get("typed")
        if typed is not None:  # back in its form, or shown beside when that act is over
            name = "refusal" if isinstance(typed, RefusalForm) else "withdrawal"
            if context.get(name) is not None:
                context[name], more["typed"], more["answering"] = typed, None, name
        return super().change_view(request, object_id, form_url, context | more)

    def _clashes(self, request: HttpRequest, event: Event) -> list[dict[str, Any]]:
        agencies = served_by(request.user)
        return [clash_line(clash, agencies) for clash in radar.clashes_of(event)]

    def _sheet(self, request: HttpRequest, event: Event) -> dict[str, Any]:
        """What a moderator needs to decide, on one page."""
        waits = event.state == State.PROPOSED
        close = duplicates.find(event) if event.state in merging.MERGEABLE else []
        served_here = served(request.user, Event.objects.filter(pk__in=[other.pk for other, _ in close]))
        mine = set(served_here.values_list("pk", flat=True))
        sessions = list(event.sessions.select_related("commune").order_by("starts_at", "pk")[: SESSIONS_SHOWN + 1])
        return {
            "said": _said(event),
            "sessions": [_session_line(session) for session in sessions[:SESSIONS_SHOWN]],
            "more_sessions": len(sessions) > SESSIONS_SHOWN,
            "partners": list(event.partners.all()), "author": account_of(event.author_key),
            "close": [(e, why, e.pk in mine) for e, why in close],
            "merges": list(merging.merges_of(event)), "revision": revising.waiting(event),
            "refusal": refusal_form() if waits else None,
            "withdrawal": withdrawal_form() if event.state == State.PUBLISHED else None,
            "clashes": self._clashes(request, event) if waits else [],
            "clash_days": radar.DAYS, "others": self.queue(request).exclude(pk=event.pk).count() if waits else 0,
            "from_file": bool(event.source_uid) and event.source is None,
            "may_publish": event.state in (State.PROPOSED, State.REFUSED, State.WITHDRAWN),
            "may_edit": event.state in EDITABLE, "waits": waits, "organiser_known": event.organisation is not None,
            "late": waits and event.proposed_at and due.proposed_long_ago(Event.objects.filter(pk=event.pk)).exists(),
        }  # fmt: skip

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Only what has a page."""
        return obj.get_absolute_url() if obj is not None and obj.is_public else None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(may_enter_desk(request.user))

    @admin.display(description="ressemble à", empty_value="")
    def shown_alike(self, event: Event) -> str:
        found = getattr(event, "alike", [])
        if not found:
            return ""
        (other, why), more = found[0], len(found) - 1
        others = f", et à {more} autre{'s' if more > 1 else ''}" if more else ""
        state = ", à relire aussi" if other.state == State.PROPOSED else ""
        return f"Ressemble à «\u00a0{other.title}\u00a0»{state} ({', '.join(why)}){others}"

    @admin.display(description="organisé par")
    def shown_organiser(self, event: Event) -> str:
        return event.organiser or "—"

    @admin.display(description="vient de")
    def shown_origin(self, event: Event) -> str:
        if event.source is not None:
            return event.source.name
        if event.source_uid:
            return "un fichier"
        return "quelqu’un sans compte" if event.proposed_at and not event.author_key else "l’espace pro"

    @admin.display(description="première date", ordering="first_starts_at")
    def shown_first(self, event: Event) -> str:
        if event.first_starts_at is None:
            return event.date_note or "sans date"
        return day_in_words(times.local(event.first_starts_at).date())


def _to_read(request: HttpRequest) -> bool:
    return request.GET.get("due") in {"a-relire", "en-retard"}


def _session_line(session: Session) -> dict[str, Any]:
    when = times.when(session.starts_at, session.ends_at, all_day=session.all_day)
    return {"when": when, "where": place_of(session), "status": session.get_status_display(), "session": session}


_APART = {"organiser_name", "partners"}  # told on the first lines


def _said(event: Event) -> list[tuple[str, str]]:
    """What it says, in words, without what it leaves empty."""
    values = {name: revising.plain(getattr(event, name)) for name in EDITED if name not in _APART}
    return [
        (field_words.label(name), field_words.words(name, value))
        for name, value in values.items() if value not in ("", [], None)
    ]  # fmt: skip
