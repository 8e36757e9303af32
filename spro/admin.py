"""What the Region reads of the ground: journal, mail, pack loads. Here and not in `core`, which knows no accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_rules import ReadOnlyAdmin, with_names
from core.models import JournalEntry, OutboxMail, PackLoad


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin):
    """Names are those of the accounts today: a line keeps a key and a role, so that it can forget a person."""

    list_display = ("at", "shown_actor", "verb", "target_type", "target_key")
    list_filter = ("verb", "target_type")
    search_fields = ("target_key", "actor_key", "actor_label")
    date_hierarchy = "at"
    ordering = ("-id",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.result_list = with_names(found.result_list)
        return found

    @admin.display(description="acteur")
    def shown_actor(self, line: Any) -> str:
        return str(getattr(line, "shown_actor", line.actor_label))


class SentFilter(admin.SimpleListFilter):
    title = "état"
    parameter_name = "etat"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("attente", "En attente"), ("envoye", "Envoyés")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() in {"attente", "envoye"}:
            return queryset.filter(sent_at__isnull=self.value() == "attente")
        return queryset


@admin.register(OutboxMail)
class OutboxAdmin(ReadOnlyAdmin):
    """Whether mail leaves, never what it says: a letter holds the link that opens somebody's account."""

    fields = ("subject", "created_at", "not_before", "sent_at", "attempts", "last_error")
    list_display = ("subject", "created_at", "sent_at", "attempts", "last_error")
    list_filter = (SentFilter,)
    ordering = ("-pk",)


@admin.register(PackLoad)
class PackLoadAdmin(ReadOnlyAdmin):
    list_display = ("title", "pack", "loaded_at")
    fields = ("title", "pack", "loaded_at", "report")
    ordering = ("-pk",)
