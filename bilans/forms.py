"""What the Region types of campaigns and of bilans at its desk (B2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils import timezone

from bilans.calendar import proposed
from bilans.models import Campaign
from bilans.services import campaigns
from recognition.forms.sittings import DeskForm, day_input

OLDEST = 2018


class AddForm(forms.ModelForm):
    """A year: its dates are proposed by the calendar, and are moved afterwards."""

    class Meta:
        model = Campaign
        fields = ("year",)
        help_texts = {
            "year": "L’année dont on rend compte. Ses dates sont proposées\u00a0; vous pourrez les déplacer avant"
            " l’ouverture."
        }

    def clean_year(self) -> int:
        year = int(self.cleaned_data["year"])
        this_year = timezone.localdate().year
        if not OLDEST <= year <= this_year:
            raise ValidationError(f"Donnez une année de {OLDEST} à {this_year}.")
        return year

    def _post_clean(self) -> None:
        """With the dates that go with it; the service writes it."""
        self.instance.year = self.cleaned_data.get("year")
        if self.instance.year is None:
            return
        for name, day in proposed(self.instance.year).items():
            setattr(self.instance, name, day)
        try:
            self.instance.full_clean()
        except ValidationError as error:
            self.add_error(None, error.messages)  # type: ignore[arg-type]


class MoveForm(forms.ModelForm):
    """The dates of a campaign (a reason, once one of them changes), its reminders, its words."""

    reason = forms.CharField(
        label="Pourquoi ces dates changent", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Écrit dans l’historique, et dans le courriel à celles et ceux qui ont un bilan à déposer.",
    )  # fmt: skip
    reminder_days = SimpleArrayField(
        forms.IntegerField(min_value=0, max_value=120), label="Relances (jours avant l’échéance)", required=False,
        max_length=8, help_text="Séparés par des virgules. Après l’échéance, la relance est hebdomadaire.",
    )  # fmt: skip

    class Meta:
        model = Campaign
        fields = (*campaigns.DATES, *campaigns.SETTLED)
        widgets = {name: day_input() for name in campaigns.DATES} | {"word": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"word": "Il paraît dans le courriel d’ouverture et sur la page des bilans."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {name: getattr(self.instance, name) for name in campaigns.DATES}
        if "variation" in self.fields:
            self.fields["variation"].validators.append(MaxValueValidator(1000))
        if self.instance.opened_at is not None and "opens_on" in self.fields:
            self.fields["opens_on"].disabled = True
            self.fields["opens_on"].help_text = campaigns.OPENED

    def moved(self) -> dict[str, dt.date]:
        given = {name: self.cleaned_data.get(name) for name in campaigns.DATES}
        return {name: day for name, day in given.items() if day and day != self.before[name]}

    def settled(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in campaigns.SETTLED if name in self.cleaned_data}
        if "reminder_days" in found:
            found["reminder_days"] = sorted(set(found["reminder_days"]), reverse=True)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        moved = self.moved()
        if moved and not cleaned.get("reason", "").strip():
            self.add_error("reason", campaigns.NO_REASON)
        if moved and not self.errors:
            held = Campaign.objects.get(pk=self.instance.pk)
            try:
                campaigns.check_days(held, moved, at=timezone.now())
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def _post_clean(self) -> None:
        """The service writes: the object at hand stays as it was until then."""


class SureForm(DeskForm):
    """An act that a form confirms: a box to tick, whose words say what happens."""

    sure = forms.BooleanField(error_messages={"required": "Cochez la case pour confirmer."})

    def __init__(self, data: Any = None, *, label: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["sure"].label = label


class SeenForm(DeskForm):
    """A decision on what was read: the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(SeenForm):
    reason = forms.CharField(
        label="Ce qui est à reprendre", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Dites ce qui est à reprendre\u00a0: ses auteur·rices le liront."},
        help_text="Envoyé tel quel à celles et ceux qui remplissent ce bilan, et affiché en tête de ses pages.",
    )  # fmt: skip
