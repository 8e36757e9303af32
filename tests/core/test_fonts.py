"""The letters every page loads: light, complete for French, licensed, made once."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from core.fonts import CHARACTERS, FACES, build

FRENCH = "Où êtes-vous ? À Châlons, « cœur » de l’Œuvre — 12 € … n° 5 · çéèêëîïôùûüÿ \u00a0\u202f"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static-build")
    build(folder)
    return folder


def test_every_face_is_written_with_its_licence(folder: Path) -> None:
    names = sorted(path.name for path in (folder / "fonts").iterdir())
    assert names == [
        "balise-texte-400.woff2",
        "balise-texte-700.woff2",
        "balise-titre-800.woff2",
        "manrope-OFL.txt",
        "source-sans-pro-OFL.txt",
    ]
    for licence in (folder / "fonts").glob("*-OFL.txt"):
        assert "SIL OPEN FONT LICENSE" in licence.read_text(encoding="utf-8", errors="replace").upper()


def test_all_fonts_weigh_less_than_50_kB(folder: Path) -> None:
    assert sum(path.stat().st_size for path in (folder / "fonts").glob("*.woff2")) <= 50_000


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.file)
def test_every_face_writes_french_under_our_name(folder: Path, face) -> None:  # type: ignore[no-untyped-def]
    with TTFont(folder / "fonts" / f"{face.file}.woff2") as font:
        missing = {character for character in FRENCH if ord(character) not in font.getBestCmap()}
        family = font["name"].getDebugName(1)
        names = " ".join(font["name"].getDebugName(i) or "" for i in (1, 4, 6, 16))
    assert missing == set()
    assert family == face.family
    assert "Source" not in names


def test_building_twice_writes_nothing(folder: Path) -> None:
    assert build(folder) == []


def test_a_lost_file_is_made_again(folder: Path) -> None:
    lost = folder / "fonts" / "balise-titre-800.woff2"
    lost.unlink()
    assert build(folder) == [lost]


def test_characters_are_not_repeated() -> None:
    assert len(CHARACTERS) == len(set(CHARACTERS))
