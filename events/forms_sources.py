"""Forms of what comes in: a source, a file (A6, S4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from core.reference import EventType, Sector, Status
from core.text import fold
from events.importers.fetch import FetchError, check_address
from events.models import Source
from members.models import Organisation

RHYTHMS = [(1, "Toutes les heures"), (3, "Toutes les 3 heures"), (6, "Toutes les 6 heures"), (24, "Chaque jour")]
FORMATS = [
    ("ics", "iCalendar (.ics)\u00a0: Google Agenda, Outlook, Nextcloud, WordPress…"),
    ("openagenda", "OpenAgenda (export JSON)"),
    ("csv", "Tableau CSV publié à une adresse"),
]


class SourceForm(forms.Form):
    """What a source is. `houses` are the organisations the person works for; `source` the one that is edited."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Organisme", empty_label=None)
    name = forms.CharField(
        label="Nom de cet agenda", max_length=200, help_text="Par exemple\u00a0: Agenda du CIO de Troyes."
    )
    format = forms.ChoiceField(label="Format", choices=FORMATS, widget=forms.RadioSelect)
    url = forms.URLField(
        label="Adresse à lire", max_length=500, assume_scheme="https",
        help_text="Le lien public de l’agenda, celui qu’on donne à un logiciel de calendrier.",
    )  # fmt: skip
    page_url = forms.URLField(
        label="Page à citer", max_length=400, required=False, assume_scheme="https",
        help_text="Où le public voit cet agenda\u00a0; citée comme origine de chaque évènement.",
    )  # fmt: skip
    every_hours = forms.TypedChoiceField(label="Lue", choices=RHYTHMS, coerce=int, initial=1)
    default_kind = forms.ChoiceField(
        label="Type, quand rien ne le dit", choices=EventType.choices, initial=EventType.REUNION_INFORMATION,
    )  # fmt: skip
    default_sectors = forms.MultipleChoiceField(
        label="Secteurs, quand rien ne les dit", choices=Sector.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    default_publics = forms.MultipleChoiceField(
        label="Publics, quand rien ne les dit", choices=Status.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, houses: list[Organisation], source: Source | None = None, **kwargs: Any) -> None:
        if source is not None:
            names = ("name", "format", "url", "page_url", "every_hours", "default_kind", "default_sectors")
            kwargs["initial"] = {name: getattr(source, name) for name in (*names, "default_publics")}
        super().__init__(*args, **kwargs)
        self.source = source
        if source is not None or len(houses) == 1:
            del self.fields["organisation"]
            self._house = source.organisation if source else houses[0]
        else:
            self.fields["organisation"].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
                pk__in=[house.pk for house in houses]
            )
        rhythm = source.every_hours if source else 1
        if rhythm not in dict(RHYTHMS):
            self.fields["every_hours"].choices = [*RHYTHMS, (rhythm, f"Toutes les {rhythm} heures")]  # type: ignore[attr-defined]

    @property
    def house(self) -> Organisation:
        return self.cleaned_data.get("organisation") or self._house

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        if url.startswith("webcal://"):
            url = "https://" + url.removeprefix("webcal://")
        try:
            check_address(url)
        except FetchError as error:
            raise ValidationError(str(error)) from error
        return url

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors:
            twins = Source.objects.filter(organisation=self.house, url=found["url"])
            if (twins.exclude(pk=self.source.pk) if self.source else twins).exists():
                self.add_error("url", "Cet organisme a déjà cette source.")
        return found

    def written(self) -> Source:
        """The source as the form says it, not saved; `moved` then says whether nothing is known of its address."""
        source = self.source or Source(organisation=self.house, slug=_free_slug(self.cleaned_data["name"]))
        before = source.url, source.format
        self.moved = source.pk is None
        for name in self.fields:
            if name != "organisation":
                setattr(source, name, self.cleaned_data[name])
        if (source.url, source.format) != before:  # nothing is known of this address
            self.moved = True
            source.etag = source.last_modified = source.body_digest = ""
        return source


class FileForm(forms.Form):
    """A file of events."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Organisme", empty_label=None)
    file = forms.FileField(
        label="Fichier", help_text="CSV, XLSX ou iCalendar (.ics), 3 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.ics"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )  # fmt: skip

    def __init__(self, *args: Any, houses: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._house = houses[0]
        if len(houses) == 1:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
                pk__in=[house.pk for house in houses]
            )

    @property
    def house(self) -> Organisation:
        return self.cleaned_data.get("organisation") or self._house


def _free_slug(name: str) -> str:
    base = slugify(fold(name))[:60].strip("-") or "source"
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | {"ajouter"}
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
