"""`/lorfolio/alertes/`: events near home for the project, one mail a week, off by one button (L8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from core.models import OutboxMail
from events.models import Alert
from events.services import digests
from events.services.secret_links import secret_of
from lorfolio.models import ParentalConsent, Portfolio, Target, Watch
from lorfolio.services import watching
from metiers.models import Job, JobDomain, JobFamily, ProfessionalDomain
from tests.events.tools import date_of, published
from tests.factories import person, site, town
from tests.lorfolio.people import NOW, portfolio

pytestmark = pytest.mark.django_db
URL = "/lorfolio/alertes/"
SAID = {"sectors": ["bois"], "radius": "30", "online": "on", "rhythm": "weekly"}


def signed_in(owner: Portfolio) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def family(slug: str, sector: str, *prefixes: str) -> JobFamily:
    return JobFamily.objects.create(slug=slug, label=slug, folded=slug, sector=sector, prefixes=list(prefixes))


def job(code: str) -> Job:
    letter, _ = JobDomain.objects.get_or_create(code=code[0], label=code[0])
    domain, _ = ProfessionalDomain.objects.get_or_create(code=code[:3], label=code, domain=letter)
    return Job.objects.create(code=code, label=code, folded=code, domain=domain)


def test_L8_the_project_says_what_to_follow() -> None:
    owner = portfolio()
    assert watching.sectors_of_project(owner) == []
    Target.objects.create(portfolio=owner, title="Menuisière", family=family("bois", "bois", "H22"))
    family("large", "commerce", "D")
    family("precis", "numerique", "D11")
    Target.objects.create(portfolio=owner, title="Fiche", job=job("D1106"))
    Target.objects.create(
        portfolio=owner, title="Abandonnée", family=family("sante", "sanitaire-social"), dropped_at=NOW
    )
    Target.objects.create(portfolio=owner, title="Dans mes mots")
    assert watching.sectors_of_project(owner) == ["bois", "numerique"]
    page = signed_in(owner).get(URL)
    assert page.context["form"]["sectors"].value() == ["bois", "numerique"]
    assert page.context["form"]["rhythm"].value() == "weekly"
    assert not Watch.objects.exists(), "reading follows nothing"


def test_L8_one_alert_confirmed_for_the_proved_address() -> None:
    home = town("Épinal")
    owner = portfolio(commune=home)
    client = signed_in(owner)
    for _ in range(2):
        assert client.post(URL, SAID).status_code == 302
    alert = Alert.objects.get()
    assert (alert.email, alert.rhythm, alert.with_online) == (owner.user.email, "weekly", True)
    assert alert.query == f"commune={home.insee}&rayon=30&secteur=bois"
    assert alert.confirmed_at is not None
    assert OutboxMail.objects.count() == 0, "who is signed in is not asked again"
    client.post(URL, SAID | {"sectors": ["commerce"], "rhythm": "daily"})
    again = Alert.objects.get()
    assert (again.pk, again.query, again.rhythm) == (
        alert.pk,
        f"commune={home.insee}&rayon=30&secteur=commerce",
        "daily",
    )


def test_L8_an_address_that_was_not_proved_receives_nothing() -> None:
    owner = portfolio(person(verified=False))
    page = signed_in(owner).post(URL, SAID)
    assert "Confirmez d’abord" in page.content.decode()
    assert not Alert.objects.exists()


def test_L8_stopped_here_or_from_a_mail_it_is_seen_here() -> None:
    owner = portfolio()
    client = signed_in(owner)
    client.post(URL, SAID)
    Client().post(f"/agenda/alerte/{secret_of(Alert.objects.get())}/arreter/")
    assert not Alert.objects.exists()
    assert client.get(URL).context["stopped_elsewhere"] is True
    client.post(URL, SAID)
    assert Alert.objects.count() == 1
    assert client.get(URL).context["stopped_elsewhere"] is False
    for _ in range(2):
        client.post("/lorfolio/alertes/arreter/")
    assert not Alert.objects.exists()
    page = client.get(URL)
    assert (page.context["alert"], page.context["stopped_elsewhere"]) == (None, False)
    assert page.context["form"]["sectors"].value() == ["bois"], "to begin again"


def test_L8_what_the_address_follows_already_is_not_doubled() -> None:
    owner = portfolio()
    client = signed_in(owner)
    client.post(URL, SAID)
    first = Alert.objects.get()
    Watch.objects.update(alert=None)
    client.post(URL, SAID)
    assert Alert.objects.get().pk == first.pk
    assert Watch.objects.get().alert == first.public_id


def test_L8_the_alert_follows_a_new_home_and_a_new_address_and_goes_with_the_account() -> None:
    owner = portfolio(commune=town("Épinal"))
    signed_in(owner).post(URL, SAID)
    Alert.objects.update(rhythm="daily")
    moved = town("Nancy")
    owner = Portfolio.objects.get()
    owner.commune = moved
    owner.save()
    alert = Alert.objects.get()
    assert (alert.query, alert.rhythm) == (f"commune={moved.insee}&rayon=30&secteur=bois", "daily")
    EmailAddress.objects.filter(user=owner.user).update(email="nouvelle@exemple.invalid")
    watching.address_changed(user=owner.user)
    assert Alert.objects.get().email == "nouvelle@exemple.invalid"
    Portfolio.objects.update(erasing=True)
    owner.user.delete()
    assert not Alert.objects.exists()


def test_L8_one_mail_tells_what_is_near_and_what_is_online() -> None:
    home = town("Épinal", lat=48.17, lon=6.45)
    far = site(commune=town("Reims", lat=49.25, lon=4.03))
    near = site(commune=home)
    owner = portfolio(commune=home)
    start = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        signed_in(owner).post(URL, SAID)
        clock.shift(3600)
        for title, facts, sector in (
            ("Tout près", {"site": near}, "bois"), ("Trop loin", {"site": far}, "bois"),
            ("De partout", {"attendance": "online", "online_url": "https://exemple.invalid/"}, "bois"),
            ("Autre secteur", {"site": near}, "commerce"),
        ):  # fmt: skip
            published(date_of("2027-03-20 14:00", **facts), title=title, sectors=[sector])
        clock.move_to(start + dt.timedelta(days=8))
        assert digests.send_due() == 1
        assert digests.send_due() == 0, "never twice"
    mail = OutboxMail.objects.get(to=owner.user.email)
    assert [title in mail.text for title in ("Tout près", "De partout", "Trop loin", "Autre secteur")] == [
        True,
        True,
        False,
        False,
    ]
    assert "bois" not in mail.subject.lower()


def test_L8_without_a_town_it_is_the_whole_region() -> None:
    owner = portfolio()
    signed_in(owner).post(URL, SAID)
    assert (Alert.objects.get().query, Alert.objects.get().with_online) == ("secteur=bois", False)


def test_S4_what_is_wrong_is_said_and_kept() -> None:
    page = signed_in(portfolio()).post(URL, SAID | {"radius": "7", "sectors": ["bois", "magie"], "rhythm": "hourly"})
    assert sorted(page.context["form"].errors) == ["radius", "rhythm", "sectors"]
    assert not Alert.objects.exists()


def test_L10_under_fifteen_alerts_are_off() -> None:
    owner = portfolio(minor_until=dt.date(2099, 1, 1))
    ParentalConsent.objects.create(portfolio=owner, digest="x" * 64, asked_at=NOW, expires_at=NOW, given_at=NOW)
    client = signed_in(owner)
    assert "quinze ans" in client.get(URL).content.decode()
    client.post(URL, SAID)
    assert not Alert.objects.exists()


def test_L1_a_page_of_ones_own(django_assert_max_num_queries: Any) -> None:
    assert Client().get(URL).status_code == 302
    owner = portfolio()
    client = signed_in(owner)
    client.post(URL, SAID)
    for _ in range(3):
        Target.objects.create(portfolio=owner, title="Métier")
    with django_assert_max_num_queries(9):
        client.get(URL)
