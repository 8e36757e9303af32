"""What those who manage an organisation type: its sheet, its people, its signature."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone

from accounts.forms import ADDRESS_ERROR, plain_address, plain_name
from accounts.models import User
from members.models import Mandate, Organisation
from members.sheet import EDITABLE, fingerprint, sealed
from members.websites import check_websites

MAX_ACTIVITIES = 60
MAX_ACTIVITY = 600
MAX_PRESENTATION = 8_000
_TOO_PRECISE = "Écrivez un nombre avec deux chiffres au plus après la virgule, par exemple 3,5."


# « https://… », « //… », « www.… » and « exemple.fr », not the end of « prenom@exemple.fr ».
_PAGE = re.compile(r"(?i)(?:\w+:)?//\S+|\bwww\.\S+|(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?![\w@-]|\.[\w-]+@)\S*")


class LinesField(forms.CharField):
    """One thing a line, kept as the charter's cells are: `A | B`. `longest` bounds what is kept, in characters."""

    widget = forms.Textarea

    def __init__(self, *, longest: int, rows: int = 2, **options: Any) -> None:
        self.longest = longest
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), max_length=longest, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(part.strip() for part in value.split(" | ")) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        kept = " | ".join(line.strip() for line in typed.splitlines() if line.strip())
        if len(kept) > self.longest:
            raise ValidationError(f"Écrivez au plus {self.longest} caractères.")
        return kept


class SheetForm(forms.Form):
    """The sheet of annexe 2, part by part (M1)."""

    legal_representative = LinesField(
        label="Personne qui représente l’organisme", longest=200, required=False,
        help_text="Prénom et nom. Plusieurs personnes : une par ligne.",
    )  # fmt: skip
    legal_representative_title = LinesField(
        label="Son titre", longest=300, required=False,
        help_text="Par exemple « Présidente » ou « Directeur général ». Dans le même ordre, un par ligne.",
    )  # fmt: skip
    presentation = forms.CharField(
        label="Présentation", max_length=MAX_PRESENTATION, required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Pour une personne qui ne vous connaît pas. Une ligne vide sépare les paragraphes.",
    )  # fmt: skip
    activities = forms.CharField(
        label="Activités qui répondent à la charte", max_length=MAX_ACTIVITIES * MAX_ACTIVITY, required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Une activité par ligne. Une ligne qui finit par « : » introduit celles qui la suivent.",
    )  # fmt: skip
    fte = forms.DecimalField(
        label="Équivalents temps plein consacrés à l’orientation", max_digits=8, decimal_places=2, min_value=0,
        required=False, localize=True, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Un nombre, par exemple 3,5.",
        error_messages={
            "invalid": "Écrivez un nombre, par exemple 3,5.",
            "min_value": "Écrivez un nombre positif, par exemple 3,5.",
            "max_digits": _TOO_PRECISE, "max_decimal_places": _TOO_PRECISE, "max_whole_digits": _TOO_PRECISE,
        },
    )  # fmt: skip
    fte_note = forms.CharField(
        label="Précision sur ce nombre", max_length=400, required=False,
        help_text="Par exemple « sur l’ensemble de la région ».",
    )  # fmt: skip
    website = LinesField(
        label="Site internet", longest=300, required=False,
        help_text="Par exemple www.exemple.fr. Plusieurs sites\u00a0: un par ligne.",
    )  # fmt: skip
    place = LinesField(
        label="Siège", longest=200, required=False, help_text="La ville. Plusieurs sièges : un par ligne."
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    base = forms.CharField(widget=forms.HiddenInput, required=False)  # bounded by what a whole request may weigh

    def clean_presentation(self) -> str:
        paragraphs = self.cleaned_data["presentation"].replace("\r\n", "\n").split("\n\n")
        return " | ".join(part.strip() for part in paragraphs if part.strip())

    def clean_activities(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["activities"].splitlines() if line.strip()]
        if len(lines) > MAX_ACTIVITIES:
            raise ValidationError(f"Donnez au plus {MAX_ACTIVITIES} activités.")
        if any(len(line) > MAX_ACTIVITY for line in lines):
            raise ValidationError(f"Une activité compte au plus {MAX_ACTIVITY} caractères.")
        return lines

    def clean_fte(self) -> Decimal | None:
        value: Decimal | None = self.cleaned_data["fte"]
        return None if value is None else value.quantize(Decimal("0.01"))

    def clean_website(self) -> str:
        value: str = self.cleaned_data["website"]
        try:
            check_websites(value)
        except ValidationError as error:
            raise ValidationError(f"{error.message} Une par ligne.") from error
        return value

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the sheet, as the model keeps them."""
        return {name: self.cleaned_data[name] for name in EDITABLE}


def sheet_initial(organisation: Organisation) -> dict[str, Any]:
    """The sheet as `SheetForm` shows it, with the fingerprint of what is read."""
    return {name: getattr(organisation, name) for name in EDITABLE} | {
        "presentation": "\n\n".join(part.strip() for part in organisation.presentation.split("|") if part.strip()),
        "activities": "\n".join(organisation.activities),
        "fte": None if organisation.fte is None else organisation.fte.normalize(),
        "seen": fingerprint(organisation),
        "base": sealed(organisation),
    }


ROLE_HINTS = {
    Mandate.Role.MEMBER: "Lit la fiche, l’équipe et l’annuaire du réseau.",
    Mandate.Role.MANAGER: "Tient la fiche à jour, invite l’équipe, signe la charte.",
}


def role_field() -> forms.ChoiceField:
    choices = [(role.value, f"{role.label} – {hint}") for role, hint in ROLE_HINTS.items()]
    return forms.ChoiceField(label="Rôle", choices=choices, initial=Mandate.Role.MEMBER, widget=forms.RadioSelect)


class InviteForm(forms.Form):
    """Whom to invite, in what role, with a word."""

    email = forms.EmailField(
        label="Adresse électronique professionnelle", max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="La personne recevra un lien personnel, valable quatorze jours.",
    )  # fmt: skip
    role = role_field()
    message = forms.CharField(
        label="Un mot pour cette personne", max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_message(self) -> str:
        """No address of a page: a mail of the portal is no way to bring strangers somewhere else."""
        message: str = self.cleaned_data["message"]
        if found := _PAGE.search(message):
            raise ValidationError(
                f"Enlevez l’adresse « {found[0]} »\u00a0: ce mot n’en contient aucune. Si ce n’en est pas une, mettez"
                " une espace après le point.",
                code="address",
            )
        return message

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators = [plain_address, EmailValidator(message=ADDRESS_ERROR)]


class JoinForm(forms.Form):
    """Under what name one joins a team: colleagues must know who is there."""

    name = forms.CharField(
        label="Votre prénom et votre nom", max_length=150, validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="Tels que l’équipe les verra.", error_messages={"required": "Écrivez votre prénom et votre nom."},
    )  # fmt: skip


class RoleForm(forms.Form):
    role = role_field()


class HandOverForm(forms.Form):
    """To whom the management goes: somebody of the team who does not manage yet."""

    to = forms.ModelChoiceField(
        User.objects.none(), label="À qui passez-vous la main ?", empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Mandate.objects.in_force().filter(organisation=organisation, role=Mandate.Role.MEMBER)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(mandates__in=members, is_active=True).order_by("name", "email")


class SignForm(forms.Form):
    """Who signs, in what quality, on what day."""

    signatory = forms.CharField(
        label="Prénom et nom de la personne qui signe", max_length=200, validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    title = forms.CharField(label="Son titre", max_length=300, validators=[plain_name])
    signed_on = forms.DateField(
        label="Date de la signature", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Donnez une date, par exemple 22/11/2026."},
    )  # fmt: skip
    authorised = forms.BooleanField(
        label="J’ai qualité pour signer au nom de l’organisme, ou la personne nommée ci-dessus m’en a chargé·e.",
        error_messages={"required": "Cochez cette case : une signature engage l’organisme."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_signed_on(self) -> date:
        value: date = self.cleaned_data["signed_on"]
        if value > timezone.localdate():
            raise ValidationError("Cette date est à venir : donnez celle de la signature.")
        return value
