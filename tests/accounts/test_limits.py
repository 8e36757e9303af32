"""10,000 attempts: after the first few nothing is computed, whoever guesses and wherever from (S5)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.adapter import AccountAdapter
from core.models import OutboxMail
from tests.accounts.tools import sign_in, type_password
from tests.factories import person

WAIT = [AccountAdapter.error_messages["too_many_login_attempts"]]
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
