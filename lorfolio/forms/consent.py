"""A parent's address, then their answer (L10)."""

from __future__ import annotations

from django import forms
from django.core.validators import EmailValidator

from accounts.forms import ADDRESS_ERROR, plain_address
from lorfolio.forms.plain import Plain


class Ask(Plain):
    email = forms.CharField(
        label="Adresse électronique d’un de vos parents", max_length=254,
        validators=[plain_address, EmailValidator(message=ADDRESS_ERROR)],
        help_text="Ou de la personne qui exerce l’autorité parentale. Elle sert à demander son accord, et s’efface"
        " dès la réponse.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Écrivez l’adresse d’un de vos parents."},
    )  # fmt: skip


class Answer(Plain):
    """Agreeing says who agrees; refusing asks for nothing."""

    parent = forms.BooleanField(
        label="J’exerce l’autorité parentale sur cet enfant, et nous sommes d’accord tous les deux.",
        error_messages={"required": "Cochez cette case pour donner votre accord."},
    )
