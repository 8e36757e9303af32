"""How feeds answer: refusals in plain French, caches, 304, other sites, budgets (A4, A8, S2, O1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from events import feeding
from events.derived import refresh_event
from events.search import finding
from events.search.filters import read
from events.services import sessions
from events.views.feeds import FeedUse
from members.models import Organisation
from tests.events.tools import date_of, first_session, published
from tests.factories import organisation, person, town

pytestmark = pytest.mark.django_db
FORMS = ["ics", "atom", "json", "csv"]
NBSP = "\u00a0"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("type=bal", "type"), ("du=1er+mai", "du"), ("du=2027-05-02&au=2027-05-01", "au"), ("agence=lune", "agence"),
        ("organisme=personne", "organisme"),
    ],
)  # fmt: skip
def test_A8_a_feed_that_cannot_be_read_is_refused(client: Client, form: str, query: str, name: str) -> None:
    """A calendar that shows everything when it was asked for one thing would lie for years."""
    response = client.get(f"/agenda.{form}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    reason = read(QueryDict(query)).errors[name]  # as the page says it
    assert response.content.decode() == f"Ce flux n’est pas lisible{NBSP}:\n- {name}{NBSP}: {reason}\n"
    assert response["Cache-Control"] == "no-store"


def test_A8_a_town_that_nobody_knows_is_refused(client: Client) -> None:
    town("Épinal", insee="88160")
    assert client.get("/agenda.ics?commune=nullepart").status_code == 400
    assert client.get("/agenda.ics?commune=88160").status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_what_says_nothing_of_a_search_is_ignored(client: Client, form: str) -> None:
    published(date_of("2027-03-16 14:00"), title="Atelier")
    base = client.get(f"/agenda.{form}?du=2027-01-01")
    for more in ("vue=mois", "vue=mosaique", "utm_source=x", "apres=zzz", "type=", "page=2"):
        answer = client.get(f"/agenda.{form}?du=2027-01-01&{more}")
        assert (answer.status_code, answer["ETag"], answer.content) == (200, base["ETag"], base.content), more


@pytest.mark.parametrize("form", FORMS)
def test_A8_what_has_not_changed_is_not_sent_twice(client: Client, form: str) -> None:
    event = published(date_of("2027-03-16 14:00"))
    url = f"/agenda.{form}?du=2027-01-01"
    first = client.get(url)
    for headers in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        again = client.get(url, headers=headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["Cache-Control"] == first["Cache-Control"] == "public, max-age=300"
    sessions.say_full(session=first_session(event), full=True, actor=None)
    changed = client.get(url, headers={"if-none-match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_A8_the_version_follows_the_text_whatever_changed_it(client: Client) -> None:
    """An organiser that takes another name changes no date: the text does, so the version does."""
    house = organisation(name="Ancien nom")
    event = published(date_of("2027-03-16 14:00"), organisation=house)
    before = client.get("/agenda.ics?du=2027-01-01")
    Organisation.objects.filter(pk=house.pk).update(current_name="Nouveau nom")
    refresh_event(event)
    after = client.get("/agenda.ics?du=2027-01-01", headers={"if-none-match": before["ETag"]})
    assert (after.status_code, b"Nouveau nom" in after.content) == (200, True)


def test_A8_each_search_and_each_format_has_its_own_version(client: Client) -> None:
    published(date_of("2027-03-16 14:00"), kind="forum")
    tags = {
        client.get(f"/agenda.{form}?{query}")["ETag"] for form in FORMS for query in ("", "type=forum", "type=salon")
    }
    assert len(tags) == 12


def test_A8_a_reader_that_knows_only_dates_asks_again_each_day(client: Client) -> None:
    """Days pass without any change: the window moves, the feed too."""
    published(date_of(timezone.now() + timedelta(days=3)))
    yesterday = timezone.now() - timedelta(days=1)
    since = yesterday.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert client.get("/agenda.ics", headers={"if-modified-since": since}).status_code == 200


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", "public, max-age=300"), ("type=forum&secteur=bois&en-ligne=1", "public, max-age=300"),
        ("agence=vosges", "public, max-age=300"), ("commune=88160&rayon=20", "private, no-store"),
        ("q=emploi", "private, no-store"), ("public=sous-main-de-justice", "private, no-store"),
        ("statut=handicap", "private, no-store"), ("acces=lsf", "private, no-store"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_S2_a_feed_that_tells_of_somebody_stays_out_of_caches(client: Client, form: str, query: str, kept: str) -> None:
    from tests.factories import agency

    town("Épinal", insee="88160", agency=agency(slug="vosges"))
    assert client.get(f"/agenda.{form}?{query}")["Cache-Control"] == kept


@pytest.mark.parametrize("form", FORMS)
def test_A7_pages_of_other_sites_may_read_and_nobody_is_known(client: Client, form: str) -> None:
    client.force_login(person())
    answer = client.get(f"/agenda.{form}", headers={"origin": "https://exemple.invalid"})
    assert (answer["Access-Control-Allow-Origin"], answer["Vary"]) == ("*", "Accept-Encoding")
    assert dict(answer.cookies) == {}
    assert answer["Cache-Control"] == "public, max-age=300"
    asked = client.options(f"/agenda.{form}")
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    refused = client.post(f"/agenda.{form}")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("form", FORMS)
def test_a_head_says_what_a_get_would(client: Client, form: str) -> None:
    published(date_of("2027-03-16 14:00"))
    url = f"/agenda.{form}?du=2027-01-01"
    got, head = client.get(url), client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head[name] == (str(len(got.content)) if name == "Content-Length" else got[name])


def test_O1_fair_use_is_counted_and_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FeedUse, "rate", "2/min", raising=False)
    codes = [client.get("/agenda.ics").status_code for _ in range(4)]
    assert codes[-1] == 429
    refused = client.get("/agenda.ics")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.content.decode().startswith(f"Trop de demandes à la fois{NBSP}: réessayez dans ")


@pytest.mark.parametrize(("form", "queries"), [("ics", 1), ("json", 1), ("atom", 2), ("csv", 2)])
@pytest.mark.parametrize("rows", [1, 5])
def test_budget_of_statements(
    client: Client, django_assert_num_queries: Any, form: str, queries: int, rows: int
) -> None:
    """performance.md: one statement for stored texts, whatever the number of dates; one for a 304."""
    published(*(date_of(f"2027-03-{day:02d} 14:00", commune=town()) for day in range(1, rows + 1)))
    url = f"/agenda.{form}?du=2027-01-01&type=atelier"
    tag = client.get(url)["ETag"]
    with django_assert_num_queries(queries):
        client.get(url)
    with django_assert_num_queries(1):
        assert client.get(url, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize("form", FORMS)
def test_A7_a_feed_holds_so_many_dates_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(feeding, "FEED_MOST", 2)
    assert finding.FEED_MOST == 1_000
    published(*(date_of(f"2027-03-{day:02d} 14:00") for day in range(1, 5)), title="Ateliers du mois")
    body = client.get(f"/agenda.{form}?du=2027-01-01").content.decode()
    counted = {"ics": "BEGIN:VEVENT", "atom": "<entry>", "json": '"startDate"', "csv": "Ateliers du mois"}
    assert body.count(counted[form]) == 2
    if form != "csv":
        assert "premières dates" in body.replace("\r\n ", "")


def test_the_title_is_the_search_in_plain_french(client: Client) -> None:
    town("Épinal", insee="88160")
    said = client.get("/agenda.json?type=atelier&commune=88160&rayon=20").json()
    assert said["name"] == f"Ateliers, à moins de 20{NBSP}km d’Épinal"
    assert said["url"].endswith("/agenda/?commune=88160&rayon=20&type=atelier")
