"""The agenda where people are: territories, members, places, `/pro/`, home, site map, search (T3, A4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import search
from core.models import SearchDocument
from events import coming
from events.services import sessions
from events.services.states import withdraw
from members.models import Mandate
from tests.events.tools import date_of, draft, first_session, published
from tests.factories import network, organisation, person, site, town

pytestmark = pytest.mark.django_db


def test_T3_the_next_events_are_on_the_pages_of_those_they_concern(client: Client) -> None:
    ours = network()
    house = organisation(network=ours)
    place = site(commune=town("Épinal"), organisation=house)
    event = published(date_of(site=place), title="Portes de la maison", organisation=house, kind="portes-ouvertes")
    draft(date_of(site=place), title="Secret", organisation=house)
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MANAGER)
    pages = [page.get_absolute_url() for page in (place.agency, house, ours, place)] + ["/"]
    client.force_login(user)
    for url in [*pages, "/pro/"]:
        page = client.get(url).content.decode()
        assert (f'<a href="/agenda/{event.slug}/">Portes de la maison</a>' in page, "Secret" in page) == (
            True,
            False,
        ), url


def test_A8_a_cancelled_date_is_said_and_a_withdrawn_event_leaves(client: Client) -> None:
    event = published(title="Atelier")
    sessions.cancel(session=first_session(event), actor=None)
    assert [(each.title, each.state, each.off) for each in coming.anywhere()] == [("Atelier", "Annulé", True)]
    assert client.get("/").context["events"] == []  # few are told there: those that are held
    withdraw(event=event, reason="Doublon.", actor=None)
    assert coming.anywhere() == []


def test_an_event_of_many_dates_is_told_once(client: Client) -> None:
    soon = timezone.now() + dt.timedelta(days=1)
    published(*(date_of(soon + dt.timedelta(days=day)) for day in range(6)), title="Chaque jour")
    published(date_of(soon + dt.timedelta(days=7)), title="Après")
    assert [each.title for each in coming.anywhere()] == ["Chaque jour", "Après"]


def test_T3_the_panel_is_one_statement_whatever_the_agenda_holds(client: Client) -> None:
    place = site()

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    urls = [place.get_absolute_url(), place.organisation.get_absolute_url(), place.agency.get_absolute_url()]
    before = [cost(url) for url in urls]
    for _ in range(3):
        published(date_of(site=place), date_of(site=place), organisation=place.organisation)
    assert [cost(url) for url in urls] == before


def test_A2_the_search_of_the_portal_finds_events_as_they_change(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00", commune=town("Épinal")), title="Forum des métiers", kind="forum")
    old = published(date_of(timezone.now() - dt.timedelta(days=500)), title="Forum ancien")
    document = SearchDocument.objects.get(kind="event")
    assert (document.key, document.url, document.summary) == (
        event.slug, f"/agenda/{event.slug}/", "Forum, mardi 16\u00a0mars 2027, Épinal",
    )  # fmt: skip
    page = client.get("/recherche/?q=forum").content.decode()
    assert f'href="/agenda/{event.slug}/"' in page
    assert search.rebuild(["event"]) == 1
    assert client.get("/sitemap.xml").content.decode().count(f"/agenda/{event.slug}/</loc>") == 1
    withdraw(event=event, reason="Doublon.", actor=None)
    assert SearchDocument.objects.filter(kind="event", key__in=[event.slug, old.slug]).count() == 0


def test_refreshing_many_costs_as_few_statements_as_one(client: Client) -> None:
    from events import search_entries

    keys = [published(date_of(commune=town())).pk for _ in range(4)]

    def cost(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            search_entries.refresh(some)
        return len(asked)

    assert cost(keys[:1]) == cost(keys) <= 5


@pytest.mark.parametrize("url", ["/", "/plan-du-site/"])
def test_A2_the_agenda_is_one_step_away(client: Client, url: str) -> None:
    page: Any = client.get(url).content.decode()
    assert '<li><a href="/agenda/">Agenda</a></li>' in page
