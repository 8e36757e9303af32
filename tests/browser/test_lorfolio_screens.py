"""S1: the pages of one's own in Lorfolio, opened as their owner, at both widths, by day and by night."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.conftest import Portal, followed

PASSWORD = "demo-spro-2026"
_ID = "[0-9a-f-]{36}"
_PATH, _SKILLS, _CVS = "/lorfolio/parcours/", "/lorfolio/competences/", "/lorfolio/cv/"
_PROJECT, _SAFE = "/lorfolio/projet/", "/lorfolio/coffre/"
_ONE = f"{_PATH} > {_PATH}{_ID}/"
PAGES = [
    "/lorfolio/", "/lorfolio/profil/", _PATH, f"{_PATH}ajouter/", f"{_PATH}ajouter/emploi/", _ONE,
    f"{_ONE} + modifier/", f"{_ONE} + questions/", f"{_ONE} + questions/domaines/",
    f"{_ONE} + questions/domaines/accueillir-et-ecouter/1/",
    f"{_ONE} + questions/a-moi/", f"{_ONE} + questions/niveau/",
    f"{_PATH}langues/ajouter/", f"{_PATH}plus/ajouter/",
    _SKILLS, f"{_SKILLS}ajouter/", f"{_SKILLS}parcourir/", f"{_SKILLS} > {_SKILLS}{_ID}/",
    _CVS, f"{_CVS}nouveau/", f"{_CVS} > {_CVS}{_ID}/", f"{_CVS} > {_CVS}{_ID}/ + machine/",
    "/lorfolio/site/", "/lorfolio/site/ouvrir/", "/lorfolio/site/apercu/",
    _PROJECT, f"{_PROJECT}metier/ajouter/", f"{_PROJECT} > {_PROJECT}metier/{_ID}/", f"{_PROJECT}etapes/ajouter/",
    "/lorfolio/alertes/", _SAFE, f"{_SAFE} > {_SAFE}{_ID}/", f"{_SAFE}trace/",
    f"{_SAFE}garanties/", f"{_SAFE}partages/", f"{_SAFE}partages/nouveau/",
    "/lorfolio/conseil/", "/lorfolio/conseil/inviter/", "/lorfolio/importer/", "/lorfolio/emporter/",
    "/comptes/supprimer/",
]  # fmt: skip


@pytest.fixture(scope="module")
def owner(browser: Browser, portal: Portal) -> Any:
    """The cookies of the demonstration's owner."""
    with browser.new_context(base_url=portal.url) as context:
        page = context.new_page()
        page.goto("/comptes/connexion/")
        page.fill("[name=login]", "citoyen@demo.invalid")
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"/(comptes|lorfolio)/$"))
        return context.storage_state()


@pytest.mark.parametrize("path", PAGES)
def test_S1_axe_finds_nothing_and_nothing_overflows(browser: Browser, portal: Portal, owner: Any, path: str) -> None:
    path = followed(portal, path, owner["cookies"])
    with browser.new_context(base_url=portal.url, reduced_motion="reduce", storage_state=owner) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        answer = page.goto(path)
        assert answer is not None
        assert (path, answer.status, list(errors)) == (path, 200, [])
        for width in (390, 1280):
            assert (width, violations(page, width)) == (width, {"light": [], "dark": []})
            assert (width, page.evaluate("document.documentElement.scrollWidth")) == (width, width)
