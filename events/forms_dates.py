"""When: dates one by one, or a rule that gives them; hours are those of Paris (A3, S4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone

from events.forms_pro import several
from events.models import Session
from events.models.session import EARLIEST, LATEST
from events.rrules import PARIS, RANKS, WEEKDAYS, Rule
from events.services.recurring import Series

MOST_ROWS = 60  # typed one by one; a rule gives more
_DAY = "Donnez un jour, par exemple 24/12/2027."
_DAYS = "Écrivez le jour, le mois et l’année, par exemple 24/12/2027\u00a0; des virgules entre les jours."
_SPACED = re.compile(r"(?<=\d)\s+(?=\d{1,4}[/-])")  # « 25/12/2027 01/01/2028 »: days with a space between
_HOUR = "Donnez une heure, par exemple 14:30."
OUT_OF_TIME = "Cette date n’est pas de notre temps\u00a0: vérifiez l’année."
_LONGEST = timedelta(days=366)


def day_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choisissez un jour.", "invalid": _DAY},
    )  # fmt: skip


def hour_field(label: str, *, required: bool = False) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=required, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh", "%H h %M", "%H h"],
        error_messages={"required": "Donnez l’heure (14:30).", "invalid": _HOUR},
    )  # fmt: skip


class DateForm(forms.Form):
    """One date: a day and its hours, or whole days. `values` are the fields of `Session` that say when."""

    day = day_field("Jour", required=True)
    starts = hour_field("De", required=True)
    ends = hour_field("À", required=True)
    last_day = day_field("Dernier jour", help_text="S’il y en a plusieurs.")
    all_day = forms.BooleanField(label="Journée entière", required=False)

    def __init__(self, data: Any = None, *, past: bool = False, **options: Any) -> None:
        self.past = past  # whether a date that is over is accepted
        super().__init__(data, **options)

    @property
    def heading(self) -> str:
        """« Date 2 », for who reads what is wrong at the head of the page; empty for a date alone on its page."""
        number = str(self.prefix or "").removeprefix("date-")
        return f"Date {int(number) + 1}" if number.isdigit() else ""

    @property
    def is_blank(self) -> bool:
        return not any(self.data.get(self.add_prefix(name)) for name in self.fields)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        day, last = given.get("day"), given.get("last_day")
        if given.get("all_day"):  # then nobody has to give hours
            for name in ("starts", "ends"):
                self.errors.pop(name, None)
        if not day or self.errors:
            return given
        if last and last < day:
            self.add_error("last_day", "Le dernier jour ne peut précéder le premier.")
            return given
        if not (EARLIEST.date() < day and (last or day) < LATEST.date() - timedelta(days=1)):
            self.add_error("day", OUT_OF_TIME)
            return given
        if last and last - day > _LONGEST:
            self.add_error("last_day", "Plus d’un an\u00a0: donnez plutôt plusieurs dates.")
            return given
        if given.get("all_day"):
            self._whole_days(day, last or day)
        else:
            self._hours(day, last or day)
        return given

    def _whole_days(self, day: date, last: date) -> None:
        self._between(datetime.combine(day, time(), PARIS), datetime.combine(last + timedelta(days=1), time(), PARIS))

    def _hours(self, day: date, last: date) -> None:
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        if day == last and ends <= starts:
            self.add_error("ends", "La fin doit venir après le début. Après minuit\u00a0? Donnez le dernier jour.")
            return
        self._between(datetime.combine(day, starts, PARIS), datetime.combine(last, ends, PARIS))

    def _between(self, starts_at: datetime, ends_at: datetime) -> None:
        if not self.past and ends_at < timezone.now():
            self.add_error("day", "Cette date est déjà passée.")
            return
        self.cleaned_data |= {"starts_at": starts_at, "ends_at": ends_at}

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "all_day")}


def initial_of(session: Session) -> dict[str, Any]:
    """What `DateForm` shows of a date."""
    starts, ends = session.starts_at.astimezone(PARIS), session.ends_at.astimezone(PARIS)
    if session.all_day:
        last = (ends - timedelta(seconds=1)).date()
        return {"day": starts.date(), "last_day": last if last != starts.date() else None, "all_day": True}
    shown = {"day": starts.date(), "starts": starts.time(), "ends": ends.time(), "all_day": False}
    return shown | {"last_day": ends.date() if ends.date() != starts.date() else None}


class DateRows:
    """Several dates, each a `DateForm`; one more or one less is asked by a button, without script.

    Blank rows are left out; one date at least is needed.
    """

    def __init__(self, data: Any = None, initial: list[Mapping[str, Any]] | None = None) -> None:
        self.bound = data is not None
        if data is None:
            starts = initial or [{}]
            self.rows = [DateForm(prefix=f"date-{n}", initial=dict(start)) for n, start in enumerate(starts)]
            return
        typed = _typed(data)
        if "date_add" in data and len(typed) < MOST_ROWS:
            typed.append(_next(typed))
        drop = str(data.get("date_drop", ""))
        if drop.isdigit() and int(drop) < len(typed):
            del typed[int(drop)]
        self.rows = [_row(number, row) for number, row in enumerate(typed or [{}])]

    @property
    def room(self) -> bool:
        """Whether there is room for one more."""
        return len(self.rows) < MOST_ROWS

    @property
    def alone(self) -> bool:
        return len(self.rows) == 1

    def is_valid(self) -> bool:
        filled = [row for row in self.rows if not row.is_blank] or self.rows[:1]
        checked = [row.is_valid() for row in filled]  # every one of them says what is wrong
        valid = all(checked)
        for row in self.rows:
            if row not in filled:
                quiet(row)
        seen: set[tuple[datetime, datetime]] = set()
        for row in filled:
            if row.is_valid():
                when = row.cleaned_data["starts_at"], row.cleaned_data["ends_at"]
                if when in seen:
                    row.add_error("day", "Cette date est donnée deux fois.")
                    valid = False
                seen.add(when)
        self._filled = filled
        return valid

    @property
    def values(self) -> list[dict[str, Any]]:
        return [row.values for row in self._filled]


def quiet(form: forms.Form) -> None:
    """Draw `form` with what was typed, and say nothing of what is wrong: it is not finished."""
    form._errors = ErrorDict()  # type: ignore[attr-defined]


def _typed(data: Any) -> list[dict[str, str]]:
    """What each row says, as it was typed."""
    count = str(data.get("date_count", ""))
    total = min(int(count), MOST_ROWS) if count.isdigit() and len(count) < 4 else 1
    names = DateForm.base_fields
    return [{name: data[key] for name in names if (key := f"date-{n}-{name}") in data} for n in range(total)]


def _row(number: int, typed: Mapping[str, str]) -> DateForm:
    prefix = f"date-{number}"
    return DateForm({f"{prefix}-{name}": value for name, value in typed.items()}, prefix=prefix)


def _next(typed: list[dict[str, str]]) -> dict[str, str]:
    """One more row begins at the hours of the last one: what changes is the day."""
    last = typed[-1] if typed else {}
    return {name: last[name] for name in ("starts", "ends", "all_day") if name in last}


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
        return Series(given["rule"], given["first"], given["starts"], given["ends"], given["skipped"], fields)


def initial_of_series(series: Series) -> dict[str, Any]:
    """What `RuleForm` shows of a rule."""
    rule = series.rule
    rhythm: str = rule.rhythm if rule.rhythm != "MONTHLY" else "MONTHLY-DAY"
    if rule.rank:
        rhythm = "MONTHLY-LAST" if rule.rank == -1 else "MONTHLY-RANK"
    return {
        "rhythm": rhythm, "every": rule.every, "until": rule.until, "first": series.starts_on, "starts": series.starts,
        "ends": series.ends, "overnight": series.ends <= series.starts,
        "skipped": ", ".join(f"{day:%d/%m/%Y}" for day in series.skipped),
        "weekdays": [str(day) for day in rule.weekdays] if rule.rhythm == "WEEKLY" else [],
    }  # fmt: skip
