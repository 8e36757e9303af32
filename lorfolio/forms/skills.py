"""What is typed of skills."""

from __future__ import annotations

from typing import Any

from django import forms

from lorfolio.forms.path import lines_of
from lorfolio.forms.plain import Plain, text, words
from lorfolio.lists import Level
from lorfolio.models import Experience, Skill

_CHOOSE = {"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."}


class AddSkill(Plain):
    """A few letters, looked up in the list; or the person's own words, kept as they are."""

    label = text(
        "Qu’est-ce que vous savez faire\u00a0?", 160, "Écrivez ce que vous savez faire.",
        hint="Par exemple\u00a0: «\u00a0cuisiner\u00a0», «\u00a0réparer un vélo\u00a0», «\u00a0écouter\u00a0».",
    )  # fmt: skip
    reference = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].widget.attrs |= {
            "data-suggest": "/lorfolio/competences/suggestions.json", "data-suggest-target": "reference",
            "data-suggest-label": "Compétences",
        }  # fmt: skip


class EditSkill(Plain):
    label = text("Compétence", 160, "Écrivez ce que vous savez faire.")
    level = forms.TypedChoiceField(
        label="Où en êtes-vous\u00a0?",
        choices=Level.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    note = words("Un exemple", 1_000, hint="Une fois où vous l’avez fait\u00a0: quand, avec qui, ce que cela a donné.")
    experiences = forms.ModelMultipleChoiceField(
        Experience.objects.none(), label="Où l’avez-vous fait\u00a0?", required=False,
        widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": "Choisissez dans la liste."},
    )  # fmt: skip
    keywords = text("Mots qui vont avec", 600, hint="Séparés par des virgules\u00a0: outils, logiciels, machines.")
    label_de = text("En allemand", 160, lang="de")

    def __init__(self, *args: Any, skill: Skill, **kwargs: Any) -> None:
        initial = {
            "label": skill.label, "level": skill.level, "note": skill.note, "keywords": ", ".join(skill.keywords),
            "experiences": [row.pk for row in skill.experiences.all()],
            "label_de": (skill.translations.get("de") or {}).get("label", ""),
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        rows: Any = self.fields["experiences"]
        rows.queryset = Experience.objects.filter(portfolio=skill.portfolio_id).order_by("-starts", "-created_at")

    def clean_keywords(self) -> list[str]:
        found = [" ".join(word.split())[:80] for word in self.cleaned_data["keywords"].split(",")]
        return list(dict.fromkeys(filter(None, found)))[:30]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("label", "level", "note", "keywords")}


class OwnWords(Plain):
    """Skills in one's own words, one a line."""

    skills = forms.CharField(
        label="Et quoi d’autre\u00a0?", required=False, max_length=4_000,
        help_text="Une chose par ligne, avec vos mots. Laissez vide s’il n’y a rien d’autre.",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )  # fmt: skip

    def clean_skills(self) -> list[str]:
        found = lines_of(self.cleaned_data["skills"])
        if len(found) > 20 or any(len(line) > 160 for line in found):
            raise forms.ValidationError("20\u00a0lignes au plus, de 160\u00a0signes chacune.", code="many")
        return found


class Merge(Plain):
    kept = forms.ModelChoiceField(
        Skill.objects.none(), label="Garder le nom de", empty_label="Choisissez", error_messages=_CHOOSE
    )
    other = forms.ModelChoiceField(
        Skill.objects.none(), label="Y ajouter tout ce qu’il y a dans", empty_label="Choisissez", error_messages=_CHOOSE
    )

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kept", "other"):
            field: Any = self.fields[name]
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kept") and given.get("kept") == given.get("other"):
            self.add_error("other", "Choisissez deux compétences différentes.")
        return given
