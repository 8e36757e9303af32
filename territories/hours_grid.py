"""Opening hours as a grid: two ranges a day (more if it has more), errors beside the day.

« Comme lundi » copies the day above when the form is sent: no script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms

from territories.hours_field import short
from territories.openings import DAYS, check_hours, ranges

RANGES = 2
_ENDS = ("start", "end")
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Day:
    """A row of the grid: its fields, `ranges` of (start, end) bound fields, `like` (None on Monday), what is wrong."""

    number: int
    name: str
    ranges: list[tuple[Any, Any]]
    like: Any
    errors: list[str]

    @property
    def first(self) -> str:
        """The identifier of its first field, for a link."""
        return str(self.ranges[0][0].id_for_label)


class ClockField(forms.CharField):
    """« 09:00 », « 9h », « 9 h 30 », « 9 »: HH:MM behind it."""

    def __init__(self, label: str, described_by: str) -> None:
        attrs = {"aria-describedby": described_by}
        attrs |= {"autocomplete": "off", "spellcheck": "false"}
        super().__init__(label=label, required=False, max_length=10, widget=forms.TextInput(attrs=attrs))

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = _CLOCK.fullmatch(text)
        hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
        if hours > 23 or minutes > 59:
            raise forms.ValidationError("Écrivez une heure, par exemple 9h ou 13h30.", code="clock")
        return f"{hours:02}:{minutes:02}"


class HoursGrid(forms.Form):
    """`hours` (of a valid grid) is `Site.hours`; given at first, those that the place has."""

    def __init__(self, data: Any = None, *, hours: Any = None) -> None:
        self.width = max(RANGES, *(len(ranges(hours, day)) for day in range(1, 8)))
        super().__init__(data, initial=_initial(hours or {}), prefix="h")
        for number, name in enumerate(DAYS, start=1):
            for index in range(self.width):
                for end in _ENDS:
                    label = f"{name.capitalize()}, {'de' if end == 'start' else 'à'}"
                    label += "" if index == 0 else " (après la pause)"
                    self.fields[f"{number}-{index}-{end}"] = ClockField(label, f"jour-{number}-erreur")
            if number > 1:
                self.fields[f"{number}-like"] = forms.BooleanField(
                    label=f"Comme {DAYS[number - 2]}", required=False, widget=forms.CheckboxInput()
                )

    @property
    def hours(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = self.cleaned_data["hours"]
        return found

    def clean(self) -> dict[str, Any]:
        said: dict[str, list[list[str]]] = {}
        for number in range(1, 8):
            if self.cleaned_data.get(f"{number}-like"):
                said[str(number)] = [list(pair) for pair in said.get(str(number - 1), [])]
            else:
                said[str(number)] = self._ranges(number)
        self.cleaned_data["hours"] = {day: pairs for day, pairs in said.items() if pairs}
        return self.cleaned_data

    def _ranges(self, number: int) -> list[list[str]]:
        """The ranges of a day in order; what is wrong goes to the day's first field."""
        pairs = []
        for index in range(self.width):
            names = [f"{number}-{index}-{end}" for end in _ENDS]
            if any(name in self.errors for name in names):
                return []
            start, end = (self.cleaned_data.get(name, "") for name in names)
            if bool(start) != bool(end):
                missing = names[0] if not start else names[1]
                self.add_error(missing, "Il manque l’heure de fin." if start else "Il manque l’heure de début.")
                return []
            if start:
                if start >= end:
                    self.add_error(names[1], "La fin vient après le début.")
                    return []
                pairs.append([start, end])
        pairs.sort()
        try:
            check_hours({str(number): pairs})
        except forms.ValidationError:
            self.add_error(f"{number}-0-start", "Les deux plages se touchent ou se chevauchent.")
            return []
        return pairs

    @property
    def days(self) -> list[Day]:
        return [self._day(number) for number in range(1, 8)]

    def _day(self, number: int) -> Day:
        fields = [tuple(self[f"{number}-{index}-{end}"] for end in _ENDS) for index in range(self.width)]
        like = self[f"{number}-like"] if number > 1 else None
        errors = [str(error) for pair in fields for bound in pair for error in bound.errors]
        return Day(number, DAYS[number - 1], fields, like, list(dict.fromkeys(errors)))  # type: ignore[arg-type]


def _initial(hours: Any) -> dict[str, str]:
    return {
        f"{day}-{index}-{end}": short(clock)
        for day in range(1, 8)
        for index, pair in enumerate(ranges(hours, day))
        for end, clock in zip(_ENDS, pair, strict=True)
    }
