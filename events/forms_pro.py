"""What an organiser types of an event, its dates and its place apart (A1, S4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator, URLValidator
from django.db.models import Q

from accounts.forms import ADDRESS_ERROR
from core.images import MAX_BYTES, prepare
from core.reference import Access, EventType, Sector, Status
from events import pictures
from events.models import Event
from events.services.correcting import unsealed, version_of
from members.models import Organisation
from territories.phones import telephone

LONGEST = 10_000  # characters of a presentation
_NOT_IN_ADDRESS = frozenset(" \"'<>`\\{}|^")
Mode = Event.RegistrationMode


def several(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    """Boxes of a closed list, none of them required."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def address_of_page(label: str, help_text: str = "") -> forms.URLField:
    """An https address of another site."""
    found = forms.URLField(
        label=label, required=False, max_length=400, assume_scheme="https", help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        error_messages={"invalid": "Écrivez une adresse complète, par exemple https://www.exemple.fr."},
    )  # fmt: skip
    found.validators = [URLValidator(schemes=["http", "https"]), MaxLengthValidator(400), _plain_address]
    return found


def _plain_address(address: str) -> None:
    """What `URLValidator` lets through is not always an address that a page or a calendar can hold as it is."""
    if _NOT_IN_ADDRESS & set(address):
        raise ValidationError("Écrivez une adresse complète, par exemple https://www.exemple.fr.", code="invalid")


def one_line(text: str) -> str:
    """`text` on one line, without invisible characters. Raises `ValidationError` when nothing readable is left."""
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if text.strip() and not any(letter.isalnum() for letter in said):
        raise ValidationError("Écrivez des mots.", code="words")
    return said


class EventForm(forms.Form):
    """Every field of `services.writing.EDITED`; `values` (of a valid form) is what a service writes.

    `seen` is what the person had under their eyes, which a signed `version` brings back with what they type.
    """

    title = forms.CharField(
        label="Titre", max_length=200, help_text="Ce que le public lira d’abord\u00a0: court et précis, sans la date.",
        error_messages={"required": "Donnez un titre."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Type", choices=EventType.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un type."},
    )  # fmt: skip
    summary = forms.CharField(
        label="En une phrase", max_length=300, required=False, help_text="Pour qui, pour quoi faire."
    )
    description = forms.CharField(
        label="Présentation", max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Le déroulé, qui l’on rencontre, ce qu’il faut apporter. Une ligne vide sépare deux paragraphes.",
    )  # fmt: skip
    sectors = several("Secteurs", Sector.choices, "Aucun\u00a0: tous les secteurs.")
    publics = several("Publics", Status.choices, "Aucun\u00a0: tout public.")
    age_min = forms.IntegerField(label="À partir de (ans)", required=False, min_value=3, max_value=99)
    age_max = forms.IntegerField(label="Jusqu’à (ans)", required=False, min_value=3, max_value=120)
    access = several("Accessibilité", Access.choices, "Ce qui est sûr, pas ce qui est espéré.")
    access_text = forms.CharField(
        label="Précisions sur l’accessibilité", max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}), help_text="Interprète sur demande, salle calme, stationnement…",
    )  # fmt: skip
    organiser_name = forms.CharField(label="Organisé par", max_length=200, required=False)
    partners = several("Partenaires du portail", [], "Leur page sera citée sur celle de l’évènement.")
    partners_text = forms.CharField(
        label="Autres partenaires", max_length=500, required=False, help_text="Séparés par des virgules."
    )
    contact_email = forms.EmailField(
        label="Courriel pour le public", required=False, max_length=254, error_messages={"invalid": ADDRESS_ERROR},
        help_text="Celui d’un service plutôt que d’une personne\u00a0: tout le monde le lira.",
    )  # fmt: skip
    contact_phone = forms.CharField(
        label="Téléphone pour le public", max_length=40, required=False, validators=[telephone]
    )
    website = address_of_page("Page de l’évènement", "Sur votre site, si elle existe.")
    registration_mode = forms.ChoiceField(
        label="Comment vient-on\u202f?", choices=Mode.choices, widget=forms.RadioSelect, initial=Mode.NONE,
        error_messages={"required": "Dites comment on vient."},
    )  # fmt: skip
    registration_url = address_of_page("Adresse où l’on s’inscrit")
    free = forms.BooleanField(label="Gratuit", required=False, initial=True)
    price_text = forms.CharField(
        label="Prix", max_length=200, required=False, help_text="Si ce n’est pas gratuit\u00a0: combien, pour qui."
    )
    picture = forms.FileField(
        label="Image", required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=f"JPEG, PNG ou WebP, {MAX_BYTES // 1024 // 1024}\u00a0Mo au plus. Une photo en largeur convient"
        " le mieux. Nous la redessinons\u00a0: le lieu et l’appareil de la prise de vue n’y restent pas.",
    )  # fmt: skip
    picture_remove = forms.BooleanField(label="Retirer l’image", required=False)
    picture_kept = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400, strip=False)
    image_alt = forms.CharField(
        label="Ce que montre l’image", max_length=200, required=False,
        help_text="Ce texte la remplace pour qui ne la voit pas.",
    )  # fmt: skip
    image_credit = forms.CharField(
        label="Crédit", max_length=200, required=False, help_text="Qui l’a prise, et le droit de s’en servir."
    )
    date_note = forms.CharField(
        label="Quand, à peu près", max_length=120, required=False,
        help_text="Par exemple\u00a0: en mars 2027, au printemps. À dire tant qu’aucune date n’est fixée.",
    )  # fmt: skip
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=90_000, strip=False)

    def __init__(
        self, data: Any = None, files: Any = None, *, seen: dict[str, Any] | None = None,
        house: Organisation | None = None, dated: bool = False,
    ) -> None:  # fmt: skip
        sent = unsealed(str(data.get("version", ""))) if data is not None else None
        self.seen = sent if sent is not None else seen or {}
        initial = {name: value for name, value in (seen or {}).items() if name != "image"}
        super().__init__(data, files, initial=initial | ({"version": version_of(seen)} if seen else {}))
        self.picture_name = pictures.unsealed(str(data.get("picture_kept", ""))) if data is not None else ""
        self.fields["partners"].choices = _houses(self.seen.get("partners") or [], house)  # type: ignore[attr-defined]
        if house is not None:
            del self.fields["organiser_name"]
        if dated:  # its dates say when
            del self.fields["date_note"]

    def clean_partners(self) -> list[str]:
        return sorted(self.cleaned_data["partners"])

    @property
    def partners_count(self) -> int:
        """How many are ticked as the page shows them."""
        return len(self["partners"].value() or [])

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])

    def clean_summary(self) -> str:
        return one_line(self.cleaned_data["summary"])

    def clean_date_note(self) -> str:
        return one_line(self.cleaned_data["date_note"])

    def clean_description(self) -> str:
        text: str = self.cleaned_data["description"].replace("\r\n", "\n")
        return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")

    def clean_access_text(self) -> str:
        return str(self.cleaned_data["access_text"]).replace("\r\n", "\n")

    def clean_picture(self) -> UploadedFile | None:
        """A picture that is right is kept at once: a mistake in another field does not lose it."""
        upload: UploadedFile | None = self.cleaned_data["picture"]
        if upload:
            if (upload.size or 0) > MAX_BYTES:  # before it is read
                raise ValidationError(f"Ce fichier est trop lourd\u00a0: {MAX_BYTES // 1024 // 1024}\u00a0Mo au plus.")
            self.picture_name = pictures.keep(prepare(upload.read()))
        return upload

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        wrong = set(self.errors)
        mode, contacts = given.get("registration_mode"), ("contact_email", "contact_phone")
        if mode == Mode.LINK and not given.get("registration_url") and "registration_url" not in wrong:
            self.add_error("registration_url", "Donnez l’adresse où l’on s’inscrit.")
        if mode == Mode.CONTACT and not any(map(given.get, contacts)) and not wrong & set(contacts):
            self.add_error("contact_phone", "Donnez un téléphone ou un courriel pour s’inscrire.")
        low, high = given.get("age_min"), given.get("age_max")
        if low is not None and high is not None and high < low:
            self.add_error("age_max", "L’âge le plus haut ne peut être sous l’âge le plus bas.")
        if self.image and not given.get("image_alt") and "image_alt" not in self.errors:
            self.add_error("image_alt", "Décrivez l’image\u00a0: ce texte la remplace pour qui ne la voit pas.")
        return given

    @property
    def image(self) -> str:
        """The name of the picture the event would have: the one sent, the one it had, or none."""
        if self.picture_name:
            return self.picture_name
        removed = self.is_bound and self.data.get("picture_remove")
        return "" if removed else str(self.seen.get("image") or "")

    @property
    def picture_sealed(self) -> str:
        """What the page carries of a picture already sent."""
        return pictures.sealed(self.picture_name)

    @property
    def values(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name not in _NOT_FIELDS}
        if not self.image:
            said |= {"image_alt": "", "image_credit": ""}
        if said["free"]:
            said["price_text"] = ""
        return said | {"image": self.image}


def _houses(chosen: list[str], besides: Organisation | None) -> list[tuple[str, str]]:
    """Who may be a partner: those of the SPRO, and those who are one already."""
    rows = Organisation.objects.filter(Q(status__in=Organisation.BELONGING) | Q(slug__in=chosen)).order_by("sort_key")
    return [(house.slug, house.display_name) for house in rows if house != besides]


_NOT_FIELDS = {"picture", "picture_remove", "picture_kept", "version"}


class SeatsForm(forms.Form):
    """How many may come to each date."""

    seats = forms.IntegerField(
        label="Places", required=False, min_value=1, max_value=100_000,
        help_text="Pour chaque date. Vide\u00a0: sans limite.",
        error_messages={"min_value": "Il faut au moins une place."},
    )  # fmt: skip
    waiting_list = forms.BooleanField(
        label="Ouvrir une liste d’attente quand c’est complet", required=False, initial=True
    )


class MessageForm(forms.Form):
    """What the organiser says to the public of a change; optional, because the change itself is always told."""

    message = forms.CharField(
        label="Message au public", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une ou deux phrases\u00a0: pourquoi, et ce que l’on propose. Tout le monde le lira.",
    )  # fmt: skip

    def clean_message(self) -> str:
        return one_line(self.cleaned_data["message"])


class SureForm(MessageForm):
    """The same for what nobody does by accident: sent by the page that says who is told (`confirme`), or with words."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.data.get("confirme") and not said.get("message"):
            raise forms.ValidationError("Confirmez sur cette page\u00a0: rien n’est encore changé.")
        return said


class ReasonForm(forms.Form):
    """Why an event leaves the agenda."""

    reason = forms.CharField(
        label="Pourquoi", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi, en quelques mots."},
        help_text="Sa page restera et le dira\u00a0: n’y nommez personne.",
    )  # fmt: skip

    def clean_reason(self) -> str:
        return one_line(self.cleaned_data["reason"])
