"""The files of a region pack, their columns, and how they are read (`docs/region-pack.md` says what they mean)."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.packs import extra
from core.packs.report import Problems
from core.packs.tables import Table, read_table, read_text

# File: columns that must be there; columns that may be, kept in the pack for its readers.
COLUMNS: dict[str, tuple[str, str]] = {
    "departments": ("code name prefecture_insee", "prefecture_name academy_slug"),
    "agencies": (
        "display_order slug name towns cto_installed_year departments departments_evidence",
        "name_variants departments_other_sheets source_lines",
    ),
    "basins": (
        "number name name_clean departments agency_slug agency_source note",
        "agency_evidence_lines source_line",
    ),
    "epci_basins": ("epci basin_number agency_slug", "name department basin basis"),
    "communes": ("insee name postal_codes department population lat lon epci", "arrondissement"),
    "communes_former_codes": ("former_insee insee", ""),
    "networks": (
        "number slug name name_published kind members note",
        "blaze current_name current_name_source synthesis_line",
    ),
    "site_kinds": (
        "slug label blaze network_slug order",
        "national_name national_url national_phone national_source",
    ),
    "guides": ("target_kind target short text source", ""),
    "offers": ("target_kind target receives_public services channels publics not_for", "source note"),
    "organisations": (
        (
            "slug name name_published network_slug status entry_kind parent_slug legal_representative "
            "legal_representative_title general_presentation activities fte fte_note website place signature_lines note"
        ),
        "sheet_order synthesis_line source_line_start source_line_end",
    ),
    "current_names": ("organisation_slug current_name source", "since"),
    "missions_locales": (
        "slug name name_signature president president_title_published towns agency_slug signature_lines note",
        "signature_order name_sheet president_first_name president_last_name other_agency_slugs sheet_lines",
    ),
    "commitments": ("engagement_number axis_number axis_title order party text source_line note", ""),
    "quality_criteria": ("order article key title text kind applies_to checklist source_line note", ""),
    "funding_criteria": ("kind order key title text source_line note", ""),
    "sites": (
        "slug organisation_slug kind name insee placement address_published source note",
        "town agency_slug served_agency_slugs",
    ),
    "regional_referents": (
        "id organisation_slug role name function place source_line note",
        "also_legal_representative name_published last_name first_name website",
    ),
    "territorial_referents": (
        (
            "id organisation_slug member_organisation_slug structure_slug agency_slug town area name_published "
            "last_name first_name function source_line note"
        ),
        "structure town_published area_published area_source territory_line",
    ),
    "routing": ("status need target_kind target rank reason source", ""),
}
CONTOURS = {"departments": "code", "basins": "number", "agencies": "slug"}


@dataclass
class Pack:
    """A pack as read: every table by name, `pack.toml` as a dict, contours as lists of GeoJSON features."""

    folder: Path
    problems: Problems
    facts: dict[str, Any]
    tables: dict[str, Table]
    contours: dict[str, list[dict[str, Any]]]
    # Tables of upper rooms, those that the folder has.
    extras: list[tuple[extra.ExtraTable, Table]] = field(default_factory=list)
    _slugs: dict[str, set[str]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def slugs(self, name: str) -> set[str]:
        """The `slug` column of a table; read once."""
        if name not in self._slugs:
            self._slugs[name] = self.tables[name].values("slug")
        return self._slugs[name]

    @property
    def published_on(self) -> str:
        return str(self.facts.get("charter", {}).get("published_on", ""))


def read_pack(folder: Path) -> Pack:
    """Read every file of `folder`; what is wrong is in `problems`, and the rest can still be checked."""
    problems = Problems()
    pack = Pack(folder, problems, {}, {}, {})
    if not folder.is_dir():
        problems.add("dossier introuvable", file=str(folder))
        pack.tables = {name: Table(f"{name}.csv", [], problems) for name in COLUMNS}
        return pack
    pack.facts = _read_toml(folder / "pack.toml", problems)
    for name, (required, known) in COLUMNS.items():
        pack.tables[name] = read_table(folder / f"{name}.csv", problems, required=required.split(), known=known.split())
    for table in extra.tables():
        if (path := folder / f"{table.name}.csv").is_file():
            read = read_table(path, problems, required=table.required.split(), known=table.known.split())
            pack.extras.append((table, read))
    for name in CONTOURS:
        pack.contours[name] = _read_contours(folder / "contours" / f"{name}.geojson", problems)
    return pack


def _read_toml(path: Path, problems: Problems) -> dict[str, Any]:
    text = read_text(path, problems)
    if text is None:
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.add(f"TOML incorrect ({error})", file=path.name)
        return {}


def _read_contours(path: Path, problems: Problems) -> list[dict[str, Any]]:
    name = f"contours/{path.name}"
    text = read_text(path, problems, name=name)
    if text is None:
        return []
    try:
        features = json.loads(text)["features"]
    except (ValueError, RecursionError, KeyError, TypeError):
        problems.add("GeoJSON incorrect (FeatureCollection attendue)", file=name)
        return []
    return features if isinstance(features, list) else []
