"""Charts and maps: well-formed, escaped, told in words, without figures that are not there (B3, S1, D8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bilans import maps, pen
from bilans.charts import chart_svg, parts_of
from bilans.maps import map_svg, outlines_svg
from tests.bilans import sample
from tests.bilans.contours import contours

CHARTS = (sample.by_status, sample.by_year, sample.by_sex, sample.by_age)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def _contours(db: None) -> Iterator[None]:
    contours()
    yield
    maps._drawn.cache_clear()


def read(svg: str) -> ET.Element:
    """Parsed as an XML file would be."""
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def words(svg: str) -> list[str]:
    return [node.text or "" for node in read(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("paper", [True, False])
@pytest.mark.parametrize("make", CHARTS)
def test_S1_a_chart_is_well_formed_and_writes_its_names_and_figures(make: Any, paper: bool) -> None:
    chart = make()
    svg = chart_svg(chart, paper=paper)
    said = " ".join(words(svg)).replace(" ", "")
    for point in chart["series"][0]["points"]:
        assert point["label"].replace(" ", "").split("/")[0][:12] in said
        assert point["said"].replace(" ", "") in said


def test_S1_a_chart_on_a_screen_is_named_and_described_and_styled_by_classes_alone() -> None:
    svg = chart_svg(sample.by_status())
    root = read(svg)
    named = (root.get("aria-labelledby") or "").split()
    assert root.get("role") == "img"
    assert [node.text for node in root.iter() if node.get("id") in named] == [
        "Personnes accueillies selon leur statut", sample.by_status()["text"],
    ]  # fmt: skip
    assert "style=" not in svg
    assert not re.search(r'(fill|stroke)="#', svg)


def test_on_paper_no_class_nor_custom_property_is_left() -> None:
    svg = chart_svg(sample.by_age(), paper=True)
    assert "class=" not in svg
    assert "var(" not in svg


def test_D8_a_point_without_a_figure_is_hatched_and_says_why() -> None:
    chart = sample.by_year()
    svg = chart_svg(chart)
    assert svg.count("url(#chart-territoires-hatch)") == 2  # Châlons, both years
    assert words(svg).count("n.c.") == 2


def test_many_without_a_figure_are_named_in_one_line() -> None:
    chart = sample.by_status()
    points = chart["series"][0]["points"]
    chart["series"][0]["points"] = [
        point | {"value": None, "said": "non renseigné"} if rank > 2 else point for rank, point in enumerate(points)
    ]
    said = " ".join(words(chart_svg(chart, paper=True)))
    assert said.count("on renseigné\u00a0:") == 1
    assert all(point["label"] in said for point in points)


def many(count: int) -> dict[str, Any]:
    rows = tuple((f"Réseau {rank}", count - rank) for rank in range(count))
    return sample.by_status() | {"series": [{"name": "2025", "points": sample.points(rows)}]}


def bars(svg: str) -> list[float]:
    return [float(node.get("width", "0")) for node in read(svg).iter(f"{SVG}rect")]


def test_S1_on_paper_many_bars_stand_in_two_columns_of_the_same_scale_half_as_tall() -> None:
    chart = many(14)
    svg = chart_svg(chart, paper=True)
    assert len(bars(svg)) == 14
    assert bars(svg) == sorted(bars(svg), reverse=True)
    lengths = bars(svg)
    assert lengths[6] / lengths[0] == pytest.approx(8 / 14, abs=0.01)  # the last of the first column
    assert lengths[7] / lengths[0] == pytest.approx(7 / 14, abs=0.01)  # the first of the second
    tall = float(read(svg).get("viewBox", "").split()[3])
    alone = float(read(chart_svg(chart, paper=True, half=True)).get("viewBox", "").split()[3])
    assert tall < 0.6 * alone


def test_S1_a_very_long_chart_is_several_pictures_each_with_its_words_at_one_scale() -> None:
    chart = many(50)
    parts = parts_of(chart)
    assert [part["title"] for part in parts] == [chart["title"], *[f"{chart['title']} (suite)"] * 2]
    assert [part["text"] for part in parts] == ["", "", chart["text"]]
    drawn = [chart_svg(part, paper=True) for part in parts]
    assert sum(len(bars(svg)) for svg in drawn) == 50
    assert bars(drawn[1])[0] / bars(drawn[0])[0] == pytest.approx(33 / 50, abs=0.01)
    for part, svg in zip(parts, drawn, strict=True):
        told = read(svg).findtext(f"{SVG}title") or ""
        assert all(f"{point['label']} {point['said']}" in told for point in part["series"][0]["points"])
    assert parts_of(sample.by_status()) == [sample.by_status()]


def test_shares_fall_back_to_bars_when_one_is_hidden() -> None:
    chart = sample.by_sex()
    chart["series"][0]["points"][0] |= {"value": None, "said": "n.c."}
    svg = chart_svg(chart)
    assert "drawing-shade" not in svg
    assert "drawing-bar" in svg


def test_zero_has_no_bar_and_nothing_has_no_picture() -> None:
    chart = sample.by_status() | {"series": [{"name": "2025", "points": sample.points((("Aucun", 0), ("Un", 1)))}]}
    assert chart_svg(chart).count('class="drawing-bar"') == 1
    assert chart_svg(chart | {"series": []}) == ""


def test_a_script_in_a_label_is_only_words() -> None:
    nasty = '</title><script>alert("x")</script>&'
    chart = sample.by_status() | {"title": nasty, "text": nasty, "key": '"><script>'}
    chart["series"] = [{"name": nasty, "points": [{"label": nasty, "value": "3", "said": nasty}]}]
    for paper in (True, False):
        svg = chart_svg(chart, paper=paper)
        assert not list(read(svg).iter(f"{SVG}script"))
        assert nasty in (read(svg).findtext(f"{SVG}title") or "")


@pytest.mark.usefixtures("_contours")
def test_S1_the_map_of_the_region_names_every_zone_and_stays_light() -> None:
    drawn = sample.basins_map()
    svg = map_svg(drawn)
    titles = [node.text or "" for node in read(svg).iter(f"{SVG}title")][1:]
    assert len(titles) == 43
    assert f"Altkirch\u00a0: {drawn['values']['1']['said']}" in titles
    assert "Épinal\u00a0: n.c." in titles
    assert {str(number) for number in range(1, 44)} <= set(words(svg))
    assert len(svg.encode()) < 60_000
    assert "style=" not in svg


@pytest.mark.usefixtures("_contours")
def test_D8_a_zone_without_a_figure_is_hatched_and_in_no_class() -> None:
    drawn = sample.agencies_map()
    drawn["values"].pop("strasbourg")
    svg = map_svg(drawn)
    assert svg.count("url(#map-territoires-hatch)") == 3  # Châlons (n.c.), Strasbourg, the legend
    assert "Strasbourg\u00a0: non renseigné" in svg
    assert "n.c. ou non renseigné" in words(svg)


@pytest.mark.usefixtures("_contours")
def test_the_classes_are_fifths_and_the_legend_says_their_bounds() -> None:
    svg = map_svg(sample.agencies_map(), paper=True)
    shown = [svg.count(f'fill="{shade}"') - 1 for shade in pen.SHADES]  # one is the legend's
    assert sum(shown) == 11
    assert max(shown) - min(shown) <= 1
    assert "1\u202f760 à 2\u202f150" in words(svg)


@pytest.mark.usefixtures("_contours")
def test_a_map_of_a_few_basins_comes_closer_and_names_them() -> None:
    svg = map_svg(sample.basins_map((11, 25, 30, 42)))
    assert "Remiremont" in words(svg)
    whole = map_svg(sample.basins_map())
    assert float(read(svg).get("viewBox", "").split()[2]) < float(read(whole).get("viewBox", "").split()[2]) / 2


@pytest.mark.usefixtures("_contours")
def test_maps_of_one_page_borrow_outlines_that_are_written_once() -> None:
    lent: dict[str, str] = {}
    borrowing = [
        map_svg(drawn, lent=lent) for drawn in (sample.basins_map(), sample.agencies_map(), sample.basins_map())
    ]
    given = read(outlines_svg(lent))
    outlines = {path.get("id"): path.get("d") for path in given.iter(f"{SVG}path")}
    assert len(outlines) == 43 + 12
    for svg in borrowing:
        alone = map_svg(sample.agencies_map() if svg == borrowing[1] else sample.basins_map())
        drawn = [outlines[use.get("href", "")[1:]] for use in read(svg).iter(f"{SVG}use")]
        assert drawn == [
            path.get("d") for path in read(alone).iter(f"{SVG}path") if path.find(f"{SVG}title") is not None
        ]
        assert [node.text for node in read(svg).iter(f"{SVG}title")] == [
            node.text for node in read(alone).iter(f"{SVG}title")
        ]


@pytest.mark.django_db
def test_without_contours_there_is_no_map() -> None:
    assert map_svg(sample.agencies_map()) == ""


@pytest.mark.usefixtures("_contours")
def test_contours_are_worked_out_once(django_assert_num_queries: Any) -> None:
    map_svg(sample.agencies_map())
    with django_assert_num_queries(1):
        map_svg(sample.agencies_map())
