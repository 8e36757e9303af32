"""The Region helps somebody who lost phone, key and codes; every step is told, nobody rises by it (S2, S3)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import JournalEntry, OutboxMail
from tests.accounts.tools import give_application, sign_in, signed_in
from tests.factories import PASSWORD, officer, person, region_staff

pytestmark = pytest.mark.django_db
ANSWERS = {"reason": "phone", "recognised": "on"}


@pytest.fixture
def staff() -> User:
    return region_staff(name="Thomas")


@pytest.fixture
def desk(staff: User, settings: Any) -> Client:
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client()
    sign_in(client, staff)
    return client


def page_of(user: User, what: str = "factors") -> str:
    return reverse(f"admin:accounts_user_{what}", args=[user.pk])


def sheet(desk: Client, user: User) -> str:
    return desk.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()


def test_S3_the_sheet_of_an_account_says_how_it_is_protected_and_what_it_may_do(desk: Client) -> None:
    user = officer()
    secret = give_application(user)
    page = sheet(desk, user)
    assert "Application de codes (depuis le " in page
    assert "Codes de secours qui restent&nbsp;: 10." in page
    assert "Sessions ouvertes&nbsp;:</b> 0." in page
    assert "Mandat" in page
    assert secret not in page


def test_S2_the_region_takes_a_lost_factor_away_with_a_reason_and_the_person_is_told(desk: Client, staff: User) -> None:
    user, browser = person("perdue@exemple.invalid"), Client()
    sign_in(browser, user, give_application(user))
    assert signed_in(browser)
    assert desk.post(page_of(user), {"reason": "phone"}).status_code == 200  # not recognised: nothing is done
    assert Authenticator.objects.filter(user=user).count() == 2
    assert desk.post(page_of(user), ANSWERS).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert not signed_in(browser)
    line = JournalEntry.objects.get(verb="factor.remove")
    assert (line.actor_key, line.target_key) == (staff.journal_key, str(user.pk))
    assert line.changes == {"factor": [None, "totp"], "reason": [None, "Téléphone perdu, cassé ou changé"]}
    mail = OutboxMail.objects.get(to=user.email)
    assert "C’est la Région qui l’a fait" in mail.text


def test_S3_nobody_lowers_their_own_guard_nor_the_technician_s(desk: Client, staff: User) -> None:
    technician = User.objects.create_superuser("technique@exemple.invalid", "x")
    for user in (staff, technician):
        give_application(user)
        assert "Retirer la double vérification" not in sheet(desk, user)
        for what in ("factors", "sessions"):
            assert desk.post(page_of(user, what), ANSWERS).status_code == 403
        assert Authenticator.objects.filter(user=user).count() == 2


def test_S2_it_takes_a_recent_sign_in(staff: User, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    user, desk = person(), Client()
    give_application(user)
    desk.force_login(staff)  # no proof of who this is in the session
    answer = desk.post(page_of(user), ANSWERS)
    assert answer.status_code == 302
    assert "/comptes/" in answer["Location"]
    assert Authenticator.objects.filter(user=user).count() == 2


def test_S2_the_region_closes_the_sessions_of_somebody(desk: Client, staff: User) -> None:
    user, browser = person(), Client()
    sign_in(browser, user)
    assert UserSession.objects.filter(user=user).count() == 1
    assert desk.post(page_of(user, "sessions")).status_code == 302
    assert not signed_in(browser)
    line = JournalEntry.objects.get(verb="session.end")
    assert (line.actor_key, line.changes) == (staff.journal_key, {"count": [None, 1]})


def test_S2_the_second_step_says_whom_to_write_to(settings: Any) -> None:
    user, browser = person(), Client()
    give_application(user)
    page = browser.post("/comptes/connexion/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert f'href="mailto:{settings.PUBLISHER["contact"]}"' in page.content.decode()
