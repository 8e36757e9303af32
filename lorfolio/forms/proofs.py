"""What is typed to join a proof, and to attest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lorfolio import badges
from lorfolio.forms.plain import Plain, page_field, text, words
from lorfolio.letters import has_link, without_link


class FileProof(Plain):
    title = text(
        "Son nom", 160, hint="Par exemple\u00a0: «\u00a0Diplôme\u00a0», «\u00a0Photo du meuble\u00a0». Facultatif."
    )
    file = forms.FileField(
        label="Un document à ajouter maintenant", required=False,
        help_text="PDF, photo, son, vidéo, document de bureau. Il est gardé dans votre coffre, chiffré.",
        error_messages={"empty": "Ce fichier est vide.", "invalid": "Choisissez un fichier."},
    )  # fmt: skip
    kept = forms.ChoiceField(
        label="Ou un document de votre coffre", required=False,
        error_messages={"invalid_choice": "Choisissez un document de votre coffre."},
    )  # fmt: skip

    def __init__(self, *args: Any, files: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if files:
            field: Any = self.fields["kept"]
            field.choices = [("", "Choisissez"), *files]
        else:
            del self.fields["kept"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not given.get("kept") and not self.errors:
            self.add_error("file", "Choisissez un document.")
        return given


class LinkProof(Plain):
    url = page_field(
        "L’adresse de la page",
        "Écrivez l’adresse de la page.",
        hint="Une réalisation, un article, une vidéo. Tout le monde doit pouvoir l’ouvrir.",
    )
    title = text("Ce que l’on y voit", 160, "Dites en deux mots ce que l’on y voit.")


class BadgeProof(Plain):
    url = page_field(
        "L’adresse du badge", hint="Celle que l’on vous a donnée. Nous la gardons\u00a0; nous ne l’ouvrons pas."
    )
    json = words(
        "Ou le contenu de son fichier (JSON)",
        64_000,
        rows=5,
        hint="Open Badges 2 ou 3. Nous ne vérifions pas sa signature.",
    )
    file = forms.FileField(
        label="Ou son fichier", required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={"empty": "Ce fichier est vide.", "invalid": "Choisissez un fichier."},
    )  # fmt: skip
    title = text("Son nom", 160, hint="S’il n’est pas dans le fichier.")

    badge: badges.Badge | None = None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        typed, source = given.get("json", ""), "json"
        if given.get("file"):
            typed, source = given["file"].read(badges.MOST_BYTES + 1).decode(errors="replace"), "file"
        if typed:
            try:
                self.badge = badges.read(typed)
            except ValidationError as refused:
                self.add_error(source, refused.messages)
        elif not given.get("url"):
            self.add_error("url", "Donnez l’adresse du badge, ou son fichier.")
        elif not given.get("title"):
            self.add_error("title", "Écrivez le nom du badge.")
        return given


class AskAttestation(Plain):
    asked_name = text("Son nom", 120, "Écrivez le nom de cette personne.")
    asked_email = forms.EmailField(
        label="Son adresse électronique", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Écrivez son adresse.", "invalid": "Cette adresse n’est pas complète, par exemple"
            " dominique@exemple.fr.",
        },
    )  # fmt: skip
    message = words("Un mot pour elle ou pour lui", 600, hint="Rappelez où vous vous êtes connu·es. Sans lien.")

    def clean_message(self) -> str:
        said: str = self.cleaned_data["message"]
        without_link(said)
        return said

    def clean_asked_name(self) -> str:
        said: str = self.cleaned_data["asked_name"]
        if has_link(said):
            raise ValidationError("Écrivez un nom, sans lien.")
        return said


class Attest(Plain):
    """On the page of the link."""

    mark = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    name = text("Votre nom", 120, "Écrivez votre nom.")
    role = text("Votre fonction", 120, hint="Par exemple\u00a0: «\u00a0cheffe d’équipe\u00a0».")
    organisation = text("Votre organisme", 160)
    statement = words("Ce que vous pouvez en dire", 1_000, hint="Ce que vous avez vu faire, en quelques mots.")
    true = forms.BooleanField(
        label="Je confirme que c’est vrai, pour l’avoir vu moi-même.",
        error_messages={"required": "Cochez la case pour confirmer."},
    )  # fmt: skip
