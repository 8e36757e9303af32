"""What an organisation types of its places: the sheet, a place to add, a closure, a reason."""

from __future__ import annotations

import re
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
from territories.services_sites import place_at, version_of

_DEGREES = re.compile(r"-?\d{1,3}(?:[.,]\d{1,12})?")
_PHONE = RegexValidator(r"\A\+?[0-9][0-9 .\u00a0\u202f()/-]{1,38}\Z", "Écrivez un numéro, par exemple 03 29 00 00 00.")
_LONG = 4_000  # characters of a presentation


def _several(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def _text(label: str, rows: int, most: int = _LONG, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text
    )


class DegreesField(forms.CharField):
    """A latitude or a longitude, with a point or a comma; None when empty."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        self.most = most
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label=label, required=False, max_length=20, widget=widget, **options)

    def clean(self, value: Any) -> float | None:
        text = super().clean(value)
        if not text:
            return None
        if not _DEGREES.fullmatch(text) or abs(found := float(text.replace(",", "."))) > self.most:
            raise ValidationError("Écrivez des degrés, par exemple 48,1744.", code="degrees")
        return found


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

    name = forms.CharField(label="Nom du lieu", max_length=200, help_text="Tel que le public le connaît.")
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
    commune = forms.CharField(label="Commune", max_length=communes.LONGEST)
    lat = DegreesField("Latitude", 85, help_text="Pour placer le lieu sur la carte ; vide, il est placé à la commune.")
    lon = DegreesField("Longitude", 180)
    phone = forms.CharField(label="Téléphone", max_length=40, required=False, validators=[_PHONE])
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
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    confirm = forms.BooleanField(label="Tout le reste de la fiche est juste aujourd’hui", required=False)

    def __init__(self, data: Any = None, *, site: Site | None = None) -> None:
        super().__init__(data, initial=initial_of(site) if site else None)
        self.site = site
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

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if bool(given.get("lat") is None) != bool(given.get("lon") is None) and not {"lat", "lon"} & set(self.errors):
            self.add_error("lat", "Donnez la latitude et la longitude, ou aucune des deux.")
        elif (town := self.town_typed()) is not None and not {"lat", "lon"} & set(self.errors):
            try:
                given |= {"place": self._place(town)}
            except ValidationError as error:
                self.add_error("lat", error)
        return given

    def _place(self, town: Commune) -> dict[str, Any]:
        site, given = self.site, self.cleaned_data
        untouched = not {"lat", "lon"} & set(self.changed_data)
        if site and untouched and not site.provisional:
            return place_at(town, site.lat, site.lon)  # all its figures, not those that the form shows
        if site and untouched and site.commune_id == town.pk:
            return {"commune": town, "lat": site.lat, "lon": site.lon, "provisional": site.provisional}
        return place_at(town, given["lat"], given["lon"])

    def reread(self, site: Site) -> None:
        """The person has seen what the sheet says now: their next version may replace it."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["version"] = version_of(site)
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


_NOT_COLUMNS = {"place", "version", "confirm", "commune", "lat", "lon", "kind"}


def initial_of(site: Site) -> dict[str, Any]:
    """What the form shows of a place; no coordinates while it stands at the centre of its commune."""
    names = (
        "name", "description", "address", "postal_code", "phone", "email", "website", "hours_text", "services",
        "channels", "publics", "access", "access_text",
    )  # fmt: skip
    said = {name: getattr(site, name) for name in names}
    said |= {"commune": f"{site.commune.name} ({site.commune.department_id})", "version": version_of(site)}
    if not site.provisional:
        said |= {"lat": f"{site.lat:.6f}", "lon": f"{site.lon:.6f}"}
    return said


class NewSheetForm(SheetForm):
    """A place to add: its kind is chosen once, among those of the organisation's network and those of nobody's."""

    kind = forms.ModelChoiceField(label="Sorte de lieu", queryset=SiteKind.objects.none(), empty_label="Choisissez")
    field_order = ["kind", "name"]

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data)
        self.fields["kind"].queryset = kinds_for(organisation)  # type: ignore[attr-defined]
        del self.fields["confirm"]


def kinds_for(organisation: Organisation) -> QuerySet[SiteKind]:
    """The kinds an organisation may give to a place: those of its places, of its network, or of no network."""
    own = Q(sites__organisation=organisation) | Q(network=organisation.network_id) | Q(network=None)
    return SiteKind.objects.filter(pk__in=SiteKind.objects.filter(own).values("pk"))


class ClosureForm(forms.ModelForm):
    """Days without public, both included; one day when the end is left empty."""

    ends_on = forms.DateField(
        label="Jusqu’au (compris)", required=False, help_text="Vide : un seul jour.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    class Meta:
        model = Closure
        fields = ("starts_on", "ends_on", "reason")
        labels = {"starts_on": "Fermé du", "reason": "Raison, telle que le public la lira"}
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

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
        label="Pourquoi", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Fermé définitivement, déménagé, doublon… La Région le lira ; n’y nommez personne.",
    )  # fmt: skip
