"""What a person says of a CV: only its name, which no one else reads, is asked for."""

from __future__ import annotations

from typing import Any

from django import forms

from lorfolio.forms.plain import LONG
from lorfolio.lists import CvModel
from lorfolio.models import Cv

GERMAN = ("headline", "summary")
# The words that a model says first in German.
IN_GERMAN = frozenset({CvModel.LEBENSLAUF, CvModel.BILINGUAL})


class CvForm(forms.ModelForm):  # type: ignore[type-arg]
    headline_de = forms.CharField(
        label="Titre du CV en allemand", max_length=160, required=False,
        widget=forms.TextInput(attrs={"lang": "de", "autocomplete": "off"}),
        error_messages={"max_length": LONG.format(most=160)},
    )  # fmt: skip
    summary_de = forms.CharField(
        label="Accroche en allemand", max_length=1_200, required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "de"}), error_messages={"max_length": LONG.format(most=1_200)},
    )  # fmt: skip

    class Meta:
        model = Cv
        fields = [
            "name", "model", "accent", "headline", "summary", "with_photo", "with_email", "with_phone", "with_place",
            "with_certainty",
        ]  # fmt: skip
        widgets = {
            "headline": forms.TextInput(attrs={"autocomplete": "off"}),
            "summary": forms.Textarea(attrs={"rows": 4}),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "name": "Vous seul·e le voyez\u00a0: pour retrouver ce CV.",
            "headline": "Par exemple le métier visé. Vide\u00a0: la ligne de votre profil.",
            "summary": "Deux ou trois phrases. Vide\u00a0: la présentation de votre profil.",
        }
        error_messages = {
            "name": {"required": "Donnez un nom à ce CV.", "max_length": LONG.format(most=120)},
            "headline": {"max_length": LONG.format(most=160)},
            "summary": {"max_length": LONG.format(most=1_200)},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        said = self.instance.translations.get("de") or {}
        for name in GERMAN:
            self.initial.setdefault(f"{name}_de", said.get(name, ""))

    def save(self, commit: bool = True) -> Cv:
        """Fills the row; `services.cvs.save` writes it."""
        cv: Cv = super().save(commit=False)
        german = {name: self.cleaned_data[f"{name}_de"] for name in GERMAN if self.cleaned_data[f"{name}_de"]}
        others = {lang: words for lang, words in cv.translations.items() if lang != "de"}
        kept = {n: w for n, w in (cv.translations.get("de") or {}).items() if n not in GERMAN}
        cv.translations = others | ({"de": kept | german} if kept or german else {})
        return cv
