"""Derive ``sites.csv`` of the Grand Est pack: one place per organisation and town of annexe 2.

Usage, from the root of the repository, after ``build_pack.py``::

    python scripts/build_sites.py data/grand-est

The charter prints towns, not addresses. ``placement`` says how sure the town is:

- ``town``: the sheet names it (M1, T2);
- ``territory``: the sheet names the territory of an agency, and often a
  department, but no town. The place is put in the agency's town that lies in
  that department, is to be confirmed, and is never sent as an address.

Where neither reading gives one town, there is no site; the report says so.
Raises ValueError when a town is not exactly one commune, or a slug comes twice.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from build_pack import Row, read_rows, typeset, write_rows

OTHER_NAMES = {"Briey": "54099", "Mazeville": "54357"}
"""No communes of 2026: Briey is in Val de Briey, « Mazeville » is Maxéville misprinted."""
NAMESAKES = {"Mont-Saint-Martin": "54382", "Saint-Louis": "68297"}
"""Two communes bear the name; the territory of the sheet tells which."""

NETWORKS = {  # organisation: (kind, prefix of the slug, public name, title of its sheet)
    "pole-emploi-grand-est": ("france-travail", "France Travail", "Pôle emploi"),
    "cheops-grand-est": ("cap-emploi", "Cap emploi", "CHEOPS Grand Est"),
    "cci-grand-est": ("cci", "Chambre de commerce et d'industrie", "CCI Grand Est"),
    "crma-grand-est": ("cma", "Chambre de métiers et de l'artisanat", "CRMA Grand Est"),
    "crage": ("chambre-agriculture", "Chambre d'agriculture", "Chambre d'agriculture Grand Est"),
    "disp-strasbourg-grand-est": (
        "disp",
        "Service pénitentiaire d'insertion et de probation (SPIP)",
        "DISP de Strasbourg",
    ),
}
EVERY_TOWN = {"pole-emploi-grand-est", "cheops-grand-est"}
"""Networks with local agencies: one place per territory. The others: one per department."""

YOUTH_NAMES = {
    "Mulhouse": "CRIJ Alsace – Sémaphore Mulhouse",
    "Nancy": "CRIJ Lorraine – Nancy",
    "Metz": "CRI-BIJ de Metz",
    "Troyes": "Point information jeunesse de Troyes",
    "Romilly-sur-Seine": "Point information jeunesse de Romilly-sur-Seine",
    "Langres": "Bureau information jeunesse de Langres",
    "Épinal": "Bureau information jeunesse d'Épinal",
}
IN_MISSION_LOCALE = {"Charleville-Mézières", "Langres", "Saverne", "Strasbourg", "Sélestat"}
FARM_SCHOOLS = {  # referent id: (town, name), from the function printed
    "57": ("Charleville-Mézières", "Établissement agricole public de Charleville-Mézières"),
    "59": ("Courcelles-Chaussy", "Établissement agricole public de Metz-Courcelles-Chaussy"),
    "61": ("Obernai", "Établissement agricole public d'Obernai"),
    "62": ("Rouffach", "Établissement agricole public de Rouffach-Wintzenheim"),
    "63": ("Avize", "Établissement agricole public d'Avize"),
    "67": ("Obernai", ""),
    "68": ("Rouffach", ""),
}
DAY_UNITS = "Metz|Nancy|Troyes|Chaumont|Saint-Dizier|Épernay|Charleville-Mézières|Strasbourg|Mulhouse"
FIXED = [  # organisation, kind, name, town, source, note
    ("agefiph-grand-est", "agefiph", "AGEFIPH Grand Est", "Nancy", "AGEFIPH, l. 1515", ""),
    ("cress-grand-est", "cress", "CRESS Grand Est", "Reims", "CRESS, l. 2536", ""),
    ("draaf-grand-est", "draaf", "DRAAF Grand Est", "Metz", "DRAAF, l. 1961", ""),
    (
        "arml-grand-est",
        "autre",
        "Association régionale des missions locales",
        "Nancy",
        "ARML, l. 3351",
        "Tête de réseau : n'accueille pas le public",
    ),
    (
        "fafsea",
        "opacif",
        "FAFSEA – Reims",
        "Reims",
        "FAFSEA, l. 3546",
        "Organisme disparu depuis : voir current_names.csv",
    ),
    (
        "opcalim",
        "opacif",
        "OPCALIM – Maxéville",
        "Mazeville",
        "OPCALIM, l. 3732",
        "Imprimé « Mazeville » ; organisme disparu depuis : voir current_names.csv",
    ),
    (
        "crij-champagne-ardenne",
        "information-jeunesse",
        "CRIJ Champagne-Ardenne – Reims",
        "Reims",
        "Information jeunesse, l. 2621",
        "",
    ),
    (
        "universite-de-strasbourg",
        "universite",
        "Espace Avenir – Université de Strasbourg",
        "Strasbourg",
        "Université de Strasbourg, l. 4343",
        "",
    ),
    (
        "universite-de-haute-alsace",
        "universite",
        "Service d'orientation (SCUIO-IP) – Université de Haute-Alsace",
        "Mulhouse",
        "Université de Haute-Alsace, l. 4409",
        "",
    ),
    (
        "universite-de-lorraine",
        "universite",
        "Orientation (SOIP) – Université de Lorraine, Nancy",
        "Nancy",
        "Université de Lorraine, l. 4444",
        "",
    ),
    (
        "universite-de-lorraine",
        "universite",
        "Orientation (SOIP) – Université de Lorraine, Metz",
        "Metz",
        "Université de Lorraine, l. 4450",
        "",
    ),
    (
        "universite-de-lorraine",
        "universite",
        "Orientation (SOIP) – Université de Lorraine, Vandœuvre",
        "Vandœuvre-lès-Nancy",
        "Université de Lorraine, l. 4457",
        "",
    ),
    (
        "universite-de-reims-champagne-ardenne",
        "universite",
        "Accompagnement des étudiants (SAE) – Université de Reims Champagne-Ardenne",
        "Reims",
        "Université de Reims, l. 4295",
        "",
    ),
]
HEADQUARTERS = {
    "Strasbourg": "1 place Adrien Zeller, BP 91006, 67070 Strasbourg cedex",
    "Châlons-en-Champagne": "5 rue de Jéricho, CS70441, 51037 Châlons-en-Champagne Cedex",
    "Metz": "1 Place Gabriel Hocquard, CS 81004, 57036 Metz Cedex 01",
}
TO_CONFIRM = "La fiche nomme le territoire{area}, pas la commune : lieu placé à {town} en attendant confirmation"


@dataclass
class Site:
    """One row of sites.csv; ``town`` is the charter's, ``insee`` is found from it."""

    slug: str
    organisation_slug: str
    kind: str
    name: str
    town: str
    source: str
    placement: str = "town"
    agency_slug: str = ""
    served: list[str] = field(default_factory=list)
    address_published: str = ""
    note: str = ""


def ascii_slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").lower())
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def of_town(label: str, town: str) -> str:
    """« CIO de Troyes », « CIO d'Épinal »."""
    vowel = ascii_slug(town)[0] in "aeiouy"
    return f"{label} d'{town}" if vowel else f"{label} de {town}"


def is_named(name: str, town: str) -> bool:
    """Whether the name already says the town, whole (« … Lunéville ») or cut (« … Saint-Dié »)."""
    last_word = ascii_slug(name.rsplit(maxsplit=1)[-1])
    cut = len(last_word) > 3 and ascii_slug(town).startswith(last_word)
    return cut or ascii_slug(town) in ascii_slug(name)


class Pack:
    """The tables of the pack that sites are read from."""

    def __init__(self, folder: Path) -> None:
        self.communes = {row["insee"]: row for row in read_rows(folder / "communes.csv")}
        self.by_name: dict[str, list[str]] = {}
        for insee, row in self.communes.items():
            self.by_name.setdefault(row["name"].replace("’", "'"), []).append(insee)
        self.agency_of_epci = {row["epci"]: row["agency_slug"] for row in read_rows(folder / "epci_basins.csv")}
        self.agencies = {row["slug"]: row for row in read_rows(folder / "agencies.csv")}
        self.all_agency_towns = {town for agency in self.agencies for town in self.agency_towns(agency)}
        self.departments = {row["code"]: row for row in read_rows(folder / "departments.csv")}
        self.referents = read_rows(folder / "territorial_referents.csv")
        self.missions = read_rows(folder / "missions_locales.csv")

    def insee(self, town: str) -> str:
        """The one commune of that name. Raises ValueError if there is none or several."""
        known = {**OTHER_NAMES, **NAMESAKES}.get(town)
        found = [known] if known else self.by_name.get(town, [])
        if len(found) != 1:
            raise ValueError(f"« {town} » désigne {len(found)} communes")
        return found[0]

    def department(self, town: str) -> str:
        return self.communes[self.insee(town)]["department"]

    def agency_at(self, insee: str) -> str:
        """Agency of the commune, by its EPCI."""
        return self.agency_of_epci[self.communes[insee]["epci"]]

    def agency_towns(self, agency: str) -> list[str]:
        return self.agencies[agency]["towns"].split(" | ")

    def referents_of(self, organisation: str) -> list[Row]:
        return [row for row in self.referents if row["organisation_slug"] == organisation]

    def town_in(self, agency: str, department: str) -> str:
        """The agency's town in that department, or nothing if it has none."""
        here = [one for one in self.agency_towns(agency) if self.department(one) == department]
        return here[0] if len(here) == 1 else ""


def career_centres(pack: Pack) -> Iterator[Site]:
    """CIO: one per town of the sheet; the organisation is the académie."""
    for row in pack.referents_of("reseau-cio"):
        for town in row["town"].split(" | "):
            source = f"Annexe 2, fiche Réseau des CIO, l. {row['source_line']}"
            yield Site(
                f"cio-{ascii_slug(town)}",
                row["member_organisation_slug"],
                "cio",
                of_town("CIO", town),
                town,
                source,
                agency_slug=row["agency_slug"],
            )


def missions_locales(pack: Pack) -> Iterator[Site]:
    """Every mission locale in each of its towns."""
    for row in pack.missions:
        towns = row["towns"].split(" | ")
        lines = row["sheet_lines"].split(" | ")
        agencies = [row["agency_slug"], *filter(None, row["other_agency_slugs"].split(" | "))]
        for position, town in enumerate(towns):
            alone = len(towns) == 1
            slug = row["slug"] if alone else f"{row['slug']}-{ascii_slug(town)}"
            named = is_named(row["name"], town)
            note = "Au 1er janvier 2017, Briey est devenue Val de Briey" if town == "Briey" else ""
            yield Site(
                slug=slug,
                organisation_slug=row["slug"],
                kind="mission-locale",
                name=row["name"] if named else f"{row['name']} – {town}",
                town=town,
                source=f"Annexe 2, fiche Missions locales, l. {lines[0 if alone else position]}",
                agency_slug=agencies[0 if alone else position],
                note=note,
            )


def youth_information(pack: Pack) -> Iterator[Site]:
    """Information jeunesse: one per town; the CRIJ where the referent directs it."""
    for row in pack.referents_of("reseau-information-jeunesse"):
        town = row["town"]
        notes = []
        if town in IN_MISSION_LOCALE:
            notes.append("Référente publiée : la direction de la mission locale")
        if town == "Châlons-en-Champagne":
            notes.append("Deux référentes, dont une animatrice à l'adresse d'Aÿ-Champagne")
        yield Site(
            slug=f"information-jeunesse-{ascii_slug(town)}",
            organisation_slug=row["member_organisation_slug"] or row["organisation_slug"],
            kind="information-jeunesse",
            name=YOUTH_NAMES.get(town, of_town("Information jeunesse", town)),
            town=town,
            source=f"Annexe 2, fiche Information jeunesse, l. {row['source_line']}",
            agency_slug=row["agency_slug"],
            note=" ; ".join(notes),
        )


def executives(pack: Pack) -> Iterator[Site]:
    """APEC: five towns, each serving the territories that the sheet's table gives."""
    for row in pack.referents_of("apec"):
        served = [one["agency_slug"] for one in pack.referents_of("apec") if one["town"] == row["town"]]
        source = f"Annexe 2, fiche APEC, l. {row['source_line']} et 1583-1629"
        yield Site(
            f"apec-{ascii_slug(row['town'])}",
            "apec",
            "apec",
            f"Apec – {row['town']}",
            row["town"],
            source,
            served=served,
        )


def towns_of(pack: Pack, row: Row) -> list[tuple[str, str]]:
    """(town, placement) that a referent's row allows; empty when it allows none."""
    if row["town"]:
        return [(row["town"], "town")]
    agency, towns = row["agency_slug"], pack.agency_towns(row["agency_slug"])
    codes = re.findall(r"\((\d\d)\)", row["area"])
    if not codes and len(towns) == 1:
        codes = [pack.department(towns[0])]
    found = [pack.town_in(agency, code) for code in codes]
    return [(town, "territory") for town in found if town]


def has_place(pack: Pack, row: Row, town: str) -> bool:
    """Whether a town deduced from a territory is kept for the row's organisation.

    Always for a network with local agencies. Otherwise once per department: in
    the prefecture, or in the agency's town where the prefecture has no agency.
    """
    if row["organisation_slug"] in EVERY_TOWN:
        return True
    chief = pack.departments[pack.department(town)]["prefecture_name"]
    return town == chief or (chief not in pack.all_agency_towns and " | " not in row["area"])


def area_of(row: Row) -> str:
    """Departments printed with the territory, as a clause of the note; empty if there is none."""
    if not row["area"]:
        return ""
    how = "un secteur déduit" if row["area_source"] == "email_domain" else "le secteur"
    return f" et {how} « {row['area'].replace(' | ', ', ')} »"


def networks(pack: Pack) -> Iterator[Site]:
    """Networks whose sheet gives territories: France Travail, Cap emploi, chambers, SPIP."""
    for organisation, (kind, label, sheet) in NETWORKS.items():
        for row in pack.referents_of(organisation):
            for town, placement in towns_of(pack, row):
                if placement == "territory" and not has_place(pack, row, town):
                    continue
                prefix = "spip" if kind == "disp" else kind
                yield Site(
                    slug=f"{prefix}-{ascii_slug(town)}",
                    organisation_slug=organisation,
                    kind=kind,
                    name=f"{label} – {town}",
                    town=town,
                    placement=placement,
                    source=f"Annexe 2, fiche {sheet}, l. {row['source_line']}",
                    agency_slug=row["agency_slug"],
                    note=TO_CONFIRM.format(area=area_of(row), town=town) if placement != "town" else "",
                )


def farm_schools(pack: Pack) -> Iterator[Site]:
    """Public farm schools whose director is the DRAAF's referent, when the title names a town."""
    rows = {row["id"]: row for row in pack.referents_of("draaf-grand-est")}
    for number, (town, name) in FARM_SCHOOLS.items():
        if name:
            served = [rows[one]["agency_slug"] for one in FARM_SCHOOLS if FARM_SCHOOLS[one][0] == town]
            yield Site(
                slug=f"etablissement-agricole-{ascii_slug(town)}",
                organisation_slug="draaf-grand-est",
                kind="draaf",
                name=name,
                town=town,
                source=f"Annexe 2, fiche DRAAF, l. {rows[number]['source_line']}",
                served=served,
                note=f"Commune tirée du titre imprimé : « {rows[number]['function']} »",
            )


def youth_justice(pack: Pack) -> Iterator[Site]:
    """PJJ: the day units and missions its sheet lists by town, and the towns of its referents."""
    units = dict.fromkeys(DAY_UNITS.split("|"), ("Unité éducative d'activité de jour (PJJ)", "4726"))
    for town in ("Épinal", "Verdun", "Sarreguemines"):
        units[town] = ("Mission insertion (PJJ)", "4727")
    units["Bar-le-Duc"] = ("Protection judiciaire de la jeunesse (PJJ)", "4651")
    shared = {"Troyes", "Chaumont", "Saint-Dizier", "Épernay", "Charleville-Mézières"}
    for town, (label, line) in units.items():
        note = "Accueil sur décision de justice"
        if line == "4726":
            note += " ; jusqu'à 30 % de jeunes hors mandat judiciaire pénal"
        if town in shared:
            note += " ; la fiche donne une unité pour plusieurs communes"
        yield Site(
            f"pjj-{ascii_slug(town)}",
            "pjj-grand-est",
            "pjj",
            f"{label} – {town}",
            town,
            f"Annexe 2, fiche PJJ, l. {line}",
            note=note,
        )


def fixed(pack: Pack) -> Iterator[Site]:
    """Heads of networks and universities, whose sheet prints « Lieu : à … »."""
    for organisation, kind, name, town, source, note in FIXED:
        many = sum(one[0] == organisation for one in FIXED) > 1
        slug = f"{organisation}-{ascii_slug(town)}" if many else organisation
        yield Site(slug, organisation, kind, name, town, f"Annexe 2, fiche {source}", note=note)


def region(pack: Pack) -> Iterator[Site]:
    """The Region's three houses, with their address, and the towns its agencies are named after."""
    for town, address in HEADQUARTERS.items():
        yield Site(
            f"region-{ascii_slug(town)}",
            "region-grand-est",
            "region",
            f"Maison de la Région – {town}",
            town,
            "Dos de la charte, l. 5386-5396",
            address_published=address,
        )
    for row in pack.agencies.values():
        for town in row["towns"].split(" | "):
            if town not in HEADQUARTERS:
                note = "Commune tirée du nom de l'agence : adresse et accueil du public à confirmer"
                yield Site(
                    f"region-{ascii_slug(town)}",
                    "region-grand-est",
                    "region",
                    f"Agence territoriale de la Région – {town}",
                    town,
                    f"Annexe 4, l. {row['source_lines']}",
                    "territory",
                    agency_slug=row["slug"],
                    note=note,
                )


def all_sites(pack: Pack) -> Iterator[Site]:
    """Sites in a stable order, each slug once: the first row of a town wins."""
    makers = (
        career_centres,
        missions_locales,
        youth_information,
        executives,
        networks,
        fixed,
        farm_schools,
        youth_justice,
        region,
    )
    seen: dict[str, Site] = {}
    for maker in makers:
        for site in maker(pack):
            if site.slug not in seen:
                seen[site.slug] = site
                yield site
            elif (seen[site.slug].kind, seen[site.slug].town) != (site.kind, site.town):
                raise ValueError(f"identifiant en double : {site.slug}")


def to_row(pack: Pack, site: Site) -> Row:
    """The row of sites.csv. A territory that is not the commune's own is said in the note."""
    insee = pack.insee(site.town)
    here = pack.agency_at(insee)
    agency = site.agency_slug or here
    note = site.note
    if agency != here:
        place = pack.agencies[here]["name"]
        note = f"{note} ; " * bool(note) + f"La commune est dans le territoire de {place}"
    return {
        "slug": site.slug,
        "organisation_slug": site.organisation_slug,
        "kind": site.kind,
        "name": typeset(site.name),
        "town": pack.communes[insee]["name"],
        "insee": insee,
        "agency_slug": agency,
        "served_agency_slugs": " | ".join(dict.fromkeys([*site.served] or [agency])),
        "placement": site.placement,
        "address_published": site.address_published,
        "source": typeset(site.source),
        "note": typeset(note),
    }


def main(folder: Path) -> None:
    """Write sites.csv and print, per organisation, the referents' rows that gave no place."""
    pack = Pack(folder)
    rows = [to_row(pack, site) for site in all_sites(pack)]
    write_rows(folder / "sites.csv", rows)
    print(f"{len(rows)} lieux, dont {sum(r['placement'] == 'territory' for r in rows)} à confirmer")
    for organisation in NETWORKS:
        for row in pack.referents_of(organisation):
            if not towns_of(pack, row):
                print(f"sans lieu : {organisation}, {row['agency_slug']}, {row['area'] or '—'}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage : build_sites.py PAQUET")
    main(Path(sys.argv[1]))
