"""Every model of CV, with every content: PDF/UA-1, read in order by people and by machines (L4, L11, S1)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from io import BytesIO
from typing import Any

import page
import pikepdf
import pytest

from core.pdf import Pdf
from lorfolio.content import Content
from lorfolio.drawing import html_of, length_said, pdf_of
from lorfolio.lists import Accent, CvModel, Section
from lorfolio.services.cvs import RECIPES
from tests import pdf
from tests.lorfolio import cv_samples as samples

EVERY = [(model, name) for model in CvModel for name in samples.CONTENTS]


def content(name: str, model: CvModel = CvModel.CHRONOLOGICAL) -> Content:
    return replace(samples.CONTENTS[name](), sections=RECIPES[model].sections)


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, str], Pdf]:
    """Drawn once for all the tests of the file."""
    return {
        (model, name): pdf_of(samples.cv(model), content(name, model), today=samples.TODAY) for model, name in EVERY
    }


@pytest.mark.parametrize(("model", "name"), EVERY)
def test_L11_a_checker_finds_nothing_against_PDF_UA_1(
    model: CvModel, name: str, drawn: dict[tuple[str, str], Pdf]
) -> None:
    report = page.validate_pdf_bytes(drawn[model, name].data, profile=page.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 50


def test_L11_the_checker_sees_a_file_that_is_not_accessible() -> None:
    """The proof that the test above can fail: the same file without its tags."""
    made = pdf_of(samples.cv(CvModel.CHRONOLOGICAL), content("poor")).data
    out = BytesIO()
    with pikepdf.open(BytesIO(made)) as opened:
        del opened.Root.StructTreeRoot
        opened.save(out)
    assert not page.is_pdf_compliant_bytes(out.getvalue(), profile=page.ValidationProfile.PDF_UA_1)


LEFT_TO_RIGHT = [(model, name) for model, name in EVERY if name != "scripts"]


@pytest.mark.parametrize(("model", "name"), LEFT_TO_RIGHT)
def test_L11_the_order_of_the_tags_is_the_order_of_the_page(
    model: CvModel, name: str, drawn: dict[tuple[str, str], Pdf]
) -> None:
    """What a screen reader says is what a machine that knows no tags extracts, less the feet of the pages."""
    data = drawn[model, name].data
    extracted = " ".join(_words_without_foot(data, number) for number in range(1, pdf.pages(data) + 1))
    assert _letters(extracted) == _letters(pdf.read_aloud(data))


@pytest.mark.parametrize("model", CvModel)
def test_L11_what_is_read_follows_what_was_chosen(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    """Name, headline, contact, then each part in the person's order, each item in its own."""
    read = _letters(pdf.read_aloud(drawn[model, "rich"].data))
    german = model == CvModel.LEBENSLAUF
    rows = samples.experiences()
    titles = {
        Section.EXPERIENCES: [_title(row, german) for row in rows if not row.is_study],
        Section.STUDIES: [_title(row, german) for row in rows if row.is_study],
        Section.SKILLS: [row.translations["de"]["label"] if german else row.label for row in samples.skills()][:1],
        Section.LANGUAGES: ["Französisch" if german else "Français langue maternelle"],
        Section.EXTRAS: ["Erste-Hilfe-Kurs" if german else "Premiers secours citoyen"],
    }
    wanted = ["Inès Maréchal", "ines.marechal@exemple.invalid"]
    wanted += [title for key in RECIPES[model].sections for title in titles[Section(key)]]
    at = 0
    for words in map(_letters, wanted):
        found = read.find(words, at)
        assert found >= 0, words
        at = found + len(words)


def _title(row: Any, german: bool) -> str:
    return str(row.translations["de"]["title"] if german else row.title)


@pytest.mark.parametrize("model", CvModel)
def test_L11_the_file_says_whose_it_is_and_in_which_language(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    with pikepdf.open(BytesIO(drawn[model, "rich"].data)) as opened:
        meta = opened.open_metadata()
        german = model == CvModel.LEBENSLAUF
        title = (
            "Lebenslauf Inès Maréchal – Angehende Pflegehelferin"
            if german
            else "CV Inès Maréchal – Future aide-soignante"
        )
        assert meta["dc:title"] == title
        assert meta["dc:creator"] == ["Inès Maréchal"]
        assert str(opened.Root.Lang) == ("de" if german else "fr")
        assert [float(side) for side in opened.pages[0].MediaBox] == pytest.approx([0, 0, 595.28, 841.89], abs=0.1)


@pytest.mark.parametrize("model", CvModel)
def test_L11_the_JSON_Resume_is_inside(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    with pikepdf.open(BytesIO(drawn[model, "rich"].data)) as opened:
        assert list(opened.attachments) == ["resume.json"]
        said = json.loads(opened.attachments["resume.json"].get_file().read_bytes())
    assert said["basics"]["name"] == "Inès Maréchal"
    assert [row["position"] for row in said["volunteer"]] == ["Service civique auprès des résidents"]
    assert [row["name"] for row in said["skills"]] == [row.label for row in samples.skills()]


@pytest.mark.parametrize("model", CvModel)
def test_L4_a_rich_CV_holds_on_two_pages_and_a_poor_one_on_one(
    model: CvModel, drawn: dict[tuple[str, str], Pdf]
) -> None:
    assert drawn[model, "rich"].pages == 2
    assert drawn[model, "poor"].pages == drawn[model, "empty"].pages == 1


@pytest.mark.parametrize("model", CvModel)
def test_L4_a_path_of_eight_pages_flows_to_its_end(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    """Nothing is cut nor runs off the paper; the page of the CV says that it is long."""
    made = drawn[model, "overlong"]
    assert made.pages >= 8
    read = _letters(pdf.read_aloud(made.data))
    german = model == CvModel.LEBENSLAUF
    for row in samples.overlong().lived:
        turn = row.title.rpartition(" ")[2]
        assert _letters(f"{row.translations['de']['title']}" if german else f"{row.title}") in read, turn
    assert pdf.widest(made.data) < 595 - 17 / 25.4 * 72 + 1
    assert str(made.pages) in length_said(made.pages)
    assert length_said(2) == ""


@pytest.mark.parametrize("model", CvModel)
def test_names_in_every_script_are_written_and_read(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    """Arabic, Hebrew, emoji, Łódź: no letter is lost nor turned into a box."""
    data = drawn[model, "scripts"].data
    read = pdf.read_aloud(data)
    for words in ("Đorđević", "Şule", "🌱", "🥖"):
        assert words in read
    # Extraction gives runs from right to left in either order, and the shadda where it likes.
    for words in ("الحداد", "مدرسة", "בספרייה", "العربية"):
        assert _folded(words) in _folded(read) or _folded(words)[::-1] in _folded(read), words
    assert all(inside for _, inside in pdf.fonts(data))
    assert not _missing_glyphs(data)


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words)
    return "".join(letter for letter in plain if unicodedata.category(letter) not in {"Mn", "Cf"})


def _missing_glyphs(data: bytes) -> bool:
    """Whether a letter had no glyph: extracted as U+FFFD, or drawn as the « notdef » of a font."""
    return "\ufffd" in pdf.words(data)


def test_L4_what_is_in_the_second_language_says_so(drawn: dict[tuple[str, str], Pdf]) -> None:
    assert _languages(drawn[CvModel.BILINGUAL, "rich"].data) == {"de"}
    assert _languages(drawn[CvModel.LEBENSLAUF, "scripts"].data) == {"fr"}
    assert _languages(drawn[CvModel.LEBENSLAUF, "rich"].data) == set(), "all of it is translated"
    assert _languages(drawn[CvModel.CHRONOLOGICAL, "rich"].data) == set()


def _languages(data: bytes) -> set[str]:
    with pikepdf.open(BytesIO(data)) as opened:
        nodes = pdf._nodes(opened.Root.StructTreeRoot)
        return {str(node.Lang) for node in nodes if "/Lang" in node}


def test_L4_a_Lebenslauf_follows_German_use(drawn: dict[tuple[str, str], Pdf]) -> None:
    read = pdf.read_aloud(drawn[CvModel.LEBENSLAUF, "rich"].data)
    assert read.index("Persönliche Daten") < read.index("Berufserfahrung") < read.index("Sprachen")
    assert "10/2025 – 06/2026" in read
    assert "seit 2017" in read
    assert "Troyes, 22.11.2026" in read
    assert {"Table", "TH", "TD"} <= set(pdf.tags(drawn[CvModel.LEBENSLAUF, "rich"].data))


def test_L4_both_languages_stand_beside_each_other_and_what_has_no_German_stays_French() -> None:
    base = content("rich", CvModel.BILINGUAL)
    first = replace(base.experiences[0], translations={})
    made = pdf_of(
        samples.cv(CvModel.BILINGUAL), replace(base, experiences=(first, *base.experiences[1:])), today=samples.TODAY
    )
    read = _letters(pdf.read_aloud(made.data))
    assert read.count(_letters(first.title)) == 2
    assert read.count(_letters(first.summary)) == 1
    at = [
        read.index(_letters(words)) for words in ("Vendeuse, puis responsable", "Verkäuferin, später", "Aidante de ma")
    ]
    assert at == sorted(at)


@pytest.mark.parametrize("model", CvModel)
def test_L11_what_is_proved_or_attested_is_said_unless_hidden(model: CvModel) -> None:
    words = ("Bestätigt", "Belegt") if model == CvModel.LEBENSLAUF else ("Attesté", "Prouvé")
    shown = pdf.read_aloud(pdf_of(samples.cv(model), content("rich", model)).data)
    hidden = pdf.read_aloud(pdf_of(samples.cv(model, with_certainty=False), content("rich", model)).data)
    assert all(word in shown for word in words)
    assert "Hortense Villemin" in shown
    assert not any(word in hidden for word in (*words, "Hortense"))


@pytest.mark.parametrize("model", CvModel)
def test_S1_a_portrait_says_whose_it_is(model: CvModel, drawn: dict[tuple[str, str], Pdf]) -> None:
    said = "Foto von" if model == CvModel.LEBENSLAUF else "Portrait de"
    assert pdf.alternatives(drawn[model, "rich"].data) == [f"{said} Inès Maréchal"]
    assert pdf.alternatives(drawn[model, "poor"].data) == []


def test_S4_what_a_person_writes_is_never_markup() -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}\u202e"
    told = content("rich")
    told = replace(told, person=samples.person(given_name=nasty, summary=nasty, url="javascript:alert(1)"))
    html = html_of(samples.cv(CvModel.CHRONOLOGICAL), told)
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:alert(1)" in html
    assert 'href="javascript' not in html
    assert "{{ 7|add:7 }}" in html


def test_the_same_CV_gives_the_same_bytes() -> None:
    made = [pdf_of(samples.cv(CvModel.SKILLS), content("rich"), today=samples.TODAY).sha256 for _ in range(2)]
    assert made[0] == made[1]


def test_each_accent_has_its_colours() -> None:
    pages = {html_of(samples.cv(CvModel.SKILLS, accent=accent), content("poor")) for accent in Accent}
    assert len(pages) == len(Accent)


def _letters(words: str) -> str:
    """Without spaces: where lines break, one extraction puts a space and the other none."""
    return "".join(words.split())


def _words_without_foot(data: bytes, number: int) -> str:
    said = pdf.words(data, number)
    total = pdf.pages(data)
    foot = f"Inès Maréchal {number} / {total}"
    return said.removesuffix(foot).removeprefix(foot) if number > 1 else said
