"""The agenda as a phone, a keyboard and a living map show it (A2, S1)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Portal

FIRST_SCREENS = 700  # pixels: the first event is within a screen and a half of a small phone
ALIVE = "Zoomer et déplacer la carte"


def top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["y"]


def test_S1_a_phone_shows_the_first_event_soon_and_its_filters_at_once(browser: Browser, portal: Portal) -> None:
    with browser.new_context(base_url=portal.url, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto("/agenda/", wait_until="networkidle")
        assert top(page, ".event-card") <= FIRST_SCREENS
        assert top(page, ".agenda-open") <= FIRST_SCREENS
        expect(page.locator("#champ-q")).to_be_visible()
        expect(page.locator("#champ-commune")).to_be_visible()
        expect(page.locator("#champ-du")).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", False), ("rayon=30&commune=10387", False), ("rayon=0&commune=10387", True), ("du=2027-01-01", True),
     ("en-ligne=1", True), ("au=hier", True)],
)  # fmt: skip
def test_S1_what_is_folded_opens_when_it_says_something(plain_page: Page, query: str, shown: bool) -> None:
    """Without script: `details` and nothing else."""
    plain_page.goto(f"/agenda/?{query}")
    assert plain_page.locator("#champ-du").is_visible() is shown
    plain_page.locator(".agenda-when > summary").press("Enter")
    assert plain_page.locator("#champ-du").is_visible() is not shown


def test_S1_a_wide_screen_has_everything_in_sight(page: Page) -> None:
    page.goto("/agenda/")
    for name in ("q", "commune", "rayon", "du", "au"):
        expect(page.locator(f"#champ-{name}")).to_be_visible()
    expect(page.locator(".agenda-when > summary")).to_be_hidden()


def test_A2_the_living_map_names_its_towns_and_says_the_numbers_of_the_list(page: Page) -> None:
    page.goto("/agenda/?vue=carte")
    places = page.locator(".agenda-map li[data-at]")
    listed = sum(int(n or 0) for n in places.evaluate_all("lines => lines.map(line => line.dataset.count)"))
    page.get_by_role("button", name=ALIVE).click()
    dots = page.locator(".map.is-live .map-dot")
    expect(dots.first).to_be_visible()
    assert sum(map(int, dots.all_inner_texts())) == listed
    names = page.locator(".map.is-live .map-town b").all_inner_texts()
    assert {"Strasbourg", "Metz", "Reims"} <= set(names)
    expect(page.get_by_role("button", name=ALIVE)).to_have_count(0)


def test_A2_by_keyboard_a_circle_of_several_communes_comes_nearer_and_one_opens_its_list(page: Page) -> None:
    page.goto("/agenda/?vue=carte&commune=10387&rayon=30")
    page.get_by_role("button", name=ALIVE).press("Enter")
    one = page.locator(".map.is-live .map-dot[role=link]").first
    said = one.get_attribute("aria-label") or ""
    found = re.fullmatch(r"(.+) : (\d+) évènements?", said)
    assert found
    one.press("Enter")
    expect(page).to_have_url(re.compile(r"rayon=0"))
    number = "Un évènement" if found[2] == "1" else f"{found[2]} évènements"
    expect(page.locator("#resultats")).to_have_text(re.compile(f"^{number} .*{found[1]}$"))
