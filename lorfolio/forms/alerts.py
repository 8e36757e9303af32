"""What a person asks to be told of (L8)."""

from __future__ import annotations

from django import forms

from core.reference import Sector
from events.models import Alert
from lorfolio.forms.plain import Plain
from lorfolio.services.watching import RADII

SECTORS = [(slug, label) for slug, label in Sector.choices if slug != Sector.TOUS]


class WatchForm(Plain):
    sectors = forms.MultipleChoiceField(
        label="Les secteurs qui m’intéressent", choices=SECTORS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : tous les secteurs.",
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )  # fmt: skip
    radius = forms.TypedChoiceField(
        label="Jusqu’où", coerce=int, choices=[(km, f"{km}\u00a0km") for km in RADII],
        error_messages={"required": "Choisissez une distance.", "invalid_choice": "Choisissez dans la liste."},
    )  # fmt: skip
    online = forms.BooleanField(label="Aussi ce qui se passe en ligne", required=False)
    rhythm = forms.ChoiceField(
        label="Quand m’écrire", choices=list(reversed(Alert.Rhythm.choices)), widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un rythme.", "invalid_choice": "Choisissez l’un des deux rythmes."},
    )  # fmt: skip
