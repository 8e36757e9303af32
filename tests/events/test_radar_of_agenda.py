"""The radar: great events too close to one another, and what nobody offers in the quarter (G6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.reference import Status
from events import radar
from events.models import Event
from events.services import sessions
from tests.events.test_moderation_desk import serving, signed_in
from tests.events.tools import date_of, first_session, published
from tests.factories import region_staff, town

pytestmark = pytest.mark.django_db
PAGE = "/admin/events/event/radar/"


def soon(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def great(days: int, place: Any, **values: Any) -> Event:
    return published(date_of(soon(days), commune=place), **({"kind": "forum"} | values))


def pairs(**asked: Any) -> list[tuple[str, str, int]]:
    return [(c.first.title, c.second.title, c.days) for c in radar.clashes(radar.Asked(**asked)).found]


def test_G6_two_great_events_of_a_basin_within_the_days_asked() -> None:
    here = town("Épinal")
    great(20, here, title="A")
    great(25, here, title="B", kind="salon")
    great(25, town("Troyes"), title="Ailleurs")
    published(date_of(soon(21), commune=here), kind="atelier", title="Petit")
    assert pairs(days=7) == [("A", "B", 5)]
    assert pairs(days=4) == []
    assert pairs(days=5) == [("A", "B", 5)]


def test_G6_a_flagship_of_any_type_counts_and_what_is_cancelled_does_not() -> None:
    here = town("Épinal")
    great(20, here, title="A")
    event = great(21, here, title="B", kind="atelier")
    assert pairs() == []
    Event.objects.filter(pk=event.pk).update(flagship=True)
    assert pairs() == [("A", "B", 1)]
    sessions.cancel(session=first_session(event), actor=None)
    assert pairs() == []


def test_G6_a_sector_or_a_public_in_common() -> None:
    great(20, town("Épinal"), title="A", sectors=["bois"], publics=["lyceen", "parent"])
    great(22, town("Troyes"), title="B", sectors=["bois", "industrie"], publics=["parent"])
    great(23, town("Metz"), title="C", sectors=["commerce"])
    assert pairs(same=frozenset({"secteur"})) == [("A", "B", 2)]
    assert pairs(same=frozenset({"public"})) == [("A", "B", 2), ("A", "C", 3), ("B", "C", 1)]
    assert pairs(same=frozenset({"public"}), sector="bois") == [("A", "B", 2)]
    shared = radar.clashes(radar.Asked(same=frozenset({"secteur"}))).found[0].shared
    assert shared == ("secteurs\u00a0: Bois", "publics\u00a0: Parent")


def test_G6_two_dates_of_one_event_do_not_clash_and_a_pair_is_told_once() -> None:
    here = town("Épinal")
    days = [date_of(soon(n), commune=here) for n in (20, 21, 22)]
    published(*days, kind="forum", title="A")
    great(21, here, title="B")
    assert [pair[:2] for pair in pairs()] == [("A", "B")]


def gaps(**asked: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(gap.basin_name, gap.sector): gap.publics for gap in radar.gaps(radar.Asked(**asked))}


def test_G6_what_nobody_offers_by_basin_sector_and_public() -> None:
    here, there = town("Épinal"), town("Troyes")
    ours, theirs = str(here.basin), str(there.basin)
    published(date_of(soon(10), commune=here), sectors=["bois"], publics=["lyceen"])
    published(date_of(soon(400), commune=there), sectors=["bois"], publics=["lyceen"])  # after the quarter
    found = gaps(sector="bois")
    assert found[ours, "bois"] == tuple(v for v in Status.values if v != "lyceen")
    assert found[theirs, "bois"] == tuple(Status.values)
    assert gaps(sector="bois", public="lyceen") == {(theirs, "bois"): ("lyceen",)}
    assert len(gaps()) == 2 * len(radar.SECTORS)


def test_G6_an_event_for_everybody_counts_unless_one_asks_otherwise() -> None:
    here = town("Épinal")
    published(date_of(soon(10), commune=here))
    published(date_of(soon(10), commune=here), sectors=["bois"], publics=["lyceen"])
    assert gaps() == {}
    left = gaps(named_only=True)
    assert len(left) == len(radar.SECTORS)
    assert "lyceen" not in left[str(here.basin), "bois"]


def test_G6_an_officer_sees_what_touches_their_territory() -> None:
    here, there = town("Épinal"), town("Troyes")
    great(20, here, title="A", sectors=["bois"])
    great(21, there, title="B", sectors=["bois"])
    great(21, there, title="C", sectors=["bois"])
    page = signed_in(serving(here)).get(PAGE, {"meme": "secteur", "jours": "3"})
    assert [[e["event"].title for e in c["events"]] for c in page.context["clashes"]] == [["A", "B"], ["A", "C"]]
    assert [(t["agency"], len(t["rows"])) for t in page.context["territories"]] == [(here.agency.name, 1)]
    staff = signed_in(region_staff()).get(PAGE, {"meme": "secteur", "jours": "3"})
    assert len(staff.context["clashes"]) == 3


@pytest.mark.parametrize("days", ["0", "31", "-1", "beaucoup", "1" * 40])
def test_S4_a_number_of_days_out_of_bounds_is_said(days: str) -> None:
    page = signed_in(region_staff()).get(PAGE, {"jours": days})
    assert page.context["form"].errors["jours"] == ["Choisissez entre 1 et 30 jours."]
    assert page.context["asked"].days == radar.DAYS


def test_G6_the_two_files_say_what_the_page_says() -> None:
    here = town("Épinal")
    great(20, here, title="=A")
    great(20, here, title="B")
    client = signed_in(region_staff())
    lines = client.get(f"{PAGE}chocs.csv").content.decode("utf-8-sig").splitlines()
    assert (len(lines), "'=A" in lines[1]) == (2, True)
    shown = client.get(f"{PAGE}manques.csv?secteur=bois&precis=on").content.decode("utf-8-sig").splitlines()
    assert len(shown) == 1 + len(Status.values)
    assert client.get(f"{PAGE}autre.csv").status_code == 404


def test_the_cost_is_flat_and_an_empty_agenda_is_said(django_assert_max_num_queries: Any) -> None:
    here, client = town("Épinal"), signed_in(region_staff())
    assert "Rien ne se gêne" in client.get(PAGE).content.decode()
    for number in range(3):
        great(10 + number, here)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    for number in range(4):
        great(20 + number, here)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)
