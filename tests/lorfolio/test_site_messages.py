"""Writing to somebody whose address stays hidden: throttled, trapped, told once (L5, S4)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import OutboxMail
from lorfolio.models import PersonalSite, Portfolio
from lorfolio.services import site as sites
from tests.lorfolio.people import NOW, portfolio

pytestmark = pytest.mark.django_db
URL = "/p/camille-exemple/ecrire/"
SAID = {
    "name": "Lou Visite", "email": "lou@exemple.invalid", "message": "Bonjour,\nun poste vous attend.", "website": "",
}  # fmt: skip


@pytest.fixture
def owner() -> Portfolio:
    made = portfolio()
    site = sites.make(portfolio=made)
    PersonalSite.objects.update(with_contact=True)
    sites.show_to_all(site=site, slug="camille-exemple", indexable=False, at=NOW)
    return made


def token(page: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def send(client: Client, *, after: float = 10, **said: str) -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        key = token(client.get(URL))
        clock.shift(after)
        return client.post(URL, SAID | {"token": key} | said)


def test_L5_a_message_goes_to_the_account_and_shows_no_address(client: Client, owner: Portfolio) -> None:
    answer = send(client)
    assert (answer.status_code, answer["Location"]) == (303, "/p/camille-exemple/merci/")
    assert owner.user.email not in client.get(answer["Location"]).content.decode()
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.headers) == (owner.user.email, {"Reply-To": "lou@exemple.invalid"})
    assert mail.subject == "Un message laissé sur votre site Lorfolio"
    assert "un poste vous attend." in mail.text
    assert client.cookies == {}


def test_L5_pressed_twice_it_is_one_mail(client: Client, owner: Portfolio) -> None:
    assert [send(client).status_code, send(client).status_code] == [303, 303]
    assert OutboxMail.objects.count() == 1


def test_L5_programs_believe_they_succeed_and_the_hasty_read_again(client: Client, owner: Portfolio) -> None:
    assert send(client, website="https://exemple.invalid/").status_code == 303
    answer = send(client, after=1)
    assert answer.status_code == 200
    assert "un poste vous attend." in answer.content.decode(), "what was typed stays"
    assert client.post(URL, SAID).status_code == 200, "a form that was never opened"
    assert client.post(URL, SAID | {"token": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert OutboxMail.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "Lou\nBcc: x"), ("email", "lou@"), ("email", "lou@exemple.invalid\nBcc: x@y.z"),
     ("message", ""), ("message", "x" * 2_001)],
)  # fmt: skip
def test_S4_what_is_wrong_is_said_beside_the_field(client: Client, owner: Portfolio, field: str, value: str) -> None:
    answer = send(client, after=10, **{field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert OutboxMail.objects.count() == 0


def test_L5_one_visitor_does_not_write_on_and_on(client: Client, owner: Portfolio, monkeypatch: Any) -> None:
    monkeypatch.setattr("lorfolio.views.site_public.ContactUse.rate", "2/hour", raising=False)
    codes = [send(client, message=f"Message {n}").status_code for n in range(4)]
    assert codes == [303, 303, 429, 429]
    assert OutboxMail.objects.count() == 2


def test_L5_one_person_is_not_flooded(owner: Portfolio, monkeypatch: Any) -> None:
    monkeypatch.setattr("lorfolio.views.site_public.SiteUse.rate", "2/day")
    codes = [send(Client(REMOTE_ADDR=f"192.0.2.{n}"), message=f"Message {n}").status_code for n in range(3)]
    assert codes == [303, 303, 429]


def test_L5_without_the_form_nobody_writes(client: Client, owner: Portfolio) -> None:
    PersonalSite.objects.update(with_contact=False)
    assert [client.get(URL).status_code, client.post(URL, SAID).status_code] == [404, 404]
    assert client.get("/p/personne-ici/ecrire/").status_code == 404
