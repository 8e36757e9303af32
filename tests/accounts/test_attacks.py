"""Tricks around an account: hosts that are not ours, addresses that change hands, sessions that outlive their right."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from core.models import OutboxMail
from tests.accounts.conftest import last_link
from tests.accounts.tools import sign_in, signed_in
from tests.factories import person

SITE = "https://orientation.exemple.test"
ADDRESS = "/comptes/adresse/"
pytestmark = pytest.mark.django_db


# --- Host


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "a b"])
@pytest.mark.parametrize("path", ["/comptes/connexion/", "/comptes/mot-de-passe/oubli/"])
def test_a_host_that_is_not_ours_is_refused(browser: Client, host: str, path: str) -> None:
    person("ines@exemple.invalid")
    answer = browser.post(path, {"email": "ines@exemple.invalid"}, headers={"host": host} if host else {"host": " "})
    assert answer.status_code == 400
    assert OutboxMail.objects.count() == 0


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url"])
def test_the_links_of_mails_lead_to_the_portal_whatever_is_claimed(browser: Client, settings: Any, header: str) -> None:
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["testserver", "autre.exemple.test"]
    person("ines@exemple.invalid")
    claimed = {"host": "autre.exemple.test", header: "host=evil.example"}
    for path, typed in (
        ("/comptes/mot-de-passe/oubli/", {"email": "ines@exemple.invalid"}),
        ("/comptes/mot-de-passe/oubli/", {"email": "inconnu@exemple.invalid"}),
        ("/comptes/inscription/", {"email": "ines@exemple.invalid"}),
        ("/comptes/inscription/", {"email": "noe@exemple.invalid"}),
    ):
        password = "une tout autre phrase de passe"
        browser.post(path, typed | {"password1": password}, headers=claimed)
    texts = list(OutboxMail.objects.values_list("text", flat=True))
    assert len(texts) == 4
    for text in texts:
        assert (text.count(f"{SITE}/comptes/"), text.count("://")) == (1, 1)


# --- An address that changes hands


def ask(browser: Client, email: str) -> None:
    browser.post(ADDRESS, {"email": email, "action_add": "1"})


def confirm(browser: Client, path: str) -> Any:
    return browser.post(path)


def test_of_two_changes_asked_the_last_one_holds(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    sign_in(browser, user)
    ask(browser, "premiere@exemple.invalid")
    first = last_link("premiere@exemple.invalid")
    ask(browser, "seconde@exemple.invalid")
    confirm(browser, last_link("seconde@exemple.invalid"))
    confirm(browser, first)
    user.refresh_from_db()
    assert user.email == "seconde@exemple.invalid"
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified")) == [
        ("seconde@exemple.invalid", True)
    ]


def test_an_address_taken_meanwhile_does_not_change_hands(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    sign_in(browser, user)
    ask(browser, "visee@exemple.invalid")
    link = last_link("visee@exemple.invalid")
    owner = person("visee@exemple.invalid")
    answer = confirm(browser, link)
    assert answer.status_code < 500
    user.refresh_from_db()
    owner.refresh_from_db()
    assert (user.email, owner.email) == ("ines@exemple.invalid", "visee@exemple.invalid")
    assert EmailAddress.objects.get(email="visee@exemple.invalid", verified=True).user == owner


def test_two_people_ask_for_one_address_and_the_first_to_prove_it_has_it(browser: Client, settings: Any) -> None:
    # One mail in three minutes goes to one address: here both have to leave.
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "confirm_email": "10/m/key"}
    one, two = person(), person()
    other = Client()
    sign_in(browser, one)
    sign_in(other, two)
    ask(browser, "visee@exemple.invalid")
    first = last_link("visee@exemple.invalid")
    ask(other, "visee@exemple.invalid")
    second = last_link("visee@exemple.invalid")
    assert first != second
    confirm(browser, first)
    assert confirm(other, second).status_code < 500
    assert list(User.objects.filter(email="visee@exemple.invalid")) == [one]


# --- Sessions


def test_a_closed_account_is_out_everywhere_at_its_next_request(browser: Client) -> None:
    user = person()
    other = Client()
    for each in (browser, other):
        sign_in(each, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert [signed_in(each) for each in (browser, other)] == [False, False]


def test_a_session_planted_before_the_second_step_is_worth_nothing(browser: Client) -> None:
    from tests.accounts.tools import CODE, code_of, give_application, type_password

    user = person()
    secret = give_application(user)
    type_password(browser, user)
    halfway = browser.cookies["sessionid"].value
    browser.post(CODE, {"code": code_of(secret)})
    assert signed_in(browser)
    thief = Client()
    thief.cookies["sessionid"] = halfway
    assert not signed_in(thief)


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
@pytest.mark.parametrize("path", ["/comptes/deconnexion/", "/comptes/connexion/cle/"])
def test_no_way_in_or_out_leads_off_the_portal(browser: Client, path: str, target: str) -> None:
    if path.endswith("deconnexion/"):
        sign_in(browser, person())
    assert browser.post(path, {"next": target, "credential": "{}"})["Location"] in ("/", "/comptes/connexion/")
