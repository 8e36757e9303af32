"""Asking again before the term: when, from what, until the last second (R9)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.reference import Service
from members.models import Mandate, Organisation
from recognition.deadlines import window
from recognition.models import Candidature, Recognition, Rule
from recognition.services.checking import gaps
from recognition.services.depositing import TooLate, deposit
from recognition.services.saving import save_organisation
from recognition.services.starting import start, start_renewal
from tests import factories as make
from tests.recognition import dossiers as d
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db
IN_TIME = d.paris("2028-03-01 10:00")
LAST = d.paris("2028-09-30 23:59:59")


@pytest.fixture
def right() -> Recognition:
    """Granted at the end of 2027, until the end of the plan: 31 December 2028. Its dossier has one site."""
    made = world.recognition(world.dossier(state="granted", siret=d.siret()))
    house = made.organisation
    house.status = Organisation.Status.RECOGNISED
    house.save()
    d.charter("cdc")
    d.colleague(house, Mandate.Role.MANAGER)
    return made


def renewal(right: Recognition, at: dt.datetime = IN_TIME) -> Candidature:
    return start_renewal(recognition=right, user=d.manager_of(right.candidature), at=at)


def completed(dossier: Candidature, at: dt.datetime) -> Candidature:
    whole = d.fill(dossier, at=at)
    whole.sites.filter(name="Le lieu").delete()  # the copied one, bare
    values = {"activity_review": "Mille personnes reçues."}
    user = d.manager_of(whole)
    whole.refresh_from_db()
    save_organisation(candidature=whole, values=values, version=whole.version, user=user, at=at)
    return whole


def put(dossier: Candidature, at: dt.datetime) -> Candidature:
    return deposit(candidature=dossier, user=d.manager_of(dossier), name="Une Personne", title="Directrice", at=at)


def test_R9_the_window_opens_with_the_campaign_and_ends_three_months_before_the_term(right: Recognition) -> None:
    found = window(right)
    assert (found.opens_on, found.last_on) == (dt.date(2028, 2, 1), dt.date(2028, 9, 30))


def test_R9_where_the_last_year_does_not_follow_the_calendar(right: Recognition) -> None:
    Rule.objects.create(key="last_year_follows_calendar", value="non")
    found = window(right)
    assert (found.opens_on, found.last_on) == (dt.date(2028, 6, 30), dt.date(2028, 9, 30))


def test_R9_a_renewal_is_prefilled_and_asks_for_what_is_new(right: Recognition) -> None:
    dossier = renewal(right)
    assert (dossier.kind, dossier.renews, dossier.previous) == ("renewal", right, right.candidature)
    assert (dossier.campaign.year, dossier.presentation) == (2028, "Nous accueillons tout le monde.")
    assert [(site.name, site.services) for site in dossier.sites.all()] == [
        ("Le lieu", [Service.ACCUEIL, Service.PREMIERE_INFORMATION, Service.PREMIER_CONSEIL])
    ]
    assert dossier.attachments.count() == 0
    assert "Le bilan d’activité, demandé pour un renouvellement, manque." in [gap.message for gap in gaps(dossier)]


@pytest.mark.parametrize("day", ["2028-01-31 23:59", "2028-10-01 00:00"])
def test_R9_neither_before_nor_after_the_window(right: Recognition, day: str) -> None:
    with pytest.raises(ValidationError):
        renewal(right, d.paris(day))
    assert not right.renewals.exists()


def test_R9_after_the_deadline_of_the_year_a_renewal_is_still_taken(right: Recognition) -> None:
    dossier = completed(renewal(right, d.paris("2028-07-15 10:00")), d.paris("2028-07-15 10:00"))
    assert dossier.campaign.year == 2028
    assert put(dossier, LAST).state == "deposited"


def test_R9_one_second_later_it_is_kept_as_a_first_request_of_next_year(right: Recognition) -> None:
    dossier = completed(renewal(right), IN_TIME)
    with pytest.raises(TooLate):
        put(dossier, LAST + dt.timedelta(seconds=1))
    dossier.refresh_from_db()
    assert (dossier.kind, dossier.renews, dossier.campaign.year, dossier.state) == ("first", None, 2029, "draft")
    assert (dossier.attachments.count(), dossier.activity_review) == (3, "Mille personnes reçues.")


def test_R9_one_renewal_at_a_time_and_by_its_own_people(right: Recognition) -> None:
    with pytest.raises(ValidationError, match="Vous ne travaillez pas"):
        start_renewal(recognition=right, user=make.person(), at=IN_TIME)
    renewal(right)
    with pytest.raises(ValidationError, match="déjà un dossier"):
        renewal(right)


def test_R9_a_former_member_applies_again_and_sees_its_dossier(right: Recognition) -> None:
    house = right.organisation
    Organisation.objects.filter(pk=house.pk).update(status=Organisation.Status.FORMER)
    user = d.manager_of(right.candidature)
    dossier = start(user=user, siret=right.candidature.siret, organisation=house, at=d.paris("2029-03-01 10:00"))
    house.refresh_from_db()
    assert (house.status, dossier.previous) == (Organisation.Status.CANDIDATE, right.candidature)
    assert set(Candidature.objects.visible_to(user)) == {dossier, right.candidature}


def test_R9_the_renewal_is_asked_for_online(right: Recognition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_TIME.astimezone(dt.UTC))
    Mandate.objects.filter(organisation=right.organisation).update(starts_on="2028-01-01")
    client, url = Client(), f"/candidature/renouveler/{right.public_id}/"
    client.force_login(d.manager_of(right.candidature))
    assert client.get("/candidature/").context["renewals"] == [{"recognition": right, "limit": dt.date(2028, 9, 30)}]
    assert client.get(url).context["refusal"] == ""
    assert client.post(url)["Location"] == right.renewals.get().get_absolute_url()
    client.force_login(make.person())
    assert client.get(url).status_code == 404
