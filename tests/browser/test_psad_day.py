"""A head works a day's list with the keyboard alone: five cases from « à préparer » to a solution proposed (issue 6).

A spreadsheet asks, for the same facts of a person (who calls, the try and its result, the interview, its needs, the
solution), eight cells, hence eight moves at least, and the words typed in each: about sixty keys.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Portal
from tests.browser.test_desks import signed_in  # noqa: F401 (a fixture)

CASES = 5
KEYS = 8  # for one case, the move to the next one included
SEND = "Control+Enter"


class Keyboard:
    """Presses keys on what has the focus, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def at(self, field: str) -> None:
        """What has the focus now, without a key."""
        expect(self.page.locator(f"{field}:focus")).to_have_count(1)


def test_a_head_works_five_cases_with_eight_keys_each(browser: Browser, portal: Portal, signed_in: Any) -> None:  # noqa: F811
    with browser.new_context(
        base_url=portal.url, locale="fr-FR", viewport={"width": 1280, "height": 900}, storage_state=signed_in("cio")
    ) as context:
        page = context.new_page()
        page.goto("/psad/")
        page.get_by_role("link", name=re.compile("Reçu")).click()
        keys = Keyboard(page)
        page.wait_for_url(re.compile(r"etape=received"))
        keys.at("[data-open]")  # the list has the focus
        names = page.locator("[data-open]").all_inner_texts()
        assert len(names) >= CASES
        keys.press("j", "k")
        keys.pressed = 0
        done = []
        for _ in range(CASES):
            keys.press("Enter")  # the case of the list, or the next one
            keys.at("#preparer-follower")
            done.append(page.locator("h1").inner_text())
            keys.press(SEND)
            keys.at("#essai-outcome")
            keys.press("j", SEND)  # « Jeune joint·e »
            keys.at("#entretien-needs_0")
            keys.press("Space", SEND)
            keys.at("#proposer-solution")
            keys.press("ArrowDown", SEND)
            keys.at("[data-next]")
            expect(page.locator(".psad-now h2")).to_have_text("Demander la réponse")
        assert done == names[:CASES]
        assert keys.pressed == CASES * KEYS
        page.goto(page.locator(".breadcrumb a", has_text="À faire").get_attribute("href") or "")
        assert "etape=received" in page.url  # back where one was
        assert not set(done) & set(page.locator("[data-open]").all_inner_texts())


def test_ticking_and_giving_in_bulk_with_the_keyboard(browser: Browser, portal: Portal, signed_in: Any) -> None:  # noqa: F811
    with browser.new_context(base_url=portal.url, locale="fr-FR", storage_state=signed_in("ml")) as context:
        page = context.new_page()
        page.goto("/psad/")
        page.get_by_role("link", name=re.compile("Reçu")).click()
        page.wait_for_url(re.compile(r"etape=received"))
        keys = Keyboard(page)
        keys.at("[data-open]")
        keys.press("x", "j", "x", "j", "x")
        assert page.locator("[data-tick]:checked").count() == 3
        expect(page.locator(".psad-bulk legend")).to_have_text("Donner les dossiers cochés\u00a0: 3")
        keys.press("d")  # at whom to give to, not fifty lines further by the tab key
        keys.at("#id_user")
        page.locator("#id_user").select_option(label="Sabine Delormoy")
        keys.press("Tab")
        page.keyboard.type("Secteur de Troyes")
        keys.press("Enter")
        expect(page.locator(".messages")).to_contain_text("dossiers sont donnés à Sabine Delormoy")


def test_all_the_cases_of_a_page_are_ticked_with_one_key(browser: Browser, portal: Portal, signed_in: Any) -> None:  # noqa: F811
    with browser.new_context(base_url=portal.url, locale="fr-FR", storage_state=signed_in("ml")) as context:
        page = context.new_page()
        page.goto("/psad/troyes/")
        rows, ticked = page.locator("[data-tick]").count(), page.locator("[data-tick]:checked")
        assert rows > 1
        page.locator("[data-open]").first.focus()
        page.keyboard.press("a")
        expect(ticked).to_have_count(rows)
        page.get_by_role("button", name="Tout décocher").click()
        expect(ticked).to_have_count(0)
