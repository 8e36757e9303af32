"""What is typed on the young person's page, and on the team's page of their rights."""

from __future__ import annotations

from typing import Any

from django import forms

from psad.identity import Identity
from psad.lists import Means
from psad.models import Wish
from psad.services.young_links import CODE_DIGITS, CODE_WAYS, LINK_WAYS
from psad.services.young_rights import CORRECTED, LONGEST_WISH

_CHOOSE = {"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."}


class Plain(forms.Form):
    """Checked by us, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


class Code(Plain):
    code = forms.CharField(
        label="Votre code", max_length=40, help_text=f"Les {CODE_DIGITS} chiffres que l’on vous a donnés.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Écrivez les chiffres de votre code.", "max_length": "Ce code est trop long."},
    )  # fmt: skip


def _said(label: str, help_text: str, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_WISH, required=bool(missing),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"required": missing, "max_length": "C’est trop long\u00a0: 2\u202f000 signes au plus."},
    )  # fmt: skip


class Rectify(Plain):
    text = _said(
        "Qu’est-ce qui est faux, ou a changé\u00a0?",
        "Par exemple\u00a0: « mon téléphone est le… », « je n’ai pas quitté ce lycée ».",
        "Écrivez ce qui est à corriger.",
    )


class Oppose(Plain):
    text = _said("Voulez-vous dire pourquoi\u00a0? Ce n’est pas obligé.", "L’équipe le lira.")
    sure = forms.BooleanField(
        label="Je ne veux plus être contacté·e", error_messages={"required": "Cochez la case pour confirmer."}
    )


def _ways(label: str, ways: tuple[Means, ...], help_text: str) -> forms.ChoiceField:
    labels = {Means.MEETING: "En main propre, pendant un rendez-vous", Means.PHONE: "De vive voix, au téléphone"}
    return forms.ChoiceField(
        label=label, choices=[(str(way), labels.get(way, way.label)) for way in ways], widget=forms.RadioSelect,
        help_text=help_text, error_messages=_CHOOSE,
    )  # fmt: skip


class GiveLink(Plain):
    """Team: by which way each goes; never the same."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    link_by = _ways("Le lien part par", LINK_WAYS, "Vous copiez le message\u00a0: le portail ne l’envoie pas.")
    code_by = _ways("Le code est donné par", CODE_WAYS, "Jamais par le même moyen que le lien.")


class Settle(Plain):
    wish = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="Réponse", choices=Wish.Outcome.choices, widget=forms.RadioSelect, error_messages=_CHOOSE
    )


class SaidNo(Plain):
    """Team: the opposition was said by voice, or in a letter."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sure = forms.BooleanField(
        label="La personne a dit qu’elle ne veut plus être contactée",
        error_messages={"required": "Cochez la case pour confirmer."},
    )


class Correct(Plain):
    """Team: who the person is and how to reach them."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    given_names = forms.CharField(label="Prénoms", max_length=100, error_messages={"required": "Écrivez le prénom."})
    surname = forms.CharField(label="Nom", max_length=100, error_messages={"required": "Écrivez le nom."})
    birth_date = forms.DateField(
        label="Date de naissance", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Écrivez la date.", "invalid": "Écrivez une date, par exemple 14/03/2009."},
    )  # fmt: skip
    phone = forms.CharField(label="Téléphone", max_length=20, required=False)
    other_phone = forms.CharField(label="Autre téléphone", max_length=20, required=False)
    email = forms.EmailField(
        label="Adresse électronique", max_length=254, required=False,
        error_messages={"invalid": "Cette adresse n’est pas complète."},
    )  # fmt: skip
    address = forms.CharField(label="Adresse", max_length=200, required=False)
    postcode = forms.CharField(label="Code postal", max_length=10, required=False)
    town = forms.CharField(label="Commune", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CORRECTED:
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @classmethod
    def of(cls, identity: Identity, version: int) -> Correct:
        return cls(
            initial={name: getattr(identity, name) for name in CORRECTED} | {"version": version}, auto_id="corriger-%s"
        )

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CORRECTED}
