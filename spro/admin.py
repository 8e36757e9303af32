"""What the Region reads of the ground: journal, mail, pack loads. Here and not in `core`, which knows no accounts."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from accounts.admin_history import told
from accounts.admin_rules import UUID, ReadOnlyAdmin
from accounts.models import User
from core import acts
from core.models import JournalEntry, OutboxMail, PackLoad
from core.outbox import MAX_ATTEMPTS
from spro import admin_editorial, admin_images  # noqa: F401 (they register themselves)
from spro.admin_site import OUR_ROOMS

LATELY = 3_000  # lines of the journal whose actors the filter offers


class ActFilter(admin.SimpleListFilter):
    """What was done lately, in words; the address may name any other act."""

    title = "acte"
    parameter_name = "acte"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        lately = set(JournalEntry.objects.order_by("-id").values_list("verb", flat=True)[:LATELY])
        return sorted(((verb, acts.act(verb)) for verb in lately), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """What it was done to, by the names of things."""

    title = "sorte d’objet"
    parameter_name = "sorte"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = {
            model._meta.label_lower: str(model._meta.verbose_name)
            for model in apps.get_models()
            if model._meta.app_label in OUR_ROOMS
        }
        return sorted(kinds.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(target_type=self.value()) if self.value() else queryset


class WhoFilter(admin.SimpleListFilter):
    """Who did it lately, by the name of today."""

    title = "qui"
    parameter_name = "qui"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        lately = JournalEntry.objects.order_by("-id").values_list("actor_key", flat=True)[:LATELY]
        keys = {key for key in lately if UUID.fullmatch(key)}
        people = sorted((str(user), str(user.pk)) for user in User.objects.filter(pk__in=keys).only("name", "email"))
        return [("systeme", "Le système"), *((key, name) for name, key in people)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "systeme":
            return queryset.filter(actor_key="")
        return queryset.filter(actor_key=self.value()) if self.value() else queryset


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin):
    """Names are those of the accounts today: a line keeps a key and a role, so that it can forget a person."""

    list_display = ("at", "shown_actor", "shown_act", "shown_object", "shown_changes")
    list_display_links = None
    list_filter = (ActFilter, KindFilter, WhoFilter, "at")
    search_fields = ("target_key", "actor_key", "actor_label")
    search_help_text = "Un nom ou une adresse (qui), ou la clé d’un objet."
    date_hierarchy = "at"
    ordering = ("-id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("at", "shown_actor", "shown_act", "shown_object", "shown_changes")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        found, doubles = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            named = Q(name__icontains=search_term.strip()) | Q(email__icontains=search_term.strip())
            keys = [str(key) for key in User.objects.filter(named).values_list("pk", flat=True)[:50]]
            found = found | queryset.filter(actor_key__in=keys)
        return found, doubles

    def prepare_rows(self, rows: Any) -> Any:
        lines = list(rows)
        for line, words in zip(lines, told(lines), strict=True):
            line.words = words
        return lines

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        line = super().get_object(request, object_id, from_field)
        return self.prepare_rows([line])[0] if line else None

    @admin.display(description="qui")
    def shown_actor(self, line: Any) -> str:
        return str(line.words.who)

    @admin.display(description="acte")
    def shown_act(self, line: Any) -> str:
        return str(line.words.act)

    @admin.display(description="objet")
    def shown_object(self, line: Any) -> str:
        words = line.words
        name = format_html('<a href="{}">{}</a>', words.url, words.name) if words.url else words.name
        return format_html("{}\u00a0: {}", words.kind, name) if name else str(words.kind)

    @admin.display(description="avant et après")
    def shown_changes(self, line: Any) -> str:
        return format_html_join(mark_safe("<br>"), "{}", ((each,) for each in line.words.differences)) or "–"


class SentFilter(admin.SimpleListFilter):
    title = "état"
    parameter_name = "etat"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("attente", "En attente"), ("abandonne", "Abandonnés après tous les essais"), ("envoye", "Envoyés")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "abandonne":
            return queryset.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS)
        if self.value() in {"attente", "envoye"}:
            return queryset.filter(sent_at__isnull=self.value() == "attente")
        return queryset


@admin.register(OutboxMail)
class OutboxAdmin(ReadOnlyAdmin):
    """Whether mail leaves, never what it says: a letter holds the link that opens somebody's account."""

    fields = ("subject", "created_at", "not_before", "sent_at", "attempts", "last_error")
    list_display = ("subject", "created_at", "sent_at", "attempts", "last_error")
    list_filter = (SentFilter, "created_at")
    search_fields = ("subject",)
    ordering = ("-pk",)


@admin.register(PackLoad)
class PackLoadAdmin(ReadOnlyAdmin):
    list_display = ("title", "pack", "loaded_at")
    fields = ("title", "pack", "loaded_at", "shown_report")
    readonly_fields = ("shown_report",)
    search_fields = ("title", "pack")
    list_filter = ("loaded_at",)
    ordering = ("-pk",)

    @admin.display(description="compte rendu")
    def shown_report(self, load: PackLoad) -> str:
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in load.report)) or "–"
