"""What a team types of its dossier. Nothing is required to be *saved*: what lacks is said before the deposit (R3).

Each form of a part carries `version` and `seen` (digests of what was read): see `services/saving.py`. A value that
cannot be kept is left out and said beside its field; the rest is saved.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from accounts.forms import ADDRESS_ERROR
from core.reference import Access, Channel, Service, Status
from recognition.contents import ANSWER_FIELDS, ORGANISATION_FIELDS, SITE_FIELDS
from recognition.models import CandidateSite, Candidature
from recognition.services.saving import Seen
from territories import communes
from territories.forms_pro import TownMixin
from territories.models import SiteKind
from territories.phones import telephone
from territories.points import EXAMPLE, PointField, figures
from territories.services_sites import place_at

LONG = 10_000  # characters of a text
_WEBSITE = "Écrivez une adresse complète, par exemple https://www.exemple.fr."


def _line(label: str, most: int, help_text: str = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=help_text, widget=forms.TextInput(attrs=attrs)
    )


def _text(label: str, help_text: str = "", rows: int = 6, most: int = LONG) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def _boxes(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def _email(label: str, help_text: str = "") -> forms.EmailField:
    return forms.EmailField(
        label=label, required=False, max_length=254, error_messages={"invalid": ADDRESS_ERROR}, help_text=help_text
    )


def _phone(label: str = "Téléphone") -> forms.CharField:
    return forms.CharField(label=label, max_length=40, required=False, validators=[telephone])


def _website() -> forms.URLField:
    field = forms.URLField(
        label="Site internet", required=False, max_length=300, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}), error_messages={"invalid": _WEBSITE},
    )  # fmt: skip
    field.validators = [URLValidator(schemes=["http", "https"], message=_WEBSITE)]
    return field


class PartForm(forms.Form):
    """A part of the dossier: `typed` are the values that can be kept, `version` and `seen` what the person had read."""

    names: tuple[str, ...] = ()
    # Asked before the deposit, not to save: the page does not call them optional, and an empty one is kept.
    needed: tuple[str, ...] = ()
    use_required_attribute = False
    part: Any = None

    def full_clean(self) -> None:
        self._need(False)
        super().full_clean()
        self._need(True)

    def _need(self, needed: bool) -> None:
        for name in self.needed:
            self.fields[name].required = needed

    def versioned(self) -> None:
        """Add what says which version is read; the state saved now when the form is shown."""
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4_000)
        self.initial = {**self.initial, **self.read()}

    def read(self) -> dict[str, Any]:
        said = {name: getattr(self.part, name, None) for name in self.names}
        digests = json.dumps(Seen.of(said).digests, separators=(",", ":"))
        return {"version": getattr(self.part, "version", 0), "seen": digests}

    @property
    def version(self) -> int:
        return int(self.cleaned_data.get("version") or 0)

    @property
    def seen(self) -> Seen | None:
        try:
            said = json.loads(self.cleaned_data.get("seen") or "null")
        except ValueError:
            return None
        if not isinstance(said, dict):
            return None
        return Seen({name: str(digest) for name, digest in said.items() if name in self.names})

    @property
    def typed(self) -> dict[str, Any]:
        """What was sent and can be kept: a field that the page did not send is left as it is."""
        return {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data and self._sent(name)}

    def _sent(self, name: str) -> bool:
        widget = self.fields[name].widget
        return not widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name))


class OrganisationForm(PartForm):
    """The organisation as the dossier says it."""

    names = ORGANISATION_FIELDS
    needed = (
        "siret", "address", "legal_representative", "legal_representative_title", "contact_name", "contact_email",
        "presentation", "environment", "offer",
    )  # fmt: skip

    siret = _line(
        "SIRET", 20, "14 chiffres\u00a0: celui de l’établissement qui pilote les équipes.", inputmode="numeric"
    )
    legal_form = _line("Statut juridique", 120, "Association loi 1901, établissement public, société…")
    address = _text("Adresse du siège", "Numéro et rue, code postal, commune.", rows=3, most=300)
    website = _website()
    legal_representative = _line(
        "Personne qui représente l’organisme", 200, "Les courriers de la Région lui sont adressés."
    )
    legal_representative_title = _line("Sa fonction", 200, "Présidente, directeur général…")
    contact_name = _line("Personne à joindre pour ce dossier", 200)
    contact_email = _email("Son courriel", "La Région y écrira, comme aux personnes qui gèrent l’organisme.")
    contact_phone = _phone("Son téléphone")
    presentation = _text(
        "Présentation de l’organisme",
        "Son histoire, ses missions, qui il accueille. Elle ouvrira sa page publique s’il est reconnu.",
    )
    environment = _text(
        "Environnement et partenaires", "Le territoire, les publics, les structures avec lesquelles vous travaillez."
    )
    offer = _text(
        "Mise en œuvre de l’offre de services",
        "Comment vous assurez l’accueil, la première information et le premier conseil, sur place et à distance.",
    )
    team = _text("Équipe et qualifications", "Combien de personnes, leurs métiers, leurs formations. Sans les nommer.")
    coordination = _text("Pilotage et coordination des sites", "Si vous avez plusieurs sites.", rows=4)
    activity_review = _text("Bilan d’activité", "Depuis la reconnaissance\u00a0: ce qui est fait, pour qui.", rows=8)

    def __init__(self, data: Any = None, *, candidature: Candidature) -> None:
        self.part = candidature
        super().__init__(data, initial={name: getattr(candidature, name) for name in self.names})
        self.versioned()
        self._need(True)
        if candidature.kind != Candidature.Kind.RENEWAL and not candidature.activity_review:
            del self.fields["activity_review"]

    @property
    def typed(self) -> dict[str, Any]:
        said = super().typed
        if not said.get("siret"):  # a number cannot be taken away, only corrected
            said.pop("siret", None)
        return said


class SiteForm(TownMixin, PartForm):
    """One site (R3). Hours have their grid beside (`territories/hours_grid.py`)."""

    names = SITE_FIELDS
    needed = ("address", "commune", "perimeter", "publics_text", "services")

    name = forms.CharField(
        label="Nom du lieu", max_length=200, error_messages={"required": "Écrivez le nom du lieu."},
        help_text="Tel que le public le connaît.",
    )  # fmt: skip
    kind = forms.ModelChoiceField(
        label="Sorte de lieu", queryset=SiteKind.objects.none(), required=False, empty_label="Choisissez",
        error_messages={"invalid_choice": "Choisissez la sorte de lieu dans la liste."},
    )  # fmt: skip
    address = _line("Adresse", 300, "Numéro et rue, bâtiment, étage.")
    postal_code = forms.RegexField(
        r"\A[0-9]{5}\Z", label="Code postal", required=False, max_length=5, strip=True,
        error_messages={"invalid": "Un code postal compte cinq chiffres."},
    )  # fmt: skip
    commune = forms.CharField(label="Commune", max_length=communes.LONGEST, required=False)
    point = PointField(
        label="Point sur la carte",
        help_text=f"Deux nombres ({EXAMPLE}) ou le lien d’une carte. Vide\u00a0: le centre de la commune.",
    )
    phone = _phone()
    email = _email("Courriel public", "Celui de l’accueil, pas celui d’une personne.")
    website = _website()
    hours_text = _text("Précisions sur les horaires", "Sur rendez-vous, un samedi sur deux…", rows=2, most=500)
    services = _boxes("Services demandés sur ce site", Service.choices)
    channels = _boxes("Comment on y est reçu·e", Channel.choices)
    publics = _boxes("Publics nommés d’abord", Status.choices, "Aucun\u00a0: le lieu est là pour tout le monde.")
    publics_text = _text(
        "Périmètre du public", "Qui vous recevez\u00a0: tout le monde, ou qui d’abord. Qui vous orientez ailleurs.", 3
    )
    perimeter = _text(
        "Périmètre géographique", "Les communes, le bassin d’emploi ou le territoire que ce site dessert.", 3
    )
    has_reception = forms.BooleanField(label="Un espace d’accueil", required=False)
    has_confidential = forms.BooleanField(label="Un espace confidentiel", required=False)
    has_internet = forms.BooleanField(label="Un accès à internet", required=False)
    has_telephone = forms.BooleanField(label="Un téléphone", required=False)
    access = _boxes("Accessibilité", Access.choices)
    access_text = _text("Précisions sur l’accès", "Ascenseur, stationnement, interprète sur demande…", 2, 1_000)

    def __init__(self, data: Any = None, *, site: CandidateSite | None = None) -> None:
        self.part = self.site = site
        super().__init__(data, initial=_initial_of(site) if site else None)
        if site is not None:
            self.versioned()
        self._need(True)
        kinds = SiteKind.objects.filter(receives_public=True)
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["commune"].widget.attrs["data-communes"] = "/lieux/communes/"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if "commune" in self.data:
            self._place(given)
        return given

    def _place(self, given: dict[str, Any]) -> None:
        """The commune and the coordinates, or the reason beside the field."""
        town = self.town_typed()
        if town is None:
            if given.get("commune") or "commune" in self.errors:
                self.place: dict[str, Any] = {}
                return
            self.place = {"commune": None, "lat": None, "lon": None}
            return
        untouched = self.site is not None and "point" not in self.changed_data and self.site.lat is not None
        if untouched and self.site is not None and self.site.commune_id == town.pk:
            self.place = {"commune": town, "lat": self.site.lat, "lon": self.site.lon}
            return
        try:
            lat, lon = given.get("point") or (None, None)
            self.place = place_at(town, lat, lon)
            self.place.pop("provisional")
        except ValidationError as error:
            self.add_error("point", error)
            self.place = {}

    @property
    def typed(self) -> dict[str, Any]:
        said = {name: value for name, value in super().typed.items() if name not in {"commune", "hours", "lat", "lon"}}
        return said | getattr(self, "place", {})


class SiteNameForm(forms.Form):
    """What makes a site of the dossier; the rest is written on its page."""

    name = forms.CharField(
        label="Nom du lieu", max_length=200, error_messages={"required": "Écrivez le nom du lieu."},
        help_text="Tel que le public le connaît.",
    )  # fmt: skip


def _initial_of(site: CandidateSite) -> dict[str, Any]:
    said = {name: getattr(site, name) for name in SITE_FIELDS if name not in {"hours", "lat", "lon"}}
    town = site.commune
    at_centre = town is None or (site.lat, site.lon) == (town.lat, town.lon)
    point = "" if site.lat is None or site.lon is None or at_centre else figures(site.lat, site.lon)
    return said | {"commune": f"{town.name} ({town.department_id})" if town else "", "point": point}


class AnswerForm(PartForm):
    """The answer to one criterion; its prefix is the key of the criterion."""

    names = ANSWER_FIELDS
    needed = ("text",)

    text = _text("Votre réponse", rows=5)
    evidence = _text("Ce qui le montre", "Documents, chiffres, organisation, exemples.", rows=3)

    def __init__(self, data: Any = None, *, answer: Any, prefix: str) -> None:
        self.part = answer
        said = {name: getattr(answer, name, "") for name in self.names}
        super().__init__(data, initial=said, prefix=prefix)
        self.versioned()
        self._need(True)
