"""French text as computers compare it."""

import re
import unicodedata

import pytest

from core.text import fold, sort_key, without_lines


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Épinal", "epinal"),
        ("Saint-Dié-des-Vosges", "saint die des vosges"),
        ("L’Œuvre d’Étain", "l oeuvre d etain"),
        ("Référent·e", "referente"),
        ("  Straße  ", "strasse"),
        ("", ""),
    ],
)
def test_accents_case_and_signs_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_articles_do_not_count_in_the_alphabet() -> None:
    names = ["Zone", "La Bresse", "Épinal", "Les Islettes", "Eply", "Abreschviller"]
    assert sorted(names, key=sort_key) == ["Abreschviller", "La Bresse", "Épinal", "Eply", "Les Islettes", "Zone"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Annexe 2, fiche Réseau des CIO, l. 1823", "Annexe 2, fiche Réseau des CIO"),
        ("Annexe 2, fiche APEC, l. 1571 et 1583-1629", "Annexe 2, fiche APEC"),
        ("Fiches OPACIF, l.\u00a03481-3488, 3709 (état de 2018)\u202f; art.\u00a0L6111-6",
         "Fiches OPACIF (état de 2018)\u202f; art.\u00a0L6111-6"),
        ("Fiche CIO, l. 1938-1947 et fiche DRAAF, l. 2056", "Fiche CIO et fiche DRAAF"),
        ("Article 2, l. 303-334 ; annexe 4 ; annexe 1, art. 4b, l. 1446", "Article 2 ; annexe 4 ; annexe 1, art. 4b"),
        ("Réunions (l. 403) en 2018", "Réunions en 2018"),
        ("Pôle emploi l.4229 : (88) ; CRAGE l.2332, 2339", "Pôle emploi : (88) ; CRAGE"),
        ("l’an 2018, l’article 5", "l’an 2018, l’article 5"),
    ],
)  # fmt: skip
def test_line_numbers_of_an_extract_nobody_has_are_not_shown(source: str, shown: str) -> None:
    assert without_lines(source) == shown


def test_a_text_is_folded_as_its_characters_are() -> None:
    """Character by character or whole, whatever the alphabet: decomposed, bare, lowercase, one space between words."""
    for code in range(0x3100):
        bare = "".join(c for c in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(c))
        if chr(code) not in "œŒæÆ’ß·":
            assert fold(f"a{chr(code)}b") == re.sub("[^a-z0-9]+", " ", f"a{bare.lower()}b"), hex(code)
