"""The agenda in the page of another site, whose own policy is strict, in a real browser (A4, S1, S2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Portal

SHAPES = [(390, 844), (1280, 900)]
HostPage = Callable[[BrowserContext, str], Page]


@pytest.fixture
def host(portal: Portal) -> Iterator[HostPage]:
    """Opens a page of another site, that allows our portal what our page says to allow, and nothing else."""
    body = ""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            allowed = f"script-src {portal.url}; connect-src {portal.url}; frame-src {portal.url}"
            self.send_header("Content-Security-Policy", f"default-src 'none'; {allowed}")
            self.end_headers()
            html = f'<!doctype html><html lang="fr"><title>Hôte</title><main><h1>Hôte</h1>{body}</main></html>'
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    def open_page(context: BrowserContext, html: str) -> Page:
        nonlocal body
        body = html
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="networkidle")
        return page

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield open_page
    server.shutdown()
    server.server_close()


def component(portal: Portal, query: str = "") -> str:
    script = f'<script src="{portal.url}/agenda/embed.js" async></script>'
    link = f'<a href="{portal.url}/agenda/">L’agenda</a>'
    return f'{script}<spro-agenda href="{portal.url}/agenda/embed/{query}">{link}</spro-agenda>'


def test_A4_the_component_shows_the_same_dates_as_the_frame(browser: Browser, portal: Portal, host: HostPage) -> None:
    with browser.new_context(locale="fr-FR") as context:
        page = host(context, component(portal, "?nombre=3&titre=Nos+rendez-vous"))
        shown = page.locator("spro-agenda section.agenda-embed")
        assert shown.locator("h2").inner_text() == "Nos rendez-vous"
        titles = shown.locator(".what a").all_inner_texts()
        assert len(titles) == 3
        # The style of the component holds under the policy of the host: the agenda has its edge.
        assert shown.evaluate("node => getComputedStyle(node).borderTopWidth") == "8px"
        frame = context.new_page()
        frame.goto(f"{portal.url}/agenda/embed/?nombre=3&titre=Nos+rendez-vous")
        assert frame.locator(".what a").all_inner_texts() == titles
        assert context.cookies() == []


def test_A4_without_script_the_link_stays(browser: Browser, portal: Portal, host: HostPage) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = host(context, component(portal))
        assert page.get_by_role("link", name="L’agenda").get_attribute("href") == f"{portal.url}/agenda/"


def test_S2_the_component_puts_in_a_page_nothing_but_our_agenda(
    browser: Browser, portal: Portal, host: HostPage
) -> None:
    with browser.new_context() as context:
        for elsewhere in ("/accessibilite/", "/agenda/embed.js", "/agenda/"):
            page = host(context, component(portal).replace("/agenda/embed/", elsewhere, 1))
            assert page.locator("spro-agenda").evaluate("node => node.shadowRoot") is None


def test_A4_another_site_may_frame_the_embed_and_no_other_page(
    browser: Browser, portal: Portal, host: HostPage
) -> None:
    with browser.new_context() as context:
        for path, shown in (("/agenda/embed/", ["L’agenda de l’orientation"]), ("/agenda/", [])):
            page = host(context, f'<iframe src="{portal.url}{path}" title="Agenda"></iframe>')
            titles = page.frame_locator("iframe").locator("h1").all_inner_texts()
            assert [title for title in titles if "orientation" in title] == shown


@pytest.mark.parametrize("theme", ["clair", "sombre"])
@pytest.mark.parametrize("shape", SHAPES)
def test_S1_axe_finds_nothing_in_the_embed(
    browser: Browser, portal: Portal, shape: tuple[int, int], theme: str
) -> None:
    with browser.new_context(viewport={"width": shape[0], "height": shape[1]}) as context:
        page = context.new_page()
        page.goto(f"{portal.url}/agenda/embed/?theme={theme}")
        assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") == shape[0]
