"""The second factor: set up, asked at the door, never the same code twice, told by mail, the last one kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client

from accounts.adapter import AccountAdapter
from accounts.factors import FactorAdapter
from core.encryption import decrypt
from core.models import JournalEntry, OutboxMail
from tests.accounts.tools import (
    CODE,
    SoftKey,
    code_of,
    give_application,
    grow_old,
    recovery_codes,
    sign_in,
    signed_in,
    type_password,
)  # fmt: skip
from tests.factories import PASSWORD, person, region_staff

HOME = "/comptes/double-verification/"
ADD = f"{HOME}application/activer/"
REMOVE = f"{HOME}application/retirer/"
CODES = f"{HOME}codes-de-secours/"
KEY = f"{HOME}cles/ajouter/"
WRONG = [FactorAdapter.error_messages["incorrect_code"]]
WAIT = [AccountAdapter.error_messages["too_many_login_attempts"]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def named(settings: Any) -> None:
    """A portal with a name: passkeys are bound to it."""
    settings.SITE_URL = "https://orientation.exemple.test"


def mails(user: Any) -> list[str]:
    return list(OutboxMail.objects.filter(to=user.email).order_by("pk").values_list("subject", flat=True))


def add_application(browser: Client) -> str:
    """Through the pages; the secret that the application was given."""
    secret: str = browser.get(ADD).context["form"].secret
    assert browser.post(ADD, {"code": code_of(secret)})["Location"] == CODES
    return secret


def add_key(browser: Client, key: SoftKey, **more: str) -> Any:
    options = browser.get(KEY).context["js_data"]["creation_options"]
    return browser.post(KEY, {"name": "Mon ordinateur", "credential": key.create(options), **more})


# --- The application


def test_an_application_is_added_read_once_kept_and_asked_at_the_door(
    browser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    user = person()
    sign_in(browser, user)
    secret = add_application(browser)
    shown = [str(code).replace(" ", "") for code in browser.get(CODES).context["codes"]]
    assert shown == recovery_codes(user)
    assert len(set(shown)) == 10
    text = browser.get(f"{CODES}telecharger/")
    assert re.findall(r"^\d{5} \d{5}$", text.content.decode(), re.M) == [f"{code[:5]} {code[5:]}" for code in shown]
    assert text["Content-Disposition"] == 'attachment; filename="codes-de-secours.txt"'
    browser.post(CODES)
    assert browser.get(CODES).context["codes"] == []
    assert browser.get(f"{CODES}telecharger/").status_code == 404
    assert mails(user) == ["Votre double vérification a un moyen de plus"]

    other = Client()
    assert type_password(other, user)["Location"] == CODE
    assert not signed_in(other)
    assert other.post(CODE, {"code": code_of(secret, shift=1)}).status_code == 302
    assert signed_in(other)


def test_S5_neither_the_secret_nor_the_codes_are_in_the_database_as_they_are(browser: Client) -> None:
    user = person()
    secret = give_application(user)
    rows = {held.type: held.data for held in Authenticator.objects.filter(user=user)}
    assert secret not in str(rows)
    assert decrypt(rows["totp"]["secret"]) == secret
    assert not any(code in str(rows) for code in recovery_codes(user))


def test_S5_a_new_key_first_then_rotation_then_the_old_key_goes(settings: Any, capsys: Any) -> None:
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    user = person()
    give_application(user)
    listed = recovery_codes(user)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    assert "facteurs : 2" in capsys.readouterr().out.splitlines()
    settings.ENCRYPTION_KEYS = [new]
    assert recovery_codes(user) == listed


def test_a_code_serves_once_even_after_its_thirty_seconds(browser: Client) -> None:
    user = person()
    secret = give_application(user)
    with time_machine.travel("2026-11-22 10:00:05+00:00") as clock:
        code = code_of(secret)
        type_password(browser, user)
        assert browser.post(CODE, {"code": code}).status_code == 302
        clock.shift(31)
        other = Client()
        type_password(other, user)
        assert other.post(CODE, {"code": code}).context["form"].errors == {"code": WRONG}
        clock.shift(31)
        assert other.post(CODE, {"code": code_of(secret, shift=-3)}).context["form"].errors == {"code": WRONG}
        assert other.post(CODE, {"code": code_of(secret)}).status_code == 302


@pytest.mark.parametrize("code", ["", "12345", "٠١٢٣٤٥", "x" * 5_000, "000000\x00", "' or 1=1"])
def test_an_odd_code_is_a_wrong_code(browser: Client, code: str) -> None:
    user = person()
    give_application(user)
    type_password(browser, user)
    answer = browser.post(CODE, {"code": code})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["code"])
    assert not signed_in(browser)


def test_wrong_codes_are_counted_whatever_the_browser_and_the_address(browser: Client) -> None:
    user = person()
    secret = give_application(user)
    for number in range(5):
        guesser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        type_password(guesser, user)
        assert guesser.post(CODE, {"code": "000000"}).context["form"].errors == {"code": WRONG}
    type_password(browser, user)
    assert browser.post(CODE, {"code": code_of(secret)}).context["form"].errors == {"code": WAIT}
    assert not signed_in(browser)


def test_a_day_of_patient_guesses_ends(browser: Client, settings: Any) -> None:
    """Five in five minutes would still be 1,440 a day: a second count holds the day."""
    settings.MFA_RATE_LIMITS = {**settings.MFA_RATE_LIMITS, "factor_failed": "7/d/key"}
    user = person()
    secret = give_application(user)
    with time_machine.travel("2026-11-22 10:00:05+00:00") as clock:
        for _ in range(7):
            type_password(browser, user)
            browser.post(CODE, {"code": "000000"})
            clock.shift(301)
        type_password(browser, user)
        assert browser.post(CODE, {"code": code_of(secret)}).context["form"].errors == {
            "code": [AccountAdapter.error_messages["too_many_codes"]]
        }


def test_S5_a_day_of_guesses_elsewhere_does_not_shut_out_a_browser_the_person_signed_in_with(
    browser: Client, settings: Any
) -> None:
    settings.MFA_RATE_LIMITS = {**settings.MFA_RATE_LIMITS, "factor_failed": "2/d/key"}
    user = person()
    secret = give_application(user)
    with time_machine.travel("2026-11-22 10:00:05+00:00") as clock:
        sign_in(browser, user, secret)
        browser.post("/comptes/deconnexion/")
        for _ in range(3):
            clock.shift(301)
            guesser = Client(REMOTE_ADDR="192.0.2.9")
            type_password(guesser, user)
            guesser.post(CODE, {"code": "000000"})
        clock.shift(301)
        sign_in(browser, user, secret)
        assert signed_in(browser)


def test_the_second_step_without_the_first_leads_to_the_door(browser: Client) -> None:
    assert browser.get(CODE)["Location"] == "/comptes/connexion/"
    assert browser.post(CODE, {"code": "123456"})["Location"] == "/comptes/connexion/"


# --- Recovery codes


def test_a_recovery_code_opens_once_is_told_by_mail_and_counted(browser: Client) -> None:
    user = person()
    give_application(user)
    first, *rest = recovery_codes(user)
    type_password(browser, user)
    assert browser.post(CODE, {"code": f"{first[:5]} {first[5:]}"}).status_code == 302
    assert mails(user) == ["Un de vos codes de secours vient de servir"]
    assert recovery_codes(user) == rest
    assert browser.get(HOME).context["codes_left"] == 9
    other = Client()
    type_password(other, user)
    assert other.post(CODE, {"code": first}).context["form"].errors == {"code": WRONG}


def test_few_codes_left_are_said_on_the_account_and_renewed(browser: Client) -> None:
    user = person()
    give_application(user)
    held = Authenticator.objects.get(user=user, type="recovery_codes")
    held.data["used_mask"] = 0b1111111
    held.save()
    sign_in(browser, user, "")
    browser.post(CODE, {"code": recovery_codes(user)[0]})
    assert browser.get("/comptes/").context["few_left"] is True
    before = set(recovery_codes(user))
    assert browser.post(f"{CODES}renouveler/")["Location"] == CODES
    assert len(recovery_codes(user)) == 10
    assert before.isdisjoint(recovery_codes(user))
    assert mails(user)[-1] == "Vos codes de secours sont renouvelés"


def test_codes_are_not_prepared_for_whoever_has_no_factor(browser: Client) -> None:
    sign_in(browser, person())
    assert [browser.get(path).status_code for path in (CODES, f"{CODES}renouveler/")] == [404, 404]


# --- Passkeys


@pytest.mark.usefixtures("named")
def test_a_passkey_is_added_and_signs_in_by_itself(browser: Client) -> None:
    user, key = person(), SoftKey()
    sign_in(browser, user)
    assert add_key(browser, key, passwordless="on")["Location"] == CODES
    assert mails(user) == ["Votre double vérification a un moyen de plus"]
    other = Client()
    question = other.post("/comptes/connexion/cle/question/").json()
    answer = other.post("/comptes/connexion/cle/", {"credential": key.get(question), "next": "/comptes/nom/"})
    assert answer["Location"] == "/comptes/nom/"
    assert signed_in(other)


@pytest.mark.usefixtures("named")
def test_a_passkey_is_the_second_step_after_a_password(browser: Client) -> None:
    user, key = person(), SoftKey(verifies=False)
    sign_in(browser, user)
    add_key(browser, key)
    other = Client()
    assert type_password(other, user)["Location"] == CODE
    options = other.get(CODE).context["js_data"]["request_options"]
    assert other.post(CODE, {"credential": key.get(options)}).status_code == 302
    assert signed_in(other)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    "key", [SoftKey(origin="https://faux.exemple.test"), SoftKey(rp="faux.exemple.test")], ids=["origin", "portal"]
)
def test_a_key_that_another_site_asked_for_is_refused(browser: Client, key: SoftKey) -> None:
    sign_in(browser, person())
    assert add_key(browser, key).status_code == 200
    assert Authenticator.objects.count() == 0


@pytest.mark.usefixtures("named")
def test_an_answer_serves_one_question_of_one_session(browser: Client) -> None:
    user, key = person(), SoftKey()
    sign_in(browser, user)
    add_key(browser, key, passwordless="on")
    other = Client()
    said = key.get(other.post("/comptes/connexion/cle/question/").json())
    thief = Client()
    thief.post("/comptes/connexion/cle/question/")
    for taker in (thief, Client()):
        assert taker.post("/comptes/connexion/cle/", {"credential": said})["Location"] == "/comptes/connexion/"
        assert not signed_in(taker)


@pytest.mark.usefixtures("named")
def test_a_key_that_did_not_check_its_holder_does_not_sign_in_alone(browser: Client) -> None:
    user, key = person(), SoftKey()
    sign_in(browser, user)
    add_key(browser, key, passwordless="on")
    key.verifies = False
    other = Client()
    said = key.get(other.post("/comptes/connexion/cle/question/").json())
    assert other.post("/comptes/connexion/cle/", {"credential": said})["Location"] == "/comptes/connexion/"
    assert not signed_in(other)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", '"x"', '{"id": 1}', '{"response": {}}', "{}", '{"response": []}']
)
def test_a_broken_answer_of_a_key_is_a_wrong_one(browser: Client, said: str) -> None:
    browser.post("/comptes/connexion/cle/question/")
    answer = browser.post("/comptes/connexion/cle/", {"credential": said})
    assert (answer.status_code, answer["Location"]) == (302, "/comptes/connexion/")


def test_keys_are_not_offered_where_the_portal_has_no_name(browser: Client) -> None:
    sign_in(browser, person())
    assert browser.get(HOME).context["passkeys"] is False


# --- Changing them


@pytest.mark.parametrize("path", [ADD, KEY, CODES, f"{CODES}renouveler/", f"{CODES}telecharger/", REMOVE])
def test_a_session_of_an_hour_says_again_who_it_is_before_a_factor_changes(browser: Client, path: str) -> None:
    user = person()
    if path == REMOVE:
        sign_in(browser, user, give_application(user))
    else:
        sign_in(browser, user)
    grow_old(browser)
    if path in (CODES, f"{CODES}renouveler/", f"{CODES}telecharger/"):
        give_application(user)
    answer = browser.get(path)
    assert answer["Location"] == f"/comptes/confirmer-identite/?next={path.replace('/', '%2F')}"
    assert browser.post("/comptes/confirmer-identite/", {"password": PASSWORD, "next": path})["Location"] == path


def test_the_last_factor_stays_while_it_is_asked_for(browser: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = region_staff()
    secret = give_application(user)
    sign_in(browser, user, secret)
    errors = browser.post(REMOVE).context["form"].non_field_errors()
    assert errors == [FactorAdapter.error_messages["cannot_delete_authenticator"]]
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1


def test_a_factor_nobody_asks_for_is_removed_told_and_journaled(browser: Client) -> None:
    user = person()
    secret = give_application(user)
    sign_in(browser, user, secret)
    assert browser.post(REMOVE)["Location"] == HOME
    assert Authenticator.objects.filter(user=user).count() == 0
    assert mails(user) == ["Votre double vérification a un moyen de moins"]
    entry = JournalEntry.objects.get(verb="factor.remove")
    assert (entry.target_key, entry.changes) == (str(user.pk), {"factor": [None, "totp"]})


@pytest.mark.usefixtures("named")
def test_somebody_elses_key_is_not_found(browser: Client) -> None:
    owner = person()
    sign_in(browser, owner)
    add_key(browser, SoftKey())
    held = Authenticator.objects.get(user=owner, type="webauthn")
    other = Client()
    sign_in(other, person())
    for act in ("retirer", "renommer"):
        for answer in (other.get(f"{HOME}cles/{held.pk}/{act}/"), other.post(f"{HOME}cles/{held.pk}/{act}/")):
            assert answer.status_code == 404


def test_the_same_pages_with_one_factor_or_three_ask_as_much(
    browser: Client, django_assert_max_num_queries: Any
) -> None:
    user = person()
    sign_in(browser, user, give_application(user))
    with django_assert_max_num_queries(9):
        browser.get(HOME)
