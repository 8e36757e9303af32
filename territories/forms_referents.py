"""What people type about referents: those of their organisation, or their own sheet by the link of a mail (T2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.forms import ADDRESS_ERROR, plain_address
from territories.models import Agency, Referent
from territories.phones import telephones
from territories.referents import Sheet

REGION = "region"  # the whole region, where an agency's identifier stands otherwise
_NO_CHOICE = "Choisissez au moins un territoire."


def plain_text(value: str) -> None:
    """Refuse what is not written text: line breaks, marks that turn the reading direction round."""
    if not value.isprintable():
        raise ValidationError(
            "Ce texte contient un caractère invisible\u00a0: tapez-le à la main.", code="not_printable"
        )


def _text(label: str, size: int, *, hint: str = "", required: bool = False, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(
        label=label, max_length=size, required=required, help_text=hint, validators=[plain_text], widget=widget
    )


class _Contact(forms.Form):
    """What a referent may change alone: function, town, telephone."""

    function = _text("Fonction", 300)
    town = _text("Ville", 120)
    phone = _text("Téléphone professionnel", 60, inputmode="tel")

    def clean_phone(self) -> str:
        return telephones(str(self.cleaned_data["phone"]))


class OwnSheetForm(_Contact):
    """One sheet, by the link of a mail: the name and the address are those of the person who holds the link."""

    def __init__(self, data: Any = None, *, referent: Referent) -> None:
        self.referent = referent
        initial = {"function": referent.function, "town": referent.town, "phone": referent.phone}
        super().__init__(data, initial=initial, prefix=f"fiche-{referent.pk}")

    def sheet(self) -> Sheet:
        """What was typed, with the name and the address that stand."""
        typed = {name: self.cleaned_data[name] for name in ("function", "town", "phone")}
        return Sheet(name=self.referent.name, email=self.referent.email, **typed)


class SheetForm(_Contact):
    """The sheet of a referent, as the manager of the organisation writes it."""

    name = _text("Prénom et nom", 200, required=True, hint="Ce nom est public\u00a0: prévenez la personne avant.")
    email = forms.EmailField(
        label="Courriel professionnel", max_length=254, required=False,
        help_text="Réservé aux professionnel·les du réseau.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    contacts_right = forms.BooleanField(
        label="Ces contacts sont justes", required=False,
        help_text="Le portail pourra demander à cette personne, une fois par an, si sa fiche est encore juste.",
    )  # fmt: skip
    version = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    field_order: Sequence[str] = ("name", "function", "town", "email", "phone", "contacts_right")

    def __init__(self, *args: Any, others: Sequence[Referent] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators = [plain_address, EmailValidator(message=ADDRESS_ERROR)]
        self.fields["phone"].help_text = "Réservé aux professionnel·les du réseau."
        self.others = {str(post.public_id): post for post in others}
        if self.others:
            self.fields["also"] = forms.MultipleChoiceField(
                label="Appliquer aussi à", required=False, initial=list(self.others),
                widget=forms.CheckboxSelectMultiple,
                choices=[(key, _where(post)) for key, post in self.others.items()],
                help_text="Cette personne y est nommée aussi. Décochez là où rien ne change.",
            )  # fmt: skip

    def also(self) -> list[Referent]:
        """The other posts of the same person that are ticked."""
        return [self.others[key] for key in self.cleaned_data.get("also", ())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("contacts_right") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", "Donnez l’adresse que vous dites juste, ou décochez la case.")
        return data

    def sheet(self) -> Sheet:
        names = ("name", "function", "town", "email", "phone", "contacts_right")
        return Sheet(**{name: self.cleaned_data[name] for name in names})


def _where(post: Referent) -> str:
    place = post.agency.name if post.agency else "Toute la région"
    return f"{place}, {post.town}" if post.town and post.town != place else place


class NewReferentForm(SheetForm):
    """A person named on one or several territories at once; without a name, vacant posts."""

    territories = forms.MultipleChoiceField(
        label="Territoires", widget=forms.CheckboxSelectMultiple, error_messages={"required": _NO_CHOICE},
        help_text="La même personne peut en suivre plusieurs.",
    )  # fmt: skip
    field_order = ("name", "territories", "function", "town", "email", "phone", "contacts_right")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = {agency.slug: agency for agency in Agency.objects.order_by("order")}
        choices = [(REGION, "Toute la région"), *((slug, agency.name) for slug, agency in self.agencies.items())]
        self.fields["territories"].choices = choices  # type: ignore[attr-defined]
        self.fields["name"].required = False
        self.fields[
            "name"
        ].help_text = "Laissez vide si le poste est vacant. Ce nom est public\u00a0: prévenez la personne avant."

    def chosen(self) -> list[Agency | None]:
        """The territories ticked; None stands for the whole region."""
        return [None if slug == REGION else self.agencies[slug] for slug in self.cleaned_data["territories"]]
