"""Letters as they are read: PDF/UA, in the order of a letter, whatever a dossier holds; archived for good (R14, S1)."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from recognition import letters
from recognition.letters import law
from recognition.letters.drawing import pdf_of, redo
from recognition.letters.preview import preview
from recognition.letters.writing import words_of
from recognition.models import Letter, LetterKind
from tests import pdf
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world.rules()


def drawn(kind: str, **about: Any) -> Letter:
    letter = letters.write(kind=kind, at=world.TOLD, key=f"essai:{kind}", **about)
    return letters.draw(letter=letter, at=world.TOLD)


def order(text: str, *marks: str) -> list[int]:
    """Where each mark stands in the text; the test fails if one is missing."""
    places = [text.find(mark) for mark in marks]
    assert -1 not in places, [mark for mark, place in zip(marks, places, strict=True) if place == -1]
    return places


def test_S1_a_refusal_is_read_in_the_order_of_a_letter() -> None:
    letter = drawn("refusal", decision=world.decision("refusal", world.dossier()))
    data = pdf_of(letter)
    said = pdf.read_aloud(data)
    places = order(
        said, "Service de l’orientation", "Lettre : L-2027-0001", "Maison de l’orientation des Vosges",
        "Le 15 décembre 2027", "Objet Suite donnée à votre demande de reconnaissance", "Madame, Monsieur,",
        "n° 27CP-1234 du 6 décembre 2027", "avis", "Le dossier ne montre pas", "Vous pouvez contester",
        "Je vous prie d’agréer", "Camille Exemple", "Voies et délais de recours", "tribunal administratif",
        f"« {law.R421_1[:50]}",
    )  # fmt: skip
    assert [place for place in places if place != places[7]] == sorted(place for place in places if place != places[7])
    assert [tag for tag in pdf.tags(data) if tag in {"H1", "H2", "H3"}] == ["H1", "H2", "H2", "H2"]
    with pikepdf.open(BytesIO(data)) as opened:
        meta = opened.open_metadata()
        assert (meta["pdfuaid:part"], str(opened.Root.Lang)) == ("1", "fr")
        assert meta["dc:title"] == "Suite donnée à votre demande de reconnaissance (lettre L-2027-0001)"


@pytest.mark.parametrize("kind", LetterKind.values)
def test_R14_every_kind_has_its_preview(kind: str) -> None:
    made = preview(kind, *words_of(kind))
    said = pdf.words(made.data)
    assert "{{" not in said
    assert made.pages <= 2
    assert "Aperçu" in said


@pytest.mark.parametrize("kind", LetterKind.values)
def test_S1_a_checker_finds_nothing_against_PDF_UA_1_in_a_letter(kind: str) -> None:
    report = page.validate_pdf_bytes(preview(kind, *words_of(kind)).data, profile=page.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_R14_a_receipt_prints_every_digest_whole() -> None:
    dossier = world.dossier(files=4)
    data = pdf_of(drawn("receipt", candidature=dossier))
    said = pdf.words(data).replace(" ", "")
    for file in dossier.attachments.all():
        assert said.count(file.sha256) == 1
    assert dossier.snapshots.get().sha256 in said
    assert "28mai2027à14h05min00s(heuredeParis)" in said


def test_a_certificate_leads_to_its_public_page() -> None:
    right = world.recognition()
    data = pdf_of(drawn("certificate", recognition=right))
    address = f"http://127.0.0.1:8000/reconnaissances/{right.public_id}/"
    with pikepdf.open(BytesIO(data)) as opened:
        links = {str(note.A.URI) for page in opened.pages for note in page.get("/Annots", [])}
    assert links == {address}
    assert pdf.alternatives(data) == [
        "SPRO, service public régional de l’orientation", "Code à scanner : la page publique de cette reconnaissance",
    ]  # fmt: skip
    assert pdf.pages(data) == 1
    assert "SIRET" in pdf.read_aloud(data)


def test_a_script_in_a_field_is_only_words() -> None:
    nasty = '<script>alert("x")</script><img src=x onerror=y>{{ siret }}**gras**'
    dossier = world.dossier(nasty, declared_name=nasty, legal_representative=nasty)
    said = pdf.read_aloud(pdf_of(drawn("receipt", candidature=dossier)))
    assert said.count('<script>alert("x")</script>') == 5  # addressee, person, table (twice), words
    assert said.count("{{ siret }}**gras**") == 5


def test_very_long_names_stay_in_the_page() -> None:
    """Nothing is drawn outside of the sheet, and nothing is cut."""
    name = "Association-départementale-pour-l’accueil-" * 6 + "fin du nom"
    person = "Anne-Élisabeth-Marie-Josèphe de la Très-Longue-Lignée " * 3
    dossier = world.dossier(name, legal_representative=person[:150] + " fin de la personne")
    data = pdf_of(drawn("receipt", candidature=dossier))
    said = pdf.words(data).replace(" ", "")
    assert said.count("findunom") == 3
    assert said.count("findelapersonne") == 1
    assert pdf.widest(data) <= 595  # points, of an A4 page


def test_R14_what_is_archived_is_what_is_read() -> None:
    letter = drawn("receipt", candidature=world.dossier())
    assert (letter.state, letter.pages, letter.drawn_at) == ("drawn", 2, world.TOLD)
    assert letters.draw(letter=letter, at=world.TOLD + dt.timedelta(days=1)).drawn_at == world.TOLD
    path = Path(letter.file.path)
    assert path.stat().st_mode & 0o777 == 0o600
    data = pdf_of(letter)
    path.write_bytes(data + b" ")
    with pytest.raises(ValidationError, match="n’est plus celui qui a été archivé"):
        pdf_of(letter)
    path.unlink()
    with pytest.raises(ValidationError, match="n’est plus là"):
        pdf_of(letter)


def test_R14_a_lost_file_is_made_again_to_the_byte() -> None:
    letter = drawn("receipt", candidature=world.dossier())
    data = pdf_of(letter)
    Path(letter.file.path).unlink()
    made = redo(letter=letter, at=world.TOLD)
    assert (pdf_of(made), made.sha256) == (data, letter.sha256)
    with pytest.raises(ValidationError, match="il n’y a rien à refaire"):
        redo(letter=made, at=world.TOLD)


def test_R14_a_letter_that_would_be_drawn_otherwise_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = drawn("receipt", candidature=world.dossier())
    Path(letter.file.path).unlink()
    shown = "recognition.letters.drawing.page"
    monkeypatch.setattr(shown, lambda _, **__: "<html lang='fr'><title>x</title><p>Autre</p></html>")
    with pytest.raises(ValidationError, match="reprenez le fichier dans une sauvegarde"):
        redo(letter=letter, at=world.TOLD)
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(sha256="0" * 64)


def test_a_letter_not_drawn_yet_says_so() -> None:
    letter = letters.write(kind="receipt", at=world.TOLD, key="x", candidature=world.dossier())
    with pytest.raises(ValidationError, match="en cours de production"):
        pdf_of(letter)
