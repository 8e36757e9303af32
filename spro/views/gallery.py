"""The gallery of the design system: every token, letter and component in every state. Shown in debug only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.blazes import BLAZES

STATIC = Path(settings.BASE_DIR) / "static"


class SampleForm(forms.Form):
    """One widget of each kind."""

    email = forms.EmailField(label="Adresse électronique", help_text="Elle sert à vous écrire, à rien d’autre.")
    phone = forms.CharField(label="Téléphone", required=False)
    status = forms.ChoiceField(
        label="Votre situation",
        choices=[("", "À choisir"), ("lyceen", "Je suis au lycée"), ("salarie", "Je suis salarié·e")],
    )
    channel = forms.ChoiceField(
        label="Comment vous répondre ?",
        choices=[("telephone", "Par téléphone"), ("courriel", "Par courriel")],
        widget=forms.RadioSelect,
        help_text="Vous pourrez changer d’avis.",
    )
    days = forms.MultipleChoiceField(
        label="Vos jours",
        choices=[("lu", "Lundi"), ("ma", "Mardi")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    message = forms.CharField(label="Votre message", widget=forms.Textarea)
    agree = forms.BooleanField(label="J’ai lu la note sur mes données.")


SITES: list[dict[str, Any]] = [
    {
        "url": "/lieux/exemple-mission-locale/",
        "blaze": "mission-locale",
        "kind_label": "Mission locale",
        "name": "Mission locale de Valbois",
        "organisation": "",
        "town": "Valbois",
        "address": "3, rue des Mirabelliers",
        "distance_km": "2,4",
        "reason": "Vous avez 17 ans et plus de formation en cours\u00a0: la mission locale vous accompagne "
        "jusqu’à ce que vous ayez une solution.",
        "remote": True,
        "services": ["Accueil", "Premier conseil", "Accompagnement"],
        "provisional": False,
        "phone": "03\u00a000\u00a000\u00a000\u00a001",
        "opening_today": "Ouvert aujourd’hui jusqu’à 17\u00a0h",
        "lat": 48.17,
        "lon": 6.45,
    },
    {
        "url": "/lieux/exemple-cio/",
        "blaze": "cio",
        "kind_label": "Centre d’information et d’orientation",
        "name": "CIO de Valbois-les-Forges, antenne de la vallée haute et des communes voisines",
        "organisation": "Académie d’exemple",
        "town": "Valbois-les-Forges",
        "address": "",
        "distance_km": "18",
        "reason": "",
        "remote": False,
        "services": ["Accueil", "Première information", "Conseil en orientation scolaire"],
        "provisional": True,
        "phone": "",
        "opening_today": "",
        "lat": 48.69,
        "lon": 6.18,
    },
    {
        "url": "/lieux/exemple-a-distance/",
        "blaze": "evolution",
        "kind_label": "Conseil en évolution professionnelle",
        "name": "Un conseil par téléphone",
        "organisation": "",
        "town": "Metz",
        "address": "",
        "distance_km": None,
        "reason": "Aucun lieu à moins de 30\u00a0km\u00a0: ce service répond à distance.",
        "remote": True,
        "services": ["Conseil en évolution professionnelle"],
        "provisional": False,
        "phone": "",
        "opening_today": "",
        "lat": 49.12,
        "lon": 6.18,
    },
]
CHOICES: list[dict[str, Any]] = [
    {"value": "accueil", "label": "Accueil", "hint": "Sans rendez-vous, pour commencer.", "checked": True, "count": 42},
    {
        "value": "conseil",
        "label": "Conseil",
        "hint": "Un entretien, une ou plusieurs fois.",
        "checked": False,
        "count": 18,
    },
    {"value": "vae", "label": "VAE", "hint": "Un diplôme grâce à votre expérience.", "checked": False, "count": 3},
]


def symbol_ids(sprite: str) -> list[str]:
    """The ids of the symbols of a sprite of `static/svg/`."""
    return re.findall(r'<symbol id="([\w-]+)"', (STATIC / "svg" / sprite).read_text(encoding="utf-8"))


def colour_names() -> list[str]:
    """The colour tokens, in the order of the file."""
    day = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8").split("}")[0]
    return re.findall(r"--([\w-]+): #[0-9a-f]{6};", day)


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """`/galerie/`. Raises Http404 unless DEBUG."""
    if not settings.DEBUG:
        raise Http404
    context = {
        "blazes": BLAZES.values(),
        "icons": symbol_ids("icons.svg"),
        "colours": colour_names(),
        "steps": ["5", "4", "3", "2", "1", "0", "-1"],
        "kinds": ["primary", "call", "secondary", "quiet", "danger"],
        "states": ["info", "success", "warning", "error"],
        "sites": SITES,
        "points": [{key: site[key] for key in ("url", "name", "lat", "lon", "blaze", "kind_label")} for site in SITES],
        "here": {"lat": 48.45, "lon": 6.3, "label": "Votre point de départ"},
        "choices": CHOICES,
        "tab_items": [
            {"label": "Liste", "url": "?vue=liste", "current": True, "icon": "list"},
            {"label": "Carte", "url": "?vue=carte", "current": False, "icon": "map"},
        ],
        "crumbs": [{"label": "Territoires", "url": "/territoires/"}],
        "form": SampleForm(),
        "lone_form": SampleForm(prefix="seul"),
        "sign_in_form": SampleForm(prefix="connexion"),
        "wrong_form": SampleForm({"email": "pas une adresse", "phone": "03"}, prefix="faux"),
        "contours_url": request.GET.get("contours", ""),
    }
    return render(request, "gallery/gallery.html", context)
