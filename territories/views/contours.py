"""Our own contours, for the maps: GeoJSON for the living one, one SVG drawing behind those of the server."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import slugify

from core.http import public_page
from core.links import absolute
from core.models import PackLoad
from territories import routing
from territories.maps import path
from territories.models import Contour

SECONDS = 3_600  # contours change with a pack; the ETag says the rest
ATTRIBUTION = "IGN, INSEE – Licence Ouverte ; périmètres des bassins et des agences : voir la documentation du pack"
# Where the text of a licence stands (as `spro.open_data.terms`, one floor up).
LICENCES = {"Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"}


@public_page
def geojson(request: HttpRequest, kind: str) -> HttpResponse:
    """The contours of one kind (`agency`, `basin`, `department`) as a FeatureCollection."""
    if kind not in Contour.Kind.values:
        raise Http404("Cette couche de contours n’existe pas.")
    licence = _licence()
    body = _kept(f"outlines.{kind}.{slugify(licence)}", lambda: _collection(kind, licence))
    response = _lasting(HttpResponse(body, content_type="application/geo+json"))
    links = [f'<{LICENCES[licence]}>; rel="license"'] if licence in LICENCES else []
    response["Link"] = ", ".join([*links, f'<{absolute("/donnees/")}>; rel="collection"'])
    return response


@public_page
def svg(request: HttpRequest) -> HttpResponse:
    """One drawing with two groups, `agences` and `bassins`, in the plane of `territories.maps`."""
    return _lasting(HttpResponse(_kept("svg", _drawing), content_type="image/svg+xml"))


def _licence() -> str:
    """The licence of the pack in force, by its name; empty before any is loaded."""
    pack = PackLoad.current_facts().get("pack")
    return str(pack.get("licence", "")) if isinstance(pack, dict) else ""


def _collection(kind: str, licence: str) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": c.code, "name": c.name, "url": _page(kind, c.code)},
            "geometry": c.geometry,
        }
        for c in Contour.objects.filter(kind=kind).order_by("code")
    ]
    about = {"attribution": ATTRIBUTION, "licence": licence or None, "licence_url": LICENCES.get(licence)}
    return orjson.dumps({"type": "FeatureCollection", **about, "features": features})


def _drawing() -> bytes:
    groups = {Contour.Kind.AGENCY: "agences", Contour.Kind.BASIN: "bassins"}
    shapes: dict[str, list[str]] = {name: [] for name in groups.values()}
    for contour in Contour.objects.filter(kind__in=groups).order_by("code"):
        shape = f'<path vector-effect="non-scaling-stroke" d="{path(contour.geometry)}"/>'
        shapes[groups[Contour.Kind(contour.kind)]].append(shape)
    drawn = "".join(f'<g id="{name}">{"".join(paths)}</g>' for name, paths in shapes.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{drawn}</defs></svg>'.encode()


def _page(kind: str, code: str) -> str:
    return absolute(reverse("territory", args=[code])) if kind == Contour.Kind.AGENCY else ""


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What `make` gives, kept in the cache as long as the lists of the territories do not change."""
    key = f"territories.contours.{name}.{routing.table().token}"
    body = cache.get(key)
    if body is None:
        body = make()
        cache.set(key, body, timeout=86_400)
    return bytes(body)


def _lasting(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    return response
