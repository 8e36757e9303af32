"""The one page of a new event: several forms, read as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from events.forms_dates import DateRows, quiet
from events.forms_place import PlaceForm
from events.forms_pro import EventForm, SeatsForm
from events.forms_rule import RuleForm
from events.models import Event
from events.services.recurring import Series
from members.models import Organisation

ROWS, RULE, NOTE = "dates", "regle", "mots"


class Dates:
    """Where, how many seats, and when: dates one by one (`rows`) or a rule. The form of every page that adds dates."""

    def __init__(
        self, data: Any = None, *, organisation: Organisation | None, place: Mapping[str, Any] | None = None,
        seats: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.bound = data is not None
        self.ruled = self.bound and data.get("when") == RULE
        self.undated = False
        self.place = PlaceForm(data, organisation=organisation, initial=place)
        self.seats = SeatsForm(data, initial=dict(seats or {"waiting_list": True}))
        self.rows = DateRows(data)
        self.rule = RuleForm(data, prefix="regle")
        self._looking = False
        if self.bound:  # what is typed in the part that is not chosen stays, and is not checked
            for unused in self.rows.rows if self.ruled else [self.rule]:
                quiet(unused)

    @property
    def forms(self) -> list[forms.Form]:
        """Those whose mistakes are told, in the order of the page."""
        return [self.place, *([self.rule] if self.ruled else self.rows.rows), self.seats]

    def is_valid(self) -> bool:
        checked = [self.place.is_valid(), self.seats.is_valid()]
        return all([*checked, self.rule.is_valid() if self.ruled else self.rows.is_valid()])

    def look(self, *, dates: bool) -> None:
        """Nothing is sent yet: what was typed stays, and only the rule is checked when its `dates` are asked."""
        self._looking = True
        for form in (self.place, self.seats, *self.rows.rows):
            quiet(form)
        if not (dates and self.ruled):
            quiet(self.rule)

    @property
    def shared(self) -> dict[str, Any]:
        """What every date has."""
        return self.place.values | self.seats.cleaned_data

    @property
    def dates(self) -> list[dict[str, Any]]:
        return [] if self.ruled else [self.shared | when for when in self.rows.values]

    @property
    def series(self) -> Series | None:
        """The rule, when there is one and it gives dates; without the place while only its dates are looked at."""
        if not self.ruled or not self.rule.is_valid() or "days" not in getattr(self.rule, "cleaned_data", {}):
            return None
        done = not self._looking and self.place.is_valid() and self.seats.is_valid()
        return self.rule.series(self.shared if done else {})


class NewEvent(Dates):
    """And what the event says."""

    def __init__(self, data: Any, files: Any, *, organisation: Organisation | None) -> None:
        super().__init__(data, organisation=organisation)
        self.undated = self.bound and data.get("when") == NOTE
        if self.undated:  # where is said with the date
            for unused in (self.place, self.seats, *self.rows.rows):
                quiet(unused)
        self.event = EventForm(data, files, house=organisation)
        if organisation is None:  # written at the desk for nobody of the portal: it says who answers for it
            name = self.event.fields["organiser_name"]
            name.required, name.help_text = True, "L’organisme qui reçoit le public, quand il n’est pas sur le portail."
            name.error_messages["required"] = "Dites qui organise."

    @property
    def forms(self) -> list[forms.Form]:
        return [self.event] if self.undated else [self.event, *super().forms]

    def is_valid(self) -> bool:
        checked = self.event.is_valid()
        if not self.undated:
            return super().is_valid() and checked
        if checked and not self.event.cleaned_data["date_note"]:
            self.event.add_error("date_note", "Dites quand, même à peu près\u00a0: en mars 2027, au printemps.")
        return self.event.is_valid()

    @property
    def values(self) -> dict[str, Any]:
        """What the event says; when in words only as long as no date is given."""
        return self.event.values | ({} if self.undated else {"date_note": ""})

    @property
    def dates(self) -> list[dict[str, Any]]:
        return [] if self.undated else super().dates

    def look(self, *, dates: bool) -> None:
        self.event.is_valid()  # keeps the picture that came with it
        quiet(self.event)
        super().look(dates=dates)

    @property
    def shared(self) -> dict[str, Any]:
        """Seats are of the registration on the portal only."""
        builtin = self.event.cleaned_data.get("registration_mode") == Event.RegistrationMode.BUILTIN
        return self.place.values | (self.seats.cleaned_data if builtin else {})
