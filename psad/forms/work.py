"""What is typed on the page of a case. Each form names its field as the service that it calls does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from psad.lists import Answer, CheckResult, ClosingReason, Means, Need, Outcome
from psad.models import Guardian, Obligation, Platform, Solution
from psad.services.closing import BY_ANOTHER_ACT
from psad.services.contacting import LONGEST_NOTE

# D11, said beside each free text.
KEEP_OUT = (
    "Rien sur la santé, la nationalité, la situation sociale ou familiale, ni sur la justice."
    " La personne peut demander à lire ce que vous écrivez."
)
CHOOSE = {"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."}


class Act(forms.Form):
    """A form of the page: `version` is that of the case when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def values(self) -> dict[str, Any]:
        """What the service is given."""
        return dict(self.cleaned_data)


class Team(Act):
    """A form where somebody of the team is chosen. `team`: [User]."""

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in team}
        self.fields[self.person].choices = [  # type: ignore[attr-defined]
            ("", "Personne pour l’instant" if self.person == "follower" else "Choisir…"),
            *((key, user.name or user.email) for key, user in self.people.items()),
        ]

    person = "follower"

    def values(self) -> dict[str, Any]:
        told = super().values()
        return told | {self.person: self.people.get(told[self.person])}


def _text(label: str, help_text: str = KEEP_OUT, rows: int = 3, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
        error_messages={
            "required": "Écrivez quelques mots.", "max_length": "C’est trop long\u00a0: 2\u202f000 signes au plus.",
        },
    )  # fmt: skip


def _choice(label: str, choices: Any, *, radios: bool = False) -> forms.ChoiceField:
    widget = forms.RadioSelect if radios else forms.Select
    blank = [] if radios else [("", "Choisir…")]
    return forms.ChoiceField(
        label=label, choices=[*blank, *getattr(choices, "choices", choices)], widget=widget, error_messages=CHOOSE
    )


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 14/03/2026."},
    )  # fmt: skip


class Prepare(Team):
    follower = forms.ChoiceField(label="Qui fait le premier contact", required=False, error_messages=CHOOSE)
    safe_contact = _text(
        "Comment joindre sans gêner",
        "Heures, moyen, message à ne pas laisser\u00a0: c’est relu avant chaque essai. " + KEEP_OUT,
        rows=2,
    )


class Attempt(Act):
    means = _choice("Moyen", Means)
    outcome = _choice("Résultat", Outcome)
    note = _text("Note", rows=2)


class Unreachable(Act):
    pass


class Inform(Act):
    means = _choice("La notice a été donnée par", Means)


class Interview(Act):
    means = _choice("Comment", Means)
    needs = forms.MultipleChoiceField(
        label="Besoins",
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    plan = _text("Ce qui est convenu")
    family_present = forms.BooleanField(label="Une personne de la famille était là", required=False)
    informed = forms.BooleanField(label="La notice d’information lui a été donnée", required=False)

    def __init__(self, *args: Any, informed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if informed:  # given already (D7)
            del self.fields["informed"]


class Propose(Act):
    solution = forms.ChoiceField(label="Solution", error_messages=CHOOSE)

    def __init__(self, *args: Any, solutions: list[Solution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["solution"].choices = [  # type: ignore[attr-defined]
            ("", "Choisir…"), *((str(row.pk), _offer(row)) for row in solutions)
        ]  # fmt: skip

    def values(self) -> dict[str, Any]:
        return super().values() | {"solution": UUID(self.cleaned_data["solution"])}


def _offer(row: Solution) -> str:
    free = "" if row.places is None else f" ({max(0, row.places - row.taken)} place(s))"
    return f"{row.title}, {row.organisation_name}{free}"


class Reply(Act):
    proposal = forms.UUIDField(widget=forms.HiddenInput)
    said = _choice("Réponse de la personne", [item for item in Answer.choices if item[0] != Answer.WAITING])
    started_on = _day("Commencée le", "Si la solution a commencé\u00a0: les vérifications sont alors prévues.")


class Verify(Act):
    check = forms.UUIDField(widget=forms.HiddenInput)
    result = _choice("Résultat", CheckResult)


class Note(Act):
    text = _text("Note", required=True)


class Piece(Act):
    version = None  # type: ignore[assignment]
    file = forms.FileField(
        label="Fichier", help_text="PDF, JPEG ou PNG, 20\u00a0Mo au plus. " + KEEP_OUT, max_length=200,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={
            "required": "Choisissez un fichier.", "empty": "Ce fichier est vide.", "invalid": "Choisissez un fichier.",
            "max_length": "Le nom de ce fichier est trop long.",
        },
    )  # fmt: skip


class Family(Act):
    """Of minors only (D11)."""

    guardian = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label="Prénom et nom", max_length=150, error_messages={"required": "Écrivez un nom."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = forms.CharField(
        label="Téléphone", max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label="Adresse électronique", required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Cette adresse n’est pas complète."},
    )  # fmt: skip
    wish = _choice("Associer la famille", Guardian.Wish)


class Close(Act):
    reason = _choice("Motif", [item for item in ClosingReason.choices if item[0] not in BY_ANOTHER_ACT | {"merged"}])


class Reopen(Act):
    pass


class Oblige(Act):
    """The clock of the training obligation, 16-18 (D12)."""

    ground = _choice("Motif (article R114-7)", Obligation.Ground)


class Convoke(Act):
    meeting_at = forms.DateTimeField(
        label="Rendez-vous le", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
        help_text="Les deux mois courent à partir d’aujourd’hui, jour de la convocation.",
        error_messages={
            "required": "Écrivez le jour et l’heure.", "invalid": "Écrivez un jour et une heure : 14/03/2026 09:30.",
        },
    )  # fmt: skip
    place = forms.CharField(
        label="Où", max_length=200, help_text="L’adresse telle qu’elle sera sur les deux lettres.",
        error_messages={"required": "Écrivez le lieu du rendez-vous."},
    )  # fmt: skip


class Comply(Act):
    pass


class PassOn(Act):
    pass


class Offer(Act):
    """To another platform, which reads the case once it has accepted."""

    to = forms.ModelChoiceField(
        Platform.objects.none(), label="À quelle plateforme", empty_label="Choisir…", error_messages=CHOOSE
    )
    reason = forms.CharField(
        label="Pourquoi", max_length=300, help_text="Lu par l’autre plateforme : sans nom, sans détail personnel.",
        error_messages={"required": "Dites pourquoi, en quelques mots."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Platform.objects.filter(active=True).order_by("name")  # type: ignore[attr-defined]


class Give(Team):
    person = "user"
    user = forms.ChoiceField(label="À qui", error_messages=CHOOSE)
    reason = forms.CharField(
        label="Pourquoi", max_length=300, help_text="Gardé dans l’historique\u00a0: « secteur », « remplacement »…",
        error_messages={"required": "Dites pourquoi, en quelques mots."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class GiveMany(Give):
    version = None  # type: ignore[assignment]
    cases = forms.TypedMultipleChoiceField(
        label="Dossiers", coerce=UUID, error_messages={"required": "Cochez au moins un dossier."}
    )

    def __init__(self, data: Any, *, team: list[User]) -> None:
        super().__init__(data, team=team)
        typed = data.getlist("cases")[:200] if data is not None else []
        self.fields["cases"].choices = [(key, key) for key in typed if _is_uuid(key)]  # type: ignore[attr-defined]


class Search(forms.Form):
    typed = forms.CharField(
        label="Chercher une personne", max_length=100, required=False, strip=True,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "placeholder": "Nom ou prénom"}),
    )  # fmt: skip


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
