"""The year as a calendar to subscribe to: everyone's, and the Region's by a secret of each person (R12, A8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import vobject
from django.test import Client

from accounts.models import RegionMandate
from recognition import calendars
from recognition.models import Campaign
from recognition.services import campaigns
from recognition.services.sitting import change_sitting, plan_sitting
from recognition.views.calendars import secret_of
from tests import factories as make
from tests.recognition import sittings
from tests.recognition.dossiers import charter, paris

ADDRESS = "/candidature/calendrier.ics"
ON = dt.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recognition.views.calendars.timezone.localdate", lambda: ON)


def campaign() -> Campaign:
    charter()
    return campaigns.create(year=2027, at=paris("2027-01-10 09:00"), actor=None)


def read(answer: Any) -> list[Any]:
    assert answer.status_code == 200
    return list(vobject.readOne(answer.content.decode()).contents.get("vevent", []))


@pytest.mark.django_db
def test_R12_anybody_reads_the_steps_of_the_year_as_whole_days(client: Client) -> None:
    campaign()
    entries = read(client.get(ADDRESS))
    assert [(entry.summary.value, entry.dtstart.value, entry.dtend.value) for entry in entries][:2] == [
        ("SPRO 2027\u00a0: ouverture des candidatures", dt.date(2027, 2, 1), dt.date(2027, 2, 2)),
        ("SPRO 2027\u00a0: date limite de dépôt", dt.date(2027, 6, 1), dt.date(2027, 6, 2)),
    ]
    assert len(entries) == len(Campaign.STEPS)


@pytest.mark.django_db
def test_A8_an_entry_keeps_its_name_and_raises_its_sequence_when_it_moves(client: Client) -> None:
    made = campaign()
    before = {entry.uid.value: entry for entry in read(client.get(ADDRESS))}
    campaigns.move_step(
        campaign=made, step="council_on", day=dt.date(2027, 9, 27), reason="Salle.", at=paris("2027-02-10 09:00"),
        actor=make.region_staff(),
    )  # fmt: skip
    after = {entry.uid.value: entry for entry in read(client.get(ADDRESS))}
    assert before.keys() == after.keys()
    moved = [key for key in after if after[key].dtstart.value != before[key].dtstart.value]
    assert [(after[key].sequence.value, before[key].sequence.value) for key in moved] == [("1", "0")]
    assert not any("." in key or "@" in key for key in after)  # no host name


@pytest.mark.django_db
def test_A8_a_reader_that_has_the_file_is_told_so(client: Client) -> None:
    made = campaign()
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, first["Cache-Control"]) == (304, b"", "public, max-age=60")
    Campaign.objects.filter(pk=made.pk).update(crefop_on=dt.date(2027, 10, 19))
    assert client.get(ADDRESS, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_A8_lines_are_folded_at_75_octets_and_end_as_they_must(client: Client) -> None:
    campaign()
    body = client.get(ADDRESS).content
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75


@pytest.mark.django_db
def test_R12_the_region_reads_the_sittings_too_by_its_own_address(client: Client) -> None:
    made, staff = campaign(), make.region_staff()
    sitting = plan_sitting(
        body=sittings.bodies()[0], held_on=made.council_on, starts_at=dt.time(14, 30), place="Strasbourg; salle 2",
        campaign=made, at=paris("2027-03-01 09:00"), actor=staff,
    )  # fmt: skip
    answer = client.get(f"/candidature/calendrier/{secret_of(staff)}.ics")
    entry = next(found for found in read(answer) if found.summary.value == "Conseil d’Orientation\u00a0: séance")
    assert (entry.dtstart.value, entry.location.value) == (
        dt.datetime(2027, 9, 20, 12, 30, tzinfo=dt.UTC), "Strasbourg; salle 2",
    )  # fmt: skip
    assert answer["Cache-Control"] == "private, no-store"
    change_sitting(sitting=sitting, values={"held_on": dt.date(2027, 9, 21)}, at=paris("2027-03-01 10:00"), actor=staff)
    later = next(found for found in calendars.sittings(ON))
    assert (later.sequence, later.day) == (1, dt.date(2027, 9, 21))


@pytest.mark.django_db
def test_O2_the_secret_address_closes_with_the_mandate_and_opens_to_nobody_else(client: Client) -> None:
    campaign()
    staff, citizen = make.region_staff(), make.person()
    address = f"/candidature/calendrier/{secret_of(staff)}.ics"
    assert client.get(address).status_code == 200
    assert client.get(f"/candidature/calendrier/{secret_of(citizen)}.ics").status_code == 404
    assert client.get(f"/candidature/calendrier/{'a' * 43}.ics").status_code == 404
    RegionMandate.objects.update(ends_on=dt.date(2026, 1, 1), starts_on=dt.date(2025, 1, 1))
    assert client.get(address).status_code == 404
    RegionMandate.objects.create(user=staff, starts_on=dt.date(2026, 2, 1))
    assert client.get(address).status_code == 404  # another mandate, another address
    assert client.get(f"/candidature/calendrier/{secret_of(staff)}.ics").status_code == 200


@pytest.mark.django_db
def test_A8_the_calendar_asks_the_same_of_the_database_whatever_the_years(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    staff = make.region_staff()
    charter()
    for year in (2027, 2028, 2029):
        made = campaigns.create(year=year, at=paris("2027-01-10 09:00"), actor=None)
        plan_sitting(
            body=sittings.bodies()[0], held_on=made.council_on, campaign=made, at=paris("2027-01-10 09:00"), actor=staff
        )
    address = f"/candidature/calendrier/{secret_of(staff)}.ics"
    with django_assert_max_num_queries(5):
        assert len(read(client.get(address))) == 3 * len(Campaign.STEPS) + 3
