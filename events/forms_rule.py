"""When, by a rule that gives the dates; hours are those of Paris (A3, S4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from events.forms_dates import OUT_OF_TIME, day_field, hour_field
from events.forms_pro import several
from events.models.session import EARLIEST, LATEST
from events.rrules import RANKS, WEEKDAYS, Rule
from events.services.recurring import Series

_DAYS = "Écrivez le jour, le mois et l’année, par exemple 24/12/2027\u00a0; des virgules entre les jours."
_SPACED = re.compile(r"(?<=\d)\s+(?=\d{1,4}[/-])")  # « 25/12/2027 01/01/2028 »: days with a space between
RHYTHMS = (
    ("WEEKLY", "Toutes les semaines"),
    ("MONTHLY-DAY", "Tous les mois, à la même date (le 15)"),
    ("MONTHLY-RANK", "Tous les mois, au même rang (le deuxième mardi)"),
    ("MONTHLY-LAST", "Tous les mois, au dernier rang (le dernier mardi)"),
    ("DAILY", "Tous les jours"),
)


class RuleForm(forms.Form):
    """A rule in a few boxes. `series(fields)` (of a valid form) is what `services.recurring` takes."""

    rhythm = forms.ChoiceField(label="Elle revient", choices=RHYTHMS, initial="WEEKLY")
    every = forms.IntegerField(
        label="Une fois sur",
        min_value=1,
        max_value=12,
        initial=1,
        help_text="1\u00a0: chaque fois\u00a0; 2\u00a0: une sur deux.",
    )
    weekdays = several(
        "Jours de la semaine", [(str(n), name.capitalize()) for n, name in enumerate(WEEKDAYS)],
        "Pour une règle à la semaine. Aucun\u00a0: le jour de la première date.",
    )  # fmt: skip
    first = day_field("Première date", required=True)
    starts = hour_field("De", required=True)
    ends = hour_field("À", required=True)
    all_day = forms.BooleanField(label="Journée entière", required=False)
    overnight = forms.BooleanField(label="Se termine le lendemain", required=False)
    until = day_field("Jusqu’au", required=True, help_text="Deux ans au plus, 400\u00a0dates au plus.")
    skipped = forms.CharField(
        label="Sauf ces jours", required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple 25/12/2027, 01/01/2028.",
    )  # fmt: skip

    def clean_skipped(self) -> tuple[date, ...]:
        found = []
        for word in re.split(r"[,;\n]+", _SPACED.sub(", ", self.cleaned_data["skipped"])):
            if word.strip():
                try:
                    found.append(forms.DateField().clean(word.strip()))
                except ValidationError as error:
                    said = f"«\u00a0{word.strip()[:30]}\u00a0» n’est pas un jour. {_DAYS}"
                    raise ValidationError(said, code="day") from error
        return tuple(sorted(set(found)))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        first, until = given.get("first"), given.get("until")
        for name in ("first", "until"):
            if given.get(name) and not (EARLIEST.date() < given[name] < LATEST.date() - timedelta(days=1)):
                self.add_error(name, OUT_OF_TIME)
        if given.get("all_day"):  # from a midnight to the next: nobody has to give hours
            for name in ("starts", "ends"):
                self.errors.pop(name, None)
            given |= {"starts": time(), "ends": time(), "overnight": False}
        else:
            self._hours(given.get("starts"), given.get("ends"), overnight=given.get("overnight", False))
        if self.errors or not (first and until):
            return given
        given["rule"] = self._rule(given, first, until)
        try:
            given["days"] = self.series({}).days()
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {"until": error.messages}
            for name, errors in told.items():
                self.add_error(name if name in self.fields else "until", errors)
        return given

    def _hours(self, starts: time | None, ends: time | None, *, overnight: bool) -> None:
        """A rule ends the next day only when somebody says so: « 16:00 – 14:00 » is a slip, not twenty-two hours."""
        if starts is None or ends is None:
            return
        if overnight and ends >= starts:
            self.add_error("overnight", "Plus de vingt-quatre heures\u00a0: donnez plutôt des dates une par une.")
        elif not overnight and ends <= starts:
            said = "La fin doit venir après le début. Après minuit\u00a0? Cochez «\u00a0Se termine le lendemain\u00a0»."
            self.add_error("ends", said)

    def _rule(self, given: dict[str, Any], first: date, until: date) -> Rule:
        every, rhythm = given["every"], given["rhythm"]
        if rhythm == "DAILY":
            return Rule("DAILY", until, every)
        if rhythm == "WEEKLY":
            weekdays = tuple(sorted(int(day) for day in given["weekdays"])) or (first.weekday(),)
            return Rule("WEEKLY", until, every, weekdays)
        if rhythm == "MONTHLY-DAY":
            return Rule("MONTHLY", until, every, month_day=first.day)
        rank = -1 if rhythm == "MONTHLY-LAST" else (first.day - 1) // 7 + 1
        # A fifth Tuesday is the last one: months without a fifth have one too.
        return Rule("MONTHLY", until, every, (first.weekday(),), rank=rank if rank in RANKS else -1)

    def series(self, fields: Mapping[str, Any]) -> Series:
        given = self.cleaned_data
        shared = {**fields, "all_day": given["all_day"]}
        return Series(given["rule"], given["first"], given["starts"], given["ends"], given["skipped"], shared)


def initial_of_series(series: Series) -> dict[str, Any]:
    """What `RuleForm` shows of a rule."""
    rule = series.rule
    rhythm: str = rule.rhythm if rule.rhythm != "MONTHLY" else "MONTHLY-DAY"
    if rule.rank:
        rhythm = "MONTHLY-LAST" if rule.rank == -1 else "MONTHLY-RANK"
    return {
        "rhythm": rhythm, "every": rule.every, "until": rule.until, "first": series.starts_on,
        "all_day": series.all_day,
        "starts": None if series.all_day else series.starts, "ends": None if series.all_day else series.ends,
        "overnight": not series.all_day and series.ends <= series.starts,
        "skipped": ", ".join(f"{day:%d/%m/%Y}" for day in series.skipped),
        "weekdays": [str(day) for day in rule.weekdays] if rule.rhythm == "WEEKLY" else [],
    }  # fmt: skip
