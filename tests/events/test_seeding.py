"""Invented events for the benchmarks: the same each time, written as the services would write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from events.derived import refresh_all
from events.models import Event, Listing, Rendering, Session
from events.seeding import BATCH, grow, seeded
from tests.factories import organisation, site, town

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 15)


def ground() -> None:
    for name, people in (("Épinal", 32_000), ("Troyes", 61_000), ("Metz", 120_000)):
        place = town(name, population=people)
        site(commune=place, organisation=organisation(status="signatory"))


def said() -> list[Any]:
    return list(
        Session.objects.order_by("public_id").values_list("public_id", "event__title", "starts_at", "town", "status")
    )


def test_the_same_number_gives_the_same_events() -> None:
    ground()
    assert list(grow(60, today=DAY)) == [60]
    first = said()
    Event.objects.all().delete()
    assert list(grow(60, today=DAY)) == [60]
    assert said() == first
    assert (Listing.objects.count(), Rendering.objects.count()) == (60, 60)


def test_it_adds_only_what_is_missing() -> None:
    ground()
    for _ in grow(40, today=DAY):
        pass
    assert list(grow(40, today=DAY)) == []
    for _ in grow(90, today=DAY):
        pass
    assert seeded() == 90
    numbers = sorted(int(uid.removeprefix("graine-")) for uid in Event.objects.values_list("source_uid", flat=True))
    assert numbers[0] == 0
    assert numbers[-1] >= BATCH  # a new batch: no number is used twice


def test_A2_what_is_seeded_in_bulk_is_what_the_services_derive() -> None:
    ground()
    for _ in grow(50, today=DAY):
        pass
    names = [field.name for field in Listing._meta.concrete_fields if field.name != "changed_at"]

    def derived() -> tuple[list[Any], list[Any]]:
        return (
            list(Listing.objects.order_by("session").values_list(*names)),
            list(Rendering.objects.order_by("session").values_list("session", "card", "ics", "jsonld")),
        )

    before, bounds = derived(), list(Event.objects.order_by("pk").values_list("first_starts_at", "last_ends_at"))
    refresh_all()
    assert derived() == before
    assert list(Event.objects.order_by("pk").values_list("first_starts_at", "last_ends_at")) == bounds


def test_it_says_what_is_missing_without_a_pack() -> None:
    with pytest.raises(CommandError, match="load_region_pack"):
        call_command("seed_agenda", "--sessions", "10", verbosity=0)
    with pytest.raises(CommandError, match="au moins un processus"):
        call_command("seed_agenda", "--sessions", "-1", verbosity=0)
