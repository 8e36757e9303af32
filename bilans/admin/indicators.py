"""Common indicators at the desk: agreed for years, worded better at any time, never changed in meaning (B1, S3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest

from accounts.admin_rules import RulesAdmin, actor
from bilans.admin.indicator_form import AGREED, COUNTED, SHOWN, YEARS, IndicatorForm, years_of
from bilans.breakdowns import classes
from bilans.models import Bilan, Breakdown, Indicator
from bilans.models.indicator import MEANING
from bilans.rules import runs_bilans
from bilans.services.agreeing import Asked, end_replaced, successor_of


class YearFilter(admin.SimpleListFilter):
    """The indicators that the bilans of a year ask."""

    title = "demandé en"
    parameter_name = "annee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        first = Indicator.objects.order_by("first_year").values_list("first_year", flat=True).first()
        years = sorted({*Asked.now().years, *([first] if first else [])}, reverse=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if not value.isdecimal() or len(value) > 4:
            return queryset
        return queryset.filter(Q(last_year=None) | Q(last_year__gte=int(value)), first_year__lte=int(value))


@admin.register(Indicator)
class IndicatorAdmin(RulesAdmin):
    view_rule = add_rule = change_rule = runs_bilans
    form = IndicatorForm
    list_display = ("label", "filled_by", "theme", "unit", "adding", "shown_origin", "shown_years", "shown_used")
    list_filter = ("filled_by", YearFilter, "nature", "public")
    search_fields = ("key", "label", "definition", "origin")
    ordering = ("filled_by", "theme_order", "theme", "order", "key")
    fieldsets = (
        ("Ce qui est demandé", {"fields": AGREED}),
        ("Ce qui est compté", {"fields": COUNTED}),
        ("Ce qui est montré", {"fields": SHOWN}),
        ("Années", {"fields": YEARS}),
        ("Dans les bilans", {"fields": ("shown_used", "shown_asked")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The meaning of what was asked is read, not typed: it is ended and replaced."""
        shown = ("shown_used", "shown_asked")
        if obj is None:
            return shown
        held = Indicator.objects.get(pk=obj.pk)  # as it stands, whatever is being typed
        return (*shown, "key", *MEANING) if Asked.now().of(held) else (*shown, "key")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is not None else self.fieldsets[:-1]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?remplace=<key>`: what the indicator it replaces says."""
        old = self._replaced(request)
        return successor_of(old) if old is not None else {}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        old = self._replaced(request)
        title = f"Ce qui remplace «\u00a0{old.label}\u00a0»" if old is not None else "Nouvel indicateur"
        context = {"title": title, "show_save_and_add_another": False, "old": old}
        return super().add_view(request, form_url, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        held = Indicator.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        context: dict[str, Any] = {"show_save_and_add_another": False}
        if held is not None:
            followed = Indicator.objects.filter(replaces=held.key).order_by("first_year").first()
            context |= {"title": held.label, "subtitle": None, "asked": Asked.now().of(held), "followed": followed}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if (old := end_replaced(obj, actor=actor(request))) is not None:
            messages.info(request, f"«\u00a0{old.label}\u00a0» n’est plus demandé après {old.last_year}.")

    @staticmethod
    def _replaced(request: HttpRequest) -> Indicator | None:
        return Indicator.objects.filter(key=request.GET.get("remplace", "")[:60]).first()

    def prepare_rows(self, rows: Iterable[Any]) -> Iterable[Any]:
        """In how many bilans each is answered; one query for the page."""
        found = list(rows)
        answers = Count("values", filter=Q(values__breakdown="", values__amount__isnull=False))
        rows_of_page = Indicator.objects.filter(pk__in=[row.pk for row in found]).annotate(answers=answers)
        counts = dict(rows_of_page.values_list("pk", "answers"))
        for row in found:
            row.answered = counts.get(row.pk, 0)
        return found

    @admin.display(description="valeur")
    def shown_origin(self, row: Indicator) -> str:
        if not row.computed:
            return "saisie"
        return "calculée, corrigeable" if row.correctable else "calculée"

    @admin.display(description="années", ordering="first_year")
    def shown_years(self, row: Indicator) -> str:
        return years_of(row)

    @admin.display(description="utilisé dans")
    def shown_used(self, row: Indicator) -> str:
        """How many bilans answer it, and in which years it was asked."""
        if hasattr(row, "answered"):
            return _bilans(row.answered)
        years = Bilan.objects.filter(values__indicator=row, values__breakdown="", values__amount__isnull=False)
        counts = years.values_list("campaign__year").annotate(Count("pk", distinct=True)).order_by("campaign__year")
        said = ", ".join(f"{year} ({_bilans(count)})" for year, count in counts)
        return said or "Aucun bilan ne lui répond encore."

    @admin.display(description="tel qu’il est demandé")
    def shown_asked(self, row: Indicator) -> str:
        """What the form shows to who fills it."""
        lines = [f"{row.label} ({row.get_unit_display()})", row.definition, row.help]
        for breakdown in row.breakdowns:
            named = [label for _, label in classes(breakdown)]
            few = f"{', '.join(named[:4])}…" if len(named) > 5 else ", ".join(named)
            lines.append(f"Par {Breakdown(breakdown).label.lower()}\u00a0: {few}")
        return "\n".join(line for line in lines if line)


def _bilans(count: int) -> str:
    return f"{count} bilan{'s' if count > 1 else ''}"
