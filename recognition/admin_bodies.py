"""The bodies of the governance at the desk: who gives an opinion, in what order, who decides (R6, R7, T4, M6)."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest

from accounts.admin_rules import RulesAdmin
from core.values import day_in_words
from recognition.models import GoverningBody


@admin.register(GoverningBody)
class GoverningBodyAdmin(RulesAdmin):
    list_display = ("name", "kind", "order", "frequency", "shown_sittings", "shown_last")
    list_filter = ("kind",)
    fields = (
        "name", "short_name", "slug", "kind", "order", "role", "frequency", "candidature_month", "source",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[GoverningBody]:
        rows: QuerySet[GoverningBody] = super().get_queryset(request)
        return rows.annotate(sittings_count=Count("sittings"), last_held=Max("sittings__held_on"))

    @admin.display(description="séances", ordering="sittings_count")
    def shown_sittings(self, body: GoverningBody) -> int:
        return int(body.sittings_count)  # type: ignore[attr-defined]

    @admin.display(description="la plus récente", ordering="last_held")
    def shown_last(self, body: GoverningBody) -> str:
        last = body.last_held  # type: ignore[attr-defined]
        return day_in_words(last) if last else "aucune"
