"""Two announcements side by side, made one field by field; and the list of what was made one, to be undone (A5)."""

from __future__ import annotations

from typing import Any

import rules as rules_engine
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin, actor
from accounts.rules import runs_region
from core.text import fold
from events import due, field_words
from events.admin_moderation import ModeratedEvents
from events.models import Event, Merge
from events.render import times
from events.services import duplicates, merged_sources, merging, revising
from events.services.sessions import place_of
from territories.rules import agencies_of, is_any_officer, is_officer


@rules_engine.predicate
def reads(user: Any, obj: Any = None) -> bool:
    """An officer: of any agency for the list, of the kept event's for one row."""
    return bool(is_any_officer(user)) if obj is None else bool(is_officer(user, obj.kept))


class ComparedEvents(ModeratedEvents):
    """`/admin/events/event/<kept>/comparer/<folded>/`: both are among those that the person moderates, or 404."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.compare_view)
        look = self.admin_site.admin_view(self.look_view)
        return [
            path("<int:key>/comparer/", look, name="events_event_look"),
            path("<int:key>/comparer/<int:other>/", view, name="events_event_compare"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def look_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """To the comparison with the event of the address or of the title that was typed, among those moderated."""
        event = self.theirs(request, key)
        typed = request.POST.get("autre", "")[:300].replace("\x00", "").strip()
        found = self._called(request, event, typed) if typed else []
        if len(found) == 1:
            return HttpResponseRedirect(reverse("admin:events_event_compare", args=_kept_first(event, found[0])))
        many = "Plusieurs évènements ont ce titre\u00a0: donnez l’adresse de la page de celui que vous cherchez."
        none = "Aucun autre évènement que vous lisez n’a cette adresse ni ce titre."
        messages.warning(request, many if found else none)
        return self.sheet(event)

    def _called(self, request: HttpRequest, event: Event, typed: str) -> list[Event]:
        rows = self.get_queryset(request).exclude(pk=event.pk)
        by_address = rows.filter(slug=typed.partition("?")[0].rstrip("/").rsplit("/", 1)[-1])
        return list(by_address) or list(rows.filter(folded_title=fold(typed)[:200])[:2])

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def compare_view(self, request: HttpRequest, key: int, other: int) -> HttpResponse:
        kept, folded = self.theirs(request, key), self.theirs(request, other)
        if kept.pk == folded.pk:
            raise Http404
        chosen = set(request.POST.getlist("autre"))
        if request.method == "POST" and "distincts" in request.POST:
            duplicates.tell_apart(one=kept, other=folded, actor=actor(request))
            messages.success(request, "C’est noté\u00a0: ce sont deux évènements, ils ne vous seront plus proposés.")
            waits = folded if kept.state == Event.State.PUBLISHED else kept
            return self.sheet(waits)
        if request.method == "POST":
            try:
                made = merging.merge(kept=kept, folded=folded, choices=chosen, actor=actor(request))
            except ValidationError as error:
                messages.warning(request, f"Rien n’a été fait. {' '.join(error.messages)}")
                kept.refresh_from_db()
                folded.refresh_from_db()
            else:
                messages.success(request, "Les deux annonces n’en font plus qu’une.")
                return HttpResponseRedirect(reverse("admin:events_merge_change", args=[made.pk]))
        context = {
            **self.admin_site.each_context(request), "title": "Réunir deux annonces", "opts": self.opts,
            "kept": kept, "folded": folded, "fields": _fields(kept, folded, chosen), **_dates(kept, folded),
            "possible": kept.state in merging.MERGEABLE and folded.state in merging.MERGEABLE,
            "swap": reverse("admin:events_event_compare", args=[folded.pk, kept.pk]),
        }  # fmt: skip
        return TemplateResponse(request, "admin/events/event/compare.html", context)


def _kept_first(one: Event, other: Event) -> list[int]:
    """The published one is kept."""
    swap = other.state == Event.State.PUBLISHED and one.state != Event.State.PUBLISHED
    return [other.pk, one.pk] if swap else [one.pk, other.pk]


def _fields(kept: Event, folded: Event, chosen: set[str]) -> list[dict[str, Any]]:
    """The fields on which they differ, with both wordings; an empty one of the kept event takes the other by itself."""
    ours, theirs = revising.live(kept), revising.live(folded)
    return [
        {
            "name": name, "label": field_words.label(name), "checked": name in chosen or ours[name] in ("", [], None),
            "ours": _words(name, ours), "theirs": _words(name, theirs),
        }
        for name in merging.choosable(kept, folded)
    ]  # fmt: skip


def _words(name: str, values: dict[str, Any]) -> str:
    names = merging.SEVERAL.get(name, (name,))
    return ", ".join(field_words.words(n, values[n]) for n in names if n == name or values[n])


def _dates(kept: Event, folded: Event) -> dict[str, Any]:
    dates = merging.dates_of(kept, folded)
    return {
        "moved": [(_when(session), place_of(session)) for session in dates.moved],
        "twins": [(_when(twin), place_of(twin)) for _, twin in dates.twins],
    }


def _when(session: Any) -> str:
    return times.when(session.starts_at, session.ends_at, all_day=session.all_day)


def _source_said(merge: Merge) -> dict[str, Any] | None:
    """What the folded event's source says since, its instant read back; None when nothing, or once they are two."""
    said = merge.undo.get("source") if merge.undone_at is None else None
    return said | {"at": parse_datetime(said["at"])} if said else None


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    view_rule = runs_region | reads
    list_display = ("kept", "folded", "at", "actor_label", "undone_at")
    list_filter = (due_filter(source=("Dont l’autre source a changé", due.moved)), "at", "undone_at")
    list_select_related = ("kept", "folded")
    search_fields = ("kept__title", "folded__title")
    fields = ("kept", "folded", "at", "actor_label", "undone_at")

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if runs_region.test(user):
            return queryset
        return queryset.filter(Q(kept__agency__in=agencies_of(user)))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.undo_view)
        seen = self.admin_site.admin_view(self.seen_view)
        return [
            path("<int:key>/defaire/", view, name="events_merge_undo"),
            path("<int:key>/vu/", seen, name="events_merge_seen"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        merge = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if merge is not None:
            said = merge.undo
            context = {
                "title": "Annonces réunies",
                "changed": [
                    (field_words.label(name), field_words.words(name, before), field_words.words(name, after))
                    for name, (before, after) in said.get("event", {}).items()
                ],
                "dates": len(said.get("moved_sessions", [])),
                "source": _source_said(merge),
                "people": sum(len(line["moved"]) for line in said.get("registrations", [])),
            }  # fmt: skip
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @method_decorator(require_POST)
    def seen_view(self, request: HttpRequest, key: int) -> HttpResponse:
        merge = self._theirs(request, key)
        merged_sources.seen(merge=merge, actor=actor(request))
        messages.success(request, "C’est noté\u00a0: cela ne vous sera plus demandé.")
        return HttpResponseRedirect(reverse("admin:events_merge_change", args=[merge.pk]))

    def _theirs(self, request: HttpRequest, key: int) -> Merge:
        merge: Merge | None = self.get_queryset(request).filter(pk=key).first()
        if merge is None or not self.has_view_permission(request, merge):
            raise Http404
        return merge

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        merge = self._theirs(request, key)
        try:
            left = merging.undo(merge=merge, actor=actor(request))
        except ValidationError as error:
            messages.warning(request, f"Rien n’a été fait. {' '.join(error.messages)}")
        else:
            messages.success(request, "La fusion est défaite\u00a0: les deux annonces sont revenues.")
            if left:
                names = ", ".join(field_words.label(name) for name in left)
                messages.warning(request, f"Modifié depuis, et laissé tel quel\u00a0: {names}.")
        return HttpResponseRedirect(reverse("admin:events_merge_change", args=[merge.pk]))
