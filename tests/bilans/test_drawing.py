"""A bilan on paper: tagged, titled, read in order, the same bytes for the same content, nothing cut (B3, B4, S1)."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest

from bilans import bars, charts, drawing, maps, numbers, pen
from bilans.content import Content
from bilans.drawing import DRAWING, page_of
from core.pdf import Pdf, draw
from tests import pdf
from tests.bilans import sample
from tests.bilans.contours import contours

KINDS = ("organisation", "territory", "psad", "region")
TOP, FOOT = 45, 786  # points: where the words of a page begin and end
PAGES = {"organisation": (3, 5), "territory": (3, 8), "psad": (2, 4), "region": (9, 20)}
# The version of the drawing and the digest of all that draws: change both together.
DRAWN = (4, "fbbb510b81fab4a6")


@pytest.fixture(autouse=True)
def _contours(db: None) -> Iterator[None]:
    contours()
    yield
    maps._drawn.cache_clear()


def drawn(content: Content) -> Pdf:
    made = page_of(content)
    return draw(made.html, stylesheets=made.stylesheets)


def test_B4_who_changes_what_draws_raises_the_version_of_the_drawing() -> None:
    root = Path(__file__).parents[2]
    files = [Path(module.__file__ or "") for module in (bars, charts, drawing, maps, numbers, pen)]
    files += sorted((root / "templates/documents/bilans").glob("*.html"))
    files += [root / "templates/documents/base.html", root / "static/css/documents.css"]
    files += [root / "static/css/bilan-paper.css", root / "static/svg/bilan-cover.svg", root / "static/svg/logo.svg"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    assert (DRAWING, digest) == DRAWN, (
        "What draws the bilans changed: raise DRAWING in bilans/drawing.py (documents are then drawn anew) and write "
        f"DRAWN = ({DRAWING + 1}, {digest!r}) here."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_S1_a_checker_finds_nothing_against_PDF_UA_1(kind: str) -> None:
    made = drawn(getattr(sample, kind)())
    report = page.validate_pdf_bytes(made.data, profile=page.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant
    least, most = PAGES[kind]
    assert least <= made.pages <= most
    with pikepdf.open(BytesIO(made.data)) as opened:
        meta = opened.open_metadata()
        assert (meta["pdfuaid:part"], str(opened.Root.Lang)) == ("1", "fr")
        name = {"organisation": "Mission locale du Pays de la Déodatie", "territory": "Épinal"}
        name |= {"psad": "PSAD des Vosges de l’Ouest", "region": "Grand Est"}
        assert meta["dc:title"] == f"Bilan 2025\u00a0: {name[kind]}"
        marks = {str(item.title) for item in opened.open_outline().root[0].children}
        assert {"L’essentiel", "Trois questions pour évaluer", "Définitions"} <= marks


def test_S1_headings_tables_and_pictures_are_tagged_in_the_order_of_reading() -> None:
    made = drawn(sample.organisation())
    tags = pdf.tags(made.data)
    headings = [tag for tag in tags if tag in {"H1", "H2", "H3"}]
    assert headings[:2] == ["H1", "H2"]
    assert headings.count("H1") == 1
    assert tags.count("Table") == 3  # figures of two sections, statuses
    assert tags.count("TH") == 4 + 4 + 4 + 4 + 3 + 10  # columns, then one for each row
    told = pdf.read_aloud(made.data)
    order = ["Mission locale", "L’essentiel", "47 118", "rapprochement", "Le public accueilli", "La qualité du service",
             "Trois questions pour évaluer", "Définitions"]  # fmt: skip
    found = [told.replace("\u202f", " ").index(words) for words in order]
    assert found == sorted(found)


def test_S1_each_picture_says_every_figure_it_shows() -> None:
    told = pdf.alternatives(drawn(sample.organisation()).data)
    assert told[0] == "SPRO"
    assert len(told) == 4
    statuses = next(text for text in told if text.startswith("Personnes accueillies selon leur statut."))
    for label, value in sample.STATUSES:
        assert f"{label} {numbers.number(value)}" in statuses


def test_every_word_and_figure_of_the_content_is_on_the_paper() -> None:
    content = sample.territory()
    said = "".join(pdf.words(drawn(content).data).split())
    for figure in [row for section in content["sections"] for row in section["figures"]]:
        assert "".join(figure["said"].split()) in said, figure["label"]
    for cell in (cell for section in content["sections"] for table in section["tables"] for cell in table["rows"][-1]):
        assert "".join(cell.split()) in said
    assert "12bilansdéposéssur14attendus" in said
    assert "CIOdeRemiremont,CapemploiVosges" in said


def test_B4_the_same_content_gives_the_same_bytes() -> None:
    first = sample.psad()
    assert drawn(first).data == drawn(copy.deepcopy(first)).data
    assert drawn(first).sha256 != drawn(sample.psad(commentary="Autre.")).sha256


def test_the_region_has_a_cover_and_contents_that_say_the_pages() -> None:
    made = drawn(sample.region())
    assert "2025" in pdf.words(made.data, 1)
    assert "Page 1 sur" not in pdf.words(made.data, 1)
    contents = pdf.words(made.data, 2)
    for number in range(3, made.pages + 1):
        if "Trois questions pour évaluer" in pdf.words(made.data, number):
            assert str(number) in contents.split()
            break
    else:
        pytest.fail("no page of questions")


@pytest.mark.parametrize("kind", ["region", "territory", "organisation"])
def test_no_page_is_left_a_third_empty(kind: str) -> None:
    ends = pdf.filled(drawn(getattr(sample, kind)()).data, FOOT)
    inside = ends[2:-1] if kind == "region" else ends[:-1]  # a cover, contents; the last page ends where it ends
    assert [rank for rank, end in enumerate(inside) if end < TOP + (FOOT - TOP) * 2 / 3] == []


def test_a_short_table_does_not_hold_to_the_section_after_it() -> None:
    content = sample.territory()
    one = content["sections"][0]
    bare = {"figures": one["figures"][:2], "tables": [], "charts": [], "maps": [], "intro": ""}
    content["sections"] = [one | bare | {"key": f"s-{rank}", "title": f"Volet {rank}"} for rank in range(30)]
    ends = pdf.filled(drawn(content).data, FOOT)
    assert len(ends) > 4
    assert min(ends[:3]) > TOP + (FOOT - TOP) * 0.84  # what is left is less tall than a heading and its two rows


def test_indicators_that_two_kinds_of_bilans_name_alike_are_defined_each_under_its_bilan() -> None:
    content = sample.region()
    alike = content["definitions"][0]
    content["definitions"] = [alike, alike | {"filled_by": "Territoire", "definition": "Tout autre chose."}]
    told = pdf.read_aloud(drawn(content).data)
    said = told.index("Bilan de l’organisme"), told.index("Bilan du territoire"), told.index("Tout autre chose.")
    assert said == tuple(sorted(said))
    assert "<h3>Bilan de l’organisme</h3>" not in page_of(sample.organisation()).html


def test_what_the_map_and_its_zones_say_has_no_table_beside() -> None:
    content = sample.region()
    drawing_of = content["sections"][0]["maps"][0]
    key = f"{drawing_of['key']}-{drawing_of['level']}-classes"
    rows = [["Metz", "3"], ["Ensemble", "3"]]
    content["sections"][0]["tables"] = [
        {"key": key, "title": "Deux fois", "note": "", "header": ["Où", "Combien"], "rows": rows,
         "numeric": [False, True], "total": True},
    ]  # fmt: skip
    html = page_of(content).html
    assert "Deux fois" not in html
    for value in drawing_of["values"].values():
        assert f"{numbers.NBSP}: {value['said']}</li>" in html.replace("&nbsp;", numbers.NBSP)


def _bare(content: Content) -> Content:
    """The content of somebody who answered nothing."""
    return content | {
        "headlines": [], "sections": [], "definitions": [], "notes": [], "commentary": "",
        "state": {"key": "draft", "said": "Provisoire\u00a0: en cours de saisie"},
        "questions": [question | {"text": ""} for question in content["questions"]],
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_bilan_without_a_figure_is_drawn_and_says_so(kind: str) -> None:
    made = drawn(_bare(getattr(sample, kind)()))
    said = pdf.words(made.data)
    assert "Aucun chiffre clé n’est renseigné cette année." in said
    assert said.count("Cette question n’a pas reçu de réponse.") == 3
    assert "Provisoire" in said


def test_D8_what_is_hidden_has_no_bar_and_no_shade() -> None:
    content = sample.territory()
    for section in content["sections"]:
        section["charts"] = [chart for chart in section["charts"] if chart["kind"] != "pairs"]  # their legend is shaded
        for chart in section["charts"]:
            for series in chart["series"]:
                series["points"] = [point | {"value": None, "said": "n.c."} for point in series["points"]]
        for one in section["maps"]:
            one["values"] = {code: {"value": None, "said": "n.c."} for code in one["values"]}
    html = page_of(content).html
    assert "shade-" not in html  # paper has attributes
    for shade in pen.SHADES[1:]:
        assert f'fill="{shade}"' not in html
    assert draw(html, stylesheets=drawing.STYLESHEETS).pages >= 3


def test_very_long_names_stay_in_the_page() -> None:
    name = "Association-départementale-pour-l’accueil-" * 5 + "fin du nom"
    content = sample.organisation(subject={"name": name, "slug": "x", "detail": name})
    content["sections"][0]["figures"][0] |= {"label": name, "said": "9\u202f" * 9 + "999\u00a0personnes"}
    content["sections"][0]["charts"][0]["series"][0]["points"][0]["label"] = name
    content["sections"][0]["tables"][0]["rows"][0][0] = name
    data = drawn(content).data
    assert pdf.words(data).replace(" ", "").count("findunom") >= 4
    assert pdf.widest(data) <= 595  # points, of an A4 page


def test_a_script_in_a_name_is_only_words() -> None:
    nasty = '<script>alert("x")</script></svg>{{ year }}&amp;'
    content: dict[str, Any] = sample.organisation(commentary=nasty)
    content["sections"][0]["charts"][0] |= {"title": nasty, "text": nasty}
    content["sections"][0]["charts"][0]["series"][0]["points"][0]["label"] = nasty
    content["sections"][0]["tables"][0]["rows"][0][0] = nasty
    html = page_of(content).html
    assert "<script" not in html
    assert '<script>alert("x")</script></svg>{{ year }}&amp;' in pdf.read_aloud(draw(html).data)
