"""What a team does about its dossier: begins it, gives files, deposits, answers, withdraws, writes (R1, R3, R12)."""

from __future__ import annotations

from typing import Any

from django import forms

from members.models import Organisation
from recognition.near_names import near_names

LONG = 10_000  # characters of a text


class StartForm(forms.Form):
    """For whom, and under which number."""

    organisation = forms.ChoiceField(label="Pour quel organisme", widget=forms.RadioSelect)
    organisation_name = forms.CharField(
        label="Nom de l’organisme", max_length=300, required=False, help_text="S’il n’est pas dans la liste."
    )
    siret = forms.CharField(
        label="SIRET", max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="14 chiffres\u00a0: celui de l’établissement qui pilote et coordonne les équipes.",
        error_messages={"required": "Écrivez le SIRET de l’organisme."},
    )  # fmt: skip
    not_signatory = forms.BooleanField(
        label=(
            "Notre organisme n’est pas signataire de la charte du service public régional de l’orientation\u00a0: il"
            " n’en est pas membre de droit."
        ),
        error_messages={"required": "Cochez si c’est le cas\u00a0: un organisme signataire n’a rien à déposer."},
    )

    NEW = "nouveau"

    def __init__(self, data: Any = None, *, houses: list[Any]) -> None:
        super().__init__(data)
        self.near: list[Organisation] = []
        self.houses = {house.slug: house for house in houses}
        self._know_sirets(houses)
        if not houses:
            del self.fields["organisation"]
            self.fields["organisation_name"].help_text = "Tel qu’il est déclaré."
            self.fields["organisation_name"].required = True
            self.fields["organisation_name"].error_messages["required"] = "Écrivez le nom de l’organisme."
            return
        choices = [(house.slug, house.display_name) for house in houses]
        self.fields["organisation"].choices = [*choices, (self.NEW, "Un autre organisme")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.house = self.houses.get(given.get("organisation", ""))
        self._siret_told(given)
        if self.house is None and not given.get("organisation_name") and "organisation_name" not in self.errors:
            self.add_error("organisation_name", "Écrivez le nom de l’organisme.")
        self.near = near_names(given.get("organisation_name", "")) if self.house is None else []
        if self.near:
            self._ask_which()
        return given

    def _know_sirets(self, houses: list[Any]) -> None:
        """A number told once is not asked again: prefilled, or kept when it is left empty."""
        known = [house for house in houses if getattr(house, "known_siret", None)]
        if len(houses) == 1 and known:
            self.initial["siret"] = known[0].known_siret
        elif known:
            self.fields["siret"].required = False
            self.fields["siret"].help_text += " Vide\u00a0: celui de son dernier dossier."

    def _siret_told(self, given: dict[str, Any]) -> None:
        if given.get("siret") or "siret" in self.errors:
            return
        if known := getattr(self.house, "known_siret", None):
            given["siret"] = known
        else:
            self.add_error("siret", self.fields["siret"].error_messages["required"])

    def _ask_which(self) -> None:
        """A name that is close to that of a member: is it the same organisation (R1)?"""
        label = "Notre organisme n’est aucun de ceux-là."
        self.fields["distinct"] = forms.BooleanField(label=label)
        if not self.data.get("distinct"):
            said = "Est-ce l’un de ces organismes\u00a0? Sinon, cochez cette case."
            self.add_error("distinct", said)


class FileForm(forms.Form):
    """A file for a slot of the dossier, or for a criterion."""

    file = forms.FileField(
        label="Fichier", allow_empty_file=True, error_messages={"required": "Choisissez un fichier."},
        help_text="PDF, JPEG ou PNG, 20\u00a0Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )  # fmt: skip


class DepositForm(forms.Form):
    """The declaration: who, in what capacity, and what they certify."""

    name = forms.CharField(
        label="Vos nom et prénom", max_length=200, error_messages={"required": "Écrivez votre nom."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    title = forms.CharField(
        label="Votre fonction", max_length=200, error_messages={"required": "Écrivez votre fonction."},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )  # fmt: skip
    certified = forms.BooleanField(
        label=(
            "Je suis habilité·e à déposer ce dossier au nom de l’organisme, je certifie que ce qu’il contient est"
            " exact, et je demande la reconnaissance pour l’accueil, la première information et le premier conseil"
            " sur tous les sites du dossier."
        ),
        error_messages={"required": "Cochez la déclaration pour déposer."},
    )


class AnswerRequestForm(forms.Form):
    text = forms.CharField(
        label="Ce que vous avez complété", max_length=5_000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Dites en quelques mots ce que vous avez complété."},
    )  # fmt: skip


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La Région le lira\u00a0; n’y nommez personne.",
        error_messages={"required": "Dites pourquoi, en quelques mots."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, needed: bool) -> None:
        super().__init__(data)
        if not needed:  # nobody but its team ever saw it
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        return {"reason": ""} | (super().clean() or {})


class MessageForm(forms.Form):
    text = forms.CharField(
        label="Votre message", max_length=5_000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Écrivez votre message."},
    )  # fmt: skip
