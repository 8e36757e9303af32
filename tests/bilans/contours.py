"""The contours of Grand Est, as the region pack holds them."""

from __future__ import annotations

import json
from pathlib import Path

from territories.models import Contour

FOLDER = Path(__file__).parents[2] / "data" / "grand-est" / "contours"
FILES = {Contour.Kind.AGENCY: ("agencies", "slug"), Contour.Kind.BASIN: ("basins", "number")}


def contours() -> None:
    """Write those of agencies and basins."""
    rows = []
    for kind, (name, code) in FILES.items():
        for feature in json.loads((FOLDER / f"{name}.geojson").read_text())["features"]:
            about = feature["properties"]
            rows.append(
                Contour(
                    kind=kind, code=str(about[code]), name=about["name"], geometry=feature["geometry"],
                    label_lat=about["label_lat"], label_lon=about["label_lon"],
                )
            )  # fmt: skip
    Contour.objects.bulk_create(rows)
