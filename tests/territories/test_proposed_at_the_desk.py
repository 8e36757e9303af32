"""A place that its organisation proposed, decided from its sheet at the desk (M1, S3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from members.models import Mandate, Organisation
from territories.admin import SiteForm
from territories.models import OfficerMandate, Site
from tests import factories

pytestmark = pytest.mark.django_db
REASON = "L’adresse est celle d’un logement <privé>."


@pytest.fixture
def waiting() -> Site:
    house = factories.organisation(name="Maison d’essai")
    return factories.site(organisation=house, listed=False, proposed_at=timezone.now(), name="Antenne d’essai")


@pytest.fixture
def desk(client: Client, waiting: Site) -> Client:
    """The officer of the place's territory."""
    user = factories.officer()
    OfficerMandate.objects.filter(user=user).update(agency=waiting.agency)
    client.force_login(user)
    return client


def manager(house: Organisation, role: Mandate.Role = Mandate.Role.MANAGER) -> Any:
    user = factories.person()
    Mandate.objects.create(user=user, organisation=house, role=role)
    return user


def url(site: Site, act: str) -> str:
    return f"/admin/territories/site/{site.pk}/{act}/"


def told(client: Client, site: Site) -> str:
    return client.get(url(site, "change")).content.decode()


def test_M1_the_sheet_says_who_proposed_it_and_only_while_it_waits(desk: Client, waiting: Site) -> None:
    banner = f"Proposé par Maison d’essai le {timezone.localdate().day} "
    assert [banner in told(desk, waiting), "/refuser/" in told(desk, waiting)] == [True, True]
    desk.post(url(waiting, "lister"))
    assert [banner in told(desk, waiting), "/refuser/" in told(desk, waiting)] == [False, False]


def test_M1_a_proposed_place_is_listed_from_its_sheet_once(desk: Client, waiting: Site) -> None:
    answers = [desk.post(url(waiting, "lister")) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [url(waiting, "change")] * 2
    waiting.refresh_from_db()
    assert (waiting.listed, waiting.proposed_at) == (True, None)
    assert JournalEntry.objects.filter(verb="site.list").count() == 1
    assert Client().get(waiting.get_absolute_url()).status_code == 200


def test_M1_a_refusal_is_mailed_once_to_each_manager_and_journaled_without_its_words(
    desk: Client, waiting: Site
) -> None:
    boss, second = manager(waiting.organisation), manager(waiting.organisation)
    manager(waiting.organisation, Mandate.Role.MEMBER)
    manager(factories.organisation())
    assert [desk.post(url(waiting, "refuser"), {"reason": REASON}).status_code for _ in range(2)] == [302, 302]
    waiting.refresh_from_db()
    assert (waiting.listed, waiting.proposed_at) == (False, None)
    mails = OutboxMail.objects.all()
    assert sorted(mail.to for mail in mails) == sorted([boss.email, second.email])
    address = f"/pro/organisme/{waiting.organisation.slug}/lieux/{waiting.slug}/"
    assert [(REASON in mail.text, address in mail.text) for mail in mails] == [(True, True)] * 2
    entry = JournalEntry.objects.get(verb="site.refuse")
    assert (entry.target_key, "logement" in str(entry.changes)) == (str(waiting.pk), False)
    desk.post(url(waiting, "lister"))
    waiting.refresh_from_db()
    assert waiting.listed is False  # refused in between: nobody proposes it any more


def test_M1_what_is_proposed_again_may_be_refused_again(desk: Client, waiting: Site) -> None:
    manager(waiting.organisation)
    desk.post(url(waiting, "refuser"), {"reason": REASON})
    Site.objects.filter(pk=waiting.pk).update(proposed_at=timezone.now())
    desk.post(url(waiting, "refuser"), {"reason": REASON})
    assert (OutboxMail.objects.count(), JournalEntry.objects.filter(verb="site.refuse").count()) == (2, 2)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_M1_nothing_is_refused_without_a_reason_that_can_be_read(desk: Client, waiting: Site, reason: str) -> None:
    manager(waiting.organisation)
    answer = desk.post(url(waiting, "refuser"), {"reason": reason}, follow=True)
    waiting.refresh_from_db()
    assert (waiting.proposed_at is None, OutboxMail.objects.count()) == (False, 0)
    assert "Rien n’a été fait." in answer.content.decode()


@pytest.mark.parametrize("act", ["lister", "refuser"])
def test_S3_the_officer_of_another_territory_decides_nothing(client: Client, waiting: Site, act: str) -> None:
    client.force_login(factories.officer())
    assert client.post(url(waiting, act), {"reason": REASON}).status_code == 404
    waiting.refresh_from_db()
    assert (waiting.listed, waiting.proposed_at is None, JournalEntry.objects.exists()) == (False, False, False)
    client.force_login(factories.professional(Mandate.Role.MANAGER))
    assert client.post(url(waiting, act), {"reason": REASON}).status_code == 404
    waiting.refresh_from_db()
    assert waiting.proposed_at is not None


def test_R11_a_place_of_an_organisation_outside_the_network_is_not_listed(desk: Client, waiting: Site) -> None:
    Organisation.objects.filter(pk=waiting.organisation_id).update(status=Organisation.Status.CANDIDATE)
    answer = desk.post(url(waiting, "lister"), follow=True)
    waiting.refresh_from_db()
    assert (waiting.listed, "n’est pas membre du SPRO" in answer.content.decode()) == (False, True)


def test_the_sheet_is_in_parts_and_holds_every_field_once(desk: Client, waiting: Site) -> None:
    form = desk.get(url(waiting, "change")).context["adminform"]
    assert [part.name for part in form] == [
        "Identité", "Adresse", "Contacts", "Horaires et fermetures", "Publics et services", "Interne",
    ]  # fmt: skip
    shown = [name for part in form.fieldsets for name in part[1]["fields"]]
    assert sorted(shown) == sorted(SiteForm.Meta.fields)
    labels = [str(field.label) for field in form.form.fields.values()]
    assert [label for label in labels if label[:1] != label[:1].upper()] == []
