"""Between the door and the desks: the second factor where it is asked, the code of conduct; nothing else opens."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import conduct
from accounts.models import RegionMandate, User
from core.models import JournalEntry
from tests.accounts.tools import CODE, code_of, give_application, grow_old, sign_in, signed_in, type_password
from tests.factories import officer, person, professional, region_staff

HOME = "/comptes/double-verification/"
CONDUCT = "/comptes/code-de-conduite/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(settings: Any) -> None:
    """An installation that asks a second factor of those who must have one."""
    settings.SECOND_FACTOR_REQUIRED = True


def technician() -> User:
    return person(is_superuser=True)


# --- The second factor


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("make", [region_staff, officer, technician])
@pytest.mark.parametrize("path", ["/pro/", "/admin/", "/admin/accounts/user/", "/admin/jsi18n/"])
def test_whoever_must_have_a_factor_is_led_to_set_one_up(browser: Client, make: Any, path: str) -> None:
    sign_in(browser, make())
    assert browser.get(path, {"q": "é"})["Location"] == f"{HOME}?next={path.replace('/', '%2F')}%3Fq%3D%25C3%25A9"
    assert browser.post(path).status_code == 403
    assert browser.get("/comptes/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_once_set_up_the_desk_opens_in_the_same_session(browser: Client) -> None:
    sign_in(browser, region_staff())
    add = f"{HOME}application/activer/"
    secret = browser.get(add).context["form"].secret
    answer = browser.post(add, {"code": code_of(secret), "next": "/admin/accounts/user/"})
    assert answer["Location"] == f"{HOME}codes-de-secours/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    assert browser.post(answer["Location"], {"next": "/admin/accounts/user/"})["Location"] == "/admin/accounts/user/"
    assert browser.get("/admin/accounts/user/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_a_session_opened_before_without_the_factor_does_not_pass(browser: Client) -> None:
    user = region_staff()
    sign_in(browser, user)  # a password alone
    secret = give_application(user)  # set up elsewhere
    asks = f"{HOME}confirmer/"
    assert browser.get("/pro/")["Location"] == f"{asks}?next=%2Fpro%2F"
    assert browser.post("/pro/").status_code == 403
    assert browser.post(asks, {"code": code_of(secret), "next": "/pro/"})["Location"] == "/pro/"
    assert browser.get("/pro/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_a_factor_reset_by_hand_closes_the_sessions_it_opened(browser: Client) -> None:
    user = region_staff()
    sign_in(browser, user, give_application(user))
    assert browser.get("/pro/").status_code == 200
    user.authenticator_set.all().delete()
    assert browser.get("/pro/")["Location"] == f"{HOME}?next=%2Fpro%2F"


@pytest.mark.usefixtures("asked")
def test_a_mandate_given_to_an_open_session_asks_at_its_next_request(browser: Client) -> None:
    user = professional()
    sign_in(browser, user)
    assert browser.get("/pro/").status_code == 200
    RegionMandate.objects.create(user=user)
    assert browser.get("/pro/")["Location"] == f"{HOME}?next=%2Fpro%2F"


@pytest.mark.usefixtures("asked")
def test_T3_without_the_factor_a_public_page_shows_what_the_public_sees(browser: Client) -> None:
    user = region_staff()
    sign_in(browser, user)
    page = browser.get(reverse("home"))
    assert page.wsgi_request.user.is_authenticated is False
    secret = give_application(user)
    browser.post(f"{HOME}confirmer/", {"code": code_of(secret)})
    assert browser.get(reverse("home")).wsgi_request.user.pk == user.pk


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("make", [person, professional])
def test_others_are_not_asked(browser: Client, make: Any) -> None:
    sign_in(browser, make())
    assert browser.get("/comptes/").status_code == 200
    assert browser.get("/pro/").status_code == (403 if make is person else 200)


def test_an_installation_may_not_ask(browser: Client) -> None:
    sign_in(browser, region_staff())
    assert browser.get("/admin/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_signing_out_of_the_desk_needs_nothing(browser: Client) -> None:
    sign_in(browser, region_staff())
    assert browser.post("/admin/logout/")["Location"] == "/"
    assert not signed_in(browser)


@pytest.mark.usefixtures("asked")
def test_the_gate_asks_no_more_of_the_database_than_one_question_once_passed(
    browser: Client, settings: Any, django_assert_num_queries: Any
) -> None:
    user = region_staff()
    sign_in(browser, user, give_application(user))
    browser.get("/pro/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as with_gate:
        browser.get("/pro/")
    settings.SECOND_FACTOR_REQUIRED = False
    with django_assert_num_queries(len(with_gate) - 1):
        browser.get("/pro/")


# --- The code of conduct


@pytest.mark.parametrize("make", [professional, officer, region_staff])
@pytest.mark.parametrize("path", ["/pro/", "/admin/"])
def test_M3_whoever_works_in_the_SPRO_accepts_the_code_first(browser: Client, make: Any, path: str) -> None:
    user = make(conduct_version="")
    sign_in(browser, user)
    assert browser.get(path)["Location"] == f"{CONDUCT}?next={path.replace('/', '%2F')}"
    assert browser.post(path).status_code == 403
    assert browser.get(CONDUCT).context["must_accept"] is True
    assert browser.post(CONDUCT, {"version": conduct.VERSION, "next": path})["Location"] == path
    user.refresh_from_db()
    assert (user.conduct_version, user.conduct_accepted_at is not None) == (conduct.VERSION, True)
    entry = JournalEntry.objects.get(verb="conduct.accept")
    assert (entry.target_key, entry.changes) == (str(user.pk), {"conduct_version": ["", conduct.VERSION]})
    assert CONDUCT not in browser.get(path).get("Location", "")


def test_M3_a_new_version_is_asked_again(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = professional()
    sign_in(browser, user)
    assert browser.get("/pro/").status_code == 200
    monkeypatch.setattr(conduct, "VERSION", "2")
    assert browser.get("/pro/")["Location"] == f"{CONDUCT}?next=%2Fpro%2F"
    assert browser.post(CONDUCT, {"version": "1"}).status_code == 200  # what was read is not what would be kept
    user.refresh_from_db()
    assert user.conduct_version == "1"
    browser.post(CONDUCT, {"version": "2"})
    assert browser.get("/pro/").status_code == 200


def test_accepted_twice_is_kept_once(browser: Client) -> None:
    sign_in(browser, professional(conduct_version=""))
    for _ in range(2):
        browser.post(CONDUCT, {"version": conduct.VERSION})
    assert JournalEntry.objects.filter(verb="conduct.accept").count() == 1


def test_the_code_is_not_asked_of_a_citizen(browser: Client) -> None:
    user = person(conduct_version="")
    sign_in(browser, user)
    assert browser.get("/pro/").status_code == 403
    browser.post(CONDUCT, {"version": conduct.VERSION})
    user.refresh_from_db()
    assert user.conduct_version == ""


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_acceptance_leads_off_the_portal(browser: Client, target: str) -> None:
    sign_in(browser, professional(conduct_version=""))
    assert browser.post(CONDUCT, {"version": conduct.VERSION, "next": target})["Location"] == "/comptes/"


# --- Who lost what opened it


def test_S3_an_ended_mandate_is_out_at_the_next_request(browser: Client) -> None:
    from accounts.services import end_region_mandate

    user = region_staff()
    sign_in(browser, user)
    assert browser.get("/admin/accounts/user/").status_code == 200
    end_region_mandate(mandate=user.region_mandates.get(), actor=None)
    assert browser.get("/admin/accounts/user/").status_code == 404
    assert browser.get("/pro/").status_code == 403


def test_an_account_closed_during_the_second_step_does_not_open(browser: Client) -> None:
    user = person()
    secret = give_application(user)
    type_password(browser, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    browser.post(CODE, {"code": code_of(secret)})
    assert not signed_in(browser)


def test_every_dangerous_page_asks_again_after_an_hour(browser: Client) -> None:
    sign_in(browser, person())
    grow_old(browser)
    paths = ("/comptes/adresse/", "/comptes/sessions/")
    answers = {
        path: browser.post(path, {"email": "autre@exemple.invalid", "action_add": "1", "others": "1"}) for path in paths
    }
    assert {path: answer["Location"].partition("?")[0] for path, answer in answers.items()} == dict.fromkeys(
        paths, "/comptes/confirmer-identite/"
    )
    assert browser.post("/comptes/confirmer-identite/", {"password": "faux mot de passe"}).status_code == 200
