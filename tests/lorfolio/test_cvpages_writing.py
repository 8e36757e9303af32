"""DOCX and ODT of every model, opened again by their libraries; what a machine reads in the PDF (L4, L11)."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from odf import text
from odf.opendocument import load
from odf.teletype import extractText
from PIL import Image

from core.text import fold
from lorfolio import machine
from lorfolio.drawing import content_of, pdf_of
from lorfolio.lists import Accent, CvModel, ProofKind
from lorfolio.models import Cv, Portfolio, Proof
from lorfolio.services import cvs, safe
from lorfolio.writing import docx_of, odt_of
from lorfolio.writing.outline import COLOURS
from tests.lorfolio.people import NOW, experience, extra, language, portfolio, skill
from tests.pdf import read_aloud

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def owner(settings: Any, tmp_path: Path) -> Portfolio:
    settings.MEDIA_ROOT = tmp_path
    made = portfolio(
        headline="Vendeuse & conseillère", summary="J’aime <conseiller>.", phone="03 00 00 00 00",
        translations={"de": {"headline": "Verkäuferin"}},
    )  # fmt: skip
    experience(
        made, title="Vendeuse", organisation="Boulangerie Exemple", starts="2022-09", highlights=["Tenir la caisse 🥐"],
        translations={"de": {"title": "Verkäuferin in der Bäckerei"}},
    )  # fmt: skip
    experience(made, title="CAP Commerce", kind="etudes", starts="2020", ends="2022")
    sure = skill(made, "Accueillir des clients", level=4, translations={"de": {"label": "Kundschaft empfangen"}})
    Proof.objects.create(
        portfolio=made, skill=sure, kind=ProofKind.ATTESTATION, title="Oui", answered_at=NOW, confirmed=True,
        attester_name="Dominique Témoin",
    )  # fmt: skip
    language(made)
    extra(made, title="Permis B")
    return made


def made(owner: Portfolio, model: CvModel, **fields: Any) -> Cv:
    cv = cvs.make(portfolio=owner, model=model, at=NOW)
    for name, value in fields.items():
        setattr(cv, name, value)
    cv.save()
    return Cv.objects.select_related("selection", "portfolio__commune", "portfolio__photo").get(pk=cv.pk)


def docx_words(document: Any) -> str:
    """Everything in the order of the body, tables too."""
    return " ".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def odt_words(document: Any) -> str:
    return extractText(document.text)


@pytest.mark.parametrize("model", CvModel)
def test_L4_a_docx_opens_with_its_headings_and_its_language(owner: Portfolio, model: CvModel) -> None:
    cv = made(owner, model)
    document = Document(BytesIO(docx_of(cv, content_of(cv, at=NOW), today=TODAY)))
    words = docx_words(document)
    title = "Verkäuferin in der Bäckerei" if model == CvModel.LEBENSLAUF else "Vendeuse"
    for said in ("Camille Exemple", title, "Boulangerie Exemple", "CAP Commerce", "Permis B", "Dominique Témoin"):
        assert said in words, said
    styles = [node.get(node.tag.replace("pStyle", "val")) for node in document.element.body.iter()
              if node.tag.endswith("}pStyle")]  # fmt: skip
    assert styles[0] == "Title"
    assert styles.count("Heading1") >= 5 * (2 if model == CvModel.BILINGUAL else 1)
    kind = "Lebenslauf" if model == CvModel.LEBENSLAUF else "CV"
    assert document.core_properties.title.startswith(f"{kind} Camille Exemple – ")
    lang = re.search(r'<w:rPrDefault>.*?<w:lang[^>]*w:val="([^"]+)"', document.styles.element.xml, re.DOTALL)
    assert lang is not None
    assert lang.group(1) == ("de-DE" if model == CvModel.LEBENSLAUF else "fr-FR")


@pytest.mark.parametrize("model", CvModel)
def test_L4_an_odt_opens_with_its_headings_and_its_language(owner: Portfolio, model: CvModel) -> None:
    cv = made(owner, model)
    data = odt_of(cv, content_of(cv, at=NOW), today=TODAY)
    document = load(BytesIO(data))
    words = odt_words(document)
    title = "Verkäuferin in der Bäckerei" if model == CvModel.LEBENSLAUF else "Vendeuse"
    for said in ("Camille Exemple", title, "Boulangerie Exemple", "CAP Commerce", "Permis B", "Dominique Témoin"):
        assert said in words, said
    levels = [node.getAttribute("outlinelevel") for node in document.getElementsByType(text.H)]
    assert levels[0] == "1"
    assert levels.count("2") >= 5 * (2 if model == CvModel.BILINGUAL else 1)
    with zipfile.ZipFile(BytesIO(data)) as packed:
        assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.text"
        styles = packed.read("styles.xml").decode()
    lang = "de" if model == CvModel.LEBENSLAUF else "fr"
    assert f'fo:language="{lang}"' in styles


@pytest.mark.parametrize("model", CvModel)
def test_L4_both_files_say_the_same_in_the_same_order(owner: Portfolio, model: CvModel) -> None:
    cv = made(owner, model)
    seen = content_of(cv, at=NOW)
    docx = docx_words(Document(BytesIO(docx_of(cv, seen, today=TODAY))))
    odt = odt_words(load(BytesIO(odt_of(cv, seen, today=TODAY))))
    assert "".join(docx.split()) == "".join(odt.split())


def test_L1_what_is_hidden_is_in_no_file(owner: Portfolio) -> None:
    experience(owner, title="Canari caché", starts="1990", ends="1991")
    cv = made(owner, CvModel.CHRONOLOGICAL, with_phone=False, with_certainty=False)
    cvs.selecting.remove(selection=cv.selection, item=owner.experiences.get(title="Canari caché"))
    seen = content_of(cv, at=NOW)
    for data in (docx_of(cv, seen, today=TODAY), odt_of(cv, seen, today=TODAY)):
        with zipfile.ZipFile(BytesIO(data)) as packed:
            everything = b"".join(packed.read(name) for name in packed.namelist())
        for canary in ("Canari", "03 00 00 00 00", "0300000000", "Témoin", str(owner.pk)):
            assert canary.encode() not in everything, canary


def test_L4_the_photo_is_in_the_files_with_words_for_it(owner: Portfolio) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 400), "teal").save(picture, "WEBP")
    owner.photo = safe.add(portfolio=owner, name="portrait.webp", data=picture.getvalue(), at=NOW)
    owner.save()
    cv = made(owner, CvModel.CHRONOLOGICAL, with_photo=True)
    seen = content_of(cv, at=NOW)
    with zipfile.ZipFile(BytesIO(docx_of(cv, seen, today=TODAY))) as packed:
        assert [name for name in packed.namelist() if name.endswith((".jpg", ".jpeg"))] == ["word/media/image1.jpg"]
        assert 'descr="Portrait de Camille Exemple"' in packed.read("word/document.xml").decode()
    with zipfile.ZipFile(BytesIO(odt_of(cv, seen, today=TODAY))) as packed:
        assert len([name for name in packed.namelist() if name.startswith("Pictures/")]) == 1
        assert "<svg:title>Portrait de Camille Exemple</svg:title>" in packed.read("content.xml").decode()


def test_L4_an_empty_cv_is_a_file_all_the_same() -> None:
    cv = made(portfolio(given_name="", family_name=""), CvModel.LEBENSLAUF)
    seen = content_of(cv, at=NOW)
    assert Document(BytesIO(docx_of(cv, seen, today=TODAY))).core_properties.title == "Lebenslauf"
    assert "Lebenslauf" in odt_words(load(BytesIO(odt_of(cv, seen, today=TODAY))))


def test_L4_names_in_arabic_and_hebrew_go_from_right_to_left() -> None:
    cv = made(portfolio(given_name="ليلى", family_name="حداد"), CvModel.CHRONOLOGICAL)
    seen = content_of(cv, at=NOW)
    document = Document(BytesIO(docx_of(cv, seen, today=TODAY)))
    assert "w:bidi" in document.paragraphs[0]._p.xml
    odt = load(BytesIO(odt_of(cv, seen, today=TODAY)))
    assert odt.getElementsByType(text.H)[0].getAttribute("stylename") == "rtl-title"


def test_L4_colours_of_files_are_those_of_the_pdf() -> None:
    styles = (Path(__file__).parents[2] / "static/css/lorfolio_cv.css").read_text()
    found = dict(re.findall(r"\.accent-(\w+) \{ --accent: #([0-9a-f]{6})", styles))
    assert found == {str(accent): colour for accent, colour in COLOURS.items()}
    assert set(COLOURS) == set(Accent)


@pytest.mark.parametrize("model", CvModel)
def test_L11_a_machine_reads_every_word_in_order(owner: Portfolio, model: CvModel) -> None:
    cv = made(owner, model)
    seen = content_of(cv, at=NOW)
    data = pdf_of(cv, seen, today=TODAY).data
    blocks = machine.reading(data)
    ours = "".join("".join(block.text for block in blocks).split())
    theirs = "".join(read_aloud(data).split())
    assert ours == theirs, "poppler reads the same"
    assert fold(blocks[0].text) in {"camille exemple", "lebenslauf"}
    assert machine.lost(seen, blocks) == []


def test_L11_what_is_lost_is_said(owner: Portfolio) -> None:
    seen = content_of(made(owner, CvModel.CHRONOLOGICAL), at=NOW)
    blocks = [machine.Read("H1", "CAMILLE exemple"), machine.Read("P", "Vendeuse, Boulangerie Exemple")]
    assert machine.lost(seen, blocks) == [
        owner.email, "Allemand", "CAP Commerce", "Permis B", "Accueillir des clients"
    ]  # fmt: skip
