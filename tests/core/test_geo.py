"""Near and far on a sphere (T1, ADR 0003)."""

from __future__ import annotations

import math

from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geo import EARTH_RADIUS_KM, distance_km, mercator, mercator_radius

LATITUDES = st.floats(-60, 60)
LONGITUDES = st.floats(-179, 179)


def test_T1_a_known_distance() -> None:
    """Strasbourg to Metz, place to place, is about 130 km as the crow flies."""
    assert round(distance_km(48.5734, 7.7521, 49.1193, 6.1757)) == 130


@given(LATITUDES, LONGITUDES, st.floats(0.1, 100), st.floats(0, 2 * math.pi))
@settings(max_examples=300, deadline=None)
def test_the_circle_of_the_index_never_leaves_out_a_place_within_the_radius(
    lat: float, lon: float, km: float, bearing: float
) -> None:
    angle = km / EARTH_RADIUS_KM
    phi = math.radians(lat)
    there = math.asin(math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing))
    turn = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(there)
    )
    x1, y1 = mercator(lat, lon)
    x2, y2 = mercator(math.degrees(there), lon + math.degrees(turn))
    assert math.hypot(x2 - x1, y2 - y1) <= mercator_radius(lat, km) * (1 + 1e-9)


def test_the_database_projects_as_python_does(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (point(radians(lon) * %s, ln(tan(pi() / 4 + radians(lat) / 2)) * %s))::text"
            " FROM (VALUES (48.17::float8, 6.45::float8)) v(lat, lon)",
            [EARTH_RADIUS_KM, EARTH_RADIUS_KM],
        )
        x, y = (float(part) for part in cursor.fetchone()[0].strip("()").split(","))
    expected = mercator(48.17, 6.45)
    assert math.isclose(x, expected[0], rel_tol=1e-12)
    assert math.isclose(y, expected[1], rel_tol=1e-12)
