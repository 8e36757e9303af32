"""A point on the map as people paste it: figures, or the link of a map. Nothing is asked of anybody outside."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError

LONGEST = 1_000  # characters of a link
_N = r"(-?\d{1,3}(?:\.\d{1,20})?)"
_FIGURES = (
    re.compile(r"\(?(-?\d{1,3}\.\d{1,20})\s*[,;\s/]\s*(-?\d{1,3}\.\d{1,20})\)?"),
    re.compile(r"\(?(-?\d{1,3},\d{1,20})\s*(?:[;\s/]|,\s)\s*(-?\d{1,3},\d{1,20})\)?"),  # 48,12 ; 6,56
)
# In a link: what marks a point goes before what only says where the map is centred.
_LINKS = tuple(
    re.compile(pattern.replace("N", _N))
    for pattern in (
        r"\Ageo:N,N",
        r"[?&#]mlat=N&mlon=N",
        r"!3dN!4dN",
        r"[?&](?:q|query|ll|destination|center)=(?:loc:)?N,\s*N",
        r"/(?:place|search)/N,\s*N",
        r"#map=[\d.]+/N/N",
        r"@N,N",
    )
)
_SHORT = re.compile(r"\Ahttps?://(?:maps\.app\.goo\.gl|goo\.gl|osm\.org/go)/", re.IGNORECASE)
EXAMPLE = "48.1744, 6.4512"


def read_point(text: str) -> tuple[float, float] | None:
    """`(latitude, longitude)` in degrees; None when `text` holds no point on Earth."""
    text = " ".join(unquote(text).replace("+", " ").split())
    found = next((match for figures in _FIGURES if (match := figures.fullmatch(text))), None)
    if found is None and text.lower().startswith(("geo:", "http://", "https://", "www.")):
        found = next((match for link in _LINKS if (match := link.search(text))), None)
    if found is None:
        return None
    lat, lon = (float(figure.replace(",", ".")) for figure in found.groups())
    return (lat, lon) if abs(lat) <= 85 and abs(lon) <= 180 else None


class PointField(forms.CharField):
    """`(latitude, longitude)`, or None when empty."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(required=False, max_length=LONGEST, widget=widget, **options)

    def clean(self, value: Any) -> tuple[float, float] | None:
        text = super().clean(value)
        if not text:
            return None
        if (found := read_point(text)) is not None:
            return found
        if _SHORT.match(text):
            raise ValidationError(
                "Ce lien court ne dit pas où est le point\u00a0: ouvrez-le, puis copiez l’adresse de la page.",
                code="short",
            )
        raise ValidationError(
            f"Collez deux nombres, par exemple «\u00a0{EXAMPLE}\u00a0», ou le lien d’une carte.", code="point"
        )


def figures(lat: float, lon: float) -> str:
    """As the form shows a point: about ten centimetres."""
    return f"{lat:.6f}, {lon:.6f}"
