"""A series goes on when one of its dates does not: lists show it at its next date that holds (A2, A7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from events import coming, search_entries
from events.models import Event, Session
from events.render import times
from events.search import clusters, facets, finding
from events.search.filters import Search, read
from events.services import sessions as doors
from tests.events.tools import date_of, published

pytestmark = pytest.mark.django_db


def series(*hours: int, **values: object) -> tuple[Event, list[Session]]:
    now = timezone.now().replace(microsecond=0)
    event = published(
        *(date_of(now + timedelta(days=n), hours=hours[n - 1]) for n in range(1, len(hours) + 1)), **values
    )
    return event, list(Session.objects.filter(event=event).order_by("starts_at"))


def found(query: str = "") -> list[finding.Found]:
    page = finding.page(read(QueryDict(query)))
    assert page.ongoing == []
    return page.found


def test_A7_a_series_stands_at_its_next_date_that_holds() -> None:
    _, (first, second, _third) = series(2, 2, 2)
    assert [(one.session, one.later, one.skipped) for one in found()] == [(first.pk, 2, ())]
    doors.cancel(session=first, actor=None)
    assert [(one.session, one.later, one.skipped) for one in found()] == [
        (second.pk, 1, ((first.starts_at, "cancelled"),))
    ]


def test_A7_a_series_stands_at_its_next_date_with_seats() -> None:
    _, (first, second, third) = series(2, 2, 2)
    doors.say_full(session=first, full=True, actor=None)
    doors.postpone(session=second, actor=None)
    assert [(one.session, one.skipped) for one in found()] == [
        (third.pk, ((first.starts_at, "full"), (second.starts_at, "postponed")))
    ]
    doors.cancel(session=third, actor=None)
    assert [one.session for one in found()] == [first.pk]  # full is held


def test_A7_an_event_whose_dates_are_all_off_stays_where_it_was() -> None:
    event, (first, second) = series(2, 2)
    for session in (first, second):
        doors.cancel(session=session, actor=None)
    assert [(one.session, one.later) for one in found()] == [(first.pk, 0)]
    assert [(one.state, one.off) for one in coming.anywhere()] == [("Annulé", True)]
    event.refresh_from_db()
    assert "annulé" in search_entries.entry(event).summary


def test_A7_a_day_that_is_off_is_shown_to_who_asks_for_that_day_and_says_that_others_hold(client: Client) -> None:
    _, (first, *_) = series(2, 2, 2)
    doors.cancel(session=first, actor=None)
    day = times.local(first.starts_at).date().isoformat()
    assert [(one.session, one.later) for one in found(f"du={day}&au={day}")] == [(first.pk, 2)]
    assert "2 autres dates maintenues" in client.get("/agenda/", {"du": day, "au": day}).content.decode()


def test_A7_pages_of_a_list_hold_each_event_once_whatever_became_of_its_dates() -> None:
    events = [series(2, 2, 2) for _ in range(6)]
    for number, (_, dates) in enumerate(events):
        for session in dates[: number % 4]:
            doors.cancel(session=session, actor=None)
    search, seen, after = Search(), list[int](), ""
    while True:
        page = finding.page(search, after=after, limit=2)
        seen += [one.event for one in page.found]
        after = page.next
        if not after:
            break
    assert sorted(seen) == sorted(event.pk for event, _ in events)


def test_A7_panels_and_embeds_show_the_date_that_holds(client: Client) -> None:
    _, (first, second) = series(2, 2)
    doors.cancel(session=first, actor=None)
    assert [(one.state, one.off) for one in coming.anywhere()] == [("", False)]
    html = client.get("/agenda/embed/").content.decode()
    day = times.day(times.local(first.starts_at).date(), name=False, year=False)
    assert f"{day} annulé" in html
    assert times.local(second.starts_at).isoformat() in html
    assert 'class="off"' not in html


def test_A7_what_is_off_is_not_under_way_when_its_event_goes_on() -> None:
    now = timezone.now()
    event = published(date_of(now - timedelta(hours=3), hours=30), date_of(now + timedelta(days=5)))
    first, second = Session.objects.filter(event=event).order_by("starts_at")
    doors.cancel(session=first, actor=None)
    page = finding.page(Search())
    assert ([one.session for one in page.ongoing], [one.session for one in page.found]) == ([], [second.pk])


def test_A2_what_is_under_way_is_counted_in_the_title_the_filters_and_the_map(client: Client) -> None:
    published(date_of(timezone.now() - timedelta(hours=1), hours=3), kind="forum")
    published(date_of(), kind="atelier")
    counted = facets.count(Search())
    assert (counted.total, counted.ongoing, dict(counted.counts["type"])) == (2, 1, {"forum": 1, "atelier": 1})
    assert clusters.places(Search()).events == 2
    for view in ("liste", "carte"):
        assert "2 évènements en cours ou à venir" in client.get("/agenda/", {"vue": view}).content.decode()


def test_A2_a_mistyped_word_is_mended_in_every_view_and_in_its_links(client: Client) -> None:
    published(date_of(), title="Découvrir la robotique")
    for view in ("liste", "carte", "semaine", "mois"):
        html = client.get("/agenda/", {"q": "robotik", "vue": view}).content.decode()
        assert "Rien ne répond à «&nbsp;robotik&nbsp;»" in html, view
        assert "/agenda/s-abonner/?q=robotique" in html, view
        assert "q=robotik&" not in html, view


def test_A2_the_address_a_form_sends_becomes_the_canonical_one(client: Client) -> None:
    answer = client.get("/agenda/?saisie=1&q=&commune=&rayon=30&du=&au=&type=forum")
    assert (answer.status_code, answer["Location"]) == (302, "/agenda/?rayon=30&type=forum")
    assert answer["Cache-Control"] == "private, no-store"
    assert client.get("/agenda/?saisie=1&du=hier").status_code == 200


def test_A2_today_begins_now() -> None:
    published(date_of(timezone.now() - timedelta(minutes=2), hours=0.01))
    today = times.local(timezone.now()).date().isoformat()
    assert found(f"du={today}") == []
