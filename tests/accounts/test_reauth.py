"""Before an act that cannot be taken back: who are you, unless you said so in the last ten minutes."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse
from django.test import Client

from accounts.reauth import recent_login_required, recently_signed_in
from tests.accounts.tools import give_application, grow_old, recovery_codes, sign_in
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.django_db


@recent_login_required
def dangerous(request: Any) -> HttpResponse:
    return HttpResponse("fait")


def request_of(browser: Client) -> Any:
    return browser.get("/comptes/").wsgi_request


@pytest.mark.parametrize(("age", "passes"), [(0, True), (590, True), (610, False), (86_400, False), (-3_600, False)])
def test_ten_minutes(browser: Client, age: int, passes: bool) -> None:
    sign_in(browser, person())
    grow_old(browser, age)
    request = request_of(browser)
    assert recently_signed_in(request) is passes
    if passes:
        assert dangerous(request).content == b"fait"
    else:
        with pytest.raises(ReauthenticationRequired):
            dangerous(request)


def test_what_another_person_proved_in_this_browser_counts_for_nothing(browser: Client) -> None:
    sign_in(browser, person())
    records = browser.session["account_authentication_methods"]
    browser.force_login(person())
    session = browser.session
    session["account_authentication_methods"] = records
    session.save()
    assert recently_signed_in(request_of(browser)) is False


def test_a_factor_says_it_as_well_as_the_password(browser: Client) -> None:
    user = person()
    give_application(user)
    browser.force_login(user)
    assert recently_signed_in(request_of(browser)) is False
    code = recovery_codes(user)[0]
    browser.post("/comptes/double-verification/confirmer/", {"code": code, "next": "/comptes/nom/"})
    assert recently_signed_in(request_of(browser)) is True


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_saying_it_leads_nowhere_else(browser: Client, target: str) -> None:
    sign_in(browser, person())
    grow_old(browser)
    answer = browser.post("/comptes/confirmer-identite/", {"password": PASSWORD, "next": target})
    assert answer["Location"] == "/comptes/"
