"""While two events are one, what the folded one's source changes is told to who reads, never lost (A5, A6)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.models import JournalEntry
from events.models import Event, Merge, Session, Source
from events.services import merged_sources, merging
from events.services.importing import Feed, apply
from tests.events.importing import items, soon, trusted, vevent
from tests.events.tools import date_of, published
from tests.factories import organisation, person, region_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    return Source.objects.create(
        slug="a", name="Agenda du lycée", organisation=trusted(), format="ics", url="https://agenda.invalid/a.ics"
    )


@pytest.fixture
def merge(source: Source, tmp_path: Path) -> Merge:
    read(tmp_path, source, vevent("un"))
    kept = published(date_of(soon(20).isoformat()), title="Le même", organisation=organisation())
    return merging.merge(kept=kept, folded=Event.objects.get(source_uid="un"), choices=(), actor=None)


def read(tmp_path: Path, source: Source, *events: str) -> Any:
    return apply(feed=Feed.of_source(source), items=items(tmp_path, *events))


def said(merge: Merge) -> list[str]:
    return list(Merge.objects.get(pk=merge.pk).undo.get("source", {}).get("said", []))


def test_A6_a_date_cancelled_by_the_folded_source_is_told_and_nothing_is_written(
    merge: Merge, source: Source, tmp_path: Path
) -> None:
    before = list(Session.objects.order_by("pk").values())
    read(tmp_path, source, vevent("un"))
    assert said(merge) == []
    report = read(tmp_path, source, vevent("un", STATUS="CANCELLED", SUMMARY="Atelier neuf"))
    assert report.counts == {"created": 0, "updated": 0, "unchanged": 1, "withdrawn": 0, "rejected": 0}
    assert said(merge) == [f"Date du {soon():%d/%m/%Y} à 14:00\u00a0: annulée.", "Autres mots\u00a0: titre."]
    assert list(Session.objects.order_by("pk").values()) == before
    read(tmp_path, source, vevent("un"))
    assert said(merge) == []  # it says again what it said


def test_A6_a_moved_date_and_one_no_more_given_are_told(merge: Merge, source: Source, tmp_path: Path) -> None:
    day, later = soon(), soon(12)
    times = {"DTSTART": f"{later:%Y%m%dT%H%M%S}", "DTEND": f"{later + timedelta(hours=2):%Y%m%dT%H%M%S}"}
    read(tmp_path, source, vevent("un", **times))
    (line,) = said(merge)
    assert line == f"Date du {day:%d/%m/%Y} à 14:00\u00a0: {later:%d/%m/%Y} à 14:00 maintenant."
    read(tmp_path, source, vevent("autre"))
    assert said(merge) == [merged_sources.GONE]


def test_A5_the_desk_says_it_until_somebody_has_read_it_and_again_when_it_changes(
    merge: Merge, source: Source, tmp_path: Path, client: Client
) -> None:
    user = region_staff()
    client.force_login(user)
    read(tmp_path, source, vevent("un", STATUS="CANCELLED"))
    url = f"/admin/events/merge/{merge.pk}/"
    assert client.get(f"{url}change/").context["source"]["said"] == said(merge)
    assert list(client.get("/admin/events/merge/?due=source").context["cl"].result_list) == [merge]
    assert client.post(f"{url}vu/").status_code == 302
    assert list(client.get("/admin/events/merge/?due=source").context["cl"].result_list) == []
    assert JournalEntry.objects.filter(verb="event.merge_read", target_key=str(merge.kept_id)).count() == 1
    read(tmp_path, source, vevent("un", STATUS="CANCELLED"))
    assert Merge.objects.get().undo["source"]["seen"] is True  # the same news
    read(tmp_path, source, vevent("un", SUMMARY="Tout autre"))
    assert Merge.objects.get().undo["source"]["seen"] is False


def test_A5_who_may_not_read_the_kept_event_does_not_know_its_merge(merge: Merge, client: Client) -> None:
    client.force_login(person())
    assert client.post(f"/admin/events/merge/{merge.pk}/vu/").status_code == 404
    assert JournalEntry.objects.filter(verb="event.merge_read").count() == 0


def test_A6_once_two_again_the_event_follows_its_source(merge: Merge, source: Source, tmp_path: Path) -> None:
    cancelled = vevent("un", STATUS="CANCELLED")
    read(tmp_path, source, cancelled)
    merging.undo(merge=merge, actor=None)
    assert read(tmp_path, source, cancelled).updated == 1
    assert Session.objects.get(event__source_uid="un").status == "cancelled"
