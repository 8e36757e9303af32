"""The places of a recognised organisation enter the directory and leave it on the right day (R11)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from core.models import JournalEntry, SearchDocument
from members.models import Organisation
from recognition.models import Candidature, Recognition
from recognition.services import directory, ending
from recognition.services.life_due import to_enter, to_leave
from recognition.services.notifying import notify
from territories.models import Site
from territories.services_sites import bring_back_site, withdraw_site
from tests import factories as make
from tests.recognition import letter_world
from tests.recognition import sittings as world
from tests.recognition.life_world import (
    SIGNED,
    TERM,
    TOLD,
    after,
    fresh,
    granted,
    paris,
    recognised,
    renewal_of,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def listed(right: Recognition) -> list[str]:
    rows = Site.objects.public().filter(organisation=right.organisation)
    return list(rows.order_by("name").values_list("name", flat=True))


def status(right: Recognition) -> str:
    return Organisation.objects.get(pk=right.organisation_id).status


def test_R11_places_enter_on_the_day_the_recognition_starts_and_are_linked() -> None:
    right = granted(name="La Cabane", sites=2)
    assert (list(to_enter(TOLD.date() - DAY)), list(to_enter(TOLD.date()))) == ([], [right])
    directory.enter(recognition=right, at=TOLD)
    assert (listed(right), status(right)) == (["La Cabane 1", "La Cabane 2"], "recognised")
    line = right.candidature.sites.first()
    site = Site.objects.get(pk=line.site_id)
    assert (site.address, site.hours, site.kind.slug, site.provisional) == (line.address, line.hours, "autre", False)
    assert site.card
    assert site.services == line.services
    assert directory.enter(recognition=right, at=after(1)) == []
    assert Site.objects.count() == 2


def test_R11_nothing_enters_before_its_day_nor_after_its_end() -> None:
    right = granted()
    assert directory.enter(recognition=right, at=TOLD - DAY) == []
    assert directory.enter(recognition=right, at=paris(TERM + DAY)) == []
    assert (listed(right), status(right)) == ([], "candidate")


def test_R11_they_leave_the_day_after_the_last_and_the_organisation_is_a_former_member() -> None:
    right = recognised()
    found = SearchDocument.objects.filter(kind="organisation", key=right.organisation.slug)
    assert (list(to_leave(TERM)), list(to_leave(TERM + DAY)), found.count()) == ([], [right], 1)
    assert directory.leave(recognition=right, at=paris(TERM)) == []
    directory.leave(recognition=right, at=paris(TERM + DAY))
    assert (listed(right), status(right)) == ([], "former")
    assert directory.leave(recognition=right, at=paris(TERM + 2 * DAY)) == []
    assert not found.exists()


def test_R11_a_new_recognition_keeps_its_own_places_in_and_the_others_out() -> None:
    right = recognised(name="La Cabane", sites=2)
    asked = renewal_of(right, "granted")
    kept = right.candidature.sites.first()
    asked.sites.update(site=kept.site_id, name="La Cabane, refaite")
    made = letter_world.decision("grant", asked, grounds="", sitting=None, plan=world.plan(2029, 2033))
    told = paris(dt.date(2028, 12, 10))
    notify(decision=made, at=told)
    directory.leave(recognition=right, at=told)
    directory.enter(recognition=Recognition.objects.get(candidature=asked), at=told)
    assert (listed(right), status(right)) == (["La Cabane, refaite"], "recognised")


def test_R11_a_place_copied_from_another_year_keeps_what_its_organisation_wrote_since() -> None:
    right = recognised()
    asked = renewal_of(right, "granted")
    site = Site.objects.get(organisation=right.organisation)
    Site.objects.filter(pk=site.pk).update(phone="03 88 00 00 00")
    asked.sites.update(site=site, version=1, phone="")
    made = letter_world.decision("grant", asked, grounds="", sitting=None, plan=world.plan(2029, 2033))
    notify(decision=made, at=paris(dt.date(2028, 12, 10)))
    directory.enter(recognition=Recognition.objects.get(candidature=asked), at=paris(dt.date(2028, 12, 10)))
    site.refresh_from_db()
    assert (site.phone, site.listed) == ("03 88 00 00 00", True)


@pytest.mark.parametrize("before", ["signatory", "associated_partner"])
def test_R11_who_belongs_by_another_title_keeps_it(before: str) -> None:
    right = granted()
    Organisation.objects.filter(pk=right.organisation_id).update(status=before)
    directory.enter(recognition=right, at=TOLD)
    assert (status(right), len(listed(right))) == (before, 1)
    directory.leave(recognition=right, at=paris(TERM + DAY))
    assert (status(right), listed(right)) == (before, [])


def test_R11_who_asks_again_is_a_candidate_when_it_leaves() -> None:
    right = recognised()
    asked = renewal_of(right)
    Candidature.objects.filter(pk=asked.pk).update(renews=None, kind="first")
    directory.leave(recognition=right, at=paris(TERM + DAY))
    assert status(right) == "candidate"


def test_R10_suspended_its_places_wait_out_of_the_directory_and_come_back() -> None:
    right = recognised(name="La Cabane")
    other = make.site(organisation=fresh(right).organisation, name="L’Annexe")
    withdrawn = make.site(organisation=other.organisation, name="La Réserve")
    person = make.person()
    withdraw_site(site=withdrawn, reason="", actor=person)
    ending.suspend(recognition=right, grounds="Des locaux fermés.", urgency="Y", at=after(10), actor=None, **SIGNED)
    assert (listed(right), status(right)) == ([], "recognised")
    bring_back_site(site=withdrawn, actor=person)  # proposed to the Region, no more
    assert listed(right) == []
    ending.resume(recognition=right, at=after(20), actor=None, **SIGNED)
    assert sorted(listed(right)) == ["La Cabane 1", "L’Annexe"]
    assert fresh(right).suspended_sites == []


def test_R11_suspended_before_it_enters_its_places_are_written_and_wait() -> None:
    right = granted()
    ending.suspend(recognition=right, grounds="Un contrôle.", urgency="Y", at=TOLD, actor=None, **SIGNED)
    directory.enter(recognition=right, at=after(1))
    assert (listed(right), status(right)) == ([], "recognised")
    ending.resume(recognition=right, at=after(2), actor=None, **SIGNED)
    assert len(listed(right)) == 1


def test_R11_what_enters_and_leaves_is_in_the_journal_of_each_place() -> None:
    right = recognised()
    directory.leave(recognition=right, at=paris(TERM + DAY))
    site = right.candidature.sites.first().site_id
    verbs = JournalEntry.objects.filter(target_type="territories.site", target_key=str(site)).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["site.list", "site.unlist"]


def test_R11_a_site_without_commune_is_told_and_nothing_enters() -> None:
    right = granted(sites=2)
    right.candidature.sites.filter(order=2).update(commune=None)
    with pytest.raises(ValidationError):
        directory.enter(recognition=right, at=TOLD)
    assert (listed(right), status(right), fresh(right).entered_at) == ([], "candidate", None)
