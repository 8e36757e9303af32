"""Written by hand: a rule of whole days, and an event whose date is not fixed yet (A1, A3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from events.models import Event, Listing, Recurrence, Session, Trust
from members.models import Mandate
from tests import factories as make
from tests.events.test_pro_pages import NEW, _in_march, errors, page, typed  # noqa: F401 (a fixture)
from tests.events.tools import first_session, paris

pytestmark = pytest.mark.django_db
RULE = NEW | {
    "when": "regle", "regle-rhythm": "WEEKLY", "regle-every": "1", "regle-weekdays": ["1"],
    "regle-first": "2027-03-16", "regle-until": "2027-04-06", "regle-skipped": "", "regle-all_day": "on",
}  # fmt: skip
NOTE = NEW | {"when": "mots", "date_note": "au printemps 2027"}


@pytest.fixture
def house() -> Any:
    made = make.organisation(slug="la-maison", name="La Maison")
    Trust.objects.create(organisation=made)
    return made


@pytest.fixture
def browser(house: Any, client: Client) -> Client:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return client


def test_A3_every_tuesday_all_day_across_the_change_of_hour(browser: Client) -> None:
    seen = browser.post(page("pro_event_new"), {k: v for k, v in RULE.items() if k != "save"} | {"see_dates": "1"})
    assert seen.context["preview"]["dates"][0] == "mardi 16\u00a0mars 2027, toute la journée"
    browser.post(page("pro_event_new"), RULE)
    rows = Session.objects.order_by("starts_at").values_list("starts_at", "ends_at", "all_day")
    assert list(rows) == [
        (paris(f"{first} 00:00"), paris(f"{after} 00:00"), True)
        for first, after in (
            ("2027-03-16", "2027-03-17"), ("2027-03-23", "2027-03-24"), ("2027-03-30", "2027-03-31"),
            ("2027-04-06", "2027-04-07"),
        )
    ]  # fmt: skip


def test_A3_a_rule_of_whole_days_takes_hours_and_back(browser: Client) -> None:
    browser.post(page("pro_event_new"), RULE)
    session = first_session(Event.objects.get())
    url = page("pro_series", session.event.slug, session.public_id)
    rule = browser.get(url).context["rule"]
    assert (rule["all_day"].value(), rule["starts"].value(), rule["overnight"].value()) == (True, None, False)
    change = {name: value for name, value in RULE.items() if name.startswith("regle-") or name == "attendance"}
    hours = {"regle-starts": "09:00", "regle-ends": "12:00", "scope": "all"}
    asked = {name: value for name, value in change.items() if name != "regle-all_day"} | hours
    said = browser.post(url, asked | {"see": "1"}).context["plan"]
    assert said["changes"] == [("Heures", "journée entière", "09:00\u202f–\u202f12:00")]
    browser.post(url, asked | {"confirm": "1"})
    session.refresh_from_db()
    assert (session.starts_at, session.all_day) == (paris("2027-03-16 09:00"), False)
    browser.post(url, change | {"scope": "all", "confirm": "1"})
    session.refresh_from_db()
    assert (session.starts_at, session.ends_at, session.all_day) == (
        paris("2027-03-16 00:00"), paris("2027-03-17 00:00"), True,
    )  # fmt: skip
    assert (Recurrence.objects.count(), Session.objects.count()) == (1, 4)


def test_A3_a_rule_without_hours_that_is_not_of_whole_days_is_asked_for_them(browser: Client) -> None:
    answer = browser.post(page("pro_event_new"), {k: v for k, v in RULE.items() if k != "regle-all_day"})
    assert sorted(errors(answer)) == ["regle-ends", "regle-starts"]


def test_A1_an_event_whose_date_is_not_fixed_is_written_published_then_dated(browser: Client) -> None:
    browser.post(page("pro_event_new"), {k: v for k, v in NOTE.items() if not k.startswith("date-")})
    event = Event.objects.get()
    assert (event.date_note, event.sessions.count()) == ("au printemps 2027", 0)
    browser.post(page("pro_event_publish", event.slug))
    event.refresh_from_db()
    assert (event.state, Listing.objects.count()) == ("published", 0)
    assert "Au printemps 2027" in browser.get(event.get_absolute_url()).content.decode()
    lines = browser.get(page("pro_events")).context["lines"]
    assert [(line["event"], line["when"]) for line in lines] == [(event, "au printemps 2027")]
    form = browser.get(page("pro_event_edit", event.slug)).context["form"]
    browser.post(page("pro_event_edit", event.slug), typed(form) | {"date_note": "en mai 2027"})
    event.refresh_from_db()
    assert event.date_note == "en mai 2027"
    dates = {name: value for name, value in NEW.items() if name.startswith("date") or name in {"when", "attendance"}}
    browser.post(page("pro_dates_add", event.slug), dates)
    assert (event.sessions.count(), Listing.objects.count()) == (1, 1)
    assert "date_note" not in browser.get(page("pro_event_edit", event.slug)).context["form"].fields


def test_A1_a_date_in_words_needs_words_and_goes_when_dates_are_given(browser: Client) -> None:
    answer = browser.post(page("pro_event_new"), NOTE | {"date_note": " "})
    assert list(errors(answer)) == ["date_note"]
    browser.post(page("pro_event_new"), NOTE | {"when": "dates"})
    event = Event.objects.get()
    assert (event.date_note, event.sessions.count()) == ("", 1)
