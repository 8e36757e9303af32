"""The portal's first question, asked by people: « who can help me, near me, with this? » (M4)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

PEOPLE = {
    "une lycéenne d’Épinal": ("Épinal", "lyceen", "choisir-formation", ["CIO d’Épinal"]),
    "un cadre de Metz": ("Metz", "cadre", "changer-de-metier", ["Apec – Metz"]),
    "un décrocheur de 17 ans à Revin": (
        "Revin", "decrocheur", "raccrocher", ["Mission locale du Bassin d’emploi Nord Ardennes – Revin"]
    ),
    "une personne handicapée à Saint-Dizier": ("Saint-Dizier", "handicap", "emploi", ["Cap emploi – Saint-Dizier"]),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_M4_each_gets_the_right_place_first_and_why(plain_page: Page, who: str) -> None:
    town, status, need, expected = PEOPLE[who]
    plain_page.goto(f"/lieux/?commune={town}&statut={status}&besoin={need}")
    cards = plain_page.locator("article.site-card")
    names = cards.locator("h3").all_inner_texts()
    assert [name.replace("\u00a0", " ") for name in names[: len(expected)]] == expected
    assert cards.first.locator(".reason").inner_text() != ""


def test_M4_from_the_home_without_javascript(plain_page: Page) -> None:
    """Situation, need and town are asked on the first page; the answer is one click away."""
    plain_page.goto("/")
    form = plain_page.locator("form[action='/lieux/#resultats']").first
    field = form.locator("select[name=statut]")
    if field.count():
        field.select_option("lyceen")
    else:
        form.locator("[name=statut][value=lyceen]").check(force=True)
    form.locator("[name=commune]").fill("Épinal")
    form.locator("button[type=submit]").first.click()
    assert "statut=lyceen" in plain_page.url
    assert plain_page.locator("article.site-card h3").first.inner_text().replace("\u00a0", " ") == "CIO d’Épinal"


def test_A9_a_telephone_lands_on_the_results(page: Page) -> None:
    """The home proposes communes, and the search opens on its results, not on the form."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.locator("#commune").press_sequentially("epin")
    page.locator(".commune-list li").first.click()
    page.locator(".signpost button").click()
    expect(page).to_have_url(re.compile(r"/lieux/\?.*#resultats$"))
    expect(page.locator("#resultats")).to_be_in_viewport()
    page.get_by_role("link", name="Modifier ma recherche").click()
    expect(page.locator("#champ-commune")).to_be_in_viewport()


def test_A9_two_communes_of_one_name_are_asked_apart(plain_page: Page) -> None:
    plain_page.goto("/lieux/?commune=Saint-Martin&statut=lyceen")
    choices = plain_page.locator("main a[href*='commune=']")
    assert choices.count() >= 2
    choices.first.click()
    assert re.search(r"commune=\d{5}|commune=2[AB]\d{3}", plain_page.url)
    assert "statut=lyceen" in plain_page.url


def test_S1_the_keyboard_alone_reaches_a_place(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#contenu")
    page.keyboard.press("Enter")
    page.goto("/lieux/?commune=88160&statut=lyceen")
    link = page.locator("article.site-card h3 a").first
    for _ in range(120):
        page.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/lieux/cio-epinal/$"))


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("citoyen@demo.invalid", "Mon compte"),
        ("pro@demo.invalid", "Mission locale de Troyes"),
        ("manager@demo.invalid", "Mission locale de Troyes"),
        ("agence@demo.invalid", "Troyes/Chaumont"),
        ("region@demo.invalid", "Région"),
    ],
)
def test_each_demo_account_signs_in(page: Page, email: str, said: str) -> None:
    page.goto("/comptes/connexion/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", "demo-spro-2026")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(said)


def test_the_pack_is_all_there(page: Page) -> None:
    """T1, T2, M1: the figures of the charter, read through the API."""

    def count(path: str) -> int:
        total, url = 0, f"/api/v1/{path}"
        while url:
            body = page.request.get(url).json()
            total, url = total + len(body["results"]), body["next"]
        return total

    figures = {
        "networks/": 13,
        "organisations/?kind=organisation": 42 + 3,  # those that the demonstration recognises
        "organisations/?kind=mission-locale": 44,
        "agencies/": 12,
        "basins/": 43,
        "referents/?scope=territorial": 293 + 3,  # three are of the demonstration
        "communes/?page_size=200": 5115,
    }
    assert {path: count(path) for path in figures} == figures


def test_the_map_and_the_list_are_in_step(page: Page) -> None:
    """Before the living map (a button brings it, for it weighs as much as the page) as after."""
    page.goto("/lieux/?commune=88160&statut=lyceen")
    card = page.locator("article.site-card").first
    place = card.get_attribute("data-place")
    card.hover()
    expect(page.locator(f".map-server a[href='{place}']")).to_have_class("is-lit")
    page.get_by_role("button", name="Zoomer et déplacer la carte").click()
    expect(page.locator(".map.is-live")).to_be_visible()
    card.hover()
    expect(page.locator(".map .marker.is-lit")).to_have_count(1)
