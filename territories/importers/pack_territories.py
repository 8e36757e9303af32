"""Departments, agencies, basins, communes, contours: what the pack's tables say of them."""

from __future__ import annotations

import re
from typing import Any

from core.packs.tables import Row
from core.packs.threeway import Ref, Wanted
from territories.importers.kinds import AGENCIES, BASINS, COMMUNES, DEPARTMENTS
from territories.importers.pack_files import CONTOURS, Pack

_KINDS = {"departments": "department", "basins": "basin", "agencies": "agency"}


def departments(pack: Pack) -> list[Wanted]:
    table, communes = pack["departments"], pack["communes"].values("insee")
    table.once("code")
    return [
        Wanted(
            code,
            {
                "code": code,
                "name": row.text("name", required=True),
                "prefecture": row.choice("prefecture_insee", communes, what="commune", required=False),
            },
            row,
        )
        for row in table
        if (code := row.text("code", required=True))
    ]


def agencies(pack: Pack) -> list[Wanted]:
    table, codes = pack["agencies"], pack["departments"].values("code")
    table.once("slug")
    return [
        Wanted(
            slug,
            {
                "slug": slug,
                "name": row.text("name", required=True),
                "order": row.integer("display_order", maximum=32767),
                "towns": row.items("towns"),
                "departments": row.choices("departments", codes, what="département"),
                "departments_evidence": row.text("departments_evidence"),
                "cto_installed_year": row.integer("cto_installed_year", required=False, minimum=1900, maximum=2999),
            },
            row,
            {"order": "display_order"},
        )
        for row in table
        if (slug := row.slug("slug"))
    ]


def basins(pack: Pack) -> list[Wanted]:
    table, codes = pack["basins"], pack["departments"].values("code")
    known = pack["agencies"].values("slug")
    table.once("number")
    return [
        Wanted(
            str(number),
            {
                "number": number,
                "name": row.text("name_clean") or row.text("name", required=True),
                "name_published": row.text("name"),
                "departments": row.choices("departments", codes, what="département"),
                "agency_id": Ref(AGENCIES.label, row.choice("agency_slug", known, what="agence")),
                "agency_source": row.text("agency_source"),
                "note": row.text("note"),
            },
            row,
            {"name": "name_clean", "name_published": "name"},
        )
        for row in table
        if (number := row.integer("number", minimum=1, maximum=32767)) is not None
    ]


def communes(pack: Pack) -> list[Wanted]:
    """Communes with the basin of their EPCI, and the agency of that basin (T1)."""
    table, codes, epcis = pack["communes"], pack["departments"].values("code"), _epcis(pack)
    table.once("insee")
    return [_commune(row, codes, epcis) for row in table if _insee(row, "insee")]


def _commune(row: Row, codes: set[str], epcis: dict[str, tuple[str, str]]) -> Wanted:
    epci = row.choice("epci", epcis, what="EPCI")
    basin, agency = epcis.get(epci, ("", ""))
    return Wanted(
        row.text("insee"),
        {
            "insee": row.text("insee"),
            "name": row.text("name", required=True),
            "postal_codes": _postal_codes(row),
            "department_id": Ref(DEPARTMENTS.label, row.choice("department", codes, what="département")),
            "population": row.integer("population"),
            "lat": row.number("lat", minimum=-90, maximum=90),
            "lon": row.number("lon", minimum=-180, maximum=180),
            "epci": epci,
            "basin_id": Ref(BASINS.label, basin),
            "agency_id": Ref(AGENCIES.label, agency),
        },
        row,
    )


def _postal_codes(row: Row) -> list[str]:
    codes = row.items("postal_codes", " ")
    for code in codes:
        if not re.fullmatch(r"[0-9]{5}", code):
            row.wrong("postal_codes", f"code postal incorrect «\u00a0{code}\u00a0»")
    return codes


def _insee(row: Row, column: str) -> str:
    code = row.text(column, required=True)
    if code and not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code):
        row.wrong(column, f"code INSEE incorrect «\u00a0{code}\u00a0»")
        return ""
    return code


def _epcis(pack: Pack) -> dict[str, tuple[str, str]]:
    """EPCI to its basin and agency; a row whose agency is not its basin's is wrong."""
    table, known = pack["epci_basins"], pack["agencies"].values("slug")
    agency_of = {row.text("number"): row.text("agency_slug") for row in pack["basins"]}
    table.once("epci")
    epcis = {}
    for row in table:
        basin = row.choice("basin_number", agency_of, what="bassin")
        agency = row.choice("agency_slug", known, what="agence")
        if basin and agency and agency_of[basin] != agency:
            row.wrong("agency_slug", f"le bassin {basin} relève de l’agence «\u00a0{agency_of[basin]}\u00a0»")
        epcis[row.text("epci", required=True)] = (basin, agency)
    return epcis


def former_codes(pack: Pack) -> list[Wanted]:
    table, insees = pack["communes_former_codes"], pack["communes"].values("insee")
    table.once("former_insee")
    return [
        Wanted(
            former,
            {
                "former_insee": former,
                "commune_id": Ref(COMMUNES.label, row.choice("insee", insees, what="commune")),
            },
            row,
        )
        for row in table
        if (former := _insee(row, "former_insee"))
    ]


def contours(pack: Pack) -> list[Wanted]:
    wanted = []
    for name, column in CONTOURS.items():
        key = {"departments": "code", "basins": "number", "agencies": "slug"}[name]
        known, met = pack[name].values(key), set()
        for position, feature in enumerate(pack.contours.get(name, []), start=1):
            values = _contour(feature, _KINDS[name], column)
            code = str(values["code"]) if values else ""
            if values is None:
                pack.problems.add("contour incomplet", file=f"contours/{name}.geojson", line=position)
            elif code not in known or code in met:
                reason = "en double" if code in met else "inconnu"
                pack.problems.add(f"territoire {reason} «\u00a0{code}\u00a0»", file=f"contours/{name}.geojson")
            else:
                met.add(code)
                wanted.append(Wanted(f"{_KINDS[name]}/{code}", values))
        for code in sorted(known - met) if pack.contours.get(name) else ():
            pack.problems.warn(f"aucun contour pour «\u00a0{code}\u00a0»", file=f"contours/{name}.geojson")
    return wanted


def _contour(feature: Any, kind: str, column: str) -> dict[str, Any] | None:
    try:
        said, geometry = feature["properties"], feature["geometry"]
        if geometry["type"] not in {"Polygon", "MultiPolygon"} or not geometry["coordinates"]:
            return None
        return {
            "kind": kind,
            "code": str(said[column]),
            "name": str(said["name"])[:120],
            "geometry": geometry,
            "label_lat": float(said["label_lat"]),
            "label_lon": float(said["label_lon"]),
        }
    except (KeyError, TypeError, ValueError):
        return None
