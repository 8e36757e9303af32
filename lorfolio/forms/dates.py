"""A date known in part: a month that may stay unsaid, and a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lorfolio.periods import MONTHS

_OLDEST_YEARS, _COMING_YEARS = 90, 6


class PartialWidget(forms.MultiWidget):
    """Two lists side by side. A day that an imported file said stays as long as its month does."""

    template_name = "lorfolio/parts/partial_date.html"
    use_fieldset = True

    def __init__(self) -> None:
        months = [("", "Mois"), *((f"{n:02}", name) for n, name in enumerate(MONTHS, 1))]
        year = timezone.localdate().year
        years = range(year + _COMING_YEARS, year - _OLDEST_YEARS, -1)
        super().__init__(
            {
                "mois": forms.Select(attrs={"aria-label": "Mois"}, choices=months),
                "annee": forms.Select(attrs={"aria-label": "Année"}, choices=[("", "Année"), *((str(n),
                n) for n in years)]),
                "jour": forms.HiddenInput(),
            }
        )  # fmt: skip

    def decompress(self, value: str | None) -> list[str]:
        year, month, day = [*(value or "").split("-"), "", ""][:3]
        return [month, year, f"{year}-{month}-{day}" if day else ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """A year outside of the list (imported) is proposed too."""
        shown = value if isinstance(value, list) else self.decompress(value)
        years: Any = self.widgets[1]
        if shown[1] and str(shown[1]).isdecimal() and shown[1] not in dict(years.choices):
            years.choices = [*years.choices, (shown[1], shown[1])]
        return super().get_context(name, value, attrs)


class PartialField(forms.MultiValueField):
    """« 2024-09 », « 2024 » or nothing."""

    widget = PartialWidget

    def __init__(self, label: str, hint: str = "") -> None:
        fields = [forms.CharField(required=False, max_length=2), forms.CharField(required=False, max_length=4),
                  forms.CharField(required=False, max_length=10)]  # fmt: skip
        super().__init__(fields, label=label, help_text=hint, required=False, require_all_fields=False)

    def compress(self, values: list[str]) -> str:
        month, year, whole = values or ["", "", ""]
        if not year:
            if month:
                raise ValidationError("Choisissez aussi l’année.", code="year")
            return ""
        if not (len(year) == 4 and year.isascii() and year.isdecimal()) or (month and month not in _MONTHS):
            raise ValidationError("Choisissez le mois et l’année dans les listes.", code="invalid")
        said = f"{year}-{month}" if month else year
        return whole if month and _is_day(whole) and whole.startswith(f"{said}-") else said


_MONTHS = frozenset(f"{n:02}" for n in range(1, 13))


def _is_day(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def in_order(starts: str, ends: str) -> bool:
    """Whether an end does not come before its start, as the database says (`experience_in_order`)."""
    return not starts or not ends or ends >= starts or starts.startswith(ends)
