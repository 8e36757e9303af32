"""S1 on the pages one signs in for: the espace pro and the desk of the Region, in each role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.conftest import Portal, followed
from tests.browser.pages import DESKS

# A phone at night, a desk by day: the two that differ most.
SHAPES = ((390, "dark"), (1280, "light"))
PASSWORD = "demo-spro-2026"


@pytest.fixture(scope="session")
def signed_in(browser: Browser, portal: Portal) -> Any:
    """The cookies of a demo account, signed in once."""
    kept: dict[str, Any] = {}

    def cookies(name: str) -> Any:
        if name not in kept:
            with browser.new_context(base_url=portal.url) as context:
                page = context.new_page()
                page.goto("/comptes/connexion/")
                page.fill("[name=login]", f"{name}@demo.invalid")
                page.fill("[name=password]", PASSWORD)
                page.locator("main form button[type=submit]").first.click()
                page.wait_for_url(re.compile(r"/(comptes|pro)/$"))
                kept[name] = context.storage_state()
        return kept[name]

    return cookies


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in DESKS.items() for path in paths])
def test_S1_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, portal: Portal, signed_in: Any, name: str, path: str
) -> None:
    path = followed(portal, path, signed_in(name)["cookies"])
    with browser.new_context(base_url=portal.url, reduced_motion="reduce", storage_state=signed_in(name)) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        answer = page.goto(path)
        assert answer is not None
        assert (path, answer.status) == (path, 200)
        said = list(errors)  # axe itself reads imported style sheets in a way that our policy refuses
        assert said == []
        for width, scheme in SHAPES:
            assert (width, violations(page, width, (scheme,))) == (width, {scheme: []})
            if not path.startswith("/admin/"):
                assert page.evaluate("document.documentElement.scrollWidth") == width


_BROKEN = r"""() => [...document.querySelectorAll(".pro-menu a span")].filter((label) => {
  const text = label.firstChild;
  let at = 0;
  return label.textContent.split(/(\s+)/).some((word) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, (at += word.length));
    return word.trim() && range.getClientRects().length > 1;
  });
}).map((label) => label.textContent)"""


@pytest.mark.parametrize("width", [320, 390])
def test_S1_no_label_of_the_menu_breaks_inside_a_word(
    browser: Browser, portal: Portal, signed_in: Any, width: int
) -> None:
    with browser.new_context(
        base_url=portal.url, viewport={"width": width, "height": 844}, storage_state=signed_in("cio")
    ) as context:
        page = context.new_page()
        page.goto("/pro/")
        assert page.get_by_text("Accompagnement (PSAD)").first.is_visible()
        assert page.evaluate(_BROKEN) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
