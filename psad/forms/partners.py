"""What is typed around the cases: shares, offers, people, meetings, tools, settings (D1, D5, D6, D10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import ADDRESS_ERROR
from accounts.models import User
from members.models import Organisation
from psad.forms.work import KEEP_OUT, Act
from psad.lists import PartnerKind, Role, SharedItem, SharePurpose, Side, SolutionKind
from psad.models import KitItem, Meeting, Partner, Platform, Solution
from psad.services.contacting import LONGEST_NOTE
from psad.services.granting import SHORTEST_REASON
from psad.services.keeping import seen
from psad.services.sharing import LONGEST_DAYS
from territories.models import Site

CHOOSE = {"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."}
NO_NAME = "Aucun nom de jeune ici, ni rien qui permette d’en reconnaître un."
DATE = "Écrivez une date, par exemple 14/03/2027."


def _day(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": DATE, "required": "Écrivez une date."},
    )  # fmt: skip


def _long(label: str, hint: str, *, rows: int = 4, length: int = LONGEST_NOTE, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=bool(missing), max_length=length,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
        error_messages={"required": missing, "max_length": f"C’est trop long\u00a0: {length} signes au plus."},
    )  # fmt: skip


def _short(label: str, length: int, missing: str = "", hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=bool(missing), help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": missing, "max_length": f"C’est trop long\u00a0: {length} signes au plus."},
    )  # fmt: skip


class ShareForm(Act):
    """Chosen items of a case for one partner. `partners`: [Partner] in force, `known`: {item: what would be sent}."""

    partner = forms.ChoiceField(label="Avec qui", error_messages=CHOOSE)
    purpose = forms.ChoiceField(label="Pour", choices=[("", "Choisir…"), *SharePurpose.choices], error_messages=CHOOSE)
    items = forms.MultipleChoiceField(
        label="Ce que vous partagez", widget=forms.CheckboxSelectMultiple,
        help_text="Rien d’autre n’est montré. C’est une copie\u00a0: ce qui change ensuite au dossier ne suit pas.",
        error_messages={"required": "Cochez au moins un élément.", "invalid_choice": "Cochez dans la liste."},
    )  # fmt: skip
    until = _day(
        "Jusqu’au",
        required=True,
        hint=f"Au plus tard dans {LONGEST_DAYS}\u00a0jours\u00a0; vous pouvez y mettre fin avant.",
    )
    message = _long("Un mot au partenaire", KEEP_OUT, rows=2)
    informed = forms.BooleanField(
        label="La personne sait ce qui est partagé, avec qui et pourquoi", required=True,
        error_messages={"required": "Informez d’abord la personne."},
    )  # fmt: skip

    def __init__(self, *args: Any, partners: list[Partner], known: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = [  # type: ignore[attr-defined]
            ("", "Choisir…"), *((str(row.pk), _named(row)) for row in partners)
        ]  # fmt: skip
        self.fields["items"].choices = [  # type: ignore[attr-defined]
            (item.value, f"{item.label}\u00a0: {worded(known[item])}") for item in SharedItem if item in known
        ]


def _named(row: Partner) -> str:
    apart = "" if row.user_id else " (par un lien et un code)"
    return f"{row.name}, {row.organisation_name}{apart}"


def worded(value: Any) -> str:
    """A shared value, on one line."""
    words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{words}\u00a0ans" if isinstance(value, int) else words


class AnswerForm(forms.Form):
    text = _long("Votre message à l’équipe", KEEP_OUT, missing="Écrivez quelques mots.")


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Le code qu’on vous a dit", max_length=20, help_text="Huit chiffres, donnés à part du lien.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Écrivez le code."},
    )  # fmt: skip


class Kept(forms.ModelForm):
    """A form on a row that somebody else may be changing: `seen` is what the page showed of it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.names = list(self._meta.fields or [])
        if not self.instance._state.adding:
            self.initial["seen"] = self.shown = seen(self.instance, self.names)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}

    def look_again(self) -> None:
        """Keep what was typed; sent again, it passes."""
        data: Any = self.data
        self.data = data.copy()
        fresh = type(self.instance).objects.get(pk=self.instance.pk)
        self.data["seen"] = seen(fresh, self.names)  # type: ignore[index]


class OfferForm(Kept):
    """A line of the catalogue, by a partner: in the name of their organisation. `sites`: those it may be held at."""

    class Meta:
        model = Solution
        fields = ("title", "kind", "conditions", "site", "place", "starts_on", "ends_on", "apply_before", "places")

    title = _short(
        "Intitulé",
        200,
        "Écrivez un intitulé.",
        "Par exemple\u00a0: CAP cuisine, Stage de découverte des métiers du bois.",
    )
    conditions = _long("Conditions", f"Niveau, matériel, horaires, aides. {NO_NAME}", length=4_000)
    starts_on = _day("À partir du")
    ends_on = _day("Jusqu’au")
    apply_before = _day("Proposer avant le", hint="Passé ce jour, la solution n’est plus proposée.")
    places = forms.IntegerField(
        label="Places", required=False, min_value=1, max_value=9_999,
        help_text="Vide\u00a0: sans compte. Chaque proposition tient une place jusqu’à un refus.",
        error_messages={"invalid": "Écrivez un nombre.", "min_value": "Une place au moins.",
                        "max_value": "9\u202f999 places au plus."},
    )  # fmt: skip

    def __init__(self, *args: Any, sites: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].error_messages |= CHOOSE
        self.fields["kind"].choices = [("", "Choisir…"), *SolutionKind.choices]  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites if sites is not None else Site.objects.none()  # type: ignore[attr-defined]
        self.fields["site"].empty_label = "Un autre lieu"  # type: ignore[attr-defined]
        self.fields["site"].error_messages |= CHOOSE
        if not self.fields["site"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["site"]
            self.names.remove("site")
            if not self.instance._state.adding:
                self.initial["seen"] = self.shown = seen(self.instance, self.names)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = given.get("starts_on"), given.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "La fin ne peut précéder le début.")
        return given


class CatalogueForm(OfferForm):
    """The same, by circle 1: of which organisation is typed, unless a partner offered it."""

    class Meta(OfferForm.Meta):
        fields = ("organisation_name", *OfferForm.Meta.fields)  # type: ignore[assignment]

    organisation_name = _short("Organisme", 200, "Écrivez le nom de l’organisme.")


class GrantForm(forms.Form):
    email = forms.EmailField(
        label="Adresse électronique de son compte", help_text="La personne crée d’abord son compte sur le portail.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Écrivez une adresse.", "invalid": ADDRESS_ERROR},
    )  # fmt: skip
    role = forms.ChoiceField(
        label="Rôle", choices=[("", "Choisir…"), *Role.choices], error_messages=CHOOSE,
        help_text="Conseil et accompagnement\u00a0: les seuls dossiers qui lui sont donnés. Coordination et"
        " responsable\u00a0: tous ceux de la plateforme.",
    )  # fmt: skip
    side = forms.ChoiceField(label="Au titre de", choices=[("", "Choisir…"), *Side.choices], error_messages=CHOOSE)
    reason = _short(
        "Pourquoi", 300, "Dites pourquoi, en quelques mots.", "Gardé avec l’habilitation\u00a0: fonction, remplacement…"
    )
    starts_on = _day("À partir du", required=True)
    ends_on = _day("Jusqu’au", hint="Vide\u00a0: jusqu’à ce que vous y mettiez fin.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def clean_email(self) -> User:
        found = User.objects.filter(email=self.cleaned_data["email"].strip().lower(), is_active=True).first()
        if found is None:
            raise ValidationError(
                "Aucun compte du portail n’a cette adresse\u00a0: demandez à la personne de créer le sien d’abord.",
                code="unknown",
            )
        return found

    def clean_reason(self) -> str:
        said = " ".join(self.cleaned_data["reason"].split())
        if len(said) < SHORTEST_REASON:
            raise ValidationError("Dites pourquoi, en quelques mots.", code="short")
        return said


class EndForm(forms.Form):
    reason = _short(
        "Pourquoi",
        300,
        "Dites pourquoi, en quelques mots.",
        "Gardé avec l’habilitation\u00a0: départ, changement de fonction…",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


class PartnerForm(forms.Form):
    name = _short("Prénom et nom", 150, "Écrivez un nom.")
    email = forms.EmailField(
        label="Adresse électronique", widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Avec un compte du portail à cette adresse, la personne lit chez elle ce que vous partagez\u00a0;"
        " sans compte, vous lui donnez un lien et un code.",
        error_messages={"required": "Écrivez une adresse.", "invalid": ADDRESS_ERROR},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Sorte", choices=[("", "Choisir…"), *PartnerKind.choices], error_messages=CHOOSE,
        help_text="Un service social ou la PJJ paraît hors du cercle\u00a01 sous un nom neutre.",
    )  # fmt: skip
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="Organisme du portail", required=False, empty_label="Un autre organisme",
        error_messages=CHOOSE,
    )  # fmt: skip
    organisation_name = _short("Nom de l’organisme, s’il n’est pas dans la liste", 200)
    starts_on = _day("À partir du", required=True)
    ends_on = _day("Jusqu’au")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["organisation"].queryset = Organisation.objects.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if given.get("organisation") is not None:
            given["organisation_name"] = given["organisation"].name
        elif "organisation_name" in given and not given["organisation_name"]:
            self.add_error("organisation_name", "Choisissez un organisme ou écrivez son nom.")
        return given


class PartnerEndForm(forms.Form):
    ends_on = _day("Partenaire jusqu’au", hint="Vide\u00a0: sans terme.")


class MeetingForm(Kept):
    class Meta:
        model = Meeting
        fields = ("title", "held_on", "place", "with_partners", "agenda", "attendance", "minutes")

    title = _short("Titre", 150, "Écrivez un titre.")
    held_on = _day("Jour", required=True)
    agenda = _long("Ordre du jour", NO_NAME, length=10_000)
    attendance = _long("Présences", f"Les personnes et les organismes présents. {NO_NAME}", rows=3, length=4_000)
    minutes = _long("Compte rendu", NO_NAME, rows=8, length=20_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["with_partners"].label = "Les partenaires (cercle\u00a02) lisent cette page"


class ToolForm(Kept):
    class Meta:
        model = KitItem
        fields = ("title", "address", "text", "order")

    title = _short("Titre", 150, "Écrivez un titre.")
    address = forms.URLField(
        label="Adresse", required=False, assume_scheme="https", max_length=200,
        error_messages={"invalid": "Écrivez une adresse qui commence par https://."},
    )  # fmt: skip
    text = _long("Texte", NO_NAME, rows=6, length=10_000)
    order = forms.IntegerField(
        label="Rang", min_value=0, max_value=999, required=False, help_text="Le plus petit vient en premier.",
        error_messages={"invalid": "Écrivez un nombre.", "min_value": "De 0 à 999.", "max_value": "De 0 à 999."},
    )  # fmt: skip

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if address and not address.startswith(("https://", "http://")):
            raise ValidationError("Écrivez une adresse qui commence par https://.", code="scheme")
        return address

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not given["address"] and not given["text"]:
            self.add_error("text", "Donnez une adresse ou un texte.")
        return given


CHECK_MONTHS = (1, 2, 3, 6, 9, 12, 18, 24)
COUNTED = frozenset({3, 6})  # the figures speak of them (D9)


class SettingsForm(Kept):
    class Meta:
        model = Platform
        fields = (
            "first_contact", "contact_days", "attempts_needed", "means_needed", "check_months", "phone", "email",
        )  # fmt: skip

    check_months = forms.TypedMultipleChoiceField(
        label="Vérifier que la solution tient, à", coerce=int, choices=[(n, f"{n}\u00a0mois") for n in CHECK_MONTHS],
        widget=forms.CheckboxSelectMultiple, help_text="À 3 et 6\u00a0mois partout\u00a0: les chiffres en parlent.",
        error_messages={"required": "Cochez au moins 3 et 6\u00a0mois.", "invalid_choice": "Cochez dans la liste."},
    )  # fmt: skip
    contact_days = forms.IntegerField(
        label="Premier contact sous (jours)",
        min_value=1,
        max_value=90,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "Écrivez un nombre de 1 à 90."),
    )
    phone = forms.CharField(
        label="Téléphone de l’accueil", required=False, max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "L’une ou l’autre équipe"), *Side.choices]
        self.fields["first_contact"].choices = choices  # type: ignore[attr-defined]
        self.fields["first_contact"].label = "Qui fait le premier contact"
        for name, words in (("attempts_needed", "De 2 à 12."), ("means_needed", "De 1 à 4.")):
            self.fields[name].error_messages |= dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
            for check in self.fields[name].validators:
                check.message = words  # type: ignore[attr-defined]
        self.fields["attempts_needed"].label = "Essais avant de répondre « injoignable »"
        self.fields["means_needed"].label = "Moyens différents à essayer"

    def clean_check_months(self) -> list[int]:
        months = sorted(set(self.cleaned_data["check_months"]))
        if not set(months) >= COUNTED:
            raise ValidationError(
                "Gardez 3 et 6\u00a0mois\u00a0: les chiffres de la plateforme en parlent.", code="counted"
            )
        return months


def tomorrow_in(days: int, today: dt.date) -> str:
    return (today + dt.timedelta(days=days)).isoformat()


__all__ = [
    "AnswerForm", "CatalogueForm", "CodeForm", "EndForm", "GrantForm", "MeetingForm", "OfferForm",
    "PartnerEndForm", "PartnerForm", "SettingsForm", "ShareForm", "ToolForm", "tomorrow_in", "worded",
]  # fmt: skip
