"""Opening an account: an address proved, nothing to learn for whoever guesses."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from core.models import OutboxMail
from tests.accounts.conftest import last_link
from tests.factories import PASSWORD, person

SIGN_UP = "/comptes/inscription/"
pytestmark = pytest.mark.django_db


def sign_up(browser: Client, email: str, password: str = PASSWORD):
    data = {"email": email, "password1": password}
    return browser.post(SIGN_UP, data)


def test_an_account_opens_once_its_address_is_confirmed(browser: Client) -> None:
    response = sign_up(browser, "Ines@Exemple.invalid")
    assert response["Location"] == "/comptes/adresse/message-envoye/"
    assert User.objects.get().email == "ines@exemple.invalid"
    assert browser.get("/comptes/").status_code == 302
    link = last_link("ines@exemple.invalid")
    assert browser.get(link).status_code == 200
    assert EmailAddress.objects.get().verified is False
    assert browser.post(link)["Location"] == "/comptes/"
    assert EmailAddress.objects.get().verified is True
    assert browser.get("/comptes/").status_code == 200


def test_confirming_in_another_browser_signs_nobody_in(browser: Client) -> None:
    sign_up(browser, "ines@exemple.invalid")
    other = Client()
    assert other.post(last_link("ines@exemple.invalid"))["Location"] == "/comptes/connexion/"
    assert other.get("/comptes/").status_code == 302


def test_the_mail_is_french_and_names_nobody(browser: Client) -> None:
    sign_up(browser, "ines@exemple.invalid")
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == ("ines@exemple.invalid", "Confirmez votre adresse pour ouvrir votre compte")
    assert mail.text.startswith("Bonjour,\n\nQuelqu’un, vous sans doute, a demandé un compte")
    assert mail.html == ""


def test_an_address_already_known_gets_the_same_page_and_another_mail(browser: Client) -> None:
    person("ines@exemple.invalid")
    known = sign_up(browser, "INES@exemple.invalid")
    unknown = sign_up(Client(), "karim@exemple.invalid")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert OutboxMail.objects.get(to="ines@exemple.invalid").subject == "Vous avez déjà un compte"
    assert User.objects.filter(email__iexact="ines@exemple.invalid").count() == 1


def test_an_address_waiting_for_its_confirmation_is_not_taken_by_another(browser: Client) -> None:
    sign_up(browser, "ines@exemple.invalid", "la phrase de la première personne")
    second = sign_up(Client(), "ines@exemple.invalid", "la phrase de la seconde personne")
    assert second["Location"] == "/comptes/adresse/message-envoye/"
    assert User.objects.get().check_password("la phrase de la première personne")


def test_two_sign_ups_at_the_same_instant_make_one_account(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reads that the address is free, then finds the database ahead of it."""
    person("ines@exemple.invalid")
    monkeypatch.setattr("accounts.forms.SignupForm.validate_unique_email", lambda _, value: value)
    response = sign_up(browser, "ines@exemple.invalid")
    assert response["Location"] == "/comptes/adresse/message-envoye/"
    assert User.objects.count() == 1


def test_the_database_refuses_one_address_twice_whatever_its_case() -> None:
    person("ines@exemple.invalid")
    with pytest.raises(IntegrityError, match="user_email_once"), transaction.atomic():
        User.objects.create(email="INES@exemple.invalid")


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("court", "Ce mot de passe est trop court. Il doit contenir au minimum 12 caractères."),
        ("123456789012345", "Ce mot de passe est entièrement numérique."),
        ("x" * 10_240, "Un mot de passe compte 128 caractères au plus."),
    ],
)
def test_S4_a_weak_password_is_refused_beside_its_field(browser: Client, password: str, message: str) -> None:
    response = sign_up(browser, "ines@exemple.invalid", password)
    assert message in response.context["form"].errors["password1"]
    assert 'value="ines@exemple.invalid"' in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "lookalike",
    ["іnes@exemple.invalid", "ine\u017f@exemple.invalid", "ines@ex\u0435mple.invalid", "\u212aarim@exemple.invalid"],
)
def test_an_address_that_looks_like_another_is_refused(browser: Client, lookalike: str) -> None:
    person("ines@exemple.invalid")
    response = sign_up(browser, lookalike)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["email"]
    assert User.objects.count() == 1
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("broken", ["ines", "ines@", "ines@exemple", "a@b c.fr", "@exemple.invalid"])
def test_S4_a_broken_address_is_told_once(browser: Client, broken: str) -> None:
    response = sign_up(browser, broken)
    assert response.context["form"].errors == {
        "email": ["Écrivez une adresse complète, par exemple prenom.nom@exemple.fr."]
    }


def test_S4_an_address_longer_than_its_column_is_refused_and_not_cut(browser: Client) -> None:
    response = sign_up(browser, f"{'x' * 300}@exemple.invalid")
    assert "Une adresse compte 254 caractères au plus." in response.context["form"].errors["email"]
    assert not User.objects.exists()


def test_S4_an_empty_form_says_what_is_missing(browser: Client) -> None:
    response = browser.post(SIGN_UP, {})
    missing = ["Ce champ est obligatoire."]
    assert response.context["form"].errors == {"email": missing, "password1": missing}


def test_a_confirmation_link_does_nothing_twice_nor_late(browser: Client) -> None:
    sign_up(browser, "ines@exemple.invalid")
    link = last_link("ines@exemple.invalid")
    with time_machine.travel("2026-12-31T12:00:00+01:00", tick=False):
        late = Client().post(link)
    assert "<h1>Ce lien n’est plus valable</h1>" in late.content.decode()
    assert EmailAddress.objects.get().verified is False
    Client().post(link)
    assert EmailAddress.objects.get().verified is True
    assert "<h1>Ce lien n’est plus valable</h1>" in Client().get(link).content.decode()


def test_a_forged_confirmation_link_is_refused(browser: Client) -> None:
    sign_up(browser, "ines@exemple.invalid")
    link = last_link("ines@exemple.invalid")
    forged = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"
    assert "<h1>Ce lien n’est plus valable</h1>" in Client().post(forged).content.decode()
    assert EmailAddress.objects.get().verified is False


def test_opening_somebody_else_s_link_signs_nobody_out(browser: Client) -> None:
    """A GET never writes: a link sent to a signed-in person must not end their session."""
    sign_up(Client(), "karim@exemple.invalid")
    browser.force_login(person("ines@exemple.invalid"))
    browser.get(last_link("karim@exemple.invalid"))
    assert browser.get("/comptes/").status_code == 200


def test_confirming_somebody_else_s_address_does_not_give_it_to_me(browser: Client) -> None:
    sign_up(Client(), "karim@exemple.invalid")
    me = person("ines@exemple.invalid")
    browser.force_login(me)
    browser.post(last_link("karim@exemple.invalid"))
    assert EmailAddress.objects.get(email="karim@exemple.invalid").user.email == "karim@exemple.invalid"
    assert [address.email for address in me.emailaddress_set.all()] == ["ines@exemple.invalid"]


def test_a_flood_of_sign_ups_is_stopped(browser: Client) -> None:
    for number in range(20):
        sign_up(browser, f"x{number}", "court")
    assert sign_up(browser, "ines@exemple.invalid").status_code == 429


def test_account_and_mail_stand_or_fall_together(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Habit 12: were the outbox to fail, no account would wait for a mail that never leaves."""

    def broken(**_: object) -> bool:
        raise RuntimeError("the outbox is broken")

    monkeypatch.setattr("accounts.adapter.queue_raw", broken)
    with pytest.raises(RuntimeError, match="the outbox is broken"):
        sign_up(browser, "ines@exemple.invalid")
    assert not User.objects.exists()


class CountingHasher(MD5PasswordHasher):
    """The hasher of the tests, which counts its work."""

    done = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).done += 1
        return super().encode(password, salt)


def test_S3_an_address_that_has_an_account_costs_the_same_hash(browser: Client, settings: Any) -> None:
    person("ines@exemple.invalid")
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    counts = []
    for email in ("ines@exemple.invalid", "nouvelle@exemple.invalid"):
        CountingHasher.done = 0
        browser.post("/comptes/inscription/", {"email": email, "password1": PASSWORD})
        counts.append(CountingHasher.done)
    assert counts == [1, 1]


# --- who comes for a Lorfolio arrives there


def test_L1_who_signs_up_for_a_lorfolio_arrives_there(browser: Client) -> None:
    page = browser.get(SIGN_UP, {"next": "/lorfolio/"})
    assert "Vous arrivez ensuite dans votre Lorfolio" in page.content.decode()
    data = {"email": "ines@exemple.invalid", "password1": PASSWORD, "next": "/lorfolio/?a=1"}
    browser.post(SIGN_UP, data)
    link = last_link("ines@exemple.invalid")
    assert link.endswith("/?next=%2Florfolio%2F")
    confirmed = browser.post(link.partition("?")[0], {"next": "/lorfolio/"}, follow=True)
    assert confirmed.redirect_chain[0][0].partition("?")[0] == "/lorfolio/"
    assert "double-verification" in confirmed.content.decode(), "offered"
    assert "double-verification" not in browser.get("/lorfolio/ouvrir/").content.decode(), "once"


def test_L1_who_confirms_on_another_device_signs_in_and_arrives_there(browser: Client) -> None:
    data = {"email": "ines@exemple.invalid", "password1": PASSWORD, "next": "/lorfolio/"}
    browser.post(SIGN_UP, data)
    other = Client()
    page = other.get(last_link("ines@exemple.invalid"))
    assert '<input type="hidden" name="next" value="/lorfolio/">' in page.content.decode()
    answer = other.post(last_link("ines@exemple.invalid").partition("?")[0], {"next": "/lorfolio/"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/comptes/connexion/?next=/lorfolio/"
    answer = other.post("/comptes/connexion/", {
        "login": "ines@exemple.invalid", "password": PASSWORD, "next": "/lorfolio/",
    })  # fmt: skip
    assert answer["Location"] == "/lorfolio/"


@pytest.mark.parametrize(
    "way",
    [
        "https://ailleurs.invalid/lorfolio/",
        "//ailleurs.invalid/lorfolio/",
        "/pro/invitation/secret/",
        "/lorfolio/../pro/",
    ],
)
def test_S2_no_other_address_travels_in_the_mail(browser: Client, way: str) -> None:
    data = {"email": "ines@exemple.invalid", "password1": PASSWORD, "next": way}
    browser.post(SIGN_UP, data)
    assert "?" not in last_link("ines@exemple.invalid")
