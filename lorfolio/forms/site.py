"""What is typed about a personal site: its words, who sees it, a message left there (L5, S4)."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from accounts.forms import ADDRESS_ERROR, plain_address, plain_name
from lorfolio.forms.plain import Plain, text, words
from lorfolio.lists import Accent, SiteModel, SiteState
from lorfolio.models import PersonalSite

_SALT = "lorfolio.forms.site"
FASTEST = 3  # seconds: nobody writes a message in less
OLDEST = 12 * 3600


def _box(label: str, hint: str = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=hint)


class SiteForm(Plain):
    """The words and the look; what is chosen is read beside (`item`)."""

    name = text("Le nom affiché", 120, hint="Votre prénom seul suffit.")
    headline = text("Une phrase sous votre nom", 160, hint="Par exemple : « Prendre soin, avec méthode ».")
    about = words("Vous présenter", 3_000, rows=6, hint="Quelques lignes, comme vous parleriez à quelqu’un.")
    model = forms.ChoiceField(
        label="Le modèle", choices=SiteModel.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un modèle.", "invalid_choice": "Choisissez l’un des trois modèles."},
    )  # fmt: skip
    accent = forms.ChoiceField(
        label="La couleur", choices=Accent.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une couleur.", "invalid_choice": "Choisissez l’une des couleurs."},
    )  # fmt: skip
    with_photo = _box("Ma photo")
    with_place = _box("Ma commune")
    with_links = _box("Mes pages ailleurs")
    with_certainty = _box("Ce qui est prouvé ou attesté")
    with_contact = _box("Un formulaire pour m’écrire")

    def __init__(self, *args: Any, site: PersonalSite, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(site, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class OpenForm(Plain):
    """Who sees it."""

    state = forms.ChoiceField(
        label="Qui peut le voir", choices=[(SiteState.LINK, "Par lien"), (SiteState.PUBLIC, "Tout le monde")],
        error_messages={
            "required": "Dites qui peut voir votre site.", "invalid_choice": "Choisissez l’une des deux réponses.",
        },
    )  # fmt: skip
    slug = text("L’adresse de votre site", 60, spellcheck="false", autocapitalize="none")
    indexable = _box("Je veux que les moteurs de recherche le trouvent")

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("state") == SiteState.PUBLIC and not self.cleaned_data.get("slug"):
            self.add_error("slug", "Choisissez une adresse, par exemple camille-exemple.")
        return self.cleaned_data


def token(site: UUID) -> str:
    """What the form of a site carries instead of a cookie: where and when it was opened."""
    return signing.dumps([str(site), int(time.time())], salt=_SALT)


class ContactForm(Plain):
    """A message to somebody whose address stays hidden."""

    name = forms.CharField(
        label="Votre nom", max_length=120, validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Dites qui vous êtes.", "max_length": "120\u00a0signes au plus."},
    )  # fmt: skip
    email = forms.EmailField(
        label="Votre adresse électronique", max_length=254, validators=[plain_address],
        help_text="Pour vous répondre.", widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ADDRESS_ERROR, "required": "Donnez l’adresse où vous répondre."},
    )  # fmt: skip
    message = words("Votre message", 2_000, rows=7, missing="Écrivez votre message.")
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    website = forms.CharField(label="Laissez ce champ vide", required=False, max_length=5_000)

    def __init__(self, data: dict[str, Any] | None = None, *, site: UUID) -> None:
        super().__init__(data, initial={"token": token(site)})
        self.site = site

    @property
    def trapped(self) -> bool:
        return bool(self.data.get("website", ""))

    def clean(self) -> dict[str, Any]:
        try:
            where, when = signing.loads(self.cleaned_data.get("token", ""), salt=_SALT, max_age=OLDEST)
        except (signing.BadSignature, ValueError):
            where, when = "", 0
        if where != str(self.site):
            raise ValidationError(
                "Ce formulaire a été ouvert il y a longtemps, ou ailleurs. Votre message est gardé\u00a0: envoyez-le de"
                " nouveau.", code="token",
            )  # fmt: skip
        if time.time() - when < FASTEST:
            raise ValidationError("Relisez votre message, puis envoyez-le.", code="fast")
        return self.cleaned_data

    def signed_again(self) -> None:
        """Shown again after a refusal: the next sending is from here."""
        self.data = {**self.data, "token": token(self.site)}
