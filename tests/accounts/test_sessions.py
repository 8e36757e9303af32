"""Open sessions: named, without an address, ended one by one or all at once, forgotten when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.sessions import device, purge
from core.models import JournalEntry
from tests.accounts.conftest import last_link
from tests.accounts.tools import grow_old, sign_in, signed_in
from tests.factories import PASSWORD, person

SESSIONS = "/comptes/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0"
NEW = "une tout autre phrase de passe"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (SAFARI, "Safari sur iPhone"),
        (EDGE, "Edge sur Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("curl/8.1", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
        ("<script>alert(1)</script>", "Navigateur inconnu"),
    ],
)
def test_a_device_is_named_in_plain_words_and_stays_so(said: str, named: str) -> None:
    assert device(said) == named
    assert device(named) == named


def browsers(count: int = 2) -> tuple[list[Client], object]:
    user = person()
    opened = [Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="192.0.2.7") for agent in (FIREFOX, SAFARI, EDGE)[:count]]
    for browser in opened:
        sign_in(browser, user)
    return opened, user


def test_S2_neither_the_address_nor_the_whole_name_of_the_browser_is_kept() -> None:
    browsers()
    assert sorted(UserSession.objects.values_list("ip", "user_agent")) == [
        ("0.0.0.0", "Firefox sur Windows"),
        ("0.0.0.0", "Safari sur iPhone"),
    ]


def test_the_list_says_which_one_is_this_one() -> None:
    (first, _), _ = browsers()
    rows = first.get(SESSIONS).context["sessions"]
    named = [(row.user_agent, this) for row, this in rows]
    assert named == [("Firefox sur Windows", True), ("Safari sur iPhone", False)]


def test_one_session_is_ended_from_another() -> None:
    (first, second), user = browsers()
    row = UserSession.objects.get(user=user, user_agent="Safari sur iPhone")
    assert first.post(SESSIONS, {"end": row.pk})["Location"] == SESSIONS
    assert (signed_in(first), signed_in(second)) == (True, False)
    assert JournalEntry.objects.get(verb="session.end").changes == {"count": [None, 1]}


def test_all_the_others_are_ended_at_once() -> None:
    (first, second, third), _ = browsers(3)
    first.post(SESSIONS, {"others": "1"})
    assert [signed_in(browser) for browser in (first, second, third)] == [True, False, False]


def test_somebody_elses_session_is_not_ended() -> None:
    (first, _), user = browsers()
    stranger = Client()
    sign_in(stranger, person())
    row = UserSession.objects.filter(user=user).first()
    assert row is not None
    stranger.post(SESSIONS, {"end": row.pk})
    assert signed_in(first)


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "١", "1;drop"])
def test_an_odd_number_ends_nothing(number: str) -> None:
    (first, second), _ = browsers()
    assert first.post(SESSIONS, {"end": number}).status_code == 302
    assert (signed_in(first), signed_in(second)) == (True, True)


def test_a_session_of_an_hour_says_who_it_is_then_the_act_goes_on() -> None:
    (first, second), _ = browsers()
    grow_old(first)
    asked = first.post(SESSIONS, {"others": "1"})
    assert asked["Location"] == "/comptes/confirmer-identite/?next=%2Fcomptes%2Fsessions%2F"
    assert signed_in(second)
    first.post("/comptes/confirmer-identite/", {"password": PASSWORD, "next": SESSIONS})
    assert not signed_in(second)


def test_a_new_password_ends_the_others() -> None:
    (first, second), user = browsers()
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert first.post("/comptes/mot-de-passe/", typed).status_code == 302
    assert (signed_in(first), signed_in(second)) == (True, False)
    assert UserSession.objects.filter(user=user).count() == 1


def test_a_password_chosen_anew_by_mail_ends_them_all(settings: object) -> None:
    (first, second), user = browsers()
    other = Client()
    other.post("/comptes/mot-de-passe/oubli/", {"email": user.email})  # type: ignore[attr-defined]
    page = other.get(last_link(user.email), follow=True)  # type: ignore[attr-defined]
    other.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert (signed_in(first), signed_in(second)) == (False, False)
    assert UserSession.objects.filter(user=user).count() == 0


def test_signing_out_leaves_no_row_after_the_night() -> None:
    (first, _), user = browsers()
    first.post("/comptes/deconnexion/")
    UserSession.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert purge() == 1
    assert UserSession.objects.filter(user=user).count() == 1


def test_an_expired_session_is_forgotten() -> None:
    browsers()
    Session.objects.update(expire_date=timezone.now())
    UserSession.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert purge() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(count: int, django_assert_max_num_queries: object) -> None:
    opened, _ = browsers(count)
    opened[0].get(SESSIONS)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        opened[0].get(SESSIONS)


def test_last_seen_is_written_every_five_minutes_at_most() -> None:
    (first, _), user = browsers()
    old = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=old)
    first.get("/comptes/")
    assert UserSession.objects.filter(user=user, last_seen_at=old).count() == 2
    session = first.session
    session["seen_at"] = 0
    session.save()
    first.get("/comptes/")
    assert UserSession.objects.filter(user=user, last_seen_at=old).count() == 1
