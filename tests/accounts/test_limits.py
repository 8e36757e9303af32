"""10,000 attempts: after the first few nothing is computed, whoever guesses and wherever from (S5)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.adapter import AccountAdapter
from accounts.known import COOKIE, mark
from core.api.throttle import visitor
from core.models import OutboxMail
from tests.accounts.tools import sign_in, type_password
from tests.factories import PASSWORD, person

WAIT = [AccountAdapter.error_messages["too_many_anywhere"]]
WRONG = "ce n’est pas le bon mot"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each password that was computed, one by one."""
    computed: list[str] = []
    real = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, *more: Any, **options: Any) -> str:
        computed.append(password)
        return real(self, password, salt, *more, **options)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return computed


def test_S5_a_flood_from_one_place_computes_ten_passwords(browser: Client, hashes: list[str]) -> None:
    """One address of the network, a name after the other: ten a minute, then 429 without a hash."""
    statuses = [
        browser.post("/comptes/connexion/", {"login": f"p{number}@exemple.invalid", "password": WRONG}).status_code
        for number in range(60)
    ]
    assert statuses.count(429) >= 30
    assert hashes.count(WRONG) == 10


def test_S5_ten_thousand_attempts_on_one_account_compute_a_hundred(browser: Client, hashes: list[str]) -> None:
    """From everywhere at once: the count of one account, filled by what 10,000 tries would have left, holds."""
    user = person()
    hashes.clear()
    request = browser.post("/comptes/connexion/", {}).wsgi_request
    rate = {"app": "allauth.account", "action": "login_failed_anywhere", "key": user.email}
    passed = sum(bool(ratelimit.consume(request, **rate)) for _ in range(10_000))
    assert passed == 100
    for number in range(20):
        guesser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        assert type_password(guesser, user, WRONG).context["form"].errors == {"__all__": WAIT}
    assert hashes == []


def test_S5_strangers_shut_out_nobody_from_a_browser_they_signed_in_with(browser: Client) -> None:
    user, other = person(), person()
    sign_in(browser, user)
    assert COOKIE in browser.cookies
    browser.post("/comptes/deconnexion/")
    request = browser.post("/comptes/connexion/", {}).wsgi_request
    for each in (user, other):
        rate = {"app": "allauth.account", "action": "login_failed_anywhere", "key": each.email}
        for _ in range(101):
            ratelimit.consume(request, **rate)
    assert type_password(browser, other).context["form"].errors == {"__all__": WAIT}  # the mark is of one account
    assert type_password(browser, user)["Location"] == "/comptes/"
    sign_in(browser, user)
    assert type_password(Client(REMOTE_ADDR="192.0.2.7"), user).context["form"].errors == {"__all__": WAIT}


def test_S5_a_stolen_mark_gives_a_hundred_tries_an_hour_too(browser: Client, hashes: list[str]) -> None:
    user = person()
    sign_in(browser, user)
    thief = Client(REMOTE_ADDR="192.0.2.8")
    thief.cookies[COOKIE] = browser.cookies[COOKIE].value
    hashes.clear()
    request = thief.post("/comptes/connexion/", {}).wsgi_request
    rate = {"app": "allauth.account", "action": "login_failed_anywhere", "key": f"{user.email}|known"}
    assert sum(bool(ratelimit.consume(request, **rate)) for _ in range(10_000)) == 100
    assert type_password(thief, user).context["form"].errors == {"__all__": WAIT}
    assert hashes == []


def test_S5_a_new_password_makes_the_marks_of_browsers_void(browser: Client) -> None:
    user = person()
    sign_in(browser, user)
    before = browser.cookies[COOKIE].value
    new = "une nouvelle phrase bien longue"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/comptes/mot-de-passe/", typed).status_code == 302
    after = browser.cookies[COOKIE]
    user.refresh_from_db()
    assert (after.value != before, after.value.startswith(mark(user))) == (True, True)
    assert (after["path"], after["httponly"], after["samesite"]) == ("/comptes/", True, "Lax")


def test_S2_the_mark_of_a_browser_names_nobody_and_is_on_no_public_page(browser: Client) -> None:
    user = person()
    assert COOKIE not in browser.get("/").cookies
    sign_in(browser, user)
    held = browser.cookies[COOKIE].value
    assert (len(held), str(user.pk) in held, user.email in held) == (40, False, False)
    assert COOKIE not in browser.get("/comptes/").cookies


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("unknown", "unknown"),
    ],
)  # fmt: skip
def test_S5_an_IPv6_visitor_is_counted_by_the_network_they_hold(address: str, counted: str) -> None:
    assert visitor(address) == counted


def test_S5_a_flood_from_one_IPv6_network_computes_ten_passwords(hashes: list[str]) -> None:
    for number in range(40):
        Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").post(
            "/comptes/connexion/", {"login": f"p{number}@exemple.invalid", "password": WRONG}
        )
    assert hashes.count(WRONG) == 10


def test_the_sixth_wrong_password_of_one_account_is_not_computed(browser: Client, hashes: list[str]) -> None:
    user = person()
    hashes.clear()
    for _ in range(9):
        type_password(browser, user, WRONG)
    assert hashes.count(WRONG) == 5


def test_a_mailbox_is_not_flooded_by_resets(browser: Client) -> None:
    user = person()
    for number in range(12):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/comptes/mot-de-passe/oubli/", {"email": user.email})
    assert OutboxMail.objects.filter(to=user.email).count() <= 5


def test_saying_again_who_one_is_is_counted_too(browser: Client, hashes: list[str]) -> None:
    sign_in(browser, person())
    hashes.clear()
    statuses = [browser.post("/comptes/confirmer-identite/", {"password": WRONG}).status_code for _ in range(30)]
    assert statuses[-1] == 429
    assert hashes.count(WRONG) == 5
