"""What a person gives for a seat or an alert: a name perhaps, an address, and nothing else (S2)."""

from __future__ import annotations

import hmac
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from accounts.forms import ADDRESS_ERROR, plain_address, plain_name
from events.models import Alert

_SALT = "events.forms_people"


def token(subject: str) -> str:
    """What a public form carries instead of a cookie: it was opened here, for this `subject` (by this account)."""
    return signing.Signer(salt=_SALT).sign(subject)


def _plain_words(value: str) -> None:
    """A name is no advertisement: organisers read it."""
    if any(mark in value for mark in ("://", "www.", "@", "<", ">")):
        raise ValidationError("Écrivez un nom, sans adresse ni lien.", code="link")


def _name() -> forms.CharField:
    return forms.CharField(
        label="Prénom et nom", max_length=120, validators=[plain_name, _plain_words],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Donnez le nom à appeler à l’entrée."},
    )  # fmt: skip


def _email(help_text: str, *, required: bool = True) -> forms.EmailField:
    return forms.EmailField(
        label="Adresse électronique", max_length=254, required=required, help_text=help_text,
        validators=[plain_address], widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ADDRESS_ERROR, "required": "Donnez l’adresse où vous écrire."},
    )  # fmt: skip


class PublicForm(forms.Form):
    """A form that anyone fills: a signature of ours, and a trap for programs (nobody sees it, no key reaches it)."""

    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    website = forms.CharField(label="Laissez ce champ vide", required=False, max_length=5_000)

    def __init__(self, data: Any = None, *, subject: str, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={**(initial or {}), "token": token(subject)})
        self.subject = subject

    @property
    def trapped(self) -> bool:
        return bool(self.data.get("website", ""))

    def clean(self) -> dict[str, Any]:
        if not hmac.compare_digest(self.cleaned_data.get("token", ""), token(self.subject)):
            raise ValidationError(
                "Ce formulaire a été ouvert ailleurs. Ce que vous avez tapé est gardé\u00a0: envoyez-le de nouveau.",
                code="token",
            )
        return self.cleaned_data

    def signed_again(self) -> None:
        """Shown again after a refusal: the next sending is from here."""
        self.data = {**self.data, "token": token(self.subject)}


class RegistrationForm(PublicForm):
    name = _name()
    email = _email("Nous vous écrivons pour confirmer, et si la date ou le lieu change.")
    field_order = ("name", "email")


class AlertForm(PublicForm):
    email = _email("Elle ne sert qu’à cette alerte.")
    rhythm = forms.ChoiceField(
        label="Quand vous écrire", choices=Alert.Rhythm.choices, initial=Alert.Rhythm.WEEKLY, widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un rythme.", "invalid_choice": "Choisissez l’un des deux rythmes."},
    )  # fmt: skip
    field_order = ("email", "rhythm")


class RhythmForm(forms.Form):
    rhythm = forms.ChoiceField(choices=Alert.Rhythm.choices)


class PhoneForm(forms.Form):
    """Somebody who asked the organiser."""

    name = _name()
    email = _email("Si la personne en a une\u00a0: elle recevra le lien pour se désister.", required=False)


class CancelForm(forms.Form):
    message = forms.CharField(
        label="Un mot pour la personne", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Envoyé avec l’annonce, puis oublié.",
    )  # fmt: skip


class OutcomeForm(forms.Form):
    """Did it happen, and how many came."""

    happened = forms.ChoiceField(
        label="A-t-il eu lieu\u202f?", choices=[("oui", "Oui"), ("non", "Non")], widget=forms.RadioSelect,
        error_messages={"required": "Dites s’il a eu lieu.", "invalid_choice": "Choisissez oui ou non."},
    )  # fmt: skip
    attended = forms.IntegerField(
        label="Combien de personnes sont venues\u202f?", required=False, min_value=0, max_value=200_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="À peu près. Laissez vide si vous ne savez pas.",
        error_messages={
            "invalid": "Écrivez un nombre, par exemple 25.",
            "min_value": "Écrivez un nombre, à partir de 0.",
            "max_value": "Ce nombre est trop grand\u00a0: vérifiez-le.",
        },
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        happened = self.cleaned_data["happened"] == "oui"
        return {"happened": happened, "attended": self.cleaned_data["attended"] if happened else None}
