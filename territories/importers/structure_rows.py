"""Reads the lines of the national directory: checked cell by cell, its known errors put right and said."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from core.geo import distance_km
from core.packs.report import Report
from core.packs.tables import Row, Table
from territories.importers.hours import Hours, parse_hours
from territories.models import Commune, FormerCommune

# The directory's types that have a kind of place here; the others are not of the SPRO.
KINDS = {"CIO": "cio", "MISSION_LOCALE": "mission-locale", "INFO_JEUNES": "information-jeunesse"}
FAR_KM = 15.0
SOURCE = "Annuaire de l’administration, Service-public.gouv.fr (DILA), Licence Ouverte 2.0"
_web = URLValidator(schemes=["http", "https"])


@dataclass(eq=False)
class Structure:
    """A line of the directory, right enough to be used. `at_centre`: its point is the commune's centre."""

    key: str
    kind: str
    name: str
    commune: Commune
    address: str
    postal_code: str
    phone: str
    website: str
    hours: Hours | None
    hours_text: str
    lat: float
    lon: float
    at_centre: bool
    source_url: str
    updated: dt.date | None
    row: Row

    def columns(self) -> dict[str, Any]:
        """What the directory says of a place, by column of `Site`."""
        return {
            "address": self.address,
            "postal_code": self.postal_code,
            "phone": self.phone,
            "website": self.website,
            "hours": self.hours or {},
            "hours_text": self.hours_text,
            "lat": self.lat,
            "lon": self.lon,
            "provisional": self.at_centre and not self.address,
            "placement": "",
            "source": SOURCE,
            "source_url": self.source_url,
            "source_updated_on": self.updated,
            "external_id": self.key,
        }


def read_structures(table: Table, report: Report) -> list[Structure]:
    """The usable lines. Wrong cells go to the table's problems; lines set aside are counted with their reason."""
    table.once("id")
    communes = {c.insee: c for c in Commune.objects.all()}
    former = dict(FormerCommune.objects.values_list("former_insee", "commune_id"))
    departments = {c.department_id for c in communes.values()}
    aside: Counter[str] = Counter()
    structures = []
    for row in table:
        insee = row.text("insee")
        commune = communes.get(former.get(insee, insee))
        kind = row.text("type", required=True)
        if kind not in KINDS:
            aside[f"type {kind} non repris"] += 1
        elif commune is None and row.text("department") not in departments:
            aside["hors de la région"] += 1
        elif commune is None:
            aside["commune inconnue"] += 1
            report.remark(f"{row.file}, ligne {row.line}\u00a0: écartée (commune inconnue «\u00a0{insee}\u00a0»)")
        else:
            structures.append(_structure(row, KINDS[kind], commune, report))
    for reason, count in sorted(aside.items()):
        report.remark(f"lignes écartées, {reason}\u00a0: {count}")
    return structures


def _structure(row: Row, kind: str, commune: Commune, report: Report) -> Structure:
    lat, lon, at_centre = _point(row, commune, report)
    text = _clean(row.text("opening_hours"))
    return Structure(
        key=row.text("id", required=True),
        kind=kind,
        name=_clean(row.text("name", required=True)),
        commune=commune,
        address=_clean(row.text("address")),
        postal_code=_postal_code(row, commune, report),
        phone=row.text("phone"),
        website=_website(row, report),
        hours=parse_hours(text),
        hours_text=text,
        lat=lat,
        lon=lon,
        at_centre=at_centre,
        source_url=_url(row.text("source_url")),
        updated=row.date("updated"),
        row=row,
    )


def _clean(text: str) -> str:
    return " ".join(text.replace("'", "’").split(" ")).strip()


def _point(row: Row, commune: Commune, report: Report) -> tuple[float, float, bool]:
    """The structure's point, or the commune's centre when the point is missing, flagged or too far."""
    lat = row.number("lat", minimum=-90, maximum=90, required=False)
    lon = row.number("lon", minimum=-180, maximum=180, required=False)
    reason = ""
    if lat is None or lon is None:
        reason = "point absent"
    elif re.search(r"\bpoint_in_", row.text("quality_flags")):
        reason = "point signalé dans une autre commune"
    elif distance_km(lat, lon, commune.lat, commune.lon) > FAR_KM:
        reason = f"point à plus de {FAR_KM:g}\u00a0km de la commune"
    if reason or lat is None or lon is None:
        _told(row, report, f"{reason}, placé au centre de {commune.name}")
        return commune.lat, commune.lon, True
    return lat, lon, False


def _postal_code(row: Row, commune: Commune, report: Report) -> str:
    """The code as given if it may be the commune's (a CEDEX shares its department); otherwise the commune's."""
    code = row.text("postal_code")
    if code in commune.postal_codes or not commune.postal_codes:
        return code
    if re.fullmatch(r"[0-9]{5}", code) and any(code[:2] == known[:2] for known in commune.postal_codes):
        return code
    _told(row, report, f"code postal «\u00a0{code}\u00a0» remplacé par {commune.postal_codes[0]}")
    return commune.postal_codes[0]


def _website(row: Row, report: Report) -> str:
    website = row.text("website")
    if website and not _url(website):
        _told(row, report, "adresse internet illisible, laissée de côté")
    return _url(website)


def _url(text: str) -> str:
    try:
        if text:
            _web(text)
    except ValidationError:
        return ""
    return text


def _told(row: Row, report: Report, message: str) -> None:
    report.remark(f"{row.file}, ligne {row.line}\u00a0: {row.text('name')}\u00a0: {message}")
