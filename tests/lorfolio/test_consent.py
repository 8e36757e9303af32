"""Under fifteen, a parent agrees with the young person; no answer, or no, and everything is erased (L10)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import OutboxMail
from lorfolio.http import is_minor
from lorfolio.models import ParentalConsent, Portfolio
from lorfolio.services import consent as consents
from lorfolio.services import safe
from lorfolio.services.opening import open_portfolio
from tests.factories import person
from tests.lorfolio.people import file, portfolio

pytestmark = pytest.mark.django_db
WAIT = "/lorfolio/accord/"
PARENT = "parent@exemple.invalid"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def young(age: int = 13) -> Portfolio:
    today = timezone.localdate()
    return open_portfolio(user=person(), given_name="Sacha", born_on=today.replace(year=today.year - age), today=today)


def as_(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def link() -> str:
    found = re.search(r"(/lorfolio/accord/[\w-]{43}/)", OutboxMail.objects.filter(to=PARENT).latest("pk").text)
    assert found is not None
    return found.group(1)


def asked(owner: Portfolio) -> str:
    consents.ask(portfolio=owner, email=PARENT, at=timezone.now())
    return link()


def test_L10_nothing_opens_before_a_parent_agrees() -> None:
    owner = young()
    browser = as_(owner.user)
    for path in ("/lorfolio/", "/lorfolio/conseil/"):
        assert browser.get(path)["Location"] == WAIT
    assert browser.post(WAIT, {"email": PARENT})["Location"] == WAIT
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == (PARENT, "Votre accord est demandé sur le portail de l’orientation")
    assert PARENT in browser.get(WAIT).content.decode()
    parent, path = Client(), link()
    for _ in range(2):  # a mail scanner opens it too
        assert parent.get(path).context["state"] == "open"
    assert ParentalConsent.objects.get().given_at is None
    assert list(parent.post(path).context["form"].errors) == ["parent"]
    answer = parent.post(path, {"parent": "on"})
    assert (answer.context["state"], "no-store" in answer["Cache-Control"]) == ("given", True)
    assert parent.post(path, {"parent": "on"}).context["state"] == "given", "twice is once"
    held = ParentalConsent.objects.get()
    assert (held.email, held.given_at is None) == ("", False)
    assert browser.get("/lorfolio/").status_code == 200
    assert browser.get(WAIT)["Location"] == "/lorfolio/"
    assert OutboxMail.objects.filter(to=owner.user.email).count() == 1


def test_L10_advice_is_off_and_says_why() -> None:
    owner = young()
    path = asked(owner)
    Client().post(path, {"parent": "on"})
    browser = as_(owner.user)
    page = browser.get("/lorfolio/conseil/")
    assert "quinze ans" in page.content.decode()
    assert browser.get("/lorfolio/conseil/inviter/")["Location"] == "/lorfolio/conseil/"


def test_L10_a_refusal_erases_the_lorfolio_and_leaves_the_account() -> None:
    owner = young()
    path = asked(owner)
    assert Client().post(path, {"no": "1"}).context["state"] == "refused"
    assert Portfolio.objects.count() == ParentalConsent.objects.count() == 0
    assert User.objects.filter(pk=owner.user_id).exists()
    assert OutboxMail.objects.get().to == owner.user.email, "the mail to the parent went with the rest"
    assert Client().get(path).status_code == 404


def test_L10_an_agreement_is_taken_back_as_easily_as_given() -> None:
    owner = young()
    path = asked(owner)
    parent = Client()
    parent.post(path, {"parent": "on"})
    file(owner)
    assert parent.get(path).context["state"] == "agreed"
    with time_machine.travel(timezone.now() + dt.timedelta(days=300)):
        assert parent.get(path).context["state"] == "agreed"
    assert parent.post(path, {"no": "1"}).context["state"] == "refused"
    assert Portfolio.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_L10_files_go_with_what_a_parent_takes_back() -> None:
    owner = young()
    file(owner)
    consents.refuse(consent=consents.ask(portfolio=owner, email=PARENT, at=timezone.now()))
    assert safe.storage().listdir("")[1] == []


def test_L10_another_address_makes_the_first_link_void() -> None:
    owner = young()
    first = asked(owner)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        second = asked(owner)
        assert Client().get(first).status_code == 404
        assert Client().get(second).status_code == 200


def test_L10_a_parent_is_not_written_to_again_and_again() -> None:
    owner = young()
    browser = as_(owner.user)
    browser.post(WAIT, {"email": PARENT})
    browser.post(WAIT, {"email": PARENT})
    assert OutboxMail.objects.count() == 1
    answer = browser.post(WAIT, {"email": "autre@exemple.invalid"})
    assert list(answer.context["form"].errors) == ["email"]
    assert OutboxMail.objects.count() == 1


@pytest.mark.parametrize("email", ["", "rien", "ſacha@exemple.invalid", None])
def test_S4_an_address_that_is_none_is_told_beside_the_field(email: str | None) -> None:
    owner = young()
    answer = as_(owner.user).post(WAIT, {"email": email if email is not None else owner.user.email.upper()})
    assert list(answer.context["form"].errors) == ["email"]
    assert not ParentalConsent.objects.exists()


def test_L10_without_an_answer_everything_is_erased() -> None:
    never, silent, agreed, grown = young(), young(), young(), portfolio()
    consents.ask(portfolio=silent, email=PARENT, at=timezone.now())
    given = consents.ask(portfolio=agreed, email=PARENT, at=timezone.now())
    consents.give(consent=given, at=timezone.now())
    soon, late = (timezone.now() + dt.timedelta(days=days) for days in (29, 31))
    assert consents.expire(at=soon) == 0
    assert consents.expire(at=late) == 2
    assert set(Portfolio.objects.all()) == {agreed, grown}
    assert User.objects.filter(pk__in=[never.user_id, silent.user_id]).count() == 2
    assert consents.expire(at=late) == 0


def test_L10_an_answer_after_the_end_is_none() -> None:
    owner = young()
    path = asked(owner)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert Client().get(path).status_code == 404
        assert Client().post(path, {"parent": "on"}).status_code == 404
    assert ParentalConsent.objects.get().given_at is None


def test_L10_at_fifteen_the_limits_go_by_themselves() -> None:
    owner = young(14)
    path = asked(owner)
    day = owner.minor_until
    assert day is not None
    with time_machine.travel(dt.datetime.combine(day, dt.time(1), tzinfo=dt.UTC)):
        assert not is_minor(owner)
        assert as_(owner.user).get("/lorfolio/").status_code == 200, "nobody has to agree any more"
        assert Client().get(path).status_code == 404, "nor can take anything back"
        assert consents.expire(at=timezone.now()) == 0
        assert consents.grow_up(today=timezone.localdate()) == 1
    owner.refresh_from_db()
    assert owner.minor_until is None
    assert not ParentalConsent.objects.exists()


def test_L10_who_is_fifteen_asks_nobody() -> None:
    owner = portfolio()
    with pytest.raises(ValidationError):
        consents.ask(portfolio=owner, email=PARENT, at=timezone.now())
    browser = as_(owner.user)
    assert browser.get(WAIT)["Location"] == "/lorfolio/"
    assert as_(person()).get(WAIT)["Location"] == "/lorfolio/ouvrir/"
    assert Client().get(WAIT)["Location"].startswith("/comptes/connexion/")


@pytest.mark.parametrize("token", ["x", "a" * 43, "%C3%A9", "..%2F"])
def test_what_is_no_link_opens_nothing(token: str) -> None:
    assert Client().get(f"{WAIT}{token}/").status_code == 404
