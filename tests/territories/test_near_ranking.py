"""M4: the statement that ranks places gives exactly what a plain ranking of all of them would."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from core.geo import mercator
from core.reference import Need, Service, Status
from members.models import Network, Organisation
from territories import near, routing
from territories.models import RoutingRule, Site, SiteKind
from territories.services import settle
from tests import factories

pytestmark = pytest.mark.django_db
START = near.Start(48.6, 6.2)
STATUSES = [Status.LYCEEN, Status.CADRE]
NEEDS = [Need.EMPLOI, Need.VAE]


def some_places(dice: random.Random, count: int) -> None:
    """Places of several kinds, networks and organisations, many at the very same spot, within about 90 km."""
    networks = [factories.network() for _ in range(3)]
    organisations = [factories.organisation(network=dice.choice([*networks, None])) for _ in range(3)]
    kinds = [factories.kind(receives_public=i != 4) for i in range(5)]
    spots = [factories.town(lat=48.6 + dice.uniform(-0.8, 0.8), lon=6.2 + dice.uniform(-1, 1)) for _ in range(12)]
    places = []
    for i in range(count):
        spot = dice.choice(spots)
        place = Site(
            slug=f"p-{i}", name=f"Place {dice.random():.6f}", organisation=dice.choice(organisations),
            kind=dice.choice(kinds), commune=spot, lat=spot.lat, lon=spot.lon, listed=dice.random() > 0.1,
            publics=dice.choice([[], ["lyceen"], ["cadre", "salarie"]]), not_for=dice.choice([[], [], ["cadre"]]),
            services=dice.choice([[], ["vae"], ["vae", "accueil"]]),
            channels=dice.choice([["sur-place"], ["sur-place", "telephone"]]),
        )  # fmt: skip
        if dice.random() > 0.5:
            place.lat, place.lon = spot.lat + dice.uniform(-0.1, 0.1), spot.lon + dice.uniform(-0.1, 0.1)
        places.append(place)
    Site.objects.bulk_create([settle(place) for place in places])
    targets: list[Any] = [*kinds, networks[0], organisations[0], organisations[1]]
    for target in targets:
        for status in ("", *STATUSES):
            for need in ("", *NEEDS):
                if dice.random() > 0.55:
                    factories.rule(target, rank=dice.choice([1, 2, 3]), status=status, need=need)


def rule_of(place: Site, status: str, need: str, rules: list[RoutingRule]) -> RoutingRule | None:
    """The rule for a place: of its organisation, else of its kind, else of its network; the most specific of each."""
    for field in ("organisation_id", "kind_id", "network_id"):
        target = getattr(place, field)
        said = [
            rule
            for rule in rules
            if target is not None
            and getattr(rule, field) == target
            and rule.status in {"", status}
            and rule.need in {"", need}
        ]
        if said:
            return max(said, key=lambda rule: 2 * bool(rule.status) + bool(rule.need))
    return None


def everything(_: Site) -> bool:
    return True


def by_hand(status: str, need: str, radius: float | None, keep: Any) -> list[tuple[float, int]]:
    """Every place with its score, read one by one: `(score, id)`, best first; the order of equals is left open."""
    x0, y0 = mercator(START.lat, START.lon)
    ranked = []
    rules = list(RoutingRule.objects.all())
    for place in Site.objects.filter(listed=True).select_related("kind", "organisation", "network"):
        if not place.kind.receives_public or status in place.not_for or not keep(place):
            continue
        x, y = mercator(place.lat, place.lon)
        km = math.hypot(x - x0, y - y0) * math.cos(math.radians(START.lat))
        if km > (radius or near.FARTHEST_KM):
            continue
        rule = rule_of(place, status, need, rules)
        penalty = routing.PENALTY_KM[rule.rank] if rule else routing.UNNAMED_KM
        if not (status or need):
            penalty = 0
        ranked.append((round(km + penalty, 6), place.pk))
    return sorted(ranked)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("status", "need"), [("", ""), ("lyceen", ""), ("cadre", "vae"), ("", "emploi")])
def test_M4_the_ranking_is_that_of_brute_force(seed: int, status: str, need: str) -> None:
    dice = random.Random(f"{seed}{status}{need}")
    some_places(dice, 90)
    network = Network.objects.order_by("pk")[0]
    for radius in (None, 15, 60):
        for narrowing, keep in (
            (near.ANYTHING, everything),
            (near.Narrowing(services=(Service.VAE,)), lambda place: "vae" in place.services),
            (near.Narrowing(network=network.pk, remote=True),
             lambda place: place.network_id == network.pk and "telephone" in place.channels),
        ):  # fmt: skip
            expected = by_hand(status, need, radius, keep)
            asked: dict[str, Any] = {"status": status, "need": need, "radius": radius, "narrowing": narrowing}
            score = {pk: value for value, pk in expected}
            for offset, limit in ((0, 5), (0, 21), (20, 21), (40, 60)):
                found, total = near.nearest_and_count(routing.table(), START, offset=offset, limit=limit, **asked)
                assert [score[place.id] for place in found] == [value for value, _ in expected[offset : offset + limit]]
                assert len({place.id for place in found}) == len(found)
                assert total == (len(expected) if found else 0)


def test_M4_pages_hold_every_place_once() -> None:
    some_places(random.Random(7), 130)
    table = routing.table()
    pages = [
        near.nearest(table, START, status="lyceen", need="vae", offset=offset, limit=20) for offset in range(0, 140, 20)
    ]
    expected = {pk for _, pk in by_hand("lyceen", "vae", None, everything)}
    seen = [place.id for page in pages for place in page]
    assert sorted(seen) == sorted(expected)


def test_M4_each_place_carries_the_reason_of_its_own_rule() -> None:
    some_places(random.Random(3), 80)
    sites, rules = Site.objects.in_bulk(), list(RoutingRule.objects.all())
    for place in near.nearest(routing.table(), START, status="cadre", need="vae", limit=80):
        rule = rule_of(sites[place.id], "cadre", "vae", rules)
        assert (place.branch.rule.reason if place.branch and place.branch.rule else None) == (
            rule.reason if rule else None
        )


def test_M4_places_not_for_a_status_are_never_proposed() -> None:
    here = factories.town(lat=START.lat, lon=START.lon)
    factories.site(commune=here, name="Pas pour les cadres", not_for=["cadre"])
    everyone = factories.site(commune=here, name="Pour tout le monde")
    routing.rules_changed()
    assert [place.id for place in near.nearest(routing.table(), START, status="cadre")] == [everyone.pk]


def test_M4_without_status_the_nearest_comes_first_whatever_its_kind() -> None:
    best, plain = factories.kind(), factories.kind()
    factories.rule(best, rank=1)
    far = factories.site(commune=factories.town(lat=48.7, lon=6.2), kind=best)
    close = factories.site(commune=factories.town(lat=48.61, lon=6.2), kind=plain)
    assert [place.id for place in near.nearest(routing.table(), START)] == [close.pk, far.pk]


def test_M4_a_better_place_passes_before_a_nearer_one_within_its_kilometres() -> None:
    """Rank 1 is worth 15 km more than rank 2: first at 12 km more, second at 20 km more."""
    first, second = factories.kind(), factories.kind()
    factories.rule(first, rank=1, status="lyceen")
    factories.rule(second, rank=2, status="lyceen")
    near_second = factories.site(commune=factories.town(lat=48.6, lon=6.2), kind=second)
    at_12 = factories.site(commune=factories.town(lat=48.6 + 12 / 111.2, lon=6.2), kind=first)
    at_20 = factories.site(commune=factories.town(lat=48.6 + 20 / 111.2, lon=6.2), kind=first)
    found = near.nearest(routing.table(), START, status="lyceen")
    assert [place.id for place in found] == [at_12.pk, near_second.pk, at_20.pk]


def test_the_most_specific_rule_wins_and_a_change_is_seen() -> None:
    target = factories.kind()
    for rank, status, need in ((3, "", ""), (2, "", "vae"), (1, "cadre", "")):
        factories.rule(target, rank=rank, status=status, need=need)
    factories.kind(receives_public=False)

    def reason(status: str, need: str) -> str:
        (branch,) = routing.table().branches(status, need)
        assert branch.rule
        return branch.rule.reason

    assert reason("lyceen", "emploi") == f"{target} au rang 3."
    assert reason("lyceen", "vae") == f"{target} au rang 2."
    assert reason("cadre", "vae") == f"{target} au rang 1."
    factories.rule(target, rank=2, status="cadre", need="vae")
    assert reason("cadre", "vae") == f"{target} au rang 2."


def test_the_table_is_read_in_one_statement_and_then_kept(django_assert_num_queries: Any) -> None:
    routing.rules_changed()
    with django_assert_num_queries(1):
        routing.table()
        routing.table()


def test_a_table_without_anything_answers_nothing() -> None:
    assert not SiteKind.objects.exists()
    assert not Organisation.objects.exists()
    assert near.nearest(routing.table(), START, status="lyceen") == []


def test_counts_stop_at_two_hundred() -> None:
    some_places(random.Random(1), 320)
    _, total = near.nearest_and_count(routing.table(), START, limit=1)
    assert total == near.COUNT_CAP + 1
    assert near.alphabetical(routing.table(), limit=1)[1] == near.COUNT_CAP + 1
