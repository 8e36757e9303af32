"""Opening hours as people type them at the desk: one line a day, « Lundi : 9h-12h, 14h-17h30 »."""

from __future__ import annotations

from typing import Any

from django import forms

from territories.importers.hours import parse_hours
from territories.openings import DAYS, ranges

EXAMPLE = "Lundi : 9h-12h, 14h-17h30"


class HoursField(forms.CharField):
    """Text in the form, `Site.hours` behind it; an empty text says that the hours are not known."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "horaires")
        options.setdefault("required", False)
        options.setdefault("max_length", 1_000)
        options.setdefault("widget", forms.Textarea(attrs={"rows": 7}))
        options.setdefault("help_text", f"Une ligne par jour, par exemple « {EXAMPLE} ». Vide : horaires inconnus.")
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else hours_as_text(value)

    def clean(self, value: Any) -> dict[str, list[list[str]]]:
        text = super().clean(value)
        if not text:
            return {}
        if (hours := parse_hours(text)) is None:
            raise forms.ValidationError(f"Écrivez une ligne par jour, par exemple « {EXAMPLE} ».", code="hours")
        return hours

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((data or "").split() != hours_as_text(initial).split())


def hours_as_text(hours: Any) -> str:
    """One line a day that is open; what cannot be read is left out."""
    lines = ((name, ranges(hours, day)) for day, name in enumerate(DAYS, start=1))
    return "\n".join(
        f"{name.capitalize()} : {', '.join(f'{short(start)}-{short(end)}' for start, end in said)}"
        for name, said in lines
        if said
    )


def short(clock: str) -> str:
    """« 9h », « 13h30 »: as people type an hour."""
    hours, _, minutes = clock.partition(":")
    return f"{int(hours)}h" + ("" if minutes == "00" else minutes)
