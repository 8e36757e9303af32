"""A newcomer's first CV takes under ten minutes on a telephone (L1)."""

from __future__ import annotations

from playwright.sync_api import Page

from tests import pdf
from tests.browser.conftest import Portal
from tests.browser.newcomer import Human, play


def test_L1_a_first_cv_in_under_ten_minutes(page: Page, portal: Portal) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    human = Human(page, waits=False)
    href = play(human, portal.url, portal.folder / "mail")
    drawn = page.request.get(portal.url + href)
    assert drawn.headers["content-type"] == "application/pdf"
    words = pdf.words(drawn.body())
    for said in ("Manon Prévert", "Serveuse en terrasse", "Café des Arcades", "CAP Cuisine"):
        assert said in words
    assert human.seconds < 600
