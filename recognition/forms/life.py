"""What an officer types of a recognition: a visit and what it found, a procedure, a suspension, an end (R10, R14)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from recognition import rulebook
from recognition.forms.sittings import SignedForm, day_input
from recognition.models import Candidature, Finding, GoverningBody, Notice, Recognition, Sitting, Visit
from recognition.services.visiting import check_planned

_LAWFUL = "En fait et en droit\u00a0: la lettre les reprend mot pour mot (article L. 211-5 du CRPA)."


class LifeForm(forms.Form):
    """A form among others on one page: `key` keeps their identifiers apart."""

    def __init__(self, data: Any = None, *, key: str = "", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"id_{key}_%s" if key else "id_%s", label_suffix="", **kwargs)


def _day(label: str, missing: str = "", **kwargs: Any) -> forms.DateField:
    """Required when `missing` says what to type."""
    messages = {"required": missing, "invalid": "Donnez une date."}
    return forms.DateField(
        label=label, required=bool(missing), widget=day_input(), error_messages=messages, **kwargs
    )  # fmt: skip


def _area(label: str, missing: str = "", *, rows: int = 4, **kwargs: Any) -> forms.CharField:
    """Required when `missing` says what to type."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=bool(missing), widget=area, error_messages={"required": missing}, **kwargs
    )  # fmt: skip


def signatory() -> dict[str, str]:
    """The signatory that the Region's rules name."""
    return {name: rulebook.text(name) for name in ("signatory", "signatory_title")}


# --- visits


class PlanVisitForm(LifeForm):
    planned_on = _day("Date prévue", "Donnez la date de la visite.")
    site_name = forms.ChoiceField(label="Lieu", required=False)
    visitors = forms.CharField(
        label="Personnes qui visitent", max_length=300, required=False,
        help_text="Par exemple\u00a0: deux chargé·es de mission.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, dossier: Candidature, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        names = dossier.sites.order_by("order", "pk").values_list("name", flat=True)
        choices = [("", "L’organisme dans son ensemble"), *((name, name) for name in dict.fromkeys(names))]
        self.fields["site_name"].choices = choices  # type: ignore[attr-defined]


class AddVisitForm(forms.ModelForm):
    """A visit planned from the list: of a recognition, or of a dossier being examined."""

    class Meta:
        model = Visit
        fields = ("recognition", "candidature", "planned_on", "site_name", "visitors")
        widgets = {"planned_on": day_input()}
        error_messages = {"planned_on": {"required": "Donnez la date de la visite.", "invalid": "Donnez une date."}}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if bool(values.get("recognition")) == bool(values.get("candidature")):
            self.add_error("recognition", "Choisissez une reconnaissance, ou un dossier\u00a0: l’un des deux.")
        return values

    def clean_planned_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["planned_on"]
        try:
            check_planned(day, timezone.localdate())
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return day


class ReportForm(LifeForm):
    done_on = _day("Faite le", "Donnez la date de la visite.")
    report = _area("Compte rendu", "Écrivez le compte rendu de la visite.", rows=8)


class SeenForm(LifeForm):
    """What was found of one criterion; nothing, if it was not looked at."""

    severity = forms.ChoiceField(
        label="Constat", required=False, widget=forms.RadioSelect,
        choices=[("", "Non regardé"), *Finding.Severity.choices],
    )  # fmt: skip
    text = _area("Observation", rows=2)
    corrective = _area("Ce qui est à corriger", rows=2)
    due_on = _day("Avant le")

    def __init__(self, data: Any = None, *, criterion: int, finding: Finding | None = None) -> None:
        names = ("severity", "text", "corrective", "due_on")
        initial = {name: getattr(finding, name) for name in names} if finding else {"severity": ""}
        super().__init__(data, key=f"c{criterion}", prefix=f"c{criterion}", initial=initial)

    def clean(self) -> dict[str, Any]:
        """As the service asks, said of each line at once."""
        values: dict[str, Any] = super().clean() or {}
        gap = values.get("severity") in {Finding.Severity.MINOR, Finding.Severity.MAJOR}
        if gap and not values.get("corrective", "").strip():
            self.add_error("corrective", "Un écart dit ce qui est à corriger.")
        if gap and not values.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "Un écart dit avant quand il est à corriger.")
        typed = values.get("text") or values.get("corrective") or values.get("due_on")
        if typed and not values.get("severity"):
            self.add_error("severity", "Choisissez le constat\u00a0: conforme, ou un écart.")
        return values


class ResolveForm(LifeForm):
    on = _day("Corrigé le", "Donnez la date.")
    resolution = _area("Comment", "Dites comment l’écart a été corrigé.", rows=2)


class ReasonForm(LifeForm):
    reason = _area("Raison", "Dites pourquoi.", rows=2)


# --- the procedure, the ends


class NoticeForm(LifeForm):
    kind = forms.ChoiceField(
        label="Nature de l’annulation envisagée", widget=forms.RadioSelect, choices=Notice.Kind.choices,
        error_messages={"required": "Dites s’il s’agit d’un retrait ou d’une abrogation."},
    )  # fmt: skip
    grounds = _area("Motifs", "Écrivez les motifs.", help_text=_LAWFUL)
    answer_by = _day(
        "Réponse attendue avant la fin du", "Donnez le délai laissé pour répondre.",
        help_text="Pas plus tôt que la règle ne le dit\u00a0: c’est le temps de préparer une défense.",
    )  # fmt: skip
    sure = forms.BooleanField(
        label="J’ai relu\u00a0: la lettre part aussitôt, avec ces motifs mot pour mot",
        error_messages={"required": "Relisez, puis cochez cette case."},
    )

    def told(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "grounds", "answer_by")}


class AnswerForm(LifeForm):
    answered_on = _day("Reçue le", "Donnez la date de réception.")
    answer = _area("Observations de l’organisme", "Écrivez ce que l’organisme a répondu.")


_SIGNED = ("sitting", "deliberation_number", "signatory", "signatory_title", "sure")


class SatForm(SignedForm):
    """A decision on a recognition: of a sitting that was held, or by delegation (R14)."""

    sitting = forms.ModelChoiceField(
        Sitting.objects.none(), label="Séance", required=False, empty_label="Sans séance\u00a0: par délégation",
        help_text="La lettre dit de quelle séance est la décision, ou qu’elle est prise par délégation.",
    )  # fmt: skip
    field_order: tuple[str, ...] = _SIGNED

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        held = Sitting.objects.filter(body__kind=GoverningBody.Kind.DECISION, held_on__lte=timezone.localdate())
        self.fields["sitting"].queryset = held.select_related("body")  # type: ignore[attr-defined]

    def signed(self) -> dict[str, Any]:
        return super().signed() | {"sitting": self.cleaned_data["sitting"]}


class SuspendForm(SatForm):
    """After the organisation was heard, or at once when that is urgent."""

    grounds = _area("Motifs", "Écrivez les motifs.", help_text=_LAWFUL)
    urgency = _area(
        "Urgence", rows=2,
        help_text="Si l’organisme n’a pas été entendu dans une procédure contradictoire\u00a0: ce qui ne permet pas"
        " d’attendre. La lettre le dit (article L. 121-2 du CRPA).",
    )  # fmt: skip
    field_order = ("grounds", "urgency", *_SIGNED)


class AnnulForm(SatForm):
    grounds = _area("Motifs", "Écrivez les motifs.", help_text=_LAWFUL)
    reworded = forms.BooleanField(
        label="Ces motifs ne sont pas mot pour mot ceux qui ont été dits\u00a0: j’ai vérifié que l’organisme a pu"
        " répondre à chacun",
        required=False,
    )  # fmt: skip
    decided_on = _day("Décidée le", "Donnez la date de la décision.")
    field_order = ("grounds", "reworded", "decided_on", *_SIGNED)


class GiveUpForm(LifeForm):
    reason = forms.CharField(
        label="Demande de l’organisme", max_length=300, help_text="Quand et comment il l’a demandé.",
        error_messages={"required": "Dites quand et comment l’organisme l’a demandé."},
    )  # fmt: skip


def visited_choices() -> dict[str, Any]:
    """What may be visited: recognitions that run, dossiers being examined."""
    return {
        "recognition": Recognition.objects.filter(end_reason="").select_related("organisation"),
        "candidature": Candidature.objects.filter(state__in=Candidature.EXAMINED).select_related(
            "organisation", "campaign"
        ),
    }
