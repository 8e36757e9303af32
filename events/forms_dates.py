"""When: dates one by one; hours are those of Paris (A3, S4). Dates by a rule: `events.forms_rule`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone

from events.models import Session
from events.models.session import EARLIEST, LATEST
from events.rrules import PARIS

MOST_ROWS = 60  # typed one by one; a rule gives more
_DAY = "Donnez un jour, par exemple 24/12/2027."
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
