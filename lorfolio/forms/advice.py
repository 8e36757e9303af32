"""What the person chooses to show an adviser, and what both of them write (L9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import EmailValidator

from accounts.forms import ADDRESS_ERROR, plain_address
from lorfolio.forms.plain import Plain, words
from lorfolio.letters import without_link
from lorfolio.lists import Kind
from lorfolio.models import Advice, Cv, Experience, Extra, Language, Portfolio, Skill
from lorfolio.selecting import Key, keys_of, read_keys

SPANS = ((30, "1 mois"), (90, "3 mois"), (180, "6 mois"))


class Boxes(forms.MultipleChoiceField):
    """None ticked is an answer: nothing says « facultatif » of each group."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class Shown(Plain):
    """What is shown, ticked one by one; the boxes of each part stand together."""

    GROUPS = ("experiences", "studies", "skills", "languages", "extras", "cvs")
    experiences = Boxes(label="Expériences")
    studies = Boxes(label="Formation")
    skills = Boxes(label="Compétences")
    languages = Boxes(label="Langues")
    extras = Boxes(label="En plus")
    cvs = Boxes(label="CV")
    with_project = forms.BooleanField(
        label="Montrer aussi mon projet", required=False, help_text="Vos métiers visés, vos étapes et leurs notes."
    )
    span = forms.TypedChoiceField(
        label="Pendant combien de temps\u00a0?", coerce=int, widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une durée."},
    )  # fmt: skip

    def __init__(self, *args: Any, portfolio: Portfolio, today: dt.date, advice: Advice | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        self.cvs_held = list(Cv.objects.filter(portfolio=portfolio))
        lived = list(Experience.objects.filter(portfolio=portfolio))
        offered: dict[str, list[tuple[str, str]]] = {
            "experiences": [(f"experience/{row.pk}", row.title) for row in lived if row.kind != Kind.STUDY],
            "studies": [(f"experience/{row.pk}", row.title) for row in lived if row.kind == Kind.STUDY],
            "skills": [(f"skill/{row.pk}", row.label) for row in Skill.objects.filter(portfolio=portfolio)],
            "languages": [(f"language/{row.pk}", row.name) for row in Language.objects.filter(portfolio=portfolio)],
            "extras": [(f"extra/{row.pk}", row.title) for row in Extra.objects.filter(portfolio=portfolio)],
            "cvs": [(str(row.pk), row.name) for row in self.cvs_held],
        }
        chosen = {f"{kind}/{key}" for kind, key in keys_of(advice.selection)} if advice else None
        for name, choices in offered.items():
            field = self.fields[name]
            field.choices = choices  # type: ignore[attr-defined]
            field.widget = forms.CheckboxSelectMultiple(choices=choices)
            if not choices:
                del self.fields[name]
            elif name != "cvs":
                self.initial.setdefault(name, [value for value, _ in choices if chosen is None or value in chosen])
        spans = [(days, label) for days, label in SPANS if days <= settings.LORFOLIO_ADVICE_DAYS]
        spans = spans or [(settings.LORFOLIO_ADVICE_DAYS, f"{settings.LORFOLIO_ADVICE_DAYS} jours")]
        if advice is not None:
            self.initial["cvs"] = [str(cv.pk) for cv in advice.cvs.all()]
            self.initial["with_project"] = advice.with_project
            spans = [(0, f"Jusqu’au {advice.until:%d/%m/%Y}, comme prévu"), *spans]
        self.until_now = advice.until if advice else today
        self.fields["span"].choices = spans  # type: ignore[attr-defined]
        self.initial.setdefault("span", spans[0 if advice else min(1, len(spans) - 1)][0])

    def groups(self) -> list[forms.BoundField]:
        return [self[name] for name in self.GROUPS if name in self.fields]

    def shown(self) -> dict[str, Any]:
        """What the service takes."""
        said = self.cleaned_data
        keys: list[Key] = read_keys(value for name in self.GROUPS[:-1] for value in said.get(name, []))
        until = self.today + dt.timedelta(days=said["span"]) if said["span"] else self.until_now
        cvs = [cv for cv in self.cvs_held if str(cv.pk) in said.get("cvs", [])]
        return {"keys": keys, "cvs": cvs, "with_project": said["with_project"], "until": until}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not any(said.get(name) for name in (*self.GROUPS, "with_project")):
            self.add_error(None, "Cochez au moins une chose à montrer.")
        return said


class Invite(Shown):
    email = forms.CharField(
        label="Son adresse électronique professionnelle", max_length=254,
        validators=[plain_address, EmailValidator(message=ADDRESS_ERROR)],
        help_text="Celle de votre conseiller ou conseillère\u00a0: mission locale, France Travail, CIO, Cap emploi…",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Écrivez l’adresse de la personne à inviter."},
    )  # fmt: skip
    message = words("Un mot pour cette personne", 600, rows=3, hint="Sans lien.")
    field_order = ("email", "message")

    def clean_message(self) -> str:
        said: str = self.cleaned_data["message"]
        without_link(said)
        return said


class Word(Plain):
    """A comment, or an answer."""

    text = words("Votre message", 2_000, rows=3, missing="Écrivez votre message avant de l’envoyer.")
    about = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class Take(Plain):
    """Who was not invited at the address of their account says at which one they were."""

    typed = forms.CharField(
        label="À quelle adresse avez-vous reçu cette invitation\u00a0?", max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Écrivez l’adresse à laquelle l’invitation est arrivée."},
    )  # fmt: skip

    def __init__(self, *args: Any, proved: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proved:
            del self.fields["typed"]
