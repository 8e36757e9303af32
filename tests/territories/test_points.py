"""Points as people paste them: figures and links of maps."""

from __future__ import annotations

import pytest

from territories.points import read_point

HERE = (48.1234, 6.5678)


@pytest.mark.parametrize(
    "text",
    [
        "48.1234, 6.5678",
        "48.1234,6.5678",
        " 48.1234   6.5678 ",
        "(48.1234, 6.5678)",
        "48,1234 ; 6,5678",
        "48,1234, 6,5678",
        "48,1234 6,5678",
        "geo:48.1234,6.5678",
        "geo:48.1234,6.5678?z=18",
        "https://www.openstreetmap.org/#map=18/48.1234/6.5678",
        "https://www.openstreetmap.org/?mlat=48.1234&mlon=6.5678#map=19/48.9/6.9",
        "https://www.openstreetmap.org/node/12#map=18/48.1234/6.5678&layers=N",
        "https://www.google.com/maps/@48.1234,6.5678,17z",
        "https://www.google.fr/maps/place/Mairie/@48.9,6.9,17z/data=!3m1!4b1!4m5!3m4!8m2!3d48.1234!4d6.5678",
        "https://maps.google.com/?q=48.1234,6.5678",
        "https://www.google.com/maps/search/?api=1&query=48.1234%2C6.5678",
        "https://www.google.com/maps/search/48.1234,+6.5678",
    ],
)
def test_a_point_is_read_wherever_it_was_copied_from(text: str) -> None:
    assert read_point(text) == HERE


@pytest.mark.parametrize(
    "text",
    ["48,17", "48, 6", "1 rue de Metz", "95.5, 6.5", "48.1, 190.5", "geo:", "https://www.openstreetmap.org/node/12",
     "https://maps.app.goo.gl/abc", "nan, nan", "48.1.2, 6.5", "javascript:48.1,6.5", "48.1234"],
)  # fmt: skip
def test_what_is_not_a_point_is_not_read(text: str) -> None:
    assert read_point(text) is None
