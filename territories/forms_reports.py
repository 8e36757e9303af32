"""What a reader tells of an error, and what is answered."""

from __future__ import annotations

import hmac
from typing import Any

from django import forms
from django.core import signing

from accounts.forms import ADDRESS_ERROR, plain_address
from territories.models import SheetReport
from territories.reports import Sheet, subjects

_SALT = "territories.reports"


def token(sheet: Sheet) -> str:
    """What the form carries instead of a cookie: the page of this sheet was opened here (nobody is recognised)."""
    return signing.Signer(salt=_SALT).sign(f"{sheet.kind}/{sheet.key}")


class ReportForm(forms.Form):
    subject = forms.ChoiceField(
        label="Ce qui ne va pas", choices=[("", "Choisissez"), *SheetReport.Subject.choices],
        error_messages={"required": "Choisissez ce qui ne va pas."},
    )  # fmt: skip
    message = forms.CharField(
        label="Ce qu’il faudrait lire", max_length=2_000, min_length=5,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Avec vos mots. Ne dites rien de personnel : ni votre nom, ni votre situation.",
        error_messages={"required": "Dites ce qu’il faudrait corriger."},
    )  # fmt: skip
    email = forms.EmailField(
        label="Votre adresse électronique", required=False, max_length=254, validators=[plain_address],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}), error_messages={"invalid": ADDRESS_ERROR},
        help_text="Pour vous répondre, une fois. Nous l’effaçons ensuite, au plus tard au bout de trois mois.",
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    # A trap for programs: nobody sees this field, no key reaches it, no reader says it.
    website = forms.CharField(label="Laissez ce champ vide", required=False, max_length=5_000)

    def __init__(self, data: Any = None, *, sheet: Sheet) -> None:
        super().__init__(data, initial={"token": token(sheet)})
        self.sheet = sheet
        asked: Any = self.fields["subject"]
        asked.choices = [("", "Choisissez"), *subjects(sheet.kind)]

    @property
    def trapped(self) -> bool:
        """A program filled what no person sees."""
        return bool(self.data.get("website", ""))

    def clean(self) -> dict[str, Any]:
        if not hmac.compare_digest(self.cleaned_data.get("token", ""), token(self.sheet)):
            raise forms.ValidationError(
                "Ce formulaire a été ouvert ailleurs. Votre message est gardé\u00a0: envoyez-le de nouveau.",
                code="token",
            )
        return self.cleaned_data


class AnswerForm(forms.Form):
    """Mended or without suite, and a few words for the person if they left an address."""

    state = forms.ChoiceField(
        label="Ce que vous en faites", widget=forms.RadioSelect,
        choices=[
            (SheetReport.State.MENDED, "Corrigée : la fiche dit maintenant ce qu’il faut"),
            (SheetReport.State.DISMISSED, "Sans suite : la fiche était juste, ou le message ne la concerne pas"),
        ],
        error_messages={"required": "Choisissez l’une des deux réponses."},
    )  # fmt: skip
    words = forms.CharField(
        label="Votre réponse", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Envoyée à la personne si elle a laissé une adresse, puis gardée avec le signalement.",
    )  # fmt: skip
    sure = forms.BooleanField(
        label="La fiche n’a pas changé depuis ce signalement. Elle dit pourtant ce qu’il faut, je l’ai vérifié.",
        required=False,
    )  # fmt: skip

    def __init__(self, data: Any = None, *, unchanged: bool = False) -> None:
        super().__init__(data)
        self.asks = unchanged and self.data.get("state") == SheetReport.State.MENDED
        if not self.asks:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        if self.asks and not self.cleaned_data.get("sure"):
            self.add_error("sure", "Corrigez d’abord la fiche, ou cochez cette case si elle est déjà juste.")
        return self.cleaned_data
