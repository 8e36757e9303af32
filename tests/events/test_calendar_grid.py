"""The week and the month of the agenda (A2, A3, S1): whole days, nothing hidden, links that keep the search."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from events.models import Session
from events.search import days, filters
from events.services import sessions
from events.views import calendar
from tests.events.tools import date_of, first_session, paris, published
from tests.factories import town

pytestmark = pytest.mark.django_db


def shown(query: str) -> dict[str, Any]:
    """What the view gives for `query`, of the view that it names."""
    search = filters.read(QueryDict(query))
    view = {"semaine": calendar.week, "mois": calendar.month}[search.view]
    made = view(RequestFactory().get("/agenda/"), search)["calendar"]
    assert isinstance(made, dict)
    return made


def drawn(query: str) -> str:
    name = "events/_week.html" if "vue=semaine" in query else "events/_month.html"
    return render_to_string(name, {"calendar": shown(query)})


def cell(made: dict[str, Any], day: str) -> calendar.Day:
    cells: list[calendar.Day] = [cell for week in made["weeks"] for cell in week if cell]
    return next(cell for cell in cells if cell.day.isoformat() == day)


def titles(day: calendar.Day) -> list[str]:
    return [item.what.title for item in day.items]


def test_A2_a_week_is_that_of_du_and_begins_on_monday() -> None:
    made = shown("vue=semaine&du=2027-03-18")
    assert [cell.day.isoformat() for cell in made["weeks"][0]] == [f"2027-03-{n}" for n in range(15, 22)]
    assert made["title"] == "du 15 au 21\u00a0mars 2027"


def test_A2_a_month_has_its_days_only_in_weeks_from_monday() -> None:
    made = shown("vue=mois&du=2027-08-20")
    assert [len(week) for week in made["weeks"]] == [7] * 6
    assert [cell is None for cell in made["weeks"][0]] == [True] * 6 + [False]
    assert sum(cell is not None for week in made["weeks"] for cell in week) == 31
    assert made["title"] == "août 2027"


def test_A2_a_week_and_a_month_across_years() -> None:
    made = shown("vue=semaine&du=2027-01-01")
    assert made["title"] == "du 28\u00a0décembre 2026 au 3\u00a0janvier 2027"
    assert shown("vue=mois&du=2026-12-31")["next"] == {
        "url": "/agenda/?du=2027-01-01&vue=mois#calendrier", "said": "janvier 2027",
    }  # fmt: skip


def test_A2_moving_keeps_every_filter_and_forgets_the_end() -> None:
    made = shown("vue=semaine&du=2027-03-18&au=2027-03-19&type=forum&type=atelier&en-ligne=1&q=bois")
    filters_kept = "en-ligne=1&q=bois&type=atelier&type=forum&vue=semaine#calendrier"
    assert made["previous"]["url"] == f"/agenda/?du=2027-03-08&{filters_kept}"
    assert made["next"]["url"] == f"/agenda/?du=2027-03-22&{filters_kept}"
    assert made["today"] == f"/agenda/?du={days.today()}&{filters_kept}"
    assert made["until_ignored"] is True
    assert "ne sert pas ici" in drawn("vue=semaine&du=2027-03-18&au=2027-03-19")
    assert "ne sert pas ici" not in drawn("vue=semaine&du=2027-03-18")


@pytest.mark.parametrize(("query", "missing"), [("du=2000-01-01", "previous"), ("du=2099-12-31", "next")])
@pytest.mark.parametrize("view", ["semaine", "mois"])
def test_S4_the_agenda_ends_where_its_time_ends(query: str, missing: str, view: str) -> None:
    made = shown(f"vue={view}&{query}")
    assert [name for name in ("previous", "next") if made[name] is None] == [missing]


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2026-03-29", 23), ("2026-10-25", 25)]
)
@pytest.mark.parametrize("view", ["semaine", "mois"])
def test_A3_the_day_the_hour_changes_is_whole(day: str, hours: int, view: str) -> None:
    """The last Sundays of March and October: what is late that evening is of that day, at its wall-clock time."""
    sunday = date.fromisoformat(day)
    assert days.midnight(sunday + timedelta(days=1)).timestamp() - days.midnight(sunday).timestamp() == hours * 3600
    published(date_of(f"{day} 00:15", hours=1), title="À la première heure")
    published(date_of(f"{day} 23:30", hours=0.4), title="À la dernière heure")
    published(date_of(f"{sunday + timedelta(days=1)} 00:00", hours=1), title="Le lendemain")
    found = cell(shown(f"vue={view}&du={day}"), day)
    assert titles(found) == ["À la première heure", "À la dernière heure"]
    assert [item.at for item in found.items] == ["0\u00a0h\u00a015", "23\u00a0h\u00a030"]


def test_A2_a_full_day_shows_a_few_and_links_to_its_list() -> None:
    for n in range(calendar.MONTH_SHOWN + 12):
        published(date_of("2027-03-16 14:00"), title=f"Atelier {n:02d}")
    found = cell(shown("vue=mois&du=2027-03-01&type=atelier"), "2027-03-16")
    assert (titles(found), found.more) == ([f"Atelier {n:02d}" for n in range(3)], "+ 12 autres")
    assert found.url == "/agenda/?au=2027-03-16&du=2027-03-16&type=atelier"
    assert '+ 12 autres<span class="visually-hidden"> le mardi 16' in drawn("vue=mois&du=2027-03-01")


def test_A2_one_more_is_shown_rather_than_announced() -> None:
    for n in range(calendar.MONTH_SHOWN + 1):
        published(date_of("2027-03-16 14:00"), title=f"Atelier {n}")
    found = cell(shown("vue=mois&du=2027-03-01"), "2027-03-16")
    assert (len(found.items), found.more) == (calendar.MONTH_SHOWN + 1, "")


def test_A2_beyond_what_is_read_the_figure_is_said_to_be_a_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.search.grid.PER_DAY", 30)
    monkeypatch.setattr("events.views.calendar.PER_DAY", 30)
    for n in range(35):
        published(date_of("2027-03-16 14:00"), title=f"Atelier {n}")
    found = cell(shown("vue=mois&du=2027-03-01"), "2027-03-16")
    assert (len(found.items), found.more) == (3, "+ de 20 autres")


def test_A2_an_event_of_several_days_is_one_bar_a_week() -> None:
    published(date_of("2027-03-19 09:00", hours=24 * 4), title="Salon")
    made = shown("vue=mois&du=2027-03-01")
    bars = {
        cell.day.day: (lane.begins, lane.bar.length, lane.bar.before, lane.bar.after)
        for week in made["weeks"] for cell in week if cell for lane in cell.lanes if lane.bar
    }  # fmt: skip
    assert bars == {
        19: (True, 3, False, True), 20: (False, 3, False, True), 21: (False, 3, False, True),
        22: (True, 2, True, False), 23: (False, 2, True, False),
    }  # fmt: skip
    html = drawn("vue=mois&du=2027-03-01")
    assert len(re.findall(r'class="bar [^"]*"', html)) == 2
    assert html.count("Salon, suite") == 3


def test_A2_what_began_before_the_range_is_shown_and_an_evening_past_midnight_is_one_day() -> None:
    published(date_of("2027-02-20 09:00", hours=24 * 30), title="Exposition")
    published(date_of("2027-03-16 20:00", hours=6), title="Nuit de l’orientation")
    made = shown("vue=semaine&du=2027-03-15")
    assert [(lane.bar.item.what.title, lane.bar.length) for lane in cell(made, "2027-03-15").lanes if lane.bar] == [
        ("Exposition", 7)
    ]
    assert titles(cell(made, "2027-03-16")) == ["Nuit de l’orientation"]


def test_A2_long_events_do_not_flood() -> None:
    for n in range(9):
        published(date_of("2027-03-14 09:00", hours=24 * 30), title=f"Exposition {n}")
    published(date_of("2027-03-15 14:00"), title="Atelier")
    monday = cell(shown("vue=semaine&du=2027-03-15"), "2027-03-15")
    assert (len(monday.lanes), titles(monday), monday.more) == (calendar.WEEK_LANES, ["Atelier"], "+ 4 autres")


def test_A3_what_became_of_a_date_is_said_in_words() -> None:
    cancelled, moved, full = (published(date_of("2027-03-16 14:00"), title=title) for title in ("A", "B", "C"))
    sessions.cancel(session=first_session(cancelled), message="", actor=None)
    sessions.postpone(session=first_session(moved), actor=None)
    sessions.say_full(session=first_session(full), full=True, actor=None)
    items = cell(shown("vue=mois&du=2027-03-01"), "2027-03-16").items
    assert [(item.what.title, item.words, item.kind) for item in items] == [
        ("A", "Annulé", "off"), ("B", "Reporté", "off"), ("C", "Complet", "full"),
    ]  # fmt: skip


def test_S1_the_table_says_what_it_is_without_colour_nor_layout() -> None:
    published(date_of("2027-03-16 14:00", commune=town("Troyes")), title="Forum <b>des métiers</b>", kind="forum")
    html = drawn("vue=semaine&du=2027-03-16")
    assert re.findall(r"<caption[^>]*>([^<]+)</caption>", html) == [
        "Les évènements de la semaine du 15 au 21\u00a0mars 2027, du lundi au dimanche"
    ]
    assert html.count('scope="col"') == 7
    assert "<b>des métiers" not in html
    assert [role for role in re.findall(r'role="(\w+)"', html) if role in {"table", "rowgroup"}] == [
        "table", "rowgroup", "rowgroup",
    ]  # fmt: skip


def test_S1_today_is_marked_in_words() -> None:
    published(date_of(f"{days.today()} 12:00"))
    for view in ("semaine", "mois"):
        html = drawn(f"vue={view}&du={days.today()}")
        assert (html.count('aria-current="date"'), html.count('<span class="day-now">aujourd’hui</span>')) == (1, 1)
        assert (html.count('href="#aujourd-hui"'), html.count('id="aujourd-hui"')) == (1, 1)


def test_A2_an_empty_page_leads_to_the_next_date() -> None:
    published(date_of("2027-05-12 14:00"))
    made = shown("vue=semaine&du=2027-03-16")
    assert (made["nothing"], made["way_on"]) == (
        True, ("mercredi 12\u00a0mai 2027", "/agenda/?du=2027-05-12&vue=semaine#calendrier"),
    )  # fmt: skip
    assert shown("vue=mois&du=2027-06-16")["way_on"] is None


def test_A2_filters_hold_in_a_calendar() -> None:
    published(date_of("2027-03-16 14:00"), title="Forum", kind="forum")
    published(date_of("2027-03-16 14:00"), title="Atelier", kind="atelier")
    assert titles(cell(shown("vue=semaine&du=2027-03-16&type=forum"), "2027-03-16")) == ["Forum"]


def at(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """It is `text`, in Paris."""
    monkeypatch.setattr(timezone, "now", lambda: paris(text))


OVER = "Plus rien à venir"


def test_A2_a_sunday_with_something_left_stays_and_shows_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    published(date_of("2027-03-16 14:00"), title="Mardi")
    published(date_of("2027-03-21 18:00"), title="Ce soir")
    published(date_of("2027-03-24 14:00"), title="Mercredi prochain")
    at(monkeypatch, "2027-03-21 17:00")
    made, html = shown("vue=semaine"), drawn("vue=semaine")
    assert (made["title"], made["over"], made["last_day"]) == ("du 15 au 21\u00a0mars 2027", False, True)
    way = '<a href="/agenda/?du=2027-03-22&amp;vue=semaine#calendrier">Voir la semaine suivante</a>'
    assert (html.count(way), html.count(OVER)) == (1, 0)


def test_A2_a_sunday_evening_opens_the_week_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the week is still to come: a date under way counts, an exhibition that lasts beyond does not."""
    published(date_of("2027-03-21 18:00"), title="Ce soir")
    published(date_of("2027-03-24 14:00"), title="Mercredi prochain")
    published(date_of("2027-03-19 09:00", hours=24 * 20), title="Exposition")
    at(monkeypatch, "2027-03-21 19:59")
    assert shown("vue=semaine")["title"] == "du 15 au 21\u00a0mars 2027"
    at(monkeypatch, "2027-03-21 20:01")
    made, html = shown("vue=semaine"), drawn("vue=semaine")
    assert (made["title"], made["over"]) == ("du 22 au 28\u00a0mars 2027", True)
    back = '<a href="/agenda/?du=2027-03-21&amp;vue=semaine#calendrier">Revoir cette semaine</a>'
    assert (html.count(OVER), html.count(back)) == (1, 1)
    assert made["today"] == "/agenda/?du=2027-03-21&vue=semaine#calendrier"
    assert shown("vue=semaine&du=2027-03-21")["title"] == "du 15 au 21\u00a0mars 2027"  # asked by name


def test_A2_the_last_evening_of_a_month_opens_the_month_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    published(date_of("2027-03-31 10:00"), title="Ce matin")
    published(date_of("2027-04-02 10:00"), title="Vendredi")
    at(monkeypatch, "2027-03-31 09:00")
    assert (shown("vue=mois")["title"], shown("vue=mois")["last_day"]) == ("mars 2027", True)
    at(monkeypatch, "2027-03-31 19:00")
    assert (shown("vue=mois")["title"], shown("vue=mois")["over"]) == ("avril 2027", True)


def test_A2_the_days_of_this_month_that_are_over_can_be_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone hides them until they are asked; what began then and goes on is written under today as well."""
    published(date_of("2027-03-02 10:00"), title="Il y a longtemps")
    published(date_of("2027-03-03 10:00"), title="Avant-hier")
    published(date_of("2027-03-15 09:00", hours=24 * 3), title="Exposition")
    published(date_of("2027-03-20 10:00"), title="Samedi")
    at(monkeypatch, "2027-03-16 12:00")
    made, html = shown("vue=mois"), drawn("vue=mois")
    assert made["behind"] == 3
    assert "Voir aussi les 3 jours passés de ce mois-ci</summary></details>" in html
    assert re.findall(r'class="bar goes-on"[^>]*><span class="what">(.*?)</span>', html) == ["Exposition"]
    assert re.search(r"</details>\s*<table", html)  # the rule of the stylesheet counts on it
    for other in ("vue=mois&du=2027-02-01", "vue=mois&du=2027-04-01", "vue=semaine"):
        assert (shown(other)["behind"], "agenda-behind" in drawn(other)) == (0, False), other


def test_A2_what_is_over_is_over_for_this_search_only(monkeypatch: pytest.MonkeyPatch) -> None:
    published(date_of("2027-03-18 10:00"), title="Forum", kind="forum")
    published(date_of("2027-03-20 10:00"), title="Atelier", kind="atelier")
    at(monkeypatch, "2027-03-19 10:00")
    assert [shown(f"vue=semaine&type={kind}")["over"] for kind in ("atelier", "forum")] == [False, True]


@pytest.mark.parametrize("view", ["semaine", "mois"])
def test_A2_two_statements_whatever_there_is(view: str, django_assert_num_queries: Any) -> None:
    for n in range(12):
        published(date_of(f"2027-03-{15 + n % 5} 14:00"))
    assert Session.objects.count() == 12
    search = filters.read(QueryDict(f"vue={view}&du=2027-03-16"))
    with django_assert_num_queries(2):
        drawn_view = {"semaine": calendar.week, "mois": calendar.month}[view]
        render_to_string("events/_month.html", drawn_view(RequestFactory().get("/agenda/"), search))
