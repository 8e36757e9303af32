"""What the eye checks once, held for good: nothing cut, nothing jumping, maps that stay where they are."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Portal

CUT = """() => [...document.querySelectorAll('main select')].filter(select => {
  const style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d');
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [...select.options].some(option => pen.measureText(option.text).width > room);
}).map(select => select.id)"""
ASKED = {"statut", "besoin", "champ-statut", "champ-besoin", "champ-rayon"}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/lieux/"])
def test_no_answer_is_cut_in_a_list_of_choices(browser: Browser, portal: Portal, path: str, width: int) -> None:
    with browser.new_context(base_url=portal.url, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto(path, wait_until="networkidle")
        assert set(page.evaluate(CUT)) & ASKED == set()


def test_an_error_leaves_the_fields_of_a_row_in_line(page: Page) -> None:
    page.goto("/lieux/?commune=nulle-part-ailleurs&besoin=zzz")
    tops = {page.locator(f"#champ-{name}").bounding_box()["y"] for name in ("statut", "besoin", "commune")}  # type: ignore[index]
    assert len(tops) == 1


def test_S1_the_tabs_stand_over_the_map_and_the_map_over_the_list(plain_page: Page) -> None:
    """What is read first is seen first."""
    plain_page.goto("/lieux/?commune=88160&statut=lyceen&vue=carte")
    found = plain_page.locator(".place-found .tabs, .place-found .map-server, .place-found .site-list")
    tops = [found.nth(n).bounding_box()["y"] for n in range(3)]  # type: ignore[index]
    assert tops == sorted(tops)


def test_the_background_of_a_map_of_places_leads_nowhere(page: Page) -> None:
    page.goto("/lieux/?commune=88160&statut=lyceen&vue=carte")
    page.get_by_role("button", name="Zoomer et déplacer la carte").click()
    living = page.locator(".map.is-live")
    expect(living.locator("path.area").first).to_be_attached()
    assert living.locator("path[tabindex], path.leaflet-interactive").count() == 0
    living.click(position={"x": 300, "y": 12})
    expect(page).to_have_url(re.compile("vue=carte"))


def test_a_marker_gives_the_name_and_the_page_of_its_place(page: Page) -> None:
    page.goto("/lieux/?commune=88160&statut=lyceen&vue=carte")
    page.get_by_role("button", name="Zoomer et déplacer la carte").click()
    marker = page.locator(".map .marker").first
    marker.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup a")
    expect(link).to_be_focused()
    assert (link.get_attribute("href") or "").startswith("/lieux/")


@pytest.mark.parametrize("path", ["/lieux/mission-locale-troyes/", "/lieux/cio-epinal/"])
def test_a_place_printed_is_one_page_with_its_address(page: Page, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".print-foot")).to_contain_text(path)
