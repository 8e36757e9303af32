"""S1, S2: what every public page owes to everyone."""

from __future__ import annotations

import pytest
import requests
from lxml import html
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.conftest import Portal
from tests.browser.pages import PUBLIC_PAGES

MAX_BYTES = 100_000


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S1_axe_finds_nothing_and_nothing_overflows(browser: Browser, portal: Portal, path: str) -> None:
    """At the width of a phone and of a desk, by day and by night; no sideways scroll at 320 px (RGAA 10.11)."""
    with browser.new_context(base_url=portal.url, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(path)
        for width in (390, 1280):
            assert (width, violations(page, width)) == (width, {"light": [], "dark": []})
        page.set_viewport_size({"width": 320, "height": 640})
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
        # Doors, where one proves who one is, keep the token of their form.
        assert context.cookies() == [] or path.startswith(("/comptes/", "/mon-accompagnement/un-lien"))


@pytest.mark.parametrize("path", PUBLIC_PAGES, indirect=True)
def test_S1_each_page_says_what_it_is(portal: Portal, path: str) -> None:
    """One title, one h1, a language, a main region, a skip link: as it is served, before any JavaScript."""
    answer = requests.get(f"{portal.url}{path}", timeout=30)
    page = html.fromstring(answer.text)
    once = ("//h1", "//main", "/html/head/title", "//a[@href='#contenu']")
    assert [page.xpath(f"count({what})") for what in once] == [1, 1, 1, 1]
    assert (page.get("lang"), page.findtext("head/title").strip() != "") == ("fr", True)
