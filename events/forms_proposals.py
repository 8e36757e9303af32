"""What anybody types to propose an event: short, plain text, one to five dates, one place (A5)."""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms import ADDRESS_ERROR, plain_address, plain_name
from core.reference import Access, EventType, Sector, Status
from events.models import Event, Session
from territories import communes
from territories.models import Commune

DATES = 5
PARIS = ZoneInfo("Europe/Paris")
FARTHEST = timedelta(days=3 * 365)
_SALT = "events.forms_proposals"
_TAG = re.compile(r"<\s*[a-zA-Z!/]")
Place = Session.Attendance
_SAID = ("title", "description", "kind", "organiser_name", "website", "registration_url", "price_text", "publics",
         "sectors", "access", "access_text")  # fmt: skip


def token() -> str:
    """What the form carries instead of a cookie: it was opened here (nobody is recognised)."""
    return signing.Signer(salt=_SALT).sign("proposer")


def no_markup(value: str) -> None:
    """Refuse what looks like a page rather than a text."""
    if _TAG.search(value):
        raise ValidationError("Écrivez un texte simple, sans balises (« < » suivi d’une lettre).", code="markup")


def _text(label: str, length: int, *, required: bool = True, rows: int = 0, missing: str = "", **more: Any) -> Any:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs=more.pop("attrs", {}))
    checks = [no_markup] if rows else [no_markup, plain_name]
    return forms.CharField(
        label=label, max_length=length, required=required, widget=widget, validators=checks,
        error_messages={"required": missing or "Remplissez ce champ."}, **more,
    )  # fmt: skip


def _boxes(label: str, choices: Any, hint: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=hint
    )


def _link(label: str, hint: str = "") -> forms.URLField:
    return forms.URLField(
        label=label, required=False, max_length=400, assume_scheme="https", help_text=hint,
        error_messages={
            "required": "Donnez le lien où l’on se connecte.",
            "invalid": "Écrivez une adresse complète, par exemple https://exemple.fr/forum.",
        },
    )  # fmt: skip


class ProposalForm(forms.Form):
    """After `is_valid`: `values()` and `sessions()` are what `proposing.propose` takes."""

    title = _text("Nom de l’évènement", 150, missing="Donnez un nom à l’évènement.")
    kind = forms.ChoiceField(
        label="Type d’évènement", choices=[("", "Choisissez"), *EventType.choices],
        error_messages={"required": "Choisissez ce que c’est."},
    )  # fmt: skip
    description = _text(
        "De quoi s’agit-il\u202f?", 4000, rows=6, help_text="Pour qui, pour quoi, ce qui s’y passe. Un texte simple.",
        missing="Dites en quelques lignes de quoi il s’agit.",
    )  # fmt: skip
    attendance = forms.ChoiceField(
        label="Où cela se passe-t-il\u202f?", choices=Place.choices, initial=Place.PLACE, widget=forms.RadioSelect
    )
    place_name = _text(
        "Nom du lieu", 200, help_text="Par exemple\u00a0: Lycée Blaise-Pascal.", missing="Donnez le nom du lieu."
    )
    address = _text("Adresse", 300, required=False, help_text="Le numéro et la rue.")
    commune = _text(
        "Commune ou code postal", 120, missing="Donnez la commune où cela se passe.",
        attrs={"data-communes": "/lieux/communes/", "autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    online_url = _link("Lien de connexion", "Pour un évènement en ligne. Il sera public.")
    organiser_name = _text("Qui l’organise\u202f?", 200, missing="Dites qui organise l’évènement.")
    website = _link("Page qui parle de l’évènement")
    registration_url = _link("Adresse où s’inscrire", "Laissez vide si l’on vient sans s’inscrire.")
    price_text = _text("Prix", 200, required=False, help_text="Laissez vide si c’est gratuit.")
    publics = _boxes("Pour qui\u202f?", Status.choices, "Ne cochez rien si c’est ouvert à tout le monde.")
    sectors = _boxes(
        "Quels secteurs\u202f?", [c for c in Sector.choices if c[0] != Sector.TOUS], "Ne cochez rien pour tous."
    )
    access = _boxes("Accessibilité", Access.choices, "Ce qui est sûr et vérifié.")
    access_text = _text("Précisions sur l’accessibilité", 500, required=False, rows=2)
    name = _text(
        "Votre nom", 120, attrs={"autocomplete": "name"}, missing="Dites-nous qui vous êtes.",
        help_text="Pour vous répondre. Il n’est pas publié.",
    )  # fmt: skip
    email = forms.EmailField(
        label="Votre adresse électronique", max_length=254, validators=[plain_address],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ADDRESS_ERROR, "required": "Donnez l’adresse où nous vous répondrons."},
        help_text="Nous y envoyons un lien à suivre pour confirmer. Elle n’est pas publiée.",
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    # A trap for programs: nobody sees this field, no key reaches it, no reader says it.
    fax = forms.CharField(label="Laissez ce champ vide", required=False, max_length=5_000)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"token": token()})
        where = self.data.get("attendance", Place.PLACE)
        for name in ("place_name", "commune"):
            self.fields[name].required = where != Place.ONLINE
        self.fields["online_url"].required = where in (Place.ONLINE, Place.HYBRID)
        self._town: Commune | None = None
        self._dates: list[tuple[datetime, datetime]] = []
        today = timezone.localdate()
        for number in range(1, DATES + 1):
            day = forms.DateInput(
                format="%Y-%m-%d",
                attrs={"type": "date", "min": today.isoformat(), "max": (today + FARTHEST).isoformat()},
            )
            which = "" if number == 1 else f" ({number}e date)"
            self.fields[f"day_{number}"] = forms.DateField(
                label=f"Jour{which}", required=number == 1, widget=day, input_formats=["%Y-%m-%d", "%d/%m/%Y"],
                error_messages={
                    "required": "Donnez au moins une date.", "invalid": "Écrivez un jour, par exemple 16/03/2027."
                },
            )  # fmt: skip
            for name, label in (("start", "De"), ("end", "À")):
                self.fields[f"{name}_{number}"] = forms.TimeField(
                    label=f"{label}{which}", required=number == 1,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                    input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"],
                    error_messages={"required": "Donnez l’heure.", "invalid": "Écrivez une heure, par exemple 14:00."},
                )  # fmt: skip

        dates = [f"{name}_{n}" for n in range(1, DATES + 1) for name in ("day", "start", "end")]
        self.order_fields(["title", "kind", "description", "organiser_name", *dates])

    @property
    def trapped(self) -> bool:
        """A program filled what no person sees."""
        return bool(self.data.get("fax", ""))

    @property
    def rows(self) -> list[list[Any]]:
        """The fields of each date, for the template."""
        return [[self[f"{name}_{n}"] for name in ("day", "start", "end")] for n in range(1, DATES + 1)]

    @property
    def more_dates(self) -> bool:
        """Whether the dates after the first say or lack something: they are then shown open."""
        return any(field.value() or field.errors for row in self.rows[1:] for field in row)

    @property
    def more_said(self) -> bool:
        """Whether the optional part says something."""
        return any(self[name].value() or self[name].errors for name in ("publics", "sectors", "access", "access_text"))

    def clean(self) -> dict[str, Any]:
        if not hmac.compare_digest(self.cleaned_data.get("token", ""), token()):
            raise forms.ValidationError(
                "Ce formulaire a été ouvert ailleurs. Ce que vous avez tapé est gardé\u00a0: envoyez-le de nouveau.",
                code="token",
            )
        self._clean_dates()
        self._clean_place()
        return self.cleaned_data

    def _clean_dates(self) -> None:
        said: set[tuple[datetime, datetime]] = set()
        for number in range(1, DATES + 1):
            day, start, end = (self.cleaned_data.get(f"{name}_{number}") for name in ("day", "start", "end"))
            wrong = [f"{name}_{number}" for name in ("day", "start", "end") if f"{name}_{number}" in self.errors]
            for name in wrong:  # a date field of a browser would hide what it does not understand
                self.fields[name].widget.input_type = "text"
            if wrong or not (day or start or end):
                continue
            for name, value in (("day", day), ("start", start), ("end", end)):
                if value is None:
                    self.add_error(f"{name}_{number}", "Complétez cette date, ou videz-la.")
            if day is None or start is None or end is None:
                continue
            dates = tuple(datetime.combine(day, hour, PARIS) for hour in (start, end))
            if not self._date_goes(number, *dates):
                continue
            if dates in said:
                self.add_error(f"day_{number}", "Cette date est déjà donnée.")
                continue
            said.add((dates[0], dates[1]))
        self._dates = sorted(said)

    def _date_goes(self, number: int, starts: datetime, ends: datetime) -> bool:
        now = timezone.now()
        if ends <= starts:
            self.add_error(f"end_{number}", "La fin doit venir après le début.")
        elif ends < now:
            self.add_error(f"day_{number}", "Cette date est passée.")
        elif starts > now + FARTHEST:
            self.add_error(f"day_{number}", "Cette date est trop lointaine\u00a0: vérifiez l’année.")
        else:
            return True
        return False

    def _clean_place(self) -> None:
        text = self.cleaned_data.get("commune", "")
        if not text or self.cleaned_data.get("attendance") == Place.ONLINE:
            return
        answer = communes.find(text, typed=True)
        if answer.town:
            self._town = Commune.objects.get(pk=answer.town.insee)
        elif not answer.outside:  # a fair over the border is welcome: its town is then as it was typed
            close = ", ".join(town.label for town in (*answer.several, *answer.close)[:6])
            self.add_error("commune", communes.question(text, answer) + (f" {close}." if close else ""))

    def values(self) -> dict[str, Any]:
        """Fields of `Event`."""
        said = {name: self.cleaned_data[name] for name in _SAID}
        mode = Event.RegistrationMode.LINK if said["registration_url"] else Event.RegistrationMode.NONE
        return said | {"free": not said["price_text"], "registration_mode": mode}

    def sessions(self) -> list[dict[str, Any]]:
        """Fields of `Session`, one mapping a date."""
        said = self.cleaned_data
        place: dict[str, Any] = {"attendance": said["attendance"], "online_url": said["online_url"]}
        if said["attendance"] != Place.ONLINE:
            town = "" if self._town else said["commune"]
            place |= {
                "place_name": said["place_name"], "address": said["address"], "commune": self._town, "town": town,
            }  # fmt: skip
        return [{"starts_at": starts, "ends_at": ends} | place for starts, ends in self._dates]

    @property
    def town(self) -> str:
        """Where, as the preview says it."""
        return self._town.name if self._town else self.cleaned_data.get("commune", "")
