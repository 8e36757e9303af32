"""Common indicators at the desk: agreed for years, worded better at any time, never changed in meaning (B1, S3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest

from accounts.admin_rules import RulesAdmin
from bilans.breakdowns import classes
from bilans.models import Bilan, Breakdown, Indicator
from bilans.models.indicator import MEANING
from bilans.rules import runs_bilans
from bilans.services.agreeing import Asked, check
from bilans.sources import SOURCES

_AGREED = ("key", "filled_by", "theme", "theme_order", "order", "label", "definition", "help", "nature", "origin")
_COUNTED = ("unit", "decimals", "adding", "weight", "breakdowns", "of_people", "source", "correctable", "required")
_SHOWN = ("public", "headline", "wanted")
_YEARS = ("first_year", "last_year", "replaces")


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = (*_AGREED, *_COUNTED, *_SHOWN, *_YEARS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            names = [("", "Saisi"), *((name, name) for name in sorted(SOURCES))]
            self.fields["source"] = forms.ChoiceField(label="Calculé par", choices=names, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        weight = cleaned.get("weight", self.instance.weight)
        filler = cleaned.get("filled_by", self.instance.filled_by)
        if weight and not Indicator.objects.filter(key=weight, filled_by=filler).exists():
            self.add_error("weight", "Aucun indicateur rempli par les mêmes ne porte cette clé.")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        try:
            check(self.instance)
        except ValidationError as error:
            for name, said in error.message_dict.items():
                told = [self._too_early()] if name == "last_year" else said
                self.add_error(name if name in self.fields else None, told)

    def _too_early(self) -> str:
        """Told to « give it a last year », who just gave one would not know what is wrong."""
        asked = Asked.now().of(Indicator.objects.get(pk=self.instance.pk))[-1]
        return (
            f"Cet indicateur a été demandé jusqu’en {asked}, et pour ces années son sens ne change plus\u00a0: "
            f"donnez {asked}, ou une année d’après."
        )


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
        ("Ce qui est demandé", {"fields": _AGREED}),
        ("Ce qui est compté", {"fields": _COUNTED}),
        ("Ce qui est montré", {"fields": _SHOWN}),
        ("Années", {"fields": _YEARS}),
        ("Dans les bilans", {"fields": ("shown_used", "shown_asked")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The meaning of what was asked is read, not typed: it is ended and replaced."""
        shown = ("shown_used", "shown_asked")
        if obj is None:
            return shown
        held = Indicator.objects.get(pk=obj.pk)  # as it stands, whatever is being typed
        return (*shown, "key", *MEANING) if Asked.now().of(held) else (*shown, "key")

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
        return f"{row.first_year} à {row.last_year}" if row.last_year else f"depuis {row.first_year}"

    @admin.display(description="utilisé dans")
    def shown_used(self, row: Indicator) -> str:
        """How many bilans answer it, and in which years it was asked."""
        if hasattr(row, "answered"):
            return f"{row.answered} bilans"
        if row.pk is None:
            return "–"
        years = Bilan.objects.filter(values__indicator=row, values__breakdown="", values__amount__isnull=False)
        counts = years.values_list("campaign__year").annotate(Count("pk", distinct=True)).order_by("campaign__year")
        said = ", ".join(f"{year} ({count} bilans)" for year, count in counts)
        return said or "Aucun bilan ne lui répond encore."

    @admin.display(description="tel qu’il est demandé")
    def shown_asked(self, row: Indicator) -> str:
        """What the form shows to who fills it."""
        if row.pk is None:
            return "–"
        lines = [f"{row.label} ({row.get_unit_display()})", row.definition, row.help]
        for breakdown in row.breakdowns:
            named = [label for _, label in classes(breakdown)]
            few = f"{', '.join(named[:4])}…" if len(named) > 5 else ", ".join(named)
            lines.append(f"Par {Breakdown(breakdown).label.lower()}\u00a0: {few}")
        return "\n".join(line for line in lines if line)
