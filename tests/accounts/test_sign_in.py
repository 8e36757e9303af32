"""Signing in and out: one door, one answer to whoever guesses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.adapter import AccountAdapter
from accounts.forms import MAX_PASSWORD
from tests.factories import PASSWORD, person

LOGIN = "/comptes/connexion/"
MISMATCH = str(AccountAdapter.error_messages["email_password_mismatch"])
pytestmark = pytest.mark.django_db


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str):
    return browser.post(LOGIN, {"login": email, "password": password, **more})


def signed_in(browser: Client) -> bool:
    return browser.get("/comptes/").status_code == 200


def test_the_door_has_the_agreed_address_and_fields(browser: Client) -> None:
    page = browser.get(LOGIN)
    assert reverse("account_login") == LOGIN
    assert list(page.context["form"].fields) == ["login", "password", "remember"]


def test_a_person_signs_in_and_reaches_their_page(browser: Client) -> None:
    person("ines@exemple.invalid")
    response = sign_in(browser, "ines@exemple.invalid")
    assert (response.status_code, response["Location"]) == (302, "/comptes/")
    assert signed_in(browser)


@pytest.mark.parametrize("typed", ["INES@Exemple.Invalid", "  ines@exemple.invalid "])
def test_case_and_spaces_of_the_address_do_not_count(browser: Client, typed: str) -> None:
    person("ines@exemple.invalid")
    assert sign_in(browser, typed).status_code == 302


def test_signing_in_changes_the_session_key(browser: Client) -> None:
    """Session fixation: a key planted before is worth nothing after."""
    person("ines@exemple.invalid")
    planted = browser.session
    planted["planted"] = True
    planted.save()
    browser.cookies["sessionid"] = planted.session_key
    sign_in(browser, "ines@exemple.invalid")
    assert browser.cookies["sessionid"].value != planted.session_key
    attacker = Client()
    attacker.cookies["sessionid"] = planted.session_key
    assert not signed_in(attacker)


def test_without_the_box_the_session_ends_with_the_browser(browser: Client) -> None:
    person("ines@exemple.invalid")
    sign_in(browser, "ines@exemple.invalid")
    assert browser.session.get_expire_at_browser_close() is True
    other = Client()
    sign_in(other, "ines@exemple.invalid", remember="on")
    assert other.session.get_expire_at_browser_close() is False


@pytest.mark.parametrize("email", ["ines@exemple.invalid", "inconnu@exemple.invalid"])
def test_a_wrong_password_and_an_unknown_address_get_one_same_answer(browser: Client, email: str) -> None:
    person("ines@exemple.invalid")
    response = sign_in(browser, email, "ce n’est pas le bon mot")
    assert response.status_code == 200
    assert response.context["form"].errors == {"__all__": [MISMATCH]}
    assert not signed_in(browser)


def test_S4_what_was_typed_is_kept_but_the_password(browser: Client) -> None:
    html = sign_in(browser, "ines@exemple.invalid", "faux mot de passe").content.decode()
    assert 'value="ines@exemple.invalid"' in html
    assert "faux mot de passe" not in html


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "http:///evil.example",
        "\tjavascript:alert(1)",
        "http://localhost:9/",
    ],
)
def test_no_sign_in_leads_off_the_portal(browser: Client, target: str) -> None:
    person("ines@exemple.invalid")
    assert sign_in(browser, "ines@exemple.invalid", next=target)["Location"] == "/comptes/"


def test_a_page_asked_for_is_reached_after_signing_in(browser: Client) -> None:
    person("ines@exemple.invalid")
    asked = browser.get("/comptes/nom/")
    assert asked["Location"] == "/comptes/connexion/?next=/comptes/nom/"
    assert sign_in(browser, "ines@exemple.invalid", next="/comptes/nom/")["Location"] == "/comptes/nom/"


def test_a_script_in_next_is_escaped(browser: Client) -> None:
    html = browser.get(LOGIN, {"next": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert(1)" not in html


def test_the_sixth_wrong_password_is_told_to_wait_even_when_right(browser: Client) -> None:
    person("ines@exemple.invalid")
    for _ in range(5):
        sign_in(browser, "ines@exemple.invalid", "ce n’est pas le bon mot")
    response = sign_in(browser, "ines@exemple.invalid")
    waits = str(AccountAdapter.error_messages["too_many_login_attempts"])
    assert response.context["form"].errors == {"__all__": [waits]}
    assert not signed_in(browser)


def test_a_flood_of_sign_ins_gets_a_page_of_ours(browser: Client) -> None:
    for number in range(30):
        sign_in(browser, f"inconnu-{number}@exemple.invalid", "ce n’est pas le bon mot")
    response = sign_in(browser, "inconnu@exemple.invalid", "ce n’est pas le bon mot")
    assert response.status_code == 429
    assert response.templates[0].name == "429.html"
    assert "<h1>Trop d’essais à la suite</h1>" in response.content.decode()


def test_a_password_of_ten_kilobytes_is_refused_before_it_is_computed(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("ines@exemple.invalid")
    computed: list[str] = []
    monkeypatch.setattr("accounts.models.User.check_password", lambda _, raw: bool(computed.append(raw)))
    response = sign_in(browser, "ines@exemple.invalid", "x" * 10_240)
    assert response.context["form"].errors == {
        "password": [f"Un mot de passe compte {MAX_PASSWORD} caractères au plus."]
    }
    assert computed == []


def test_the_browser_does_not_cut_a_long_password_in_silence(browser: Client) -> None:
    assert "maxlength" not in str(browser.get(LOGIN).context["form"]["password"])


def test_a_closed_account_does_not_open_and_its_session_dies_at_once(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    sign_in(browser, user.email)
    user.is_active = False
    user.save()
    assert not signed_in(browser)
    assert sign_in(browser, user.email).context["form"].errors == {"__all__": [MISMATCH]}
    assert not signed_in(browser)


@pytest.mark.parametrize("password", [PASSWORD, "ce n’est pas le bon mot"])
def test_a_closed_account_says_nothing_of_its_password(browser: Client, password: str) -> None:
    user = person("ines@exemple.invalid", is_active=False)
    response = sign_in(browser, user.email, password)
    assert response.context["form"].errors == {"__all__": [MISMATCH]}


def test_nobody_locks_somebody_else_out_by_wrong_passwords(browser: Client) -> None:
    """Few tries from one place, many more for one address from everywhere."""
    user = person("ines@exemple.invalid")
    attacker = Client(REMOTE_ADDR="192.0.2.1")
    for _ in range(6):
        refused = sign_in(attacker, user.email, "ce n’est pas le bon mot")
    assert refused.context["form"].errors == {"__all__": [AccountAdapter.error_messages["too_many_login_attempts"]]}
    assert sign_in(browser, user.email).status_code == 302


def test_wrong_passwords_from_everywhere_are_counted_by_address(browser: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere": "3/h/key"}
    user = person("ines@exemple.invalid")
    for number in range(3):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), user.email, "ce n’est pas le bon mot")
    refused = sign_in(Client(REMOTE_ADDR="192.0.2.9"), user.email)
    assert refused.context["form"].errors == {"__all__": [AccountAdapter.error_messages["too_many_anywhere"]]}


def test_signing_out_takes_a_post(browser: Client) -> None:
    browser.force_login(person())
    assert browser.get("/comptes/deconnexion/").status_code == 200
    assert signed_in(browser)
    assert browser.post("/comptes/deconnexion/")["Location"] == "/"
    assert not signed_in(browser)


def test_another_site_can_neither_sign_in_nor_out_for_somebody() -> None:
    """CSRF: a form without our token is refused."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("ines@exemple.invalid"))
    assert strict.post("/comptes/deconnexion/").status_code == 403
    assert strict.post(LOGIN, {"login": "ines@exemple.invalid", "password": PASSWORD}).status_code == 403


def test_an_address_not_yet_confirmed_does_not_open_the_account(browser: Client) -> None:
    user = person("ines@exemple.invalid", verified=False)
    response = sign_in(browser, user.email)
    assert response["Location"] == "/comptes/adresse/message-envoye/"
    assert not signed_in(browser)


def test_nobody_signs_in_without_a_password_of_their_own(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    user.set_unusable_password()
    user.save()
    assert sign_in(browser, user.email, "!").context["form"].errors == {"__all__": [MISMATCH]}


def test_a_nul_byte_is_a_message_and_not_an_incident(browser: Client) -> None:
    response = sign_in(browser, "a\x00@exemple.invalid", "x\x00y")
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"login", "password"}
