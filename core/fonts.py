"""The portal's letters: subset of open typefaces, made once from the font files of PyPI packages.

Titles are set in Manrope ExtraBold, text in Source Sans Pro (both SIL Open Font License 1.1, licence text written
beside them). "Source" is a reserved font name: a subset is a modified version, so ours are renamed "Balise …".
The same files serve the screens (WOFF2) and can be given to WeasyPrint.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

# ASCII, Latin-1, œ Œ Ÿ, dashes, quotes, bullet, ellipsis, narrow no-break space, euro, minus, arrows.
CHARACTERS: tuple[int, ...] = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x152, 0x153, 0x178, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x202F, 0x20AC),
    *(0x2212, 0x2190, 0x2191, 0x2192, 0x2193),
)
NARROW_SPACE = 0x202F
FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "tnum", "lnum")
NAME_IDS_TO_RENAME = {1: "{family}", 3: "{file}", 4: "{family}", 6: "{file}", 16: "{family}"}


@dataclass(frozen=True)
class Face:
    """One file to make: `source` inside `package` becomes `file`.woff2 of the family `family`."""

    package: str
    source: str
    family: str
    file: str


LICENCES = {"font_source_sans_pro": "LICENSE.txt", "font_manrope": "OFL.txt"}
FACES = (
    Face("font_source_sans_pro", "SourceSansPro-Regular.ttf", "Balise Texte", "balise-texte-400"),
    Face("font_source_sans_pro", "SourceSansPro-Bold.ttf", "Balise Texte", "balise-texte-700"),
    Face("font_manrope", "Manrope-ExtraBold.ttf", "Balise Titre", "balise-titre-800"),
)


def package_files(package: str) -> Path:
    """The folder of font files of an installed package, found without importing it.

    Raises ModuleNotFoundError if the package is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent / "files"


def build(folder: Path) -> list[Path]:
    """Write every face and its licence into `folder`/fonts; return the files written (none when all are up to date).

    A file is up to date when it is newer than its source and than this module. Raises FileNotFoundError if a
    package no longer ships a source.
    """
    target = folder / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for face in FACES:
        source = package_files(face.package) / face.source
        font_file = target / f"{face.file}.woff2"
        if is_stale(font_file, source):
            write_atomically(font_file, subset_face(face, source))
            written.append(font_file)
    for package, licence_name in LICENCES.items():
        licence = package_files(package) / licence_name
        copy = target / f"{package.removeprefix('font_').replace('_', '-')}-OFL.txt"
        if is_stale(copy, licence):
            write_atomically(copy, licence.read_bytes())
            written.append(copy)
    return written


def is_stale(made: Path, source: Path) -> bool:
    """Whether `made` must be made again from `source`."""
    if not made.exists():
        return True
    return made.stat().st_mtime < max(source.stat().st_mtime, Path(__file__).stat().st_mtime)


def subset_face(face: Face, source: Path) -> bytes:
    """The WOFF2 bytes of `source` with our characters only, unhinted, under our name."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=list(FEATURES), notdef_outline=True)
    options.drop_tables += ["DSIG", "FFTM"]
    options.name_IDs = [*NAME_IDS_TO_RENAME, 0, 2, 13, 14]  # 0, 13, 14: copyright and licence stay in the file
    with TTFont(source) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=CHARACTERS)
        subsetter.subset(font)
        rename(font, face)
        draw_narrow_space(font)
        font.flavor = "woff2"
        out = BytesIO()
        font.save(out)
    return out.getvalue()


def rename(font: TTFont, face: Face) -> None:
    """Give the font our family name (SIL OFL 1.1 §3: no reserved name on a modified version)."""
    for record in font["name"].names:
        if record.nameID in NAME_IDS_TO_RENAME:
            record.string = NAME_IDS_TO_RENAME[record.nameID].format(family=face.family, file=face.file)


def draw_narrow_space(font: TTFont) -> None:
    """Give the font the narrow no-break space French needs before ; ! ? when it has none (Manrope): 60 % of a space."""
    if NARROW_SPACE in font.getBestCmap():
        return
    width, _ = font["hmtx"][font.getBestCmap()[0x20]]
    name = "uni202F"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = Glyph()
    font["hmtx"][name] = (round(width * 0.6), 0)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[NARROW_SPACE] = name


def write_atomically(path: Path, data: bytes) -> None:
    """Write whole or not at all: another process may be building the same file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
