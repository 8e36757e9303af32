"""A bilan is saved as one types; two people at once, a train without a network: nothing is lost (B2, S4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.browser.conftest import Portal, followed
from tests.browser.test_desks import signed_in  # noqa: F401 (a fixture)

_BILAN = "/pro/bilans/ > /pro/bilans/[0-9a-f-]{36}/ + conseil-et-accompagnement/"
PLACE = 1  # the indicator that both write


@contextmanager
def opened(browser: Browser, portal: Portal, cookies: Any) -> Iterator[Page]:
    """The theme of the bilan of the year, on the phone of who has these cookies."""
    with browser.new_context(
        base_url=portal.url, locale="fr-FR", viewport={"width": 390, "height": 844}, storage_state=cookies
    ) as context:
        page = context.new_page()
        page.goto(followed(portal, _BILAN, cookies["cookies"]))
        yield page


def field(page: Page) -> Locator:
    return page.locator("[data-total]").nth(PLACE)


def type_in(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Tab")


def expect_said(page: Page, state: str, words: str) -> None:
    said = page.locator(f"[role=status][data-state={state}]")
    expect(said).to_have_text(re.compile(words), timeout=15_000)


def test_B2_saved_as_typed_held_between_two_kept_without_a_network(
    browser: Browser,
    portal: Portal,
    signed_in: Any,  # noqa: F811
) -> None:
    with (
        opened(browser, portal, signed_in("manager")) as mine,
        opened(browser, portal, signed_in("pro")) as theirs,
    ):
        type_in(mine, "41")
        expect_said(mine, "saved", r"^Enregistré à \d+\sh\s\d\d\. \d+ réponses? sur \d+\.$")
        # The colleague's page is older: what they type there is held, both are shown, and they choose.
        type_in(theirs, "42")
        expect_said(theirs, "conflict", "a écrit aussi\\s: choisissez")
        expect(theirs.get_by_role("group", name="Deux réponses").locator("blockquote")).to_contain_text("41")
        theirs.get_by_role("button", name="Garder la mienne").click()
        expect_said(theirs, "saved", "^Enregistré à")
        theirs.reload()
        expect(field(theirs)).to_have_value("42")
        # Without a network the page says so, keeps what is typed even when the button is pressed, and tries again.
        theirs.context.set_offline(True)
        type_in(theirs, "43")
        expect_said(theirs, "failed", "^Non enregistré")
        theirs.get_by_role("button", name="Enregistrer", exact=True).click()
        expect(field(theirs)).to_have_value("43")
        theirs.context.set_offline(False)
        expect_said(theirs, "saved", "^Enregistré à")
        theirs.reload()
        expect(field(theirs)).to_have_value("43")


def test_S4_who_leaves_at_once_loses_nothing_and_is_asked_only_for_what_is_not_saved(
    browser: Browser,
    portal: Portal,
    signed_in: Any,  # noqa: F811
) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    with opened(browser, portal, signed_in("manager")) as page:
        here = page.url
        page.on("dialog", leave)
        # Another address, before the second that the page waits for.
        field(page).fill("51")
        page.goto("/pro/bilans/", wait_until="networkidle")
        page.goto(here)
        expect(field(page)).to_have_value("51")
        # A link of the page: it is saved first.
        field(page).fill("52")
        page.locator(".breadcrumb a[href='/pro/bilans/']").click()
        page.wait_for_url("**/pro/bilans/")
        page.goto(here)
        expect(field(page)).to_have_value("52")
        assert asked == []
        # What the portal could not keep is worth the question.
        field(page).fill("une centaine")
        page.goto("/pro/bilans/")
        assert asked == ["beforeunload"]
        page.goto(here)
        expect(field(page)).to_have_value("52")
