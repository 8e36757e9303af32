"""What an officer types of a dossier: a request, a message, a note, a reason, a line of the grid (R5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.models import RegionMandate, User
from members.models import QualityCriterion
from recognition.forms.sittings import DeskForm, day_input
from recognition.models import Assessment
from recognition.services.grid import LONGEST, Line, stamp

_DAY = {"required": "Donnez un jour.", "invalid": "Donnez un jour, par exemple 15/06/2027."}


def _text(label: str, help_text: str, missing: str, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text, max_length=5_000,
        error_messages={"required": missing, "max_length": "5 000 caractères au plus."},
    )  # fmt: skip


class RequestForm(DeskForm):
    """What is missing, why, until when."""

    items = _text(
        "Ce qui est demandé", "Une chose par ligne. L’organisme reçoit cette liste par courriel.",
        "Dites ce qui est demandé, une chose par ligne.",
    )  # fmt: skip
    reason = _text("Pourquoi", "L’organisme le lira aussi.", "Dites pourquoi\u00a0: l’organisme le lira.", 3)
    due_on = forms.DateField(
        label="À renvoyer avant la fin du", widget=day_input(), error_messages=_DAY,
        help_text="L’organisme reçoit un rappel si ce jour passe sans réponse.",
    )  # fmt: skip

    @classmethod
    def blank(cls, due_on: dt.date) -> RequestForm:
        return cls(initial={"due_on": due_on}, key="demande")

    def lines(self) -> list[str]:
        return str(self.cleaned_data["items"]).splitlines()


class ExtendForm(DeskForm):
    """More time to answer."""

    due_on = forms.DateField(label="Nouveau délai, jusqu’à la fin du", widget=day_input(), error_messages=_DAY)


class CompleteForm(DeskForm):
    sure = forms.BooleanField(
        label="J’ai relu\u00a0: l’organisme en est prévenu aussitôt par courriel",
        error_messages={"required": "Relisez, puis cochez cette case."},
    )


class DropForm(DeskForm):
    reason = _text("Pourquoi ce dossier s’arrête", "L’organisme le lira.", "Dites pourquoi\u00a0: l’organisme le lira.")
    sure = forms.BooleanField(
        label="J’ai relu\u00a0: un dossier classé ne se rouvre pas",
        error_messages={"required": "Relisez, puis cochez cette case."},
    )


class ReopenForm(DeskForm):
    reason = forms.CharField(
        label="Pourquoi reprendre l’examen", max_length=300,
        help_text="Reste entre vous\u00a0: dans l’historique interne.",
        error_messages={"required": "Dites pourquoi, en quelques mots."},
    )  # fmt: skip


class MessageForm(DeskForm):
    text = _text(
        "Votre message à l’organisme", "Toute son équipe le lira, et un courriel la prévient.", "Écrivez votre message."
    )


class NoteForm(DeskForm):
    text = _text(
        "Note interne", "L’organisme ne la verra jamais\u00a0; elle n’est ni dans le PDF, ni dans l’archive.",
        "Écrivez votre note.", 3,
    )  # fmt: skip


class AssignForm(DeskForm):
    """Who of the Region follows the dossier; nobody, when nothing is chosen."""

    to = forms.ModelChoiceField(
        User.objects.none(), label="Suivi par", required=False, empty_label="Personne",
        error_messages={"invalid_choice": "Cette personne ne travaille plus pour la Région\u00a0: changez de nom."},
    )  # fmt: skip

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, key="suivi", **kwargs)
        self.fields["to"].queryset = colleagues()  # type: ignore[attr-defined]


def colleagues() -> Any:
    """Those who hold a mandate of the Region today, by name."""
    holders = RegionMandate.objects.in_force().values("user")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("name", "email")


class LineForm(forms.Form):
    """One criterion of the grid. Empty: nobody assessed it."""

    level = forms.ChoiceField(
        label="Niveau", required=False, choices=[("", "Pas encore évalué"), *Assessment.Level.choices],
        widget=forms.RadioSelect,
    )  # fmt: skip
    comment = forms.CharField(
        label="Observation", required=False, strip=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": f"Une observation compte {LONGEST} caractères au plus."},
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, criterion: QualityCriterion, row: Assessment | None) -> None:
        level, comment = (row.level, row.comment) if row else ("", "")
        initial = {"level": level, "comment": comment, "seen": stamp(level, comment)}
        super().__init__(data, prefix=f"c{criterion.pk}", initial=initial, label_suffix="")
        self.criterion = criterion

    def line(self, level_of_rest: str = "") -> Line:
        """What was typed; `level_of_rest`: the level of a line where nothing was."""
        said = self.cleaned_data
        untouched = not said["level"] and not said["comment"].strip()
        level = level_of_rest if untouched else said["level"]
        return Line(self.criterion, level, said["comment"], said["seen"])

    def shows(self, row: Assessment | None) -> None:
        """Once a colleague's line was shown, saving again is a choice."""
        now = stamp(row.level, row.comment) if row else stamp("", "")
        self.data = {self.add_prefix(name): self.data.get(self.add_prefix(name), "") for name in self.fields} | {
            self.add_prefix("seen"): now
        }
