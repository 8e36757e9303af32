"""A wrong pack: every error is said with its file, line and column, and nothing is written (issue 2, Bad input)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.packs.report import LoadError
from core.packs.tables import HOW_TO_SAVE
from territories.importers.region_pack import load_region_pack, read_content
from tests.packs import TABLES, TOML, changed, write_pack
from tests.territories.test_region_pack import figures

pytestmark = pytest.mark.django_db

NBSP = "\u00a0"
BAD = {
    "unknown network": (
        changed("organisations", "ACADEMIE,ecole", "ACADEMIE,xyz"),
        f"organisations.csv, ligne 2, colonne network_slug{NBSP}: réseau inconnu «{NBSP}xyz{NBSP}»",
    ),
    "unknown agency": (
        changed("basins", "98,aval", "98,xyz"),
        f"basins.csv, ligne 3, colonne agency_slug{NBSP}: agence inconnue «{NBSP}xyz{NBSP}»",
    ),
    "unknown basin": (
        changed("epci_basins", "200000002,2", "200000002,9"),
        f"epci_basins.csv, ligne 3, colonne basin_number{NBSP}: bassin inconnu «{NBSP}9{NBSP}»",
    ),
    "basin of another agency": (
        changed("epci_basins", "200000002,2,aval", "200000002,2,amont"),
        f"epci_basins.csv, ligne 3, colonne agency_slug{NBSP}: le bassin 2 relève de l’agence «{NBSP}aval{NBSP}»",
    ),
    "unknown commune": (
        changed("sites", "98001,territory", "99999,territory"),
        f"sites.csv, ligne 4, colonne insee{NBSP}: commune inconnue «{NBSP}99999{NBSP}»",
    ),
    "unknown organisation": (
        changed("sites", "ml-aval,ml-aval,", "ml-aval,xyz,"),
        f"sites.csv, ligne 4, colonne organisation_slug{NBSP}: organisme inconnu «{NBSP}xyz{NBSP}»",
    ),
    "unknown status": (
        changed("routing", "salarie,*", "empereur,*"),
        f"routing.csv, ligne 4, colonne status{NBSP}: situation inconnue «{NBSP}empereur{NBSP}»",
    ),
    "unknown service": (
        changed("offers", "accueil | cep", "accueil | magie"),
        f"offers.csv, ligne 3, colonne services{NBSP}: service inconnu «{NBSP}magie{NBSP}»",
    ),
    "duplicate slug": (
        changed("sites", "ml-aval,ml-aval,mission", "ml-amont,ml-aval,mission"),
        f"sites.csv, ligne 4, colonne slug{NBSP}: doublon de la ligne 3, «{NBSP}ml-amont{NBSP}»",
    ),
    "slug of another file": (
        changed("missions_locales", "ml-aval,Mission", "justice,Mission"),
        f"missions_locales.csv, ligne 3, colonne slug{NBSP}: déjà pris par organisations.csv, «{NBSP}justice{NBSP}»",
    ),
    "slug": (
        changed("agencies", "2,aval", "2,À Val"),
        (f"agencies.csv, ligne 3, colonne slug{NBSP}: identifiant incorrect «{NBSP}À Val{NBSP}» "
        "(minuscules, chiffres et tirets)"),
    ),
    "number": (
        changed("communes", "48.50000", "NaN"),
        f"communes.csv, ligne 4, colonne lat{NBSP}: nombre de -90 à 90 attendu, «{NBSP}NaN{NBSP}» lu",
    ),
    "too big": (
        changed("communes", "97,300,", "97,99999999999,"),
        (f"communes.csv, ligne 3, colonne population{NBSP}: nombre entier de 0 à 2147483647 attendu, "
        f"«{NBSP}99999999999{NBSP}» lu"),
    ),
    "postal code": (
        changed("communes", "98000,98", "9800,98"),
        f"communes.csv, ligne 4, colonne postal_codes{NBSP}: code postal incorrect «{NBSP}9800{NBSP}»",
    ),
    "too long": (
        changed("agencies", "2,aval,Aval", f"2,aval,{'A' * 121}"),
        (f"agencies.csv, ligne 3, colonne name{NBSP}: Assurez-vous que cette valeur comporte au plus 120 caractères "
        "(actuellement 121)."),
    ),
    "empty cell": (
        changed("agencies", "2,aval,Aval", "2,aval, "),
        f"agencies.csv, ligne 3, colonne name{NBSP}: valeur obligatoire",
    ),
    "missing column": (
        changed("networks", "number,slug,name,", "number,slug,nom,"),
        f"networks.csv, ligne 1, colonne name{NBSP}: colonne manquante",
    ),
    "column twice": (
        changed("networks", "name_published,kind", "kind,kind"),
        f"networks.csv, ligne 1, colonne kind{NBSP}: colonne en double",
    ),
    "semicolons": (
        {"networks": TABLES["networks"].replace(",", ";")},
        f"networks.csv, ligne 1{NBSP}: le séparateur doit être la virgule, pas le point-virgule{NBSP}; {HOW_TO_SAVE}",
    ),
    "empty file": ({"networks": " \n"}, f"networks.csv{NBSP}: fichier vide"),
    "nul": (changed("networks", "École", "Éc\0ole"), f"networks.csv, ligne 2{NBSP}: caractère nul interdit"),
    "too many cells": (
        changed("communes_former_codes", "97009,97002", "97009,97002,97001"),
        f"communes_former_codes.csv, ligne 2{NBSP}: 3 cellules lues, 2 attendues",
    ),
    "unbalanced quotes": (
        changed("networks", "1,ecole,École", '1,ecole,"École'),
        f"networks.csv, ligne 3{NBSP}: guillemets mal fermés ou ligne illisible (unexpected end of data)",
    ),
    "parents in a loop": (
        changed("organisations", "signature,,,", "signature,academie,,"),
        f"organisations.csv, ligne 2, colonne parent_slug{NBSP}: rattachement en boucle",
    ),
    "plan backwards": (
        {"toml": TOML.replace("2024-12-31", "2019-12-31")},
        f"pack.toml, colonne plans.ends_on{NBSP}: la fin du plan précède son début",
    ),
    "date": (
        {"toml": TOML.replace("2020-05-04", "mai 2020")},
        f"pack.toml, colonne charter.published_on{NBSP}: date AAAA-MM-JJ attendue, «{NBSP}mai 2020{NBSP}» lu",
    ),
    "holder": (
        {"toml": TOML.replace('"97" = "academie"', '"97" = "xyz"')},
        f"pack.toml, colonne structures.cio.97{NBSP}: organisme inconnu «{NBSP}xyz{NBSP}»",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BAD))
def test_a_wrong_pack_says_where_and_writes_nothing(case: str, tmp_path: Path) -> None:
    tables, message = BAD[case]
    before = figures()
    with pytest.raises(LoadError) as raised:
        load_region_pack(write_pack(tmp_path, **tables))
    assert message in raised.value.lines
    assert figures() == before


def test_a_wrong_pack_leaves_a_loaded_one_as_it_was(tmp_path: Path) -> None:
    load_region_pack(write_pack(tmp_path))
    before = figures()
    write_pack(tmp_path, **changed("agencies", "Amont,Haute", "Autre,Haute"), **changed("routing", ",2,", ",4,"))
    with pytest.raises(LoadError) as raised:
        load_region_pack(tmp_path)
    assert raised.value.lines == [
        f"routing.csv, ligne 4, colonne rank{NBSP}: nombre entier de 1 à 3 attendu, «{NBSP}4{NBSP}» lu"
    ]
    assert figures() == before


def test_bad_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as raised:
        read_content(write_pack(tmp_path, toml=TOML + "\nformat ="))
    assert raised.value.lines[0].startswith(f"pack.toml{NBSP}: TOML incorrect (")


def test_bad_utf8_names_its_line_and_its_byte(tmp_path: Path) -> None:
    write_pack(tmp_path)
    path = tmp_path / "networks.csv"
    path.write_bytes(path.read_bytes().replace("École".encode(), b"\xc9cole"))
    with pytest.raises(LoadError) as raised:
        read_content(tmp_path)
    assert (
        raised.value.lines[0]
        == f"networks.csv, ligne 2{NBSP}: octet 9 (0xC9){NBSP}: ce n’est pas de l’UTF-8{NBSP}; {HOW_TO_SAVE}"
    )


def test_a_missing_file_and_a_broken_contour_are_said_together(tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "guides.csv").unlink()
    (tmp_path / "contours" / "basins.geojson").write_text("{")
    with pytest.raises(LoadError) as raised:
        read_content(tmp_path)
    assert raised.value.lines == [
        f"guides.csv{NBSP}: fichier introuvable ou illisible",
        f"contours/basins.geojson{NBSP}: GeoJSON incorrect (FeatureCollection attendue)",
    ]


def test_an_unknown_column_is_a_warning_only(tmp_path: Path) -> None:
    header, *rows = TABLES["communes_former_codes"].splitlines()
    text = "\n".join([f"{header},couleur", *(f"{row},bleu" for row in rows)])
    report = load_region_pack(write_pack(tmp_path, communes_former_codes=text))
    assert report.remarks == [f"communes_former_codes.csv, ligne 1, colonne couleur{NBSP}: colonne ignorée"]


def test_many_errors_are_all_said_up_to_a_limit_and_then_counted(tmp_path: Path) -> None:
    rows = "".join(f"{90000 + n},xyz\n" for n in range(500))
    with pytest.raises(LoadError) as raised:
        read_content(write_pack(tmp_path, communes_former_codes=f"former_insee,insee\n{rows}"))
    assert (len(raised.value.lines), raised.value.lines[-1]) == (201, "… et 300 autres erreurs.")


def test_a_byte_order_mark_and_windows_line_ends_are_forgiven(tmp_path: Path) -> None:
    write_pack(tmp_path)
    path = tmp_path / "networks.csv"
    path.write_bytes(b"\xef\xbb\xbf" + TABLES["networks"].replace("\n", "\r\n").encode())
    assert load_region_pack(tmp_path).tally("networks").created == 2
