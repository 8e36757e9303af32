"""What an organiser types of one date: its label and seats, another date, a link, a message (A3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms

from events.forms_dates import DateForm, day_field, hour_field
from events.forms_dates import initial_of as when_of
from events.forms_place import PlaceForm
from events.forms_place import initial_of as place_of
from events.forms_pro import MessageForm, SeatsForm, address_of_page, one_line
from events.models import Session
from events.rrules import PARIS
from members.models import Organisation


class DetailsForm(SeatsForm):
    """What nobody has to be told of: a label, seats, until when one registers, how to find the door or the link."""

    label = forms.CharField(
        label="Intitulé de cette date", max_length=120, required=False,
        help_text="Seulement s’il diffère d’une date à l’autre\u00a0: «\u00a0Séance du matin\u00a0».",
    )  # fmt: skip
    closes_day = day_field("Inscriptions jusqu’au", help_text="Vide\u00a0: jusqu’au début.")
    closes_time = hour_field("à")
    online_url = address_of_page("Lien de connexion")
    place_text = forms.CharField(label="Pour trouver l’entrée, ou le lien", max_length=300, required=False)
    field_order = ["label", "seats", "waiting_list", "closes_day", "closes_time", "online_url", "place_text"]

    def __init__(self, data: Any = None, *, session: Session) -> None:
        closes = session.registration_closes_at.astimezone(PARIS) if session.registration_closes_at else None
        names = ("label", "seats", "waiting_list", "online_url", "place_text")
        initial = {name: getattr(session, name) for name in names}
        initial |= {"closes_day": closes.date() if closes else None, "closes_time": closes.time() if closes else None}
        super().__init__(data, initial=initial)
        self.session = session
        if session.attendance == Session.Attendance.PLACE:
            del self.fields["online_url"]
        else:
            self.fields["online_url"].help_text = who_reads_link(session)
        if session.event.registration_mode != session.event.RegistrationMode.BUILTIN:
            for name in ("seats", "waiting_list", "closes_day", "closes_time"):
                del self.fields[name]

    def clean_label(self) -> str:
        return one_line(self.cleaned_data["label"])

    def clean_place_text(self) -> str:
        return one_line(self.cleaned_data["place_text"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        day = given.get("closes_day")
        if given.get("closes_time") and not day and "closes_day" not in self.errors:
            self.add_error("closes_day", "Choisissez le jour.")
        if day:
            closes = datetime.combine(day, given.get("closes_time") or time(23, 59), PARIS)
            if closes > self.session.ends_at:
                self.add_error("closes_day", "Les inscriptions se ferment avant la fin de la séance.")
            given["registration_closes_at"] = closes
        return given

    @property
    def values(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if not name.startswith("closes_")}
        if "closes_day" in self.fields:
            said["registration_closes_at"] = self.cleaned_data.get("registration_closes_at")
        return said


class RescheduleForm(DateForm, MessageForm):
    """Another date, and why."""

    field_order = ["day", "starts", "ends", "last_day", "all_day", "message"]

    def __init__(self, data: Any = None, *, session: Session) -> None:
        super().__init__(data, initial=when_of(session))


class OnlineForm(MessageForm):
    """The link that takes the place of the place; a message at least says when it will come."""

    online_url = address_of_page("Lien de connexion")
    field_order = ["online_url", "message"]

    def __init__(self, data: Any = None, *, session: Session) -> None:
        super().__init__(data)
        later = "Pas encore de lien\u00a0? Dites dans le message quand et comment il viendra."
        self.fields["online_url"].help_text = f"{who_reads_link(session)} {later}"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        link_or_message(self)
        return given


class MoveForm(PlaceForm, MessageForm):
    """Another place, and why."""

    def __init__(self, data: Any = None, *, session: Session, organisation: Organisation | None) -> None:
        initial: Mapping[str, Any] = place_of(session, organisation)
        super().__init__(data, organisation=organisation, initial=initial)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("attendance") == Session.Attendance.ONLINE:
            link_or_message(self)
        return given


def who_reads_link(session: Session) -> str:
    """Whom the link of a date is told to: where seats are ours, those who have one and nobody else."""
    if session.event.registration_mode == session.event.RegistrationMode.BUILTIN:
        return (
            "Seules les personnes inscrites le reçoivent\u00a0: par courriel dès que vous l’enregistrez ou le changez,"
            " et sur la page de leur inscription."
        )
    return "Il est public\u00a0: la page et l’agenda le montrent."


def link_or_message(form: forms.Form) -> None:
    """Nobody is sent online without a way to get there (A3)."""
    given = form.cleaned_data
    if {"online_url", "message"} & set(form.errors) or given.get("online_url") or given.get("message"):
        return
    form.add_error(
        "online_url",
        "Donnez le lien, ou dites dans le message quand il viendra\u00a0:"
        " «\u00a0Le lien sera envoyé la veille aux personnes inscrites.\u00a0»",
    )
