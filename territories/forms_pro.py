"""What an organisation types of its places: the sheet, a place to add, a closure, a reason."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator, URLValidator
from django.db.models import Q, QuerySet

from accounts.forms import ADDRESS_ERROR
from core.reference import Access, Channel, Service, Status
from members.models import Organisation
from territories import communes
from territories.models import Closure, Commune, Site, SiteKind
from territories.phones import telephone
from territories.points import EXAMPLE, PointField, figures
from territories.services_sites import as_seen, place_at, version_of

_DAY = "Donnez un jour, par exemple 24/12/2026."
_NOT_IN_ADDRESS = re.compile(r"""[\s"'<>`\\{}|^]""")
_LONG = 4_000  # characters of a presentation


def _several(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def _text(label: str, rows: int, most: int = _LONG, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


class TownMixin(forms.Form):
    """A commune typed as on `/lieux/`: code, postcode or name; asked again when several answer (T1)."""

    choices: tuple[communes.Town, ...] = ()
    also: tuple[communes.Town, ...] = ()

    def town_typed(self) -> Commune | None:
        """The commune, or None with the reason beside the field; `choices` are those to choose from."""
        text = self.cleaned_data.get("commune", "")
        if not text:
            return None
        answer = communes.find(text, typed=True)
        self.choices, self.also = answer.several or answer.close, answer.also
        chosen = self.data.get("commune_choice", "")
        known = {town.insee for town in (*self.choices, *self.also)}
        insee = chosen if chosen in known else (answer.town.insee if answer.town else "")
        if not insee:
            self.add_error("commune", communes.question(text, answer))
            return None
        return Commune.objects.get(pk=insee)


class SheetForm(TownMixin):
    """The sheet of a place. `values` (of a valid form) is what `services_sites.edit_site` writes, hours apart."""

    name = forms.CharField(
        label="Nom du lieu", max_length=200, help_text="Tel que le public le connaît.",
        error_messages={"required": "Écrivez le nom du lieu."},
    )  # fmt: skip
    description = _text(
        "Présentation", 6, help_text="Ce que l’on y trouve, en quelques phrases simples. Une ligne vide sépare deux"
        " paragraphes.",
    )  # fmt: skip
    address = forms.CharField(
        label="Adresse", max_length=300, required=False, help_text="Numéro et rue, bâtiment, étage."
    )
    postal_code = forms.CharField(
        label="Code postal", max_length=5, required=False,
        validators=[RegexValidator(r"\A[0-9]{5}\Z", "Un code postal compte cinq chiffres.")],
    )  # fmt: skip
    commune = forms.CharField(
        label="Commune", max_length=communes.LONGEST, error_messages={"required": "Écrivez la commune."}
    )
    point = PointField(
        label="Point sur la carte",
        help_text=f"Deux nombres (« {EXAMPLE} ») ou le lien d’une carte. Vide : le centre de la commune.",
    )
    phone = forms.CharField(label="Téléphone", max_length=40, required=False, validators=[telephone])
    email = forms.EmailField(
        label="Courriel public", required=False, max_length=254, error_messages={"invalid": ADDRESS_ERROR},
        help_text="Celui de l’accueil, pas celui d’une personne : tout le monde le lira.",
    )  # fmt: skip
    website = forms.URLField(
        label="Site internet", required=False, max_length=300, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip
    hours_text = _text(
        "Précisions sur les horaires",
        2,
        500,
        "Ce qui ne tient pas dans la grille : sur rendez-vous, un samedi sur deux…",
    )
    services = _several("Ce que l’on peut y demander", Service.choices)
    channels = _several("Comment on y est reçu·e", Channel.choices)
    publics = _several("Publics nommés d’abord", Status.choices, "Aucun : le lieu est là pour tout le monde.")
    access = _several("Accessibilité", Access.choices)
    access_text = _text(
        "Précisions sur l’accès", 2, 1_000, "Ascenseur, place de stationnement, interprète sur demande…"
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60_000, strip=False)

    def __init__(self, data: Any = None, *, site: Site | None = None) -> None:
        # What the person had under their eyes, which is not always what is saved now.
        self.site = site and (as_seen(site, str(data.get("version", ""))) if data is not None else site)
        super().__init__(data, initial=initial_of(self.site) if self.site else None)
        website = self.fields["website"]
        website.validators = [URLValidator(schemes=["http", "https"]), MaxLengthValidator(300)]
        website.error_messages["invalid"] = "Écrivez une adresse complète, par exemple https://www.exemple.fr."
        self.fields["commune"].widget.attrs.update(
            {"data-communes": "/lieux/communes/", "autocomplete": "off", "spellcheck": "false"}
        )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name.isprintable() or not any(letter.isalpha() for letter in name):
            raise ValidationError("Écrivez un nom, sans caractère invisible.", code="name")
        return name

    def clean_address(self) -> str:
        return " ".join(str(self.cleaned_data["address"]).split())

    def clean_website(self) -> str:
        """What `URLValidator` lets through is not always an address that a page or a file can hold as it is."""
        address: str = self.cleaned_data["website"]
        if _NOT_IN_ADDRESS.search(address):
            raise ValidationError(self.fields["website"].error_messages["invalid"], code="invalid")
        return address

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if (town := self.town_typed()) is not None and "point" not in self.errors:
            try:
                given |= {"place": self._place(town)}
            except ValidationError as error:
                self.add_error("point", error)
        return given

    def _place(self, town: Commune) -> dict[str, Any]:
        site, untouched = self.site, "point" not in self.changed_data
        if site and untouched and not site.provisional:
            return place_at(town, site.lat, site.lon)  # all its figures, not those that the form shows
        if site and untouched and site.commune_id == town.pk:
            return {"commune": town, "lat": site.lat, "lon": site.lon, "provisional": site.provisional}
        return place_at(town, *(self.cleaned_data["point"] or (None, None)))

    def reread(self, now: Site, asked: Collection[str]) -> None:
        """The person sees what the sheet says `now`, but for what they are asked about: their next version replaces it.

        `asked`: the columns that both changed. What the person alone changed stays too.
        """
        said, shown = initial_of(now), initial_of(self.site) if self.site else {}
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, value in said.items():
            mine = data.getlist(name) if isinstance(value, list) else data.get(name, "").replace("\r\n", "\n")
            same = set(mine) == set(shown[name]) if isinstance(value, list) else mine == shown[name]
            if name == "version" or (same and not {name, *_PLACED.get(name, ())} & set(asked)):
                data.setlist(name, value if isinstance(value, list) else [value])
        self.data = data

    @property
    def values(self) -> dict[str, Any]:
        place: dict[str, Any] = self.cleaned_data["place"]
        said = {name: self._said(name) for name in self.cleaned_data if name not in _NOT_COLUMNS}
        return said | place

    def _said(self, name: str) -> Any:
        """A value as the sheet keeps it: what only looks different (ends of lines, the order of boxes) is the same."""
        value = self.cleaned_data[name]
        if isinstance(value, list) and self.site is not None and set(value) == set(getattr(self.site, name)):
            return getattr(self.site, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


_NOT_COLUMNS = {"place", "version", "commune", "point", "kind"}
_PLACED = {"commune": ("place",), "point": ("place",)}


def initial_of(site: Site) -> dict[str, Any]:
    """What the form shows of a place; no point while it stands at the centre of its commune."""
    names = (
        "name", "description", "address", "postal_code", "phone", "email", "website", "hours_text", "services",
        "channels", "publics", "access", "access_text",
    )  # fmt: skip
    said = {name: getattr(site, name) for name in names}
    said |= {"commune": f"{site.commune.name} ({site.commune.department_id})", "point": "", "version": version_of(site)}
    if not site.provisional:
        said["point"] = figures(site.lat, site.lon)
    return said


class NewSheetForm(SheetForm):
    """A place to add: its kind is chosen once, among those of the organisation's network and those of nobody's."""

    kind = forms.ModelChoiceField(
        label="Sorte de lieu", queryset=SiteKind.objects.none(), empty_label="Choisissez",
        error_messages={
            "required": "Choisissez la sorte de lieu.",
            "invalid_choice": "Choisissez la sorte de lieu dans la liste.",
        },
    )  # fmt: skip
    field_order = ["kind", "name"]

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data)
        self.fields["kind"].queryset = kinds_for(organisation)  # type: ignore[attr-defined]


def kinds_for(organisation: Organisation) -> QuerySet[SiteKind]:
    """The kinds an organisation may give to a place: those of its places, of its network, or of no network."""
    own = Q(sites__organisation=organisation) | Q(network=organisation.network_id) | Q(network=None)
    return SiteKind.objects.filter(pk__in=SiteKind.objects.filter(own).values("pk"))


class ClosureForm(forms.ModelForm):
    """Days without public, both included; one day when the end is left empty."""

    starts_on = forms.DateField(
        label="Fermé du", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choisissez le premier jour.", "invalid": _DAY},
    )  # fmt: skip
    ends_on = forms.DateField(
        label="Jusqu’au (compris)", required=False, help_text="Vide : un seul jour.", error_messages={"invalid": _DAY},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    class Meta:
        model = Closure
        fields = ("starts_on", "ends_on", "reason")
        labels = {"reason": "Raison, telle que le public la lira"}

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start = given.get("starts_on")
        if start and not given.get("ends_on") and "ends_on" not in self.errors:
            given["ends_on"] = start
        if start and given.get("ends_on"):
            if given["ends_on"] < start:
                self.add_error("ends_on", "La fin ne peut précéder le début.")
            elif (given["ends_on"] - start).days > 730:
                self.add_error("ends_on", "Une fermeture de plus de deux ans\u00a0: retirez plutôt le lieu.")
        return given


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi, en quelques mots."},
        help_text="Fermé définitivement, déménagé, doublon… La Région le lira ; n’y nommez personne.",
    )
