"""What one types of a project: a target job, a step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from events.models import Event
from lorfolio.models import Portfolio, Step, Target
from lorfolio.places import places_named
from metiers import search
from metiers.models import Job, JobFamily
from territories.models import Site

KEEP_WORDS = "mots"
REMIND = {"jour": 0, "veille": 1, "semaine": 7}


class TargetForm(forms.Form):
    """A title is enough. Without a script, what the words may mean is asked once (`choices`)."""

    title = forms.CharField(
        label="Quel métier vous attire\u00a0?", max_length=200,
        help_text="Par exemple\u00a0: aide-soignante, menuisier, «\u00a0travailler avec des animaux\u00a0».",
        error_messages={"required": "Écrivez un métier, ou quelques mots."},
        widget=forms.TextInput(attrs={
            "data-suggest": "/lorfolio/projet/metiers.json", "data-suggest-target": "value",
            "data-suggest-label": "Métiers", "autocomplete": "off",
        }),
    )  # fmt: skip
    value = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="Est-ce l’un de ceux-ci\u00a0?", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job: Job | None = None
        self.family: JobFamily | None = None
        typed = self.data.get("title", "") if self.is_bound else ""
        self.proposed = search.suggested_jobs(typed)[:6] if typed and not self.data.get("value") else []
        choices = [(one.value, f"{one.label} – {one.hint}" if one.hint else one.label) for one in self.proposed]
        self.fields["choice"].choices = [*choices, (KEEP_WORDS, "Non, garder mes mots")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("value") or cleaned.get("choice")
        if chosen and chosen != KEEP_WORDS:
            self.job, self.family = search.job_of(chosen)
        if not cleaned.get("value"):
            for one in self.proposed:
                if one.value == cleaned.get("choice") and one.text:
                    cleaned["title"] = one.text
        return cleaned

    @property
    def to_choose(self) -> bool:
        """Whether the words may mean several jobs and nothing was chosen yet."""
        return bool(self.proposed) and not self.cleaned_data.get("choice")


class NoteForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Target
        fields = ("title", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}
        labels = {"title": "Métier visé", "note": "Mes notes"}
        help_texts = {
            "note": "Pourquoi ce métier, ce qu’on vous en a dit, ce que vous voulez vérifier. Vous seul·e les lisez."
        }


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    """A title alone is enough. `portfolio` bounds the targets; `today` is the day it is typed."""

    remind = forms.ChoiceField(
        label="Faut-il vous le rappeler\u00a0?", required=False,
        help_text="Par un courriel qui ne dit rien de votre projet.",
        choices=[("", "Non"), ("jour", "Le jour même"), ("veille", "La veille"), ("semaine", "Une semaine avant")],
    )  # fmt: skip
    place_words = forms.CharField(
        label="Un lieu de l’annuaire", required=False, max_length=200, help_text="Son nom ou sa ville.",
        widget=forms.TextInput(attrs={
            "data-suggest": "/lorfolio/projet/lieux.json", "data-suggest-target": "place_slug",
            "data-suggest-label": "Lieux", "autocomplete": "off",
        }),
    )  # fmt: skip
    place_slug = forms.CharField(required=False, max_length=140, widget=forms.HiddenInput)
    event_slug = forms.CharField(required=False, max_length=140, widget=forms.HiddenInput)
    url = forms.URLField(label="Un lien", required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = Step
        fields = ("title", "target", "due_on", "url", "note")
        labels = {
            "title": "Que voulez-vous faire\u00a0?", "target": "Pour quel métier visé\u00a0?",
            "due_on": "Pour quand\u00a0?", "note": "Notes",
        }  # fmt: skip
        help_texts = {"title": "Par exemple\u00a0: appeler un centre de formation, demander un stage."}
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 3}),
            "url": forms.URLInput(attrs={"inputmode": "url"}),
        }  # fmt: skip
        error_messages = {
            "title": {"required": "Écrivez ce que vous voulez faire."},
            "due_on": {"invalid": "Écrivez une date, par exemple 14/03/2027."},
        }

    def __init__(self, *args: Any, portfolio: Portfolio, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place: Site | None = None
        self.event: Event | None = None
        targets: Any = self.fields["target"]
        targets.queryset = Target.objects.filter(portfolio=portfolio, dropped_at=None)
        targets.empty_label = "Aucun en particulier"
        self.fields["due_on"].input_formats = ["%Y-%m-%d", "%d/%m/%Y"]  # type: ignore[attr-defined]
        if self.instance.due_on and self.instance.remind_on:
            days = (self.instance.due_on - self.instance.remind_on).days
            self.initial.setdefault("remind", next((key for key, n in REMIND.items() if n == days), ""))
        if self.instance.place:
            self.initial.update(place_slug=self.instance.place.slug, place_words=self.instance.place.name)
        if self.instance.event:
            self.initial["event_slug"] = self.instance.event.slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("remind") and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "Dites pour quand, pour que nous puissions vous le rappeler.")
        self._find_place(cleaned)
        if slug := cleaned.get("event_slug"):
            self.event = Event.objects.public().filter(slug=slug).first()
        return cleaned

    def _find_place(self, cleaned: dict[str, Any]) -> None:
        words, slug = cleaned.get("place_words", ""), cleaned.get("place_slug", "")
        if not words:
            return
        self.place = Site.objects.public().filter(slug=slug).first() if slug else None
        if self.place is not None and self.place.name == words:
            return
        found = places_named(words)
        exact = [site for site in found if site.name == words]
        if len(found) == 1 or len(exact) == 1:
            self.place = (exact or found)[0]
        elif found:
            names = "\u00a0; ".join(f"{site.name} ({site.commune.name})" for site in found[:4])
            self.add_error("place_words", f"Plusieurs lieux répondent\u00a0: {names}. Recopiez le nom du bon.")
        else:
            self.add_error(
                "place_words", "Aucun lieu de l’annuaire ne porte ce nom. Laissez vide, et notez-le plus bas."
            )

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "title": data["title"], "target": data["target"], "due_on": data["due_on"], "url": data["url"],
            "note": data["note"], "place": self.place, "event": self.event,
            "remind_on": _remind_on(data["due_on"], data.get("remind", "")),
        }  # fmt: skip


def _remind_on(due: dt.date | None, when: str) -> dt.date | None:
    """The day of the reminder, today when that day is past and the thing is still ahead."""
    if due is None or when not in REMIND:
        return None
    today = timezone.localdate()
    asked = due - dt.timedelta(days=REMIND[when])
    return max(asked, today) if due >= today else asked
