"""What an officer types of a sitting: its day, agenda, an opinion, a recusal, the minutes, the decisions (R6, R7)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from recognition import rulebook
from recognition.models import Candidature, Decision, GoverningBody, Opinion, Sitting
from recognition.services.sitting import WHY_PAST

_AREA = {"rows": 4}


def day_input(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"} | attrs, format="%Y-%m-%d")


def tell(form: forms.Form, error: ValidationError) -> None:
    """What a service refused, beside the field it names, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)  # type: ignore[arg-type]
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages)  # type: ignore[arg-type]


class DeskForm(forms.Form):
    """A form among others on one page: `key` keeps their identifiers apart."""

    def __init__(self, data: Any = None, *, key: str = "", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"id_{key}_%s" if key else "id_%s", label_suffix="", **kwargs)


_LATE = "Si elle a déjà eu lieu\u00a0: pourquoi elle n’est saisie, ou déplacée, qu’après. Le journal le garde."


class PlanForm(forms.ModelForm):
    """A sitting to come; the rest is written on its page."""

    body = forms.ModelChoiceField(
        GoverningBody.objects.all(), label="Instance", empty_label="Choisissez",
        error_messages={"required": "Choisissez l’instance."},
    )  # fmt: skip
    reason = forms.CharField(label="Raison", max_length=300, required=False, help_text=_LATE)

    class Meta:
        model = Sitting
        fields = ("body", "held_on", "starts_at", "place")
        widgets = {"held_on": day_input(), "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        error_messages = {"held_on": {"required": "Donnez la date de la séance.", "invalid": "Donnez une date."}}

    def clean(self) -> dict[str, Any]:
        """As `plan_sitting` asks, said beside its field."""
        values: dict[str, Any] = super().clean() or {}
        day = values.get("held_on")
        if day and day < timezone.localdate() and not values.get("reason", "").strip():
            self.add_error("reason", WHY_PAST)
        return values


class DetailsForm(DeskForm):
    """When, where, who: `present` is what votes are checked against."""

    KEPT = ("held_on", "starts_at", "place", "chair", "present")

    held_on = forms.DateField(label="Date", widget=day_input(), error_messages={"required": "Donnez la date."})
    reason = forms.CharField(label="Raison", max_length=300, required=False, help_text=_LATE)
    starts_at = forms.TimeField(
        label="Heure", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label="Lieu", max_length=200, required=False)
    chair = forms.CharField(label="Présidence", max_length=200, required=False)
    present = forms.CharField(
        label="Personnes présentes", required=False, widget=forms.Textarea(attrs=_AREA), strip=False,
        help_text="Une par ligne\u00a0: nom, organisme. Les voix de chaque avis sont vérifiées d’après cette liste.",
    )  # fmt: skip

    @classmethod
    def of(cls, sitting: Sitting) -> DetailsForm:
        return cls(initial={name: getattr(sitting, name) for name in cls.KEPT}, key="seance")


class AgendaForm(DeskForm):
    """One dossier by hand."""

    candidature = forms.ModelChoiceField(
        Candidature.objects.none(), label="Dossier", empty_label="Choisissez",
        error_messages={"required": "Choisissez un dossier.",
                        "invalid_choice": "Ce dossier n’attend pas cette instance\u00a0: rechargez la page."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rows: Any = None, **kwargs: Any) -> None:
        super().__init__(data, key="agenda", **kwargs)
        if rows is not None:
            self.fields["candidature"].queryset = rows  # type: ignore[attr-defined]


def _votes(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=500, initial=0, required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Un nombre de voix, zéro ou plus."),
    )  # fmt: skip


class OpinionForm(DeskForm):
    value = forms.ChoiceField(
        label="Avis", widget=forms.RadioSelect, choices=Opinion.Value.choices,
        error_messages={"required": "Choisissez l’avis\u00a0: favorable, réservé ou défavorable."},
    )  # fmt: skip
    reasons = forms.CharField(
        label="Motifs", widget=forms.Textarea(attrs=_AREA),
        help_text="Ce qui fonde l’avis\u00a0: ils sont gardés mot pour mot, et l’instance suivante les lit.",
        error_messages={"required": "Donnez les motifs de l’avis."},
    )  # fmt: skip
    votes_for = _votes("Voix pour la reconnaissance")
    votes_against = _votes("Voix contre")
    abstentions = _votes("Abstentions")

    @classmethod
    def of(cls, dossier: int, opinion: Opinion | None) -> OpinionForm:
        initial = {name: getattr(opinion, name) for name in cls.base_fields} if opinion else {}
        return cls(initial=initial, key=f"avis_{dossier}")

    def votes(self) -> dict[str, int]:
        """Nothing typed is no voice."""
        return {name: self.cleaned_data[name] or 0 for name in ("votes_for", "votes_against", "abstentions")}


class RecusalForm(DeskForm):
    person = forms.CharField(
        label="Personne qui se déporte", max_length=200, error_messages={"required": "Dites qui se déporte."}
    )
    organisation_name = forms.CharField(label="Organisme", max_length=200, required=False)
    reason = forms.CharField(
        label="Raison", max_length=300, help_text="Par exemple\u00a0: elle préside l’organisme candidat.",
        error_messages={"required": "Dites pour quelle raison."},
    )  # fmt: skip


class MinutesForm(DeskForm):
    minutes = forms.CharField(label="Compte rendu", required=False, widget=forms.Textarea(attrs={"rows": 10}))
    sure = forms.BooleanField(label="J’ai relu la séance", required=False)


class SignedForm(DeskForm):
    """The deliberation that decides one dossier or several, and who signs it (R14)."""

    deliberation_number = forms.CharField(
        label="Numéro de la délibération", max_length=60,
        error_messages={"required": "Donnez le numéro de la délibération."},
    )  # fmt: skip
    signatory = forms.CharField(
        label="Signataire", max_length=200, error_messages={"required": "Donnez la ou le signataire."}
    )
    signatory_title = forms.CharField(
        label="Qualité", max_length=200, help_text="Par exemple\u00a0: Présidente du Conseil régional.",
        error_messages={"required": "Donnez la qualité de la ou du signataire."},
    )  # fmt: skip
    sure = forms.BooleanField(
        label="J’ai relu\u00a0: une décision enregistrée ne se modifie plus",
        error_messages={"required": "Relisez, puis cochez cette case."},
    )

    @classmethod
    def blank(cls) -> SignedForm:
        """With the signatory that the Region’s rules name."""
        names = ("signatory", "signatory_title")
        return cls(initial={name: rulebook.text(name) for name in names}, key="deliberation")

    def signed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("deliberation_number", "signatory", "signatory_title")}


_KINDS = [(Decision.Kind.GRANT, "Reconnaissance"), (Decision.Kind.REFUSAL, "Refus")]
_GROUNDS_HELP = (
    "Obligatoires pour un refus (la lettre les reprend mot pour mot), et pour accorder malgré un critère non atteint ou"
    " un avis défavorable."
)


class DecisionForm(DeskForm):
    """What is decided of one dossier of the agenda; nothing, if it is not decided by this deliberation."""

    kind = forms.ChoiceField(
        label="Décision", widget=forms.RadioSelect, required=False, choices=[("", "Pas maintenant"), *_KINDS]
    )
    grounds = forms.CharField(
        label="Motifs", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_GROUNDS_HELP
    )

    def __init__(self, data: Any = None, *, dossier: Candidature) -> None:
        super().__init__(data, prefix=f"d{dossier.pk}", initial={"kind": ""})


class FollowForm(SignedForm):
    """Another decision in the place of the one that is shown (R13)."""

    sitting = forms.ModelChoiceField(
        Sitting.objects.none(), label="Séance", empty_label="Choisissez",
        error_messages={"required": "Choisissez la séance qui décide."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Décision", widget=forms.RadioSelect, choices=_KINDS, error_messages={"required": "Choisissez."}
    )
    grounds = forms.CharField(
        label="Motifs", required=False, widget=forms.Textarea(attrs=_AREA), help_text=_GROUNDS_HELP
    )
    field_order = ("sitting", "kind", "grounds", "deliberation_number", "signatory", "signatory_title", "sure")

    def __init__(self, data: Any = None, *, rows: Any, **kwargs: Any) -> None:
        super().__init__(data, key="suite", **kwargs)
        self.fields["sitting"].queryset = rows  # type: ignore[attr-defined]
