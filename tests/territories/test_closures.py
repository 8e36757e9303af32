"""A closure is said wherever a place is shown, and a closed place is never said open (Europe/Paris)."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry
from territories import cards, closures, openings, services_sites
from territories.models import Closure, Site
from tests import factories

HOURS = {str(day): [["09:00", "12:00"], ["14:00", "17:00"]] for day in range(1, 6)}
D = date.fromisoformat


def close(site: Site, starts_on: date, ends_on: date, reason: str = "") -> Closure:
    return services_sites.add_closure(
        site=site, starts_on=starts_on, ends_on=ends_on, reason=reason, actor=factories.person()
    )


@pytest.mark.parametrize(
    ("start", "end", "today", "said"),
    [
        ("2026-08-03", "2026-08-14", "2026-08-05", "Fermé du 3 au 14\u00a0août"),
        ("2026-08-03", "2026-09-01", "2026-08-05", "Fermé du 3\u00a0août au 1er\u00a0septembre"),
        ("2026-12-24", "2027-01-02", "2026-11-22", "Sera fermé du 24\u00a0décembre 2026 au 2\u00a0janvier 2027"),
        ("2026-12-24", "2026-12-24", "2026-12-24", "Fermé le 24\u00a0décembre"),
        ("2027-01-04", "2027-01-08", "2026-12-28", "Sera fermé du 4 au 8\u00a0janvier 2027"),
    ],
)
def test_a_closure_is_said_in_words(start: str, end: str, today: str, said: str) -> None:
    assert closures.sentence((D(start), D(end)), D(today)) == said


def test_closures_that_touch_are_one() -> None:
    spans = [(D("2026-12-28"), D("2027-01-02")), (D("2026-12-24"), D("2026-12-27")), (D("2027-03-01"), D("2027-03-01"))]
    joined = [(D("2026-12-24"), D("2027-01-02")), (D("2027-03-01"), D("2027-03-01"))]
    assert closures.merged(spans) == joined
    assert closures.read(closures.written(spans)) == joined
    assert closures.closed_on(spans, D("2027-01-02")) == joined[0]
    assert closures.closed_on(spans, D("2027-01-03")) is None


@pytest.mark.parametrize(
    ("now", "is_open", "said"),
    [
        # Wednesday 23 December, 10 h in Paris: open; the evening: the next opening jumps over the closure.
        (datetime(2026, 12, 23, 9, tzinfo=UTC), True, "Ouvert maintenant, ferme à 12\u00a0h"),
        (datetime(2026, 12, 23, 18, tzinfo=UTC), False, "Fermé, ouvre lundi 4\u00a0janvier à 9\u00a0h"),
        # 23 h 30 UTC on the 23rd is the 24th in Paris: closed already.
        (
            datetime(2026, 12, 23, 23, 30, tzinfo=UTC), False,
            "Fermé du 24\u00a0décembre 2026 au 2\u00a0janvier 2027, ouvre lundi 4\u00a0janvier à 9\u00a0h",
        ),
        (
            datetime(2026, 12, 28, 10, tzinfo=UTC), False,
            "Fermé du 24\u00a0décembre 2026 au 2\u00a0janvier 2027, ouvre lundi à 9\u00a0h",
        ),
        (datetime(2027, 1, 4, 9, tzinfo=UTC), True, "Ouvert maintenant, ferme à 12\u00a0h"),
    ],
)  # fmt: skip
def test_a_closed_place_is_never_said_open(now: datetime, is_open: bool, said: str) -> None:
    state = openings.state(HOURS, now, [(D("2026-12-24"), D("2027-01-02"))])
    assert state == openings.State(is_open, said)


def test_a_place_without_hours_says_its_closure() -> None:
    noon = datetime(2026, 8, 5, 10, tzinfo=UTC)
    assert openings.state({}, noon, [(D("2026-08-03"), D("2026-08-14"))]) == openings.State(
        False, "Fermé du 3 au 14\u00a0août"
    )
    assert openings.state({}, noon, [(D("2026-09-03"), D("2026-09-14"))]) is None


@pytest.mark.django_db
def test_a_card_written_once_says_what_the_day_it_is_read_makes_of_its_closures(monkeypatch: Any) -> None:
    today = timezone.localdate()
    site = factories.site(hours={str(day): [["00:00", "23:59"]] for day in range(1, 8)})
    close(site, today + timedelta(days=20), today + timedelta(days=25))
    card = Site.objects.get(pk=site.pk).card

    def shown(day: date) -> tuple[list[str], bool]:
        noon = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)
        html = cards.fill(card, hours=site.hours)
        monkeypatch.undo()
        assert "\ue005" not in html
        return re.findall(r'<p class="closed-line">([^<]*)</p>', html), "Aujourd’hui\u00a0: fermé" in html

    span = (today + timedelta(days=20), today + timedelta(days=25))
    assert shown(today) == ([], False)
    soon, now = today + timedelta(days=10), today + timedelta(days=22)
    assert shown(soon) == ([closures.sentence(span, soon)], False)
    assert shown(now) == ([closures.sentence(span, now)], True)
    assert shown(today + timedelta(days=26)) == ([], False)


@pytest.mark.django_db
def test_a_reason_never_enters_a_card_and_a_name_never_opens_a_slot() -> None:
    today = timezone.localdate()
    site = factories.site(name="Lieu \ue005 piégé")
    close(site, today, today, "Inventaire <b>secret</b>")
    card = Site.objects.get(pk=site.pk).card
    assert card.count(cards.CLOSURES) == 2
    assert "Inventaire" not in card
    assert "Lieu  piégé" in cards.fill(card)


@pytest.mark.django_db
def test_a_page_its_list_and_the_api_say_a_closure(client: Client) -> None:
    today = timezone.localdate()
    site = factories.site(hours={str(day): [["00:00", "23:59"]] for day in range(1, 8)})
    assert "Ouvert maintenant" in client.get(site.get_absolute_url()).content.decode()
    close(site, today, today + timedelta(days=3), "Travaux <script>alert(1)</script>")
    close(site, today + timedelta(days=40), today + timedelta(days=41))
    html = client.get(site.get_absolute_url()).content.decode()
    assert "Ouvert maintenant" not in html
    assert closures.sentence((today, today + timedelta(days=3)), today) in html
    assert "Travaux &lt;script&gt;" in html
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert data["specialOpeningHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification", "opens": "00:00", "closes": "00:00",
            "validFrom": (today + timedelta(days=first)).isoformat(),
            "validThrough": (today + timedelta(days=last)).isoformat(),
        }
        for first, last in ((0, 3), (40, 41))
    ]  # fmt: skip
    listed = client.get("/lieux/").content.decode()
    assert re.findall(r'<p class="closed-line">([^<]*)</p>', listed) == [
        closures.sentence((today, today + timedelta(days=3)), today)
    ]
    alone = client.get(f"/api/v1/sites/{site.slug}/").json()
    assert alone["closures"] == [
        {
            "from": today.isoformat(), "to": (today + timedelta(days=3)).isoformat(),
            "reason": "Travaux <script>alert(1)</script>",
        },
        {"from": str(today + timedelta(days=40)), "to": str(today + timedelta(days=41)), "reason": ""},
    ]  # fmt: skip


@pytest.mark.django_db
def test_past_closures_leave() -> None:
    today = timezone.localdate()
    site = factories.site()
    Closure.objects.create(site=site, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    kept = close(site, today, today)
    assert services_sites.forget_past_closures() == 1
    assert list(Closure.objects.all()) == [kept]


@pytest.mark.django_db
def test_a_closure_is_held_to_its_rules_and_journaled() -> None:
    today = timezone.localdate()
    site = factories.site()
    with pytest.raises(ValidationError):
        close(site, today - timedelta(days=3), today - timedelta(days=2))
    with pytest.raises(ValidationError):
        close(site, today + timedelta(days=3), today + timedelta(days=2))
    assert close(site, today, today).pk == close(site, today, today).pk  # a double click
    for days in range(1, services_sites.CLOSURES_KEPT):
        close(site, today + timedelta(days=2 * days), today + timedelta(days=2 * days))
    with pytest.raises(ValidationError):
        close(site, today + timedelta(days=400), today + timedelta(days=400))
    assert JournalEntry.objects.filter(verb="site.close").count() == services_sites.CLOSURES_KEPT
    first = site.closures.get(starts_on=today)
    services_sites.remove_closure(closure=first, actor=factories.person())
    assert JournalEntry.objects.filter(verb="site.open_again").count() == 1
    assert cards.CLOSURES in Site.objects.get(pk=site.pk).card
