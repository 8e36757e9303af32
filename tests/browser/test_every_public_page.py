"""S1, S2: what every public page owes to everyone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Portal
from tests.browser.pages import PUBLIC_PAGES

MAX_BYTES = 100_000
WIDTHS = {390: 844, 1280: 900}


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S1_axe_finds_nothing(browser: Browser, portal: Portal, path: str) -> None:
    """At the width of a phone and of a desk, in the light and in the dark."""
    for width, height in WIDTHS.items():
        for scheme in ("light", "dark"):
            shape = {"width": width, "height": height}
            with browser.new_context(
                base_url=portal.url, viewport=shape, color_scheme=scheme, reduced_motion="reduce"
            ) as context:
                page = context.new_page()
                page.goto(path)
                found = Axe().run(page).response["violations"]
                told = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found]
                assert (width, scheme, told) == (width, scheme, [])


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S1_nothing_overflows_a_phone(browser: Browser, portal: Portal, path: str) -> None:
    """No page scrolls sideways at 320 px (RGAA 10.11)."""
    with browser.new_context(base_url=portal.url, viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S2_a_first_visit_is_light_and_asks_nobody_else(browser: Browser, portal: Portal, path: str) -> None:
    with browser.new_context(base_url=portal.url, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        received: list[float] = []
        client.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(path, wait_until="networkidle")
        assert [url for url in asked if not url.startswith((portal.url, "data:"))] == []
        assert sum(received) <= MAX_BYTES
        assert context.cookies() == [] or path.startswith("/comptes/")


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S1_each_page_says_what_it_is(plain_page: Page, path: str) -> None:
    """One title, one h1, a language, a main region, a skip link: without JavaScript."""
    plain_page.goto(path)
    assert plain_page.title().strip() != ""
    assert plain_page.locator("h1").count() == 1
    assert plain_page.locator("main").count() == 1
    assert plain_page.locator("html").get_attribute("lang") == "fr"
    assert plain_page.locator("a[href='#contenu']").count() == 1
