"""Maps of places drawn by the server: around the visitor, with the names of the towns, nothing hidden (S1, S2)."""

import re

from territories.maps import Dot, map_of_points

EPINAL = (48.18, 6.45)


def dot(number: int, town: str = "Épinal", at: tuple[float, float] = EPINAL, blaze: str = "cio") -> Dot:
    return Dot(f"/lieux/{number}/", f"Lieu {number}", *at, blaze, town=town, kind=f"Sorte {blaze}")


def names(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]+)</text>", svg)


def test_places_of_one_town_are_counted_and_joined_to_their_true_point() -> None:
    drawing = map_of_points([dot(n) for n in range(7)], here=EPINAL, town="Épinal")
    assert names(drawing.svg) == ["Épinal · 7 lieux"]
    assert drawing.svg.count('class="map-thread"') == 7


def test_a_start_without_place_is_named() -> None:
    drawing = map_of_points(
        [dot(1, "Golbey", (48.20, 6.44)), dot(2, "Thaon", (48.25, 6.42))], here=EPINAL, town="Épinal"
    )
    assert names(drawing.svg)[0] == "Épinal"


def test_the_map_is_around_the_start_and_leaves_the_far_places_to_the_list() -> None:
    towns = [dot(n, f"Bourg {n}", (48.18 + n / 60, 6.45)) for n in range(8)]
    drawing = map_of_points([*towns, dot(99, "Strasbourg", (48.58, 7.75))], here=EPINAL, town="Épinal")
    assert (drawing.shows, "/lieux/99/" in drawing.svg) == (8, False)


def test_names_never_cover_one_another() -> None:
    close = [dot(n, f"Village-aux-longs-noms {n}", (48.18 + n / 400, 6.45 + n / 300)) for n in range(12)]
    drawing = map_of_points(close, here=EPINAL, town="Épinal")
    size = float(re.findall(r'map-name" font-size="([\d.]+)"', drawing.svg)[0])
    heights = sorted(float(y) for y in re.findall(r'<text x="[\d.-]+" y="([\d.-]+)"', drawing.svg))
    assert len(heights) < 12
    assert len({round(y / size) for y in heights}) == len(heights)


def test_S1_each_sign_is_explained_once_and_a_shared_one_by_its_family() -> None:
    dots = [dot(1), dot(2), dot(3, blaze="entreprises"), Dot("/l/", "CMA", *EPINAL, "entreprises", kind="CMA")]
    assert map_of_points(dots).signs == (("cio", "Sorte cio"), ("entreprises", "Chambres et entreprises"))


def test_S1_only_places_are_links_on_a_map_of_places() -> None:
    drawing = map_of_points([dot(1), dot(2, "Golbey", (48.20, 6.44))], here=EPINAL, town="Épinal")
    assert re.findall(r'<a href="([^"]+)"', drawing.svg) == ["/lieux/1/", "/lieux/2/"]
    assert drawing.svg.count('class="ring"') == 2


def test_nothing_to_show_is_no_map() -> None:
    assert not map_of_points([])
