"""The catalogue of the territory: offered by circle 2 or circle 1, its free places right whoever writes (D6)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from psad import context
from psad.forms.partners import OfferForm
from psad.models import Proposal, Solution
from psad.services import keeping, proposing
from tests.factories import organisation, person
from tests.psad import world
from tests.psad.partner_world import CANARY, Sharing, partner, signed

MINE = "/psad/partenaire/offres/"
CATALOGUE = "/psad/troyes/solutions/"


@pytest.fixture
def place(db: None) -> Sharing:
    return Sharing()


def offered(**more: Any) -> dict[str, Any]:
    return {"kind": "apprenticeship", "title": "CAP cuisine", "conditions": "Dès 16 ans", "place": "Troyes",
            "places": "2"} | more  # fmt: skip


def test_D6_a_partner_offers_changes_closes_and_the_team_sees_it(place: Sharing) -> None:
    theirs, team = signed(place.friend), signed(place.adviser)
    assert theirs.post(f"{MINE}nouvelle/", offered()).status_code == 302
    with context.acting(place.head):
        made = Solution.objects.get()
    assert (made.partner_id, made.organisation_name, made.platform_id) == (
        place.partner.pk, "CFA Exemple", place.platform.pk,
    )  # fmt: skip
    page = theirs.get(f"{MINE}{made.pk}/")
    changed = offered(places="5", seen=page.context["form"].shown)
    assert theirs.post(f"{MINE}{made.pk}/", changed).status_code == 302
    assert [(row.title, row.free) for row in team.get(CATALOGUE).context["offers"]] == [("CAP cuisine", 5)]
    theirs.post(f"{MINE}{made.pk}/", {"acte": "fermer"})
    assert team.get(CATALOGUE).context["offers"] == []
    assert [row.pk for row in team.get(f"{CATALOGUE}?etat=fermees").context["offers"]] == [made.pk]
    theirs.post(f"{MINE}{made.pk}/", {"acte": "rouvrir"})
    assert team.get(f"{CATALOGUE}?sorte=apprenticeship").context["count"] == 1
    assert team.get(f"{CATALOGUE}?sorte=work&nom={CANARY}").context["count"] == 0


def test_S4_a_wrong_offer_is_said_beside_its_fields_and_kept(place: Sharing) -> None:
    answer = signed(place.friend).post(
        f"{MINE}nouvelle/", offered(title="", places="0", starts_on="2027-03-02", ends_on="2027-03-01")
    )
    assert answer.context["form"].errors.keys() == {"title", "places", "ends_on"}
    assert "Dès 16 ans" in answer.content.decode()


def test_S1_what_is_to_correct_is_listed_in_the_order_of_the_page(place: Sharing) -> None:
    answer = signed(place.friend).post(f"{MINE}nouvelle/", offered(title="", kind="", places="0"))
    page, errors = answer.content.decode(), list(answer.context["form"].errors)
    assert errors == ["title", "kind", "places"] == sorted(errors, key=lambda name: page.index(f'name="{name}"'))


def test_D6_of_two_who_change_one_offer_the_second_is_told_and_keeps_their_words(place: Sharing) -> None:
    theirs, team = signed(place.friend), signed(place.head)
    theirs.post(f"{MINE}nouvelle/", offered())
    with context.acting(place.head):
        made = Solution.objects.get()
    shown = theirs.get(f"{MINE}{made.pk}/").context["form"].shown
    page = team.get(f"{CATALOGUE}{made.pk}/modifier/")
    typed = offered(title="CAP boulangerie", organisation_name="CFA", seen=page.context["form"].shown)
    assert team.post(f"{CATALOGUE}{made.pk}/modifier/", typed).status_code == 302
    late = theirs.post(f"{MINE}{made.pk}/", offered(title="CAP pâtisserie", seen=shown))
    assert "Quelqu’un d’autre vient d’enregistrer" in late.content.decode()
    assert "CAP pâtisserie" in late.content.decode()
    again = offered(title="CAP pâtisserie", seen=late.context["form"]["seen"].value())
    assert theirs.post(f"{MINE}{made.pk}/", again).status_code == 302


def test_D6_fewer_places_than_those_taken_are_refused_and_a_change_gives_none_back(place: Sharing) -> None:
    made = world.solution(place.platform, place.head, places=3, taken=2, partner=place.partner)
    theirs = signed(place.friend)
    shown = theirs.get(f"{MINE}{made.pk}/").context["form"].shown
    few = theirs.post(f"{MINE}{made.pk}/", offered(places="1", seen=shown))
    assert few.context["form"].errors["places"] == ["2\u00a0places sont déjà prises\u00a0: gardez-en au moins autant."]
    with context.acting(place.head):
        Solution.objects.update(taken=3)  # a colleague takes the last one meanwhile
    assert theirs.post(f"{MINE}{made.pk}/", offered(places="4", seen=shown)).status_code == 302
    with context.acting(place.head):
        assert (Solution.objects.get().places, Solution.objects.get().taken) == (4, 3)


def test_D6_the_offer_is_the_organisations_and_no_other_partners(place: Sharing) -> None:
    house = organisation()
    first = partner(place.platform, place.head, person(), organisation=house, organisation_name=house.name)
    mate = partner(place.platform, place.head, person(), organisation=house, organisation_name=house.name)
    assert first.user is not None
    assert mate.user is not None
    signed(first.user).post(f"{MINE}nouvelle/", offered())
    with context.acting(place.head):
        made = Solution.objects.get()
    assert signed(mate.user).get(f"{MINE}{made.pk}/").status_code == 200
    rival = signed(place.friend)
    assert rival.get(MINE).context["offers"] == []
    for answer in (rival.get(f"{MINE}{made.pk}/"), rival.post(f"{MINE}{made.pk}/", {"acte": "fermer"}),
                   rival.get(f"{MINE}{uuid4()}/")):  # fmt: skip
        assert answer.status_code == 404
    with context.acting(place.friend):  # nor by SQL
        assert Solution.objects.filter(pk=made.pk).update(title="x") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Solution.objects.create(platform=place.platform, partner=first, kind="work", title="x")
    # Once it is no partner any more, it changes nothing.
    with context.acting(place.head):
        type(first).objects.filter(organisation=house).update(ended_at=timezone.now())
    assert signed(first.user).get(f"{MINE}{made.pk}/").status_code == 404
    assert signed(first.user).get(MINE).status_code == 403


def test_D8_the_catalogue_of_another_platform_is_not_there(place: Sharing) -> None:
    made = world.solution(place.platform, place.head)
    there = signed(world.member(world.platform("chaumont")))
    for path in (CATALOGUE, f"{CATALOGUE}{made.pk}/", f"/psad/chaumont/solutions/{made.pk}/",
                 f"/psad/chaumont/solutions/{made.pk}/modifier/"):  # fmt: skip
        assert there.get(path).status_code == 404
    assert there.post(f"/psad/chaumont/solutions/{made.pk}/", {"acte": "fermer"}).status_code == 404


def test_pages_of_the_catalogue_take_as_many_queries_with_four_offers_as_with_one(place: Sharing) -> None:
    made = world.solution(place.platform, place.head, partner=place.partner)
    team, theirs = signed(place.head), signed(place.friend)
    paths = [(team, CATALOGUE), (team, f"{CATALOGUE}{made.pk}/"), (theirs, MINE), (theirs, f"{MINE}{made.pk}/")]

    def counts() -> list[int]:
        found = []
        for client, path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            found.append(sum("SAVEPOINT" not in query["sql"] for query in asked))
        return found

    one = counts()
    for number in range(3):
        world.solution(place.platform, place.head, partner=place.partner, title=f"CAP {number}")
    assert counts() == one
    assert max(one) <= 12, one


def at_once(*acts: Callable[[], Any]) -> list[str]:
    outcomes: list[str] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            act()
            outcomes.append("done")
        except ValidationError as error:
            outcomes.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_D6_the_last_place_taken_by_two_advisers_at_once_is_given_once() -> None:
    place = Sharing()
    offer = world.solution(place.platform, place.head, places=1)
    cases = [place.case, world.case(place.platform, place.head, world.young("Autre"))]
    heads = [place.head, world.member(place.platform, side="ml")]

    def propose(number: int) -> Callable[[], Any]:
        def act() -> None:
            with context.acting(heads[number]):
                proposing.propose(
                    case=cases[number].pk, solution=offer.pk, by=heads[number], role="head", at=timezone.now()
                )

        return act

    assert at_once(propose(0), propose(1)) == [proposing.NO_PLACE, "done"]
    with context.acting(place.head):
        assert (Solution.objects.get().taken, Proposal.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_D6_places_taken_while_an_offer_is_changed_stay_taken() -> None:
    place = Sharing()
    offer = world.solution(place.platform, place.head, places=1)
    names = ["title", "places"]

    def propose() -> None:
        with context.acting(place.head):
            proposing.propose(case=place.case.pk, solution=offer.pk, by=place.head, role="head", at=timezone.now())

    def change() -> None:
        with context.acting(place.head):
            keeping.change(row=offer, values={"title": "Autre", "places": 2}, shown=keeping.seen(offer, names))

    assert at_once(propose, change) == ["done", "done"]
    with context.acting(place.head):
        row = Solution.objects.get()
        assert (row.title, row.places, row.taken) == ("Autre", 2, 1)


def test_an_offer_form_asks_for_no_site_where_the_organisation_has_none() -> None:
    assert "site" not in OfferForm(sites=None).fields


def test_D6_an_offer_whose_date_is_past_is_not_among_those_to_propose(place: Sharing) -> None:
    world.solution(place.platform, place.head, apply_before=timezone.localdate())
    world.solution(place.platform, place.head, title="Demain", apply_before=timezone.localdate() + dt.timedelta(days=1))
    world.solution(place.platform, place.head, title="Plein", places=1, taken=1)
    team = signed(place.head)
    assert [row.title for row in team.get(CATALOGUE).context["offers"]] == ["Demain"]
    assert [row.title for row in team.get(f"{CATALOGUE}?etat=completes").context["offers"]] == ["CAP cuisine", "Plein"]
