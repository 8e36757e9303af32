"""What the forms of a portfolio share: checked by us, in our words; few fields are asked for."""

from __future__ import annotations

import re
from typing import Any

from django import forms

LONG = "C’est un peu long\u00a0: {most}\u00a0signes au plus."


class Plain(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


# Line breaks and controls; marks that turn the reading of what follows round (those of one letter, and joiners, are of
# many people's writing).
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class OneLine(forms.CharField):
    """What a field of one line gives, also to who writes the request by hand: in a mail, a PDF, a file's name."""

    def to_python(self, value: Any) -> str:
        return _TURNS.sub("", _BREAKS.sub(" ", super().to_python(value) or "")).strip()


def text(label: str, most: int, missing: str = "", *, hint: str = "", **attributes: str) -> forms.CharField:
    """One line; `missing` says what to do when nothing is written, and makes it asked for."""
    return OneLine(
        label=label, max_length=most, required=bool(missing), help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"} | attributes),
        error_messages={"required": missing, "max_length": LONG.format(most=most)},
    )  # fmt: skip


def words(
    label: str, most: int, *, hint: str = "", rows: int = 4, missing: str = "", **attributes: str
) -> forms.CharField:
    """A few lines."""
    return forms.CharField(
        label=label, max_length=most, required=bool(missing), help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"} | attributes),
        error_messages={"required": missing, "max_length": LONG.format(most=most)},
    )  # fmt: skip


def page_field(label: str, missing: str = "", hint: str = "") -> forms.URLField:
    """An address of the web; « exemple.fr » is understood."""
    return forms.URLField(
        label=label, max_length=200, required=bool(missing), assume_scheme="https", help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={
            "required": missing, "invalid": "Cette adresse n’est pas complète, par exemple https://exemple.fr/page.",
            "max_length": LONG.format(most=200),
        },
    )  # fmt: skip
