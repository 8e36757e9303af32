"""What is typed to open a portfolio, and to say who one is."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from lorfolio.forms.plain import Plain, page_field, text, words
from lorfolio.models import Portfolio
from lorfolio.services.opening import ADULT_AT, YOUNGEST
from lorfolio.services.profile import OTHER_PAGES
from territories import communes
from territories.models import Commune


class Opening(Plain):
    """Who opens a portfolio. The day of birth is asked of who is under fifteen alone, and is not kept (L10)."""

    given_name = text(
        "Votre prénom", 80, "Écrivez votre prénom, ou celui que l’on vous donne.", autocomplete="given-name"
    )
    family_name = text(
        "Votre nom", 80, hint="Il sera sur vos CV. Vous pouvez l’écrire plus tard.", autocomplete="family-name"
    )
    grown = forms.TypedChoiceField(
        label="Avez-vous 15\u00a0ans ou plus\u00a0?", choices=[("oui", "Oui"), ("non", "Non")],
        coerce=lambda value: value == "oui", widget=forms.RadioSelect,
        error_messages={"required": "Dites si vous avez 15\u00a0ans.", "invalid_choice": "Répondez oui ou non."},
    )  # fmt: skip
    born = forms.DateField(
        label="Votre date de naissance",
        help_text="Si vous avez moins de 15\u00a0ans\u00a0: elle sert à savoir quand vous les aurez. Elle n’est pas"
        " gardée.",
        error_messages=dict.fromkeys(("required", "invalid"), "Choisissez le jour, le mois et l’année."),
    )  # fmt: skip

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(today.year - YOUNGEST, today.year - ADULT_AT - 2, -1)
        self.fields["born"].widget = forms.SelectDateWidget(years=years, empty_label=("Année", "Mois", "Jour"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("grown") is not False:  # asked of nobody else
            given["born"] = None
            self.errors.pop("born", None)
        return given


class Profile(Plain):
    """What stands at the head of a CV; everything may stay empty but the first name."""

    given_name = text("Prénom", 80, "Écrivez votre prénom, ou celui que l’on vous donne.", autocomplete="given-name")
    family_name = text("Nom", 80, autocomplete="family-name")
    headline = text(
        "Vous, en une ligne", 160, hint="Par exemple\u00a0: «\u00a0Vendeuse, je cherche à devenir fleuriste\u00a0»."
    )
    summary = words("Quelques phrases sur vous", 2_000, hint="Ce que vous aimez faire, ce que vous cherchez.")
    home = text(
        "Votre commune", communes.LONGEST, hint="Un nom ou un code postal. Hors de la région, écrivez la ville et le"
        " pays.",
    )  # fmt: skip
    email = forms.EmailField(
        label="Adresse électronique à montrer", required=False, max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Sur vos CV. Elle peut être différente de celle de votre compte.",
        error_messages={"invalid": "Cette adresse n’est pas complète, par exemple camille@exemple.fr."},
    )  # fmt: skip
    phone = text("Téléphone à montrer", 30, autocomplete="tel", type="tel")
    url = page_field("Votre site ou votre page")
    headline_de = text("En une ligne, en allemand", 160, lang="de")
    summary_de = words("Quelques phrases, en allemand", 2_000, lang="de")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home"].widget.attrs.update({"data-communes": "/lieux/communes/", "autocomplete": "off"})
        for number in range(1, OTHER_PAGES + 1):
            self.fields[f"page_{number}"] = page_field(f"Page ailleurs n°\u00a0{number}")

    @classmethod
    def of(cls, portfolio: Portfolio) -> Profile:
        german = portfolio.translations.get("de") or {}
        names = ("given_name", "family_name", "headline", "summary", "email", "phone", "url")
        said = {name: getattr(portfolio, name) for name in names}
        pages = {f"page_{n}": row.get("url", "") for n, row in enumerate(portfolio.profiles[:OTHER_PAGES], 1)}
        commune = portfolio.commune
        home = portfolio.place or (f"{commune.name} ({commune.department_id})" if commune else "")
        return cls(
            initial=said | pages
            | {"home": home, "headline_de": german.get("headline", ""), "summary_de": german.get("summary", "")}
        )  # fmt: skip

    def clean_home(self) -> tuple[Commune | None, str]:
        """The commune, or the words when it is no commune of the region."""
        typed = " ".join(self.cleaned_data["home"].split())
        if not typed:
            return None, ""
        answer = communes.find(typed, typed=True)
        if answer.town is not None:
            return Commune.objects.filter(pk=answer.town.insee).first(), ""
        if answer.several:
            near = ", ".join(town.label for town in answer.several[:5])
            raise ValidationError(f"Plusieurs communes portent ce nom. Laquelle\u00a0? {near}", code="several")
        if typed.isdecimal():
            raise ValidationError(
                "Nous ne connaissons pas ce code postal\u00a0: écrivez le nom de la ville.", code="code"
            )
        return None, typed

    def pages(self) -> list[str]:
        return [self.cleaned_data[f"page_{n}"] for n in range(1, OTHER_PAGES + 1) if self.cleaned_data[f"page_{n}"]]

    def german(self) -> dict[str, str]:
        said = {"headline": self.cleaned_data["headline_de"], "summary": self.cleaned_data["summary_de"]}
        return {name: value for name, value in said.items() if value}


class Photo(Plain):
    photo = forms.FileField(
        label="Votre photo", help_text="Une image JPEG, PNG ou WebP. Le lieu où elle a été prise est effacé.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": "Choisissez une image.", "empty": "Ce fichier est vide.", "invalid": "Choisissez"
        " une image."},
    )  # fmt: skip


def network_of(url: str) -> str:
    """« LinkedIn », or the name of the site: how a page elsewhere is called."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    known = {"linkedin.com": "LinkedIn", "github.com": "GitHub", "gitlab.com": "GitLab", "instagram.com": "Instagram"}
    return next((name for end, name in known.items() if host == end or host.endswith(f".{end}")), host)[:80]
