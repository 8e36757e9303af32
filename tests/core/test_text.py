"""French text as computers compare it."""

import pytest

from core.text import fold, sort_key


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
