"""What is typed of an indicator at the desk, each field with what it asks (B1, S4)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from bilans.models import Breakdown, Indicator
from bilans.services.agreeing import TOLD, Asked, check, why_not_replaced
from bilans.sources import SOURCES

AGREED = ("filled_by", "theme", "theme_order", "order", "label", "key", "definition", "help", "nature", "origin")
COUNTED = ("unit", "decimals", "adding", "weight", "breakdowns", "of_people", "source", "correctable", "required")
SHOWN = ("public", "headline", "wanted")
YEARS = ("first_year", "last_year", "replaces")
HELPS = {
    "filled_by": "À qui il est demandé\u00a0: c’est dans leur bilan qu’il paraît.",
    "theme": "La partie du formulaire où il se trouve. Le même nom que celui des autres indicateurs de cette partie.",
    "theme_order": "La place de cette partie dans le bilan.",
    "order": "Sa place dans sa partie.",
    "key": "Son nom dans les fichiers de données. Vide, il vient de l’intitulé\u00a0; il ne change plus ensuite.",
    "definition": "Ce qui est compté, et ce qui ne l’est pas. Qui remplit le lit, les documents aussi.",
    "help": "Un conseil à qui remplit, sous la définition.",
    "nature": "Suivi\u00a0: que s’est-il passé\u00a0? Qualité\u00a0: a-t-on bien fait\u00a0? "
    "Performance\u00a0: quel résultat\u00a0?",
    "origin": "D’où vient cet indicateur, comme «\u00a0charte, annexe 7\u00a0».",
    "decimals": "Combien de chiffres après la virgule.",
    "adding": "Comment les réponses de plusieurs bilans en font une. «\u00a0Comptage distinct\u00a0»\u00a0: "
    "le portail recompte, car les mêmes s’y trouvent plusieurs fois.",
    "weight": "D’une moyenne pondérée\u00a0: ce que pèse chaque réponse. Rempli par les mêmes.",
    "breakdowns": "Comment il se répartit. Seul un nombre qui s’additionne se ventile.",
    "of_people": "De une à quatre personnes, il est masqué hors de la Région.",
    "source": "Ce que le portail compte déjà est proposé à qui remplit.",
    "correctable": "D’un chiffre calculé\u00a0: qui remplit peut le corriger, en disant pourquoi.",
    "required": "Un bilan ne se dépose pas sans lui («\u00a0non disponible\u00a0» est une réponse).",
    "headline": "1 pour le premier. Vide\u00a0: il n’est pas un chiffre clé.",
    "wanted": "Sans lui, les documents ne disent d’aucune évolution qu’elle est bonne.",
    "first_year": "Au plus tôt, celle qui suit la dernière campagne ouverte.",
    "last_year": "Vide\u00a0: il est demandé chaque année.",
    "replaces": "Celui qu’il remplace s’arrête de lui-même l’année d’avant.",
}


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = (*AGREED, *COUNTED, *SHOWN, *YEARS)
        help_texts = HELPS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreed = list(Indicator.objects.exclude(pk=self.instance.pk).order_by(*Indicator._meta.ordering or ()))
        self._offer("source", [("", "Saisi par les personnes"), *_sources(agreed)])
        self._offer("weight", [("", "Rien"), *_by_filler(agreed)])
        self._offer("replaces", [("", "Aucun"), *_by_filler(agreed)])
        if "breakdowns" in self.fields:
            self.fields["breakdowns"] = forms.MultipleChoiceField(
                label="Ventilations", choices=Breakdown.choices, required=False,
                widget=forms.CheckboxSelectMultiple, help_text=HELPS["breakdowns"],
            )  # fmt: skip
        if "key" in self.fields:
            self.fields["key"].required = False

    def _offer(self, name: str, choices: list[Any]) -> None:
        """A list to choose in, which still holds what is written there today."""
        if name not in self.fields:
            return
        held = getattr(self.instance, name)
        grouped = [label if isinstance(label, list) else [(value, label)] for value, label in choices]
        if held and not any(held == value for group in grouped for value, _ in group):
            choices.append((held, held))
        label = str(Indicator._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False, help_text=HELPS[name])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "key" in self.fields and not cleaned.get("key") and (label := cleaned.get("label")):
            cleaned["key"] = _free(slugify(label)[:50])
        filler = cleaned.get("filled_by", self.instance.filled_by)
        for name in ("weight", "replaces"):
            key = cleaned.get(name, getattr(self.instance, name))
            if key and not Indicator.objects.filter(key=key, filled_by=filler).exists():
                self.add_error(name if name in self.fields else None, "Celui-ci n’est pas rempli par les mêmes.")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        try:
            check(self.instance)
        except ValidationError as error:
            for name, said in error.message_dict.items():
                told = [self._too_early()] if (name, said) == ("last_year", [TOLD]) else said
                self.add_error(name if name in self.fields else None, told)
        if not self.errors and (why := why_not_replaced(self.instance)):
            self.add_error("first_year" if "first_year" in self.fields else "replaces", why)

    def _too_early(self) -> str:
        """Told to « give it a last year », who just gave one would not know what is wrong."""
        asked = Asked.now().of(Indicator.objects.get(pk=self.instance.pk))[-1]
        return (
            f"Cet indicateur a été demandé jusqu’en {asked}, et pour ces années son sens ne change plus\u00a0: "
            f"donnez {asked}, ou une année d’après."
        )


def years_of(row: Indicator) -> str:
    """« 2018 à 2024 », « depuis 2018 »."""
    return f"{row.first_year} à {row.last_year}" if row.last_year else f"depuis {row.first_year}"


def _by_filler(agreed: list[Indicator]) -> list[tuple[str, list[tuple[str, str]]]]:
    """As a list of choices in groups."""
    return [
        (filler, [(row.key, f"{row.label} ({years_of(row)})") for row in rows])
        for filler, rows in groupby(agreed, lambda row: row.get_filled_by_display())
    ]


def _sources(agreed: list[Indicator]) -> list[tuple[str, str]]:
    """What the portal works out, called as the indicators that use it are."""
    called: dict[str, str] = {}
    for row in agreed:
        called.setdefault(row.source, f"{row.label}, {row.get_filled_by_display().lower()}")
    named = [
        (name, f"Calculé\u00a0: {called[name]}" if name in called else f"Calculé\u00a0: {name}") for name in SOURCES
    ]
    return sorted(named, key=lambda choice: slugify(choice[1]))


def _free(key: str) -> str:
    """`key`, or the first of `key-2`, `key-3`… that no indicator has."""
    taken = set(Indicator.objects.filter(key__startswith=key).values_list("key", flat=True))
    names = [key, *(f"{key}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
