"""What the Region types: a page, when it is shown, an image of the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from core import markdown
from core.images import MAX_BYTES, Prepared, prepare
from spro.editorial.models import CONTENT, Page, PageImage
from spro.editorial.pictures import DESCRIPTION
from spro.editorial.services import StaleError, text_problems


class PageForm(forms.ModelForm):
    """The text of a page; `expected` is the version that was read, so that nobody writes over somebody else unseen.

    After a refusal for that reason, `stale` is the page as it now stands, and saving again is knowing what one does.
    """

    expected = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    stale: Page | None = None

    class Meta:
        model = Page
        fields = CONTENT
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField wide-field"}),
            "lead": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField wide-field"}),
            "text": forms.Textarea(
                attrs={"rows": 28, "class": "vLargeTextField text-field", "spellcheck": "true", "lang": "fr"}
            ),
        }
        help_texts = {"text": "En Markdown : l’aide est sous le champ."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("expected", self.instance.revision)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        problems = text_problems(text)
        if problems:
            raise ValidationError(problems)
        return text

    def clean(self) -> dict[str, Any]:
        """Under the lock of the page: what is compared here is what will be written over."""
        super().clean()
        if self.instance.pk:
            current = Page.objects.select_for_update().get(pk=self.instance.pk)
            if current.revision != self.cleaned_data.get("expected"):
                self.stale = current
                self.data = {**self.data.dict(), "expected": str(current.revision)}  # type: ignore[attr-defined]
                raise StaleError(current)
            if current.stage == Page.Stage.PUBLISHED and self.data.get("live") != "1":
                raise ValidationError(
                    "Cette page est en ligne\u00a0: cochez «\u00a0J’ai relu\u00a0» au bas de la page, "
                    "car ce que vous enregistrez se lit aussitôt."
                )
        return self.cleaned_data

    @property
    def typed_text(self) -> str:
        return str(self.data.get("text", "")).replace("\r\n", "\n")


class PreviewForm(forms.Form):
    """What is in the form of a page, as it is: a preview refuses nothing but what weighs too much."""

    title = forms.CharField(max_length=1_000, required=False)
    lead = forms.CharField(max_length=2_000, required=False)
    text = forms.CharField(max_length=markdown.LONGEST, required=False)


class _Moment(forms.DateTimeInput):
    """A date and an hour of Paris, by the browser's own field."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class PublicationForm(forms.Form):
    at = forms.DateTimeField(
        label="En ligne à partir du", required=False, widget=_Moment(),
        help_text="Heure de Paris. Laissez vide pour publier tout de suite.",
    )  # fmt: skip
    until = forms.DateTimeField(
        label="Jusqu’au", required=False, widget=_Moment(), help_text="Laissez vide si la page n’a pas de fin."
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ImageForm(forms.ModelForm):
    """A new image: its file, and what it shows."""

    file = forms.FileField(
        label="fichier",
        help_text=f"JPEG, PNG ou WebP, {MAX_BYTES // 1024 // 1024} Mo au plus. Nous le redessinons : le lieu et"
        " l’appareil de la prise de vue n’y restent pas.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    prepared: Prepared | None = None

    class Meta:
        model = PageImage
        fields = DESCRIPTION

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_BYTES:  # before it is read
            raise ValidationError(f"Ce fichier est trop lourd : {MAX_BYTES // 1024 // 1024} Mo au plus.")
        self.prepared = prepare(upload.read())
        return upload

    def clean(self) -> dict[str, Any]:
        super().clean()
        return said_or_decorative(self)


class DescriptionForm(forms.ModelForm):
    class Meta:
        model = PageImage
        fields = DESCRIPTION

    def clean(self) -> dict[str, Any]:
        super().clean()
        return said_or_decorative(self)


def said_or_decorative(form: Any) -> dict[str, Any]:
    """What the image shows is said, or it is decorative: one of them, and only one (S1)."""
    values: dict[str, Any] = form.cleaned_data
    alternative = (values.get("alternative") or "").strip()
    if values.get("decorative") and alternative:
        form.add_error("decorative", "Une image décorative n’a pas de texte de remplacement : videz-le ou décochez.")
    elif not values.get("decorative") and not alternative and "alternative" not in form.errors:
        form.add_error("alternative", "Dites ce que l’image montre, ou cochez « image décorative ».")
    return values
