"""What a person types to sign in, sign up, come back: allauth's forms in our words and with our limits."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import welcome
from accounts.models import User
from accounts.services import rename
from core.text import fold

# Enough for a long sentence; more would only make the server compute (argon2 reads it all).
MAX_PASSWORD = 128
MAX_ADDRESS = 254
PASSWORD_HINT = "Au moins 12 caractères. Une courte phrase que vous retiendrez convient très bien."  # noqa: S105
ADDRESS_ERROR = "Écrivez une adresse complète, par exemple prenom.nom@exemple.fr."

# As long as the column: allauth would cut a longer one, and write to somebody else.
_address_too_long = MaxLengthValidator(MAX_ADDRESS, f"Une adresse compte {MAX_ADDRESS} caractères au plus.")
_too_long = MaxLengthValidator(MAX_PASSWORD, f"Un mot de passe compte {MAX_PASSWORD} caractères au plus.")


def plain_address(value: str) -> None:
    """Refuse letters that look like others: « сamille » in Cyrillic is not « camille », a « ſ » becomes an « S »."""
    if not value.isascii():
        raise ValidationError(
            "Cette adresse contient une lettre accentuée ou étrangère à l’alphabet des adresses. Vérifiez-la.",
            code="not_ascii",
        )


def plain_name(value: str) -> None:
    """Refuse what is not written text: line breaks, marks that turn the reading direction round."""
    if not value.isprintable():
        raise ValidationError("Ce nom contient un caractère invisible : tapez-le à la main.", code="not_printable")


class Plain:
    """Labels above the fields and no placeholder; passwords bounded, addresses in plain letters."""

    fields: dict[str, forms.Field]
    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.append(_too_long)
            if isinstance(field, forms.EmailField):
                # In this order, and the shape in our words; the list of Django's field is shared, ours is not.
                field.validators = [plain_address, _address_too_long, EmailValidator(message=ADDRESS_ERROR)]


class LoginForm(Plain, allauth_forms.LoginForm):
    labels = {
        "login": "Adresse électronique",
        "password": "Mot de passe",
        "remember": "Rester connecté·e sur cet appareil",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Plain, allauth_forms.SignupForm):
    labels = {
        "email": "Adresse électronique",
        "password1": "Mot de passe",
    }
    hints = {
        "email": "Nous y envoyons un message pour vérifier qu’elle est bien à vous.",
        "password1": PASSWORD_HINT,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Who comes from an invitation says their name, and their address is the one that received it."""
        self.welcome = welcome.of_request(context.request)
        super().__init__(*args, **kwargs)
        if self.welcome is None:
            return
        if self.is_bound:
            typed = kwargs.get("data") or args[0]
            self.data = {name: typed[name] for name in typed} | {"email": self.welcome.email}
        email = self.fields["email"]
        self.initial["email"], email.widget.attrs["readonly"] = self.welcome.email, True
        email.help_text = "L’invitation est arrivée à cette adresse\u00a0: elle est bien à vous."
        self.fields["name"] = forms.CharField(
            label="Votre prénom et votre nom", max_length=150, validators=[plain_name],
            widget=forms.TextInput(attrs={"autocomplete": "name"}), help_text="Tels que l’équipe les verra.",
        )  # fmt: skip
        self.order_fields(["name", "email", "password1"])

    def save(self, request: HttpRequest) -> User:
        """The secret of an invitation was mailed to that very address: it proves it, no second mail is needed."""
        if self.welcome is None:
            saved: User = super().save(request)
            return saved
        try:
            get_adapter().stash_verified_email(request, self.welcome.email)
            user: User = super().save(request)
        finally:
            get_adapter().unstash_verified_email(request)
        rename(user=user, name=self.cleaned_data["name"], actor=user)
        return user

    def try_save(self, request: HttpRequest) -> Any:
        """As allauth's; two sign-ups of one address at the same instant give one account and one refusal to guess.

        An address that has an account costs a hash too: the time of the answer says nothing.
        """
        if getattr(self, "account_already_exists", False):
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class AddEmailForm(Plain, allauth_forms.AddEmailForm):
    labels = {"email": "Nouvelle adresse électronique"}
    hints = {"email": "Nous y envoyons un message ; l’adresse change quand vous l’avez confirmée."}


class ChangePasswordForm(Plain, allauth_forms.ChangePasswordForm):
    labels = {
        "oldpassword": "Mot de passe actuel",
        "password1": "Nouveau mot de passe",
        "password2": "Le nouveau, une seconde fois",
    }
    hints = {"password1": PASSWORD_HINT}


class SetPasswordForm(Plain, allauth_forms.SetPasswordForm):
    labels = {"password1": "Mot de passe", "password2": "Le même, une seconde fois"}
    hints = {"password1": PASSWORD_HINT}


class ResetPasswordForm(Plain, allauth_forms.ResetPasswordForm):
    labels = {"email": "Adresse électronique de votre compte"}


class ResetPasswordKeyForm(Plain, allauth_forms.ResetPasswordKeyForm):
    labels = {"password1": "Nouveau mot de passe", "password2": "Le nouveau, une seconde fois"}
    hints = {"password1": PASSWORD_HINT}


class ReauthenticateForm(Plain, allauth_forms.ReauthenticateForm):
    labels = {"password": "Mot de passe"}


class NameForm(forms.Form):
    """How the portal names a person to those they work with."""

    name = forms.CharField(
        label="Votre nom, tel que vous souhaitez le voir affiché",
        max_length=150,
        required=False,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class EraseForm(forms.Form):
    """The last word before an account is erased."""

    WORD = "supprimer"
    word = forms.CharField(
        label="Pour confirmer, écrivez le mot SUPPRIMER",
        max_length=20,
        error_messages={"required": "Écrivez SUPPRIMER pour confirmer, ou quittez cette page."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_word(self) -> str:
        if fold(self.cleaned_data["word"]) != self.WORD:
            raise ValidationError("Ce n’est pas le mot demandé. Écrivez SUPPRIMER pour confirmer.")
        return self.WORD
