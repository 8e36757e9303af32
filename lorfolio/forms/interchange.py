"""A CV that comes from elsewhere: a file, or a list that one pastes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from lorfolio.forms.plain import Plain
from lorfolio.interchange import pasted, reading
from lorfolio.interchange.bounded import TEXT_LETTERS, XML_BYTES

WHAT = ((pasted.PATH, "Mes expériences et mes études"), (pasted.SKILLS, "Mes compétences"))


class FileForm(Plain):
    file = forms.FileField(
        label="Votre fichier",
        help_text="Un CV Europass (XML), un JSON Resume, ou l’archive sortie d’un Lorfolio.",
        widget=forms.FileInput(attrs={"accept": ".xml,.json,.zip"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

    def clean_file(self) -> reading.Read:
        given: UploadedFile = self.cleaned_data["file"]
        if (given.size or 0) > XML_BYTES:
            raise ValidationError(
                "Ce fichier est trop lourd\u00a0: 8\u00a0Mo au plus. D’une archive de Lorfolio, donnez le fichier"
                " « resume.json » qui est dedans."
            )
        return _read(lambda: reading.of_file(given.read()))


class PasteForm(Plain):
    what = forms.ChoiceField(
        label="Que collez-vous\u00a0?", choices=WHAT, initial=pasted.PATH, widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que vous collez.", "invalid_choice": "Dites ce que vous collez."},
    )  # fmt: skip
    text = forms.CharField(
        label="Votre liste",
        help_text="Une chose par ligne. Par exemple\u00a0: 2019-2022 Vendeuse, Boulangerie Exemple",
        max_length=TEXT_LETTERS, widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        error_messages={
            "required": "Collez au moins une ligne.",
            "max_length": "Cette liste est très longue\u00a0: collez-la en plusieurs fois.",
        },
    )  # fmt: skip
    read: reading.Read | None = None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "text" in values and "what" in values:
            try:
                self.read = reading.of_paste(values["text"], values["what"])
            except ValidationError as error:
                self.add_error("text", error.messages)
        return values


class ApplyForm(Plain):
    """What the preview sends back: the document it showed, the rows that were ticked."""

    document = forms.CharField(widget=forms.HiddenInput)
    replace = forms.BooleanField(required=False)

    def clean_document(self) -> reading.Read:
        return _read(lambda: reading.of_carried(self.cleaned_data["document"]))


def _read(read: Any) -> reading.Read:
    try:
        found: reading.Read = read()
    except ValidationError as error:
        raise ValidationError(error.messages) from error
    return found
