"""The list of `/pro/agenda/` says what became of the dates, beside the state of the event (A3, S1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Session
from members.models import Mandate
from tests import factories as make
from tests.events.tools import date_of, paris, published

pytestmark = pytest.mark.django_db
Status = Session.Status


@pytest.fixture(autouse=True)
def _in_march() -> Any:
    import time_machine as machine

    with machine.travel(paris("2027-03-01 09:00"), tick=False):
        yield


@pytest.fixture
def house() -> Any:
    return make.organisation(slug="la-maison", name="La Maison")


@pytest.fixture
def browser(house: Any, client: Client) -> Client:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return client


def states(client: Client, pile: str = "a-venir") -> list[list[str]]:
    """The badges of the dates, an event at a time."""
    response = client.get("/pro/agenda/", {"pile": pile})
    return [[state["text"] for state in line["states"]] for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, []),
        ({"status": Status.POSTPONED}, ["Reporté, nouvelle date à venir"]),
        ({"status": Status.RESCHEDULED}, ["Date changée"]),
        ({"status": Status.MOVED_ONLINE}, ["Passé en ligne"]),
        ({"status": Status.MOVED_PLACE, "full": True}, ["Lieu changé", "Complet"]),
        ({"status": Status.CANCELLED, "full": True}, ["Annulé"]),
    ],
)
def test_A3_the_list_says_what_became_of_the_only_date(
    browser: Client, house: Any, values: dict[str, Any], said: list[str]
) -> None:
    published(date_of("2027-03-16 14:00", **values), organisation=house)
    assert states(browser) == [said]
    shown = browser.get("/pro/agenda/").content.decode()
    assert ">Publié</span>" in shown
    assert [text for text in said if f">{text}</span>" not in shown] == []


def test_A3_with_several_dates_the_list_speaks_of_the_next_one_and_counts_the_cancelled(
    browser: Client, house: Any
) -> None:
    published(
        date_of("2027-03-10 14:00", status=Status.CANCELLED), date_of("2027-03-16 14:00", full=True),
        date_of("2027-03-23 14:00", status=Status.CANCELLED), organisation=house,
    )  # fmt: skip
    assert states(browser) == [["Prochaine date\u00a0: complète", "2 dates annulées"]]


def test_A3_what_is_cancelled_altogether_says_so_ahead_and_once_over(browser: Client, house: Any) -> None:
    gone = {"status": Status.CANCELLED}
    published(date_of("2027-03-10 14:00", **gone), date_of("2027-03-11 14:00", **gone), organisation=house)
    published(date_of("2027-02-10 14:00"), date_of("2027-03-12 14:00", **gone), organisation=house)
    published(date_of("2027-02-11 14:00", **gone), date_of("2027-02-12 14:00"), organisation=house)
    assert sorted(states(browser)) == [["Date à venir annulée"], ["Dates annulées"]]
    assert states(browser, "passes") == [["1 date annulée"]]


def test_A3_the_list_asks_as_much_for_one_event_as_for_three(browser: Client, house: Any) -> None:
    counts = []
    for _ in range(3):
        published(date_of("2027-03-16 14:00", full=True), organisation=house)
        browser.get("/pro/agenda/")
        with CaptureQueriesContext(connection) as context:
            browser.get("/pro/agenda/")
        counts.append(len(context))
    assert counts[0] == counts[2]
