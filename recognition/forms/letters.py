"""The words of a letter, as the Region types them: what they name is known, what they hold is shown (R14, M6)."""

from __future__ import annotations

from typing import Any

from django import forms

from core import markdown
from recognition.letters.blocks import BLOCKS
from recognition.letters.kinds import KINDS
from recognition.letters.names import MARK, refusals
from recognition.models import LetterKind, LetterTemplate


class LetterTemplateForm(forms.ModelForm):
    class Meta:
        model = LetterTemplate
        fields = ("kind", "subject", "text")
        widgets = {"kind": forms.HiddenInput, "text": forms.Textarea(attrs={"rows": 24})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "kind" in self.fields:
            self.fields["kind"].disabled = True

    @property
    def of(self) -> str:
        """The kind of letter that is being written."""
        said = self.instance.kind or self.initial.get("kind") or self.data.get("kind", "")
        return said if said in KINDS else LetterKind.GRANT

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"].strip()
        said = refusals(self.of, subject)
        said += [
            f"«\u00a0{{{{ {key} }}}}\u00a0» se place dans le texte." for key in MARK.findall(subject) if key in BLOCKS
        ]
        if said:
            raise forms.ValidationError(list(dict.fromkeys(said)))
        return subject

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if said := [*refusals(self.of, text), *markdown.refusals(MARK.sub("x", text))]:
            raise forms.ValidationError(said)
        return text
