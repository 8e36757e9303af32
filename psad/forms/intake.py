"""What is typed or given so that a person is met: lists, reports, links."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.forms import ADDRESS_ERROR, plain_address, plain_name
from psad.identity import Identity
from psad.intake.rio import NOT_A_NAME
from psad.lists import Origin
from psad.services.opening import YOUNGEST
from territories import communes
from territories.models import Commune

_OLDEST = 100  # years


class ListForm(forms.Form):
    """A RIO list."""

    file = forms.FileField(
        label="La liste RIO",
        help_text=f"CSV, XLSX ou ODS, {settings.IMPORT_MAX_BYTES // 1_000_000}\u00a0Mo au plus. Rien n’est écrit avant"
        " que vous ayez relu ce qu’elle changerait.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )


D11_WARNING = (
    "N’écrivez rien sur la santé, la nationalité, la situation sociale ou familiale, la religion ni la justice."
)


def _day(label: str, missing: str = "", hint: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=bool(missing), help_text=hint, input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": missing, "invalid": "Écrivez une date, par exemple 14/03/2009."},
    )  # fmt: skip


def _words(label: str, length: int, missing: str = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=bool(missing), validators=[plain_name],
        error_messages={"required": missing}, **more,
    )  # fmt: skip


class PersonForm(forms.Form):
    """Who is to be met. After `is_valid`, `entry()` is what the services take.

    `today` is the day it is typed: 16 and over (D3, D11).
    """

    given_names = _words("Prénom", 100, "Écrivez le prénom.")
    surname = _words("Nom", 100, "Écrivez le nom.")
    birth_date = _day(
        "Date de naissance", "Donnez la date de naissance.", "Le dispositif s’adresse aux 16 ans et plus."
    )
    commune = _words("Commune où habite la personne", communes.LONGEST, "Écrivez la commune.")
    address = _words("Adresse", 300)
    phone = _words("Téléphone", 30, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
    email = forms.EmailField(
        label="Adresse électronique", required=False, max_length=254, validators=[plain_address],
        error_messages={"invalid": ADDRESS_ERROR},
    )  # fmt: skip
    # A trap for programs: nobody sees this field, no key reaches it, no reader says it.
    website = forms.CharField(label="Laissez ce champ vide", required=False, max_length=5_000)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    @property
    def trapped(self) -> bool:
        return bool(self.data.get("website", ""))

    def clean_given_names(self) -> str:
        return _name(self.cleaned_data["given_names"])

    def clean_surname(self) -> str:
        return _name(self.cleaned_data["surname"])

    def clean_birth_date(self) -> dt.date:
        born: dt.date = self.cleaned_data["birth_date"]
        if born > self._today:
            raise ValidationError("Cette date est à venir.", code="future")
        age = Identity("", "", born).age_on(self._today)
        if age < YOUNGEST:
            raise ValidationError(
                "Avant 16 ans, c’est l’établissement scolaire et le CIO qui accompagnent\u00a0: rien n’est enregistré"
                " ici.",
                code="young",
            )
        if age > _OLDEST:
            raise ValidationError("Vérifiez l’année.", code="old")
        return born

    def clean_commune(self) -> Commune:
        typed = self.cleaned_data["commune"]
        answer = communes.find(typed, typed=True)
        if answer.town is not None:
            return Commune.objects.get(pk=answer.town.insee)
        near = ", ".join(town.label for town in (answer.several or answer.close)[:5])
        raise ValidationError(f"{communes.question(typed, answer)} {near}".strip(), code="commune")

    def said(self) -> dict[str, Any]:
        """What is kept, sealed, until circle 1 reads it."""
        given = self.cleaned_data
        town: Commune = given["commune"]
        return {name: value for name, value in given.items() if value and name not in ("website", "commune")} | {
            "commune": town.pk, "town": town.name,
            "postcode": town.postal_codes[0] if len(town.postal_codes) == 1 else "",
        }  # fmt: skip


class SelfForm(PersonForm):
    """A young person asks to be called (D2): a way to answer them is all that is asked besides."""

    message = forms.CharField(
        label="Un mot, si vous voulez", required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"Quand vous appeler, ce que vous aimeriez faire. {D11_WARNING}",
    )  # fmt: skip
    field_order = ("given_names", "surname", "birth_date", "phone", "email", "commune", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in _YOURS.items():
            self.fields[name].label = label
        for name, purpose in _PURPOSES.items():  # their own details: the telephone fills them in (WCAG 1.3.5)
            self.fields[name].widget.attrs["autocomplete"] = purpose
        self.fields["birth_date"].help_text = "À partir de 16\u00a0ans."
        self.fields["phone"].help_text = "Un téléphone ou une adresse électronique\u00a0: l’un des deux suffit."
        del self.fields["address"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if not given.get("phone") and not given.get("email") and not {"phone", "email"} & self.errors.keys():
            self.add_error("phone", "Donnez un téléphone ou une adresse électronique\u00a0: c’est pour vous répondre.")
        return given


_YOURS = {
    "given_names": "Votre prénom", "surname": "Votre nom", "birth_date": "Votre date de naissance",
    "commune": "Votre commune", "phone": "Votre téléphone", "email": "Votre adresse électronique",
}  # fmt: skip
_PURPOSES = {
    "given_names": "given-name", "surname": "family-name", "birth_date": "bday", "phone": "tel", "email": "email",
}  # fmt: skip


class ReportForm(PersonForm):
    """A school, a CFA, a service or a family tells of somebody who left a training (D10)."""

    origin = forms.ChoiceField(
        label="Formation quittée", required=False, choices=[("", "Non précisée"), *Origin.choices]
    )
    class_name = _words("Classe ou diplôme préparé", 100)
    left_on = _day("Date de sortie")
    informed = forms.BooleanField(label="La personne sait que vous la signalez", required=False)
    message = forms.CharField(
        label="Ce qui aidera à la joindre", required=False, max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=D11_WARNING,
    )  # fmt: skip
    reporter_name = _words("Votre nom", 150, "Écrivez votre nom.")
    reporter_function = _words("Votre fonction", 150)
    reporter_contact = _words("Où vous joindre", 150, "Donnez un téléphone ou une adresse électronique.")

    def clean_left_on(self) -> dt.date | None:
        left: dt.date | None = self.cleaned_data["left_on"]
        if left is not None and left > self._today:
            raise ValidationError("Cette date est à venir.", code="future")
        return left


class LinkForm(forms.Form):
    """A school, a CFA or a service that will report by a link of its own."""

    name = _words("Établissement ou service", 200, "Écrivez le nom de l’établissement ou du service.")
    uai = forms.CharField(label="UAI", required=False, max_length=8, help_text="Sept chiffres et une lettre.")

    def clean_uai(self) -> str:
        uai = str(self.cleaned_data["uai"]).upper().strip()
        if uai and not re.fullmatch(r"\d{7}[A-Z]", uai):
            raise ValidationError("Un UAI a sept chiffres et une lettre, par exemple 0100001A.", code="uai")
        return uai


def _name(value: str) -> str:
    name = " ".join(value.split())
    if NOT_A_NAME.search(name) or not any(letter.isalpha() for letter in name):
        raise ValidationError("Écrivez un nom en toutes lettres.", code="name")
    return name
