"""A forgotten password: one link, once, for a day, for the person who reads the mail."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client

from core.models import OutboxMail
from tests.accounts.conftest import last_link
from tests.factories import PASSWORD, person

ASK = "/comptes/mot-de-passe/oubli/"
NEW = "une nouvelle phrase bien longue"
DEAD = "<h1>Ce lien n’est plus valable</h1>"
pytestmark = pytest.mark.django_db


def choose(browser: Client, link: str, password: str = NEW):
    page = browser.get(link)
    assert page.status_code == 302  # the key leaves the address bar for the session
    return browser.post(page["Location"], {"password1": password, "password2": password})


def test_a_person_chooses_a_new_password_and_signs_in(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    assert browser.post(ASK, {"email": "INES@exemple.invalid"})["Location"] == f"{ASK}message-envoye/"
    assert OutboxMail.objects.get().subject == "Choisissez un nouveau mot de passe"
    assert choose(browser, last_link(user.email))["Location"] == f"{ASK}termine/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert OutboxMail.objects.latest("pk").subject == "Votre mot de passe a changé"


def test_the_link_serves_once(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": user.email})
    link = last_link(user.email)
    choose(browser, link)
    again = Client().get(link)
    assert (again.status_code, DEAD in again.content.decode()) == (200, True)


def test_an_open_form_serves_once_too(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": user.email})
    form = browser.get(last_link(user.email))["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    second = browser.post(form, {"password1": "encore une autre phrase", "password2": "encore une autre phrase"})
    assert DEAD in second.content.decode()
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_link_dies_after_a_day(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": user.email})
    link = last_link(user.email)
    with time_machine.travel(datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(hours=26)):
        assert DEAD in Client().get(link).content.decode()


def test_the_link_of_one_person_does_not_open_another_account(browser: Client) -> None:
    person("karim@exemple.invalid")
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": "karim@exemple.invalid"})
    browser.post(ASK, {"email": user.email})
    theirs, mine = last_link("karim@exemple.invalid"), last_link(user.email)
    uid, key = mine.rsplit("/", 2)[1].split("-", 1)
    forged = theirs.replace(theirs.rsplit("/", 2)[1].split("-", 1)[1], key)
    assert forged != theirs
    assert DEAD in Client().get(forged).content.decode()
    assert DEAD in Client().get(f"{ASK}{uid}-{'0' * len(key)}/").content.decode()


def test_a_link_asked_before_an_address_changes_is_dead_after(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": user.email})
    link = last_link(user.email)
    user.emailaddress_set.update(email="autre@exemple.invalid")
    user.email = "autre@exemple.invalid"
    user.save()
    assert DEAD in Client().get(link).content.decode()


def test_whoever_guesses_gets_one_same_page(browser: Client) -> None:
    person("ines@exemple.invalid")
    known = browser.post(ASK, {"email": "ines@exemple.invalid"})
    unknown = browser.post(ASK, {"email": "inconnu@exemple.invalid"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert OutboxMail.objects.get(to="inconnu@exemple.invalid").subject == "Aucun compte à cette adresse"


def test_a_closed_account_cannot_be_taken_back_by_reset(browser: Client) -> None:
    user = person("ines@exemple.invalid", is_active=False)
    browser.post(ASK, {"email": user.email})
    assert OutboxMail.objects.get().subject == "Aucun compte à cette adresse"


def test_a_lookalike_address_receives_nothing(browser: Client) -> None:
    person("ines@exemple.invalid")
    response = browser.post(ASK, {"email": "ine\u017f@exemple.invalid"})
    assert list(response.context["form"].errors) == ["email"]
    assert not OutboxMail.objects.exists()


def test_the_other_devices_are_signed_out(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    thief = Client()
    thief.post("/comptes/connexion/", {"login": user.email, "password": PASSWORD})
    assert thief.get("/comptes/").status_code == 200
    browser.post(ASK, {"email": user.email})
    choose(browser, last_link(user.email))
    assert thief.get("/comptes/").status_code == 302


def test_a_reset_proves_the_address_it_was_sent_to_and_signs_nobody_in(browser: Client) -> None:
    user = person("ines@exemple.invalid", verified=False)
    browser.post(ASK, {"email": user.email})
    choose(browser, last_link(user.email))
    assert browser.get("/comptes/").status_code == 302
    assert user.emailaddress_set.get().verified
    answer = browser.post("/comptes/connexion/", {"login": user.email, "password": NEW})
    assert (answer["Location"], browser.get("/comptes/").status_code) == ("/comptes/", 200)


def test_a_reset_does_not_prove_another_address_that_waits(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    user.emailaddress_set.create(email="attente@exemple.invalid", verified=False, primary=False)
    browser.post(ASK, {"email": user.email})
    choose(browser, last_link(user.email))
    assert list(user.emailaddress_set.filter(verified=True).values_list("email", flat=True)) == [user.email]


def test_a_new_password_too_long_is_refused(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post(ASK, {"email": user.email})
    response = choose(browser, last_link(user.email), "x" * 10_240)
    assert "Un mot de passe compte 128 caractères au plus." in response.context["form"].errors["password1"]


def test_the_sixth_mail_to_one_person_in_a_minute_is_refused(browser: Client) -> None:
    person("ines@exemple.invalid")
    answers = [browser.post(ASK, {"email": "ines@exemple.invalid"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_two_people_who_ask_in_the_same_second_both_get_their_mail(browser: Client) -> None:
    with time_machine.travel("2026-11-21T12:00:00+01:00", tick=False):
        for email in ("un@exemple.invalid", "deux@exemple.invalid"):
            browser.post(ASK, {"email": email})
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {"un@exemple.invalid", "deux@exemple.invalid"}
