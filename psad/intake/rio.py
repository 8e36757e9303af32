"""The RIO list of the SIEI: its columns, and what each of its lines must say to become a case (D3, D4, D11).

A line is refused for a reason in closed words: a report of refusals names nobody.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.text import fold
from psad.identity import Identity
from psad.intake.sheets import FormatError, lines
from psad.lists import Origin, Sex
from psad.models import PlatformCommune
from psad.services.opening import YOUNGEST
from territories.models import Commune

COLUMNS = (
    "ine", "nom", "prenoms", "date_naissance", "sexe", "adresse", "code_postal", "commune", "telephone", "courriel",
    "etablissement_uai", "etablissement", "classe", "date_sortie", "origine", "suivi_mission_locale",
)  # fmt: skip
REQUIRED = ("nom", "prenoms", "date_naissance")
_PLACE = ("commune", "code_postal")
_LONGEST = {"adresse": 300, "etablissement": 200, "courriel": 254, "commune": 120, "classe": 100}
_LONGEST_OTHER = 100
_OLDEST = 100  # years
_SEXES = {
    "": Sex.UNKNOWN, "f": Sex.WOMAN, "feminin": Sex.WOMAN, "fille": Sex.WOMAN, "femme": Sex.WOMAN, "2": Sex.WOMAN,
    "m": Sex.MAN, "masculin": Sex.MAN, "garcon": Sex.MAN, "homme": Sex.MAN, "h": Sex.MAN, "1": Sex.MAN,
}  # fmt: skip
_FRENCH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")
_UAI = re.compile(r"\d{7}[A-Z]")
# What no name holds and what a spreadsheet would run.
NOT_A_NAME = re.compile(r"^[=+\-@]|[=<>{}\[\]|\\\"@#%*;]|\d{2}")

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that can become a case."""

    identity: Identity
    sex: str = ""
    origin: str = ""
    commune: str = ""  # INSEE; empty when a postcode of several communes of the platform is all that is known
    left_on: dt.date | None = None
    school_uai: str = ""

    @property
    def already_followed(self) -> bool:
        return self.identity.followed_by_ml == "oui"

    def facts(self) -> str:
        """Everything the line says, in one text: two lines that say the same bring nothing new."""
        words = [fold(word) for word in self.identity.words().values()]
        closed = (self.sex, self.origin, self.commune, self.left_on, self.school_uai, self.identity.birth_date)
        return "|".join([*words, *map(str, closed)])


class Refused(Exception):  # noqa: N818 (a line is refused, nothing is wrong with us)
    """The reason, in closed French words."""


def read(content: bytes) -> Iterator[tuple[int, Cells]]:
    """Each line by its number in the file. Raises `FormatError`: no table, unknown columns, lacking ones."""
    names: list[str] | None = None
    for number, cells in lines(content):
        if names is None:
            names = _header(cells)
            continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            yield number, {"": "trop de cellules"}
            continue
        yield number, {name: value for name, value in zip(names, cells, strict=False) if value}
    if names is None:
        raise FormatError("Ce fichier est vide.")


def check_header(content: bytes) -> None:
    """Raises `FormatError` when the file is refused whole, before it is kept."""
    if next(read(content), None) is None:
        raise FormatError("Ce fichier ne contient aucune ligne.")


def _header(cells: list[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    unknown = [place for place, name in enumerate(names, start=1) if name not in COLUMNS]
    if unknown:
        # The columns by their place: a file without a header would have its first person named.
        where = ", ".join(map(str, unknown[:20]))
        raise FormatError(
            f"La première ligne nomme des colonnes qui ne sont pas attendues (n°\u00a0{where})\u00a0: le fichier est"
            f" refusé. Colonnes attendues\u00a0: {', '.join(COLUMNS)}."
        )
    if len(set(names)) < len(names):
        raise FormatError("Une colonne est nommée deux fois\u00a0: le fichier est refusé.")
    missing = [name for name in REQUIRED if name not in names]
    if not set(_PLACE) & set(names):
        missing.append("commune")
    if missing:
        raise FormatError(f"Il manque des colonnes\u00a0: {', '.join(missing)}. Le fichier est refusé.")
    return names


class Perimeter:
    """The communes by code, name and postcode, and whose platform each is: read once for a whole list."""

    def __init__(self, platform: int) -> None:
        self._platform = platform
        self._of = dict(PlatformCommune.objects.values_list("commune_id", "platform_id"))
        self._names: dict[str, list[str]] = {}
        self._postcodes: dict[str, list[str]] = {}
        self._codes: set[str] = set()
        for insee, name, postcodes in Commune.objects.values_list("insee", "folded_name", "postal_codes"):
            self._codes.add(insee)
            self._names.setdefault(name, []).append(insee)
            for postcode in postcodes:
                self._postcodes.setdefault(postcode, []).append(insee)

    def find(self, town: str, postcode: str) -> str:
        """The INSEE code of a commune of the platform, empty for a postcode that several share. Raises `Refused`."""
        if not town and not postcode:
            raise Refused("commune manquante")
        found = self._candidates(town, postcode)
        if not found:
            raise Refused("commune inconnue")
        here = [insee for insee in found if self._of.get(insee) == self._platform]
        if not here:
            elsewhere = any(insee in self._of for insee in found)
            raise Refused("commune d’une autre plateforme" if elsewhere else "commune sans plateforme")
        return here[0] if len(here) == 1 else ""

    def _candidates(self, town: str, postcode: str) -> list[str]:
        if town.upper() in self._codes:
            return [town.upper()]
        by_postcode = self._postcodes.get(postcode, [])
        if not town:
            return by_postcode
        by_name = self._names.get(_town(town), [])
        both = [insee for insee in by_name if insee in by_postcode]
        # A CEDEX has a postcode of its own: the département it begins with tells communes of one name apart.
        near = [insee for insee in by_name if not postcode or insee[:2] == postcode[:2]]
        return both or near


def _town(name: str) -> str:
    """« ST DIZIER CEDEX 2 » as the official list writes it, folded."""
    words = [{"st": "saint", "ste": "sainte"}.get(word, word) for word in fold(name).split()]
    return " ".join(words[: words.index("cedex")] if "cedex" in words else words)


def parse(cells: Cells, *, on: dt.date, perimeter: Perimeter) -> Entry:
    """What a line says, on the day it is received. Raises `Refused`."""
    if "" in cells:
        raise Refused("trop de cellules")
    if any(len(value) > _LONGEST.get(name, _LONGEST_OTHER) for name, value in cells.items()):
        raise Refused("texte trop long")
    born = _birth(cells, on)
    postcode = _postcode(cells.get("code_postal", ""))
    commune = perimeter.find(cells.get("commune", ""), postcode)
    identity = Identity(
        surname=_name(cells, "nom"), given_names=_name(cells, "prenoms"), birth_date=born,
        address=cells.get("adresse", ""), postcode=postcode, town=cells.get("commune", ""),
        phone=_phone(cells.get("telephone", "")), email=cells.get("courriel", "").lower(), ine=cells.get("ine", ""),
        school=cells.get("etablissement", ""), class_name=cells.get("classe", ""),
        followed_by_ml=_one_of(cells, "suivi_mission_locale", {"": "", "oui": "oui", "non": "non"}),
    )  # fmt: skip
    uai = cells.get("etablissement_uai", "").upper()
    return Entry(
        identity=identity, sex=_one_of(cells, "sexe", _SEXES), commune=commune, left_on=_left(cells, born, on),
        origin=_one_of(cells, "origine", {"": ""} | {str(value): str(value) for value in Origin}),
        school_uai=uai if _UAI.fullmatch(uai) else "",
    )  # fmt: skip


def _name(cells: Cells, column: str) -> str:
    value = cells.get(column, "")
    if not value:
        raise Refused("nom ou prénom manquant")
    if NOT_A_NAME.search(value) or not any(c.isalpha() for c in value):
        raise Refused("nom ou prénom illisible")
    return value


def _birth(cells: Cells, on: dt.date) -> dt.date:
    text = cells.get("date_naissance", "")
    if not text:
        raise Refused("date de naissance manquante")
    born = day(text)
    if born is None:
        raise Refused("date de naissance illisible")
    if born > on:
        raise Refused("date de naissance à venir")
    age = Identity("", "", born).age_on(on)
    if age < YOUNGEST:
        raise Refused("moins de 16 ans")
    if age > _OLDEST:
        raise Refused("date de naissance invraisemblable")
    return born


def _left(cells: Cells, born: dt.date, on: dt.date) -> dt.date | None:
    text = cells.get("date_sortie", "")
    if not text:
        return None
    left = day(text)
    if left is None or left <= born:
        raise Refused("date de sortie illisible")
    if left > on:
        raise Refused("date de sortie à venir")
    return left


def day(text: str) -> dt.date | None:
    """JJ/MM/AAAA or AAAA-MM-JJ; nothing when it is no day."""
    try:
        if match := _FRENCH_DAY.fullmatch(text):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.date.fromisoformat(text[:10]) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def _one_of(cells: Cells, column: str, values: dict[str, Any]) -> str:
    try:
        return str(values[fold(cells.get(column, ""))])
    except KeyError:
        raise Refused(f"valeur inconnue dans «\u00a0{column}\u00a0»") from None


def _postcode(text: str) -> str:
    """Spreadsheets drop the first zero."""
    digits = text.replace(" ", "")
    return digits.zfill(5) if digits.isdigit() and len(digits) in (4, 5) else ""


def _phone(text: str) -> str:
    """As it was given; the first zero that spreadsheets drop comes back."""
    digits = re.sub(r"[\s.()-]", "", text)
    return "0" + digits if re.fullmatch(r"[1-9]\d{8}", digits) else text
