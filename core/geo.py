"""Places on a sphere, and near one another, in plain PostgreSQL.

A place is indexed as a `point` of the Mercator projection, in kilometres at the equator: the projection keeps angles,
so the order of the nearest is right anywhere, and a circle around a place is a circle. Distances shown to people are
computed on the sphere.
"""

from __future__ import annotations

import math
from typing import Any

from django.db import models
from django.db.models import Func

EARTH_RADIUS_KM = 6371.0088


class PointField(models.Field):
    """A PostgreSQL `point`, written by the database only (a generated column)."""

    description = "Point"

    def db_type(self, connection: Any) -> str:
        return "point"


class MercatorPoint(Func):
    """`MercatorPoint(F("lat"), F("lon"))`: the projected point, NULL if either is."""

    template = (
        f"point(radians(%(lon)s) * {EARTH_RADIUS_KM}, ln(tan(pi() / 4 + radians(%(lat)s) / 2)) * {EARTH_RADIUS_KM})"
    )
    output_field = PointField()

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        lat, lon = (compiler.compile(part) for part in self.get_source_expressions())
        # `radians` is written once for each, in the order of the template.
        return self.template % {"lon": lon[0], "lat": lat[0]}, (*lon[1], *lat[1])


def mercator(lat: float, lon: float) -> tuple[float, float]:
    """The projected point of a place given in degrees, in the unit of `MercatorPoint`."""
    return (
        math.radians(lon) * EARTH_RADIUS_KM,
        math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * EARTH_RADIUS_KM,
    )


def mercator_radius(lat: float, km: float) -> float:
    """A radius of `km` around latitude `lat`, in the unit of the projection (a little wide, never short)."""
    edge = min(abs(lat) + math.degrees(km / EARTH_RADIUS_KM), 85.0)
    return km / math.cos(math.radians(edge))


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    dphi, dlambda = phi2 - phi1, math.radians(lon2 - lon1)
    a = math.sin(dphi / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(dlambda / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, a)))
