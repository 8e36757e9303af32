"""What is typed of the path: an experience, a language, a thing « en plus »."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from lorfolio.forms.dates import PartialField, in_order
from lorfolio.forms.plain import Plain, page_field, text, words
from lorfolio.lists import Cefr, ExtraKind, Kind
from lorfolio.models import Experience, Extra, Language

MOST_LINES, LONGEST_LINE = 30, 400
_CHOOSE = {"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."}


class Keyed(Plain):
    """A new thing is named before it is written: the same form sent twice makes one."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def fresh(cls, **initial: Any) -> Keyed:
        return cls(initial={"key": uuid.uuid4()} | initial)


def lines_of(typed: str) -> list[str]:
    """One thing a line; what stands before it (« - », « • ») goes."""
    return [line for line in (" ".join(raw.strip(" \t-–•*·").split()) for raw in typed.splitlines()) if line]


class Lines(forms.CharField):
    """Several things, one a line; a list in Python."""

    def clean(self, value: Any) -> Any:
        found = lines_of(super().clean(value))
        if len(found) > MOST_LINES:
            raise forms.ValidationError(f"{MOST_LINES}\u00a0lignes au plus.", code="many")
        if any(len(line) > LONGEST_LINE for line in found):
            raise forms.ValidationError(
                f"Une ligne est trop longue\u00a0: {LONGEST_LINE}\u00a0signes au plus.", code="long"
            )
        return found


def lines(label: str, hint: str = "", **attributes: str) -> Lines:
    return Lines(
        label=label, required=False, help_text=hint, max_length=MOST_LINES * LONGEST_LINE,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"} | attributes),
    )  # fmt: skip


class ExperienceForm(Keyed):
    kind = forms.ChoiceField(label="C’était…", choices=Kind.choices, widget=forms.RadioSelect, error_messages=_CHOOSE)
    title = text(
        "Donnez-lui un titre",
        160,
        "Donnez un titre, même simple.",
        hint="Par exemple\u00a0: «\u00a0Vendeuse\u00a0», «\u00a0CAP cuisine\u00a0», «\u00a0Entraîneur de foot\u00a0».",
    )
    organisation = text("Où, ou avec qui\u00a0?", 160, hint="Une entreprise, une école, une association, une personne.")
    place = text("Dans quelle ville\u00a0?", 120)
    starts = PartialField("Début")
    ends = PartialField("Fin", "Laissez vide si c’est encore le cas.")
    highlights = lines(
        "Ce que vous faisiez", "Une chose par ligne. Par exemple\u00a0: «\u00a0Je rendais la monnaie\u00a0»."
    )
    summary = words("Autre chose à en dire\u00a0?", 4_000)
    url = page_field("Une page qui en parle")
    title_de = text("Titre en allemand", 160, lang="de")
    organisation_de = text("Où, en allemand", 160, lang="de")
    highlights_de = lines("Ce que vous faisiez, en allemand", "Une chose par ligne.", lang="de")

    FACTS = ("kind", "title", "organisation", "place", "url", "starts", "ends", "summary", "highlights")
    GERMAN = ("title", "organisation", "highlights")

    @classmethod
    def of(cls, row: Experience) -> ExperienceForm:
        german = row.translations.get("de") or {}
        said: dict[str, Any] = {name: getattr(row, name) for name in cls.FACTS}
        said["highlights"] = "\n".join(row.highlights)
        return cls(
            initial=said | {
                "title_de": german.get("title", ""), "organisation_de": german.get("organisation", ""),
                "highlights_de": "\n".join(german.get("highlights") or []),
            }
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not in_order(given.get("starts", ""), given.get("ends", "")):
            self.add_error("ends", "La fin vient avant le début.")
        return given

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FACTS}

    def german(self) -> dict[str, Any]:
        return _said(self, self.GERMAN)


class LanguageForm(Keyed):
    name = text("Quelle langue\u00a0?", 60, "Écrivez la langue.", list="langues")
    level = forms.ChoiceField(
        label="Comment la parlez-vous\u00a0?", choices=Cefr.choices, required=False, widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )  # fmt: skip

    @classmethod
    def of(cls, row: Language) -> LanguageForm:
        return cls(initial={"name": row.name, "level": row.level})


class ExtraForm(Keyed):
    kind = forms.ChoiceField(
        label="C’est…", choices=ExtraKind.choices, widget=forms.RadioSelect, error_messages=_CHOOSE
    )
    title = text(
        "Son nom",
        200,
        "Écrivez son nom.",
        hint="Par exemple\u00a0: «\u00a0Permis B\u00a0», «\u00a0PSC1\u00a0», «\u00a0Photographie\u00a0».",
    )
    issuer = text("Donné par", 160)
    date = PartialField("Quand\u00a0?")
    url = page_field("Une page qui en parle")
    summary = words("Quelques mots", 2_000)
    title_de = text("Son nom en allemand", 200, lang="de")
    summary_de = words("Quelques mots en allemand", 2_000, lang="de")

    FACTS = ("kind", "title", "issuer", "date", "url", "summary")
    GERMAN = ("title", "summary")

    @classmethod
    def of(cls, row: Extra) -> ExtraForm:
        german = row.translations.get("de") or {}
        said = {name: getattr(row, name) for name in cls.FACTS}
        return cls(initial=said | {f"{name}_de": german.get(name, "") for name in cls.GERMAN})

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FACTS}

    def german(self) -> dict[str, Any]:
        return _said(self, self.GERMAN)


def _said(form: forms.Form, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: form.cleaned_data[f"{name}_de"] for name in names}
    return {name: value for name, value in found.items() if value}
