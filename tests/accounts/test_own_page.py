"""A person's own page: who I am, what my mandates open, what I may change."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import RegionMandate
from core.models import JournalEntry, OutboxMail
from members.models import Mandate
from tests.accounts.conftest import last_link
from tests.factories import PASSWORD, officer, person, professional, region_staff

pytestmark = pytest.mark.django_db


def panels(browser: Client) -> list[str]:
    return [panel["title"] for panel in browser.get("/comptes/").context["panels"]]


@pytest.mark.parametrize(
    ("make", "shown"),
    [(person, []), (professional, ["Vos organismes"]), (officer, ["Votre agence"]), (region_staff, ["La Région"])],
)
def test_each_role_sees_what_it_opens(browser: Client, make, shown: list[str]) -> None:
    browser.force_login(make())
    assert panels(browser) == shown


def test_a_mandate_that_ended_yesterday_is_not_shown(browser: Client) -> None:
    user = professional()
    Mandate.objects.update(starts_on="2026-01-01", ends_on="2026-11-20")
    browser.force_login(user)
    with time_machine.travel("2026-11-21T12:00:00+01:00"):
        assert panels(browser) == []


def test_the_page_takes_few_queries(browser: Client, django_assert_max_num_queries) -> None:
    browser.force_login(professional())
    # the person, address, factors, providers, invitations, then one each room that opens something
    with django_assert_max_num_queries(10):
        browser.get("/comptes/")


def test_a_script_in_a_name_is_text(browser: Client) -> None:
    user = person(name="<script>alert(1)</script>")
    browser.force_login(user)
    html = browser.get("/comptes/").content.decode()
    assert "<script>alert(1)" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_a_person_changes_their_name_and_the_journal_does_not_keep_it(browser: Client) -> None:
    user = person(name="Avant")
    browser.force_login(user)
    assert browser.post("/comptes/nom/", {"name": "Inès Maréchal"})["Location"] == "/comptes/"
    user.refresh_from_db()
    assert user.name == "Inès Maréchal"
    line = JournalEntry.objects.get(verb="account.rename")
    assert (line.target_key, line.actor_key, line.changes) == (str(user.pk), str(user.pk), {})


@pytest.mark.parametrize("name", ["a\nb", "moc\u202elive", "x" * 151, "a\x00b"])
def test_S4_a_name_with_invisible_characters_is_refused(browser: Client, name: str) -> None:
    browser.force_login(person())
    response = browser.post("/comptes/nom/", {"name": name})
    assert list(response.context["form"].errors) == ["name"]


def reauthenticated(browser: Client, email: str):
    """Ask for a new address: the password comes first, then the request goes on by itself."""
    asked = browser.post("/comptes/adresse/", {"email": email, "action_add": "1"})
    assert asked["Location"] == "/comptes/confirmer-identite/?next=%2Fcomptes%2Fadresse%2F"
    return browser.post("/comptes/confirmer-identite/", {"password": PASSWORD, "next": "/comptes/adresse/"})


def test_an_address_changes_once_the_new_one_is_confirmed(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.force_login(user)
    assert reauthenticated(browser, "nouvelle@exemple.invalid").status_code == 302
    user.refresh_from_db()
    assert user.email == "ines@exemple.invalid"
    assert "nouvelle@exemple.invalid" in browser.get("/comptes/").content.decode()
    browser.post(last_link("nouvelle@exemple.invalid"))
    user.refresh_from_db()
    assert user.email == "nouvelle@exemple.invalid"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("nouvelle@exemple.invalid", True)]
    told = OutboxMail.objects.filter(to="ines@exemple.invalid").values_list("subject", flat=True)
    assert list(told) == ["L’adresse de votre compte a changé"]


def test_without_the_password_nothing_changes(browser: Client) -> None:
    """An unlocked computer is not enough to take an account."""
    browser.force_login(person("ines@exemple.invalid"))
    browser.post("/comptes/adresse/", {"email": "voleur@exemple.invalid", "action_add": "1"})
    answer = browser.post("/comptes/confirmer-identite/", {"password": "faux", "next": "/comptes/adresse/"})
    assert answer.context["form"].errors == {"password": ["Ce n’est pas votre mot de passe."]}
    assert EmailAddress.objects.count() == 1
    assert not OutboxMail.objects.exists()


def test_the_address_of_somebody_else_is_not_said_to_be_taken_nor_given(browser: Client) -> None:
    other = person("karim@exemple.invalid")
    browser.force_login(person("ines@exemple.invalid"))
    assert reauthenticated(browser, "karim@exemple.invalid").status_code == 302
    assert OutboxMail.objects.filter(to="karim@exemple.invalid").count() == 1
    browser.post(last_link("karim@exemple.invalid"))
    assert EmailAddress.objects.get(email="karim@exemple.invalid", verified=True).user == other


def test_a_password_changes_with_the_old_one_and_signs_the_others_out(browser: Client) -> None:
    user = person("ines@exemple.invalid")
    browser.post("/comptes/connexion/", {"login": user.email, "password": PASSWORD})
    other = Client()
    other.post("/comptes/connexion/", {"login": user.email, "password": PASSWORD})
    new = "une nouvelle phrase bien longue"
    wrong = browser.post("/comptes/mot-de-passe/", {"oldpassword": "faux", "password1": new, "password2": new})
    assert wrong.context["form"].errors == {"oldpassword": ["Ce n’est pas votre mot de passe actuel."]}
    right = browser.post("/comptes/mot-de-passe/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert right.status_code == 302
    assert browser.get("/comptes/").status_code == 200
    assert other.get("/comptes/").status_code == 302
    assert OutboxMail.objects.get().subject == "Votre mot de passe a changé"


def test_an_ended_mandate_is_out_at_the_next_request(browser: Client) -> None:
    from accounts.services import end_region_mandate

    user = region_staff()
    browser.force_login(user)
    assert browser.get("/admin/").status_code == 200
    end_region_mandate(mandate=RegionMandate.objects.get(), actor=None)
    assert browser.get("/admin/").status_code == 404
    assert panels(browser) == []


def test_a_mandate_of_tomorrow_opens_nothing_today(browser: Client) -> None:
    user = person()
    RegionMandate.objects.create(user=user, starts_on=datetime.date(2100, 1, 1))
    browser.force_login(user)
    assert browser.get("/admin/").status_code == 404
