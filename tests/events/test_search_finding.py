"""What a search finds, against an oracle that reads the truth and knows no index (A2)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from core.geo import distance_km
from core.reference import Access, EventType, Sector, Status
from events.models import Event, Session
from events.search import facets, finding
from events.search.filters import Search, read
from events.services import sessions as session_doors
from events.services.states import withdraw
from territories import routing
from tests import factories
from tests.events.tools import date_of, first_session, paris, published

pytestmark = pytest.mark.django_db
TOWNS = (("Épinal", "88160", 48.17, 6.45), ("Nancy", "54395", 48.69, 6.18), ("Troyes", "10387", 48.30, 4.08))
WORDS = ("robotique", "menuiserie", "couture", "horlogerie", "mosaïque", "navigation")


def found(query: str) -> Search:
    search = read(QueryDict(query))
    assert search.errors == {}
    return search


def titles(dates: list[finding.Found]) -> list[str]:
    names = dict(Event.objects.values_list("pk", "title"))
    return [names[date.event] for date in dates]


@pytest.fixture
def world() -> list[Event]:
    """Sixty events of a fixed seed: one to four dates each, past, under way, coming, long, here, there, online."""
    dice = random.Random(4)
    towns = [factories.town(name, insee=insee, lat=lat, lon=lon) for name, insee, lat, lon in TOWNS]
    routing.rules_changed()
    now = timezone.now()
    made = []
    for number in range(60):
        dates = []
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            starts = now + timedelta(hours=dice.randint(-72, 240), minutes=dice.randint(0, 59))
            length = dice.choice((1, 2, 8, 8, 80))
            if dice.random() < 0.2:
                dates.append(date_of(starts, hours=length, attendance="online", online_url="https://visio.invalid/"))
            else:
                attendance = dice.choice(("place", "place", "hybrid"))
                dates.append(date_of(starts, hours=length, attendance=attendance, commune=dice.choice(towns)))
        made.append(published(
            *dates, title=f"{dice.choice(WORDS)} et {dice.choice(WORDS)} {number}", kind=dice.choice(EventType.values),
            sectors=dice.sample(Sector.values, dice.choice((0, 1, 2))),
            publics=dice.sample(Status.values, dice.choice((0, 1, 3))),
            access=dice.sample(Access.values, dice.choice((0, 0, 1, 2))),
        ))  # fmt: skip
    for event in dice.sample(made, 5):
        withdraw(event=event, reason="", actor=None)
    for event in dice.sample(made, 5):
        session = first_session(event)
        if session.event.state == "published" and session.ends_at > now:
            session_doors.cancel(session=session, message="", actor=None)
    return made


def answers(search: Search, session: Session) -> bool:
    """Whether a date answers, days left out: the oracle, written from the rules and from nothing else."""
    event = session.event
    access = {*event.access, *session.access}
    checks: list[bool] = [
        event.state == "published",
        not search.types or event.kind in search.types,
        not search.sectors
        or not event.sectors
        or "tous" in event.sectors
        or bool({*event.sectors} & {*search.sectors}),
        not search.publics or not event.publics or bool({*event.publics} & {*search.publics}),
        access >= set(search.access),
        not search.online or session.attendance != "place",
        not search.q or all(word in event.title for word in search.q.split()),
    ]
    if search.start:
        at = session.lat, session.lon
        near = at[0] is not None and at[1] is not None
        checks.append(near and distance_km(search.start.lat, search.start.lon, *at) <= search.reach)  # type: ignore[arg-type]
    return all(checks)


def oracle(search: Search) -> tuple[list[tuple[datetime, int]], set[int]]:
    """Of each event its first coming date, rather one that holds and has seats, in order; the events under way at the
    start: what is off is not, when other dates of its event hold after it."""
    start, end = search.window()
    dates = [s for s in Session.objects.select_related("event") if answers(search, s)]
    coming: dict[int, tuple[datetime, int]] = {}
    for session in sorted(dates, key=lambda s: (-holds(s), s.starts_at, s.pk)):
        if session.starts_at >= start and (end is None or session.starts_at < end):
            coming.setdefault(session.event_id, (session.starts_at, session.pk))
    return sorted(coming.values()), {
        s.event_id for s in dates if s.starts_at < start < s.ends_at and (holds(s) or not goes_on(s))
    }


def holds(session: Session) -> int:
    """0: off; 1: held and full; 2: held, with seats."""
    return 0 if session.status in {"cancelled", "postponed"} else 1 if session.full else 2


def goes_on(session: Session) -> bool:
    mine = (session.starts_at, session.pk)
    return any(
        (other.starts_at, other.pk) > mine and holds(other) for other in Session.objects.filter(event=session.event_id)
    )


def every(search: Search) -> int:
    """How many events answer, coming or under way."""
    start, end = search.window()
    return len({
        s.event_id for s in Session.objects.select_related("event")
        if answers(search, s) and s.ends_at > start and (s.starts_at < start or end is None or s.starts_at < end)
    })  # fmt: skip


def whole(search: Search, limit: int) -> Iterator[list[finding.Found]]:
    """Every page, by the marks of each."""
    page = finding.page(search, limit=limit)
    yield page.found
    while page.next:
        page = finding.page(search, after=page.next, limit=limit)
        yield page.found


QUERIES = [
    "", "q=robotique", "q=couture+horlogerie", "type=atelier", "type=atelier&type=forum&type=salon",
    "secteur=bois", "secteur=bois&secteur=industrie", "public=lyceen", "public=lyceen&public=cadre", "acces=lsf",
    "acces=lsf&acces=pmr", "en-ligne=1", "commune=88160", "commune=88160&rayon=100", "commune=88160&rayon=1",
    "commune=54395&type=atelier&type=stage", "commune=88160&en-ligne=1", "commune=88160&rayon=100&q=robotique",
    "type=stage&type=visite&public=retraite&en-ligne=1", "q=mosaïque&secteur=commerce",
]  # fmt: skip


@pytest.mark.parametrize("span", ["", "du={0}", "du={0}&au={1}", "au={1}", "du={2}"])
def test_A2_each_event_once_at_its_next_date_as_the_oracle_says(world: list[Event], span: str) -> None:
    today = timezone.localdate()
    days = [(today + timedelta(days=n)).isoformat() for n in (2, 5, -3)]
    for query in QUERIES:
        search = found(f"{query}&{span.format(*days)}")
        expected, under_way = oracle(search)
        pages = list(whole(search, 7))
        assert [(f.starts_at, f.session) for page in pages for f in page] == expected, query
        assert all(len(page) == 7 for page in pages[:-1])
        now = finding.running(search, limit=100).found
        assert {f.event for f in now} == under_way, query
        assert len(now) == len(under_way)
        assert [f.ends_at for f in now] == sorted(f.ends_at for f in now)


def test_A2_pages_go_back_as_they_came(world: list[Event]) -> None:
    for query in ("", "commune=88160&rayon=100", "type=atelier&type=forum&type=salon&type=stage"):
        search = found(query)
        pages = list(whole(search, 6))
        assert len(pages) > 1
        marks = [finding.page(search, limit=6)]
        for _ in pages[1:]:
            marks.append(finding.page(search, after=marks[-1].next, limit=6))
        assert (marks[0].previous, marks[-1].next) == ("", "")
        back = marks[-1]
        for expected in reversed(pages[:-1]):
            back = finding.page(search, before=back.previous, limit=6)
            assert [f.session for f in back.found] == [f.session for f in expected]
            assert back.ongoing == []
        assert back.previous == ""


def test_A2_pages_of_what_is_under_way(world: list[Event]) -> None:
    search = found("")
    everything = [f.session for f in finding.running(search, limit=100).found]
    assert len(everything) > 4
    first = finding.running(search, limit=3)
    second = finding.running(search, after=first.next, limit=3)
    assert [f.session for f in (*first.found, *second.found)] == everything[:6]
    assert [f.session for f in finding.running(search, before=second.previous, limit=3).found] == everything[:3]
    page = finding.page(search)
    assert ([f.session for f in page.ongoing], page.more_ongoing) == (everything[:4], True)


def test_A2_facets_are_what_a_click_gives(world: list[Event]) -> None:
    for query in QUERIES:
        search = found(query)
        counted = facets.count(search)
        assert (counted.total, counted.capped) == (every(search), False), query
        for group, field in (("type", "types"), ("secteur", "sectors"), ("public", "publics")):
            for value in (Status if group == "public" else Sector if group == "secteur" else EventType).values:
                one = every(search.but(**{field: (value,)}))
                assert counted.counts[group].get(value, 0) == one, (query, group, value)
        for value in Access.values:
            expected = every(search.but(access=(value,)))
            assert counted.counts["acces"].get(value, 0) == expected, (query, value)
        if not search.online:
            assert counted.online == every(search.but(online=True)), query


def test_A2_facets_say_when_there_are_more(world: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "MOST", 10)
    counted = facets.count(found(""))
    assert (counted.capped, counted.total <= 20) == (True, True)  # ten to come, ten under way


def test_A2_between_holds_what_overlaps(world: list[Event]) -> None:
    start = timezone.now() + timedelta(days=1)
    end = start + timedelta(days=4)
    for query in QUERIES:
        search = found(query)
        expected = sorted(
            (s.starts_at, s.pk) for s in Session.objects.select_related("event")
            if answers(search, s) and s.starts_at < end and s.ends_at > start
        )  # fmt: skip
        assert [(f.starts_at, f.session) for f in finding.between(search, start, end)] == expected, query


def test_A2_words_have_endings_and_accents() -> None:
    published(title="Découverte des métiers du bois", description="Ateliers de menuiserie")
    published(title="Salon d’Épinal", kind="salon")
    for words in ("metier", "MÉTIERS", "decouvertes", "menuiseries", "découvrir bois", "l’atelier"):
        expected = [] if words == "découvrir bois" else ["Découverte des métiers du bois"]
        assert titles(finding.page(found(f"q={words}")).found) == expected, words
    assert titles(finding.page(found("q=épinal")).found) == ["Salon d’Épinal"]
    assert titles(finding.page(found("q=-salon")).found) == ["Salon d’Épinal"]  # nobody means « all but »


def test_A2_a_word_before_the_space_of_a_colon_is_a_word() -> None:
    published(title="Atelier soudure\u00a0: premiers gestes", description="«\u202fStress\u202f» et «\u00a0voix\u00a0»")
    for words in ("soudure", "gestes", "stress", "voix", "atelier\u00a0soudure", "soudure\u202f:"):
        assert len(finding.page(found(f"q={words}")).found) == 1, words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("jpo", ["CFA de Gray", "JPO du lycée"]),
        ("portes ouvertes", ["CFA de Gray", "JPO du lycée"]),
        ("Journées portes ouvertes", ["CFA de Gray", "JPO du lycée"]),
        ("JPO lycée", ["JPO du lycée"]),
        ("forum des métiers", ["Carrefour des métiers", "Salon des métiers"]),
        ("salon", ["Carrefour des métiers", "Salon des métiers"]),
        ("lycéens", ["Salon des métiers"]),  # said « Lycéen·ne » among its publics
        ("lycéen·ne", ["Salon des métiers"]),
        ('"forum"', []),
    ],
)
def test_A2_words_of_the_field_find_what_says_the_same(words: str, expected: list[str]) -> None:
    published(title="JPO du lycée", kind="visite")
    published(title="CFA de Gray", kind="portes-ouvertes")
    published(title="Salon des métiers", kind="stage", publics=["lyceen"])
    published(title="Carrefour des métiers", kind="stage")
    search = found(f"q={words}")
    assert sorted(titles(finding.page(search).found)) == expected
    assert facets.count(search).total == len(expected)


def test_A3_what_is_cancelled_stays_at_its_date() -> None:
    event = published()
    session_doors.cancel(session=first_session(event), message="", actor=None)
    assert titles(finding.page(found("")).found) == [event.title]


def test_A2_a_long_event_neither_floods_nor_vanishes() -> None:
    now = timezone.now()
    exhibition = published(date_of(now - timedelta(days=40), hours=24 * 80), title="Exposition")
    weekly = published(*(date_of(now + timedelta(days=7 * n, hours=1)) for n in range(12)), title="Permanence")
    page = finding.page(found(""))
    assert (titles(page.found), titles(page.ongoing)) == (["Permanence"], ["Exposition"])
    assert page.found[0].later == 11
    session_doors.cancel(session=weekly.sessions.order_by("starts_at")[3], message="", actor=None)
    assert finding.page(found("")).found[0].later == 10
    in_a_month = finding.page(found(f"du={(timezone.localdate() + timedelta(days=30)).isoformat()}"))
    assert titles(in_a_month.ongoing) == ["Exposition"]
    assert exhibition.pk not in {f.event for f in in_a_month.found}


@pytest.mark.parametrize(("day", "at"), [("2027-03-28", "2027-03-28 23:30"), ("2027-10-31", "2027-10-31 00:10")])
def test_A2_the_days_when_the_hour_changes_lose_nothing(day: str, at: str) -> None:
    event = published(date_of(at, hours=0.25))
    assert titles(finding.page(found(f"du={day}&au={day}")).found) == [event.title]
    before = (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()
    assert finding.page(found(f"du={before}&au={before}")).found == []


def test_A8_a_feed_keeps_the_recent_past_and_what_was_withdrawn() -> None:
    now = timezone.now()
    for days in (-40, -20, 5):
        published(date_of(now + timedelta(days=days)), title=f"À {days} jours")
    gone = published(date_of(now + timedelta(days=3)), title="Retiré")
    withdraw(event=gone, reason="", actor=None)
    events = dict(Session.objects.values_list("starts_at", "event__title"))
    told = finding.texts(found(""), "ics")
    assert [events[starts] for starts, _, _ in told] == ["À -20 jours", "Retiré", "À 5 jours"]
    assert [events[starts] for starts, _, _ in finding.texts(found(""), "ics", withdrawn=False)] == [
        "À -20 jours", "À 5 jours",
    ]  # fmt: skip
    asked = finding.texts(found(f"du={(timezone.localdate() - timedelta(days=60)).isoformat()}"), "ics")
    assert len(asked) == 4
    assert len(finding.texts(found(""), "ics", limit=2)) == 2
    assert len(finding.keys(found(""))) == 2


def test_A4_an_alert_is_told_of_what_is_new_and_of_what_changed_once() -> None:
    event = published(title="Forum")
    before = timezone.now()
    Event.objects.filter(pk=event.pk).update(published_at=before - timedelta(days=3))
    Session.objects.filter(event=event).update(created_at=before - timedelta(days=3))
    from events.derived import refresh_event

    refresh_event(event)
    since = before - timedelta(days=1)
    assert finding.changed(found(""), since, timezone.now()) == []
    fresh = published(title="Salon")
    session_doors.cancel(session=first_session(event), message="", actor=None)
    until = timezone.now()
    news = {f.event: f.news for f in finding.changed(found(""), since, until)}
    assert news == {event.pk: "changed", fresh.pk: "new"}
    assert finding.changed(found(""), until, until + timedelta(days=1)) == []


@pytest.mark.parametrize("mark", ["x", "1-2", "1-2-3-4", "zz-1-1", "-1-1-1", "f" * 70, "fffffffffffffff-1-1", "%00"])
def test_S4_a_mark_that_is_none_is_the_first_page(mark: str) -> None:
    event = published()
    assert titles(finding.page(found(""), after=mark).found) == [event.title]
    assert titles(finding.page(found(""), before=mark).found) == [event.title]


def test_A2_dates_of_one_instant_are_all_there() -> None:
    at = datetime(2027, 5, 4, 12, tzinfo=UTC)
    made = {published(date_of(at)).pk for _ in range(9)}
    pages = list(whole(found(""), 4))
    assert [len(page) for page in pages] == [4, 4, 1]
    assert {f.event for page in pages for f in page} == made


def test_A2_an_unknown_place_finds_nothing_rather_than_everything() -> None:
    published()
    search = read(QueryDict("commune=Atlantide"))
    start = paris("2026-01-01 00:00")
    end = paris("2099-01-01 00:00")
    lists: list[Any] = [finding.page(search).found, finding.texts(search, "ics"), finding.between(search, start, end)]
    assert lists == [[], [], []]
