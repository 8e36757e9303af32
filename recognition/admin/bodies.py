"""The bodies of the governance at the desk: who gives an opinion, in what order, who decides (R6, R7, T4, M6)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin_rules import RulesAdmin
from core.values import day_in_words
from recognition.models import Campaign, GoverningBody

Kind = GoverningBody.Kind
LEAST = 2  # opinions before a decision (R7)


def _in_use(body: GoverningBody) -> bool:
    return body.sittings.exists() or Campaign.objects.filter(opened_at__isnull=False, closed_at=None).exists()


class BodyForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        """Two opinions at least, one body that decides (R6, R7)."""
        values: dict[str, Any] = super().clean() or {}
        kind = values.get("kind", self.instance.kind)
        others = GoverningBody.objects.exclude(pk=self.instance.pk)
        if kind == Kind.DECISION and others.filter(kind=Kind.DECISION).exists():
            self.add_error("kind", "Une seule instance décide\u00a0: une autre le fait déjà.")
        was = GoverningBody.objects.filter(pk=self.instance.pk).values_list("kind", flat=True).first()
        if was == Kind.OPINION != kind and others.filter(kind=Kind.OPINION).count() < LEAST:
            self.add_error("kind", "Deux instances au moins donnent un avis avant la décision.")
        if was == Kind.DECISION != kind:
            self.add_error("kind", "Une instance décide toujours\u00a0: celle-ci est la seule.")
        return values


@admin.register(GoverningBody)
class GoverningBodyAdmin(RulesAdmin):
    form = BodyForm
    list_display = ("name", "kind", "order", "frequency", "shown_sittings", "shown_last")
    list_filter = ("kind",)
    fields = (
        "name", "short_name", "slug", "kind", "order", "role", "frequency", "candidature_month", "source",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Its part stays once it sat, and while a campaign runs: R6 and R7 are about the bodies as they are."""
        return ("kind", "order") if obj is not None and _in_use(obj) else ()

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
