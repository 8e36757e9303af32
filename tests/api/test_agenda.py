"""Events and sessions in the API: what is given, to whom it is useful, what never leaves (A7, O1, O2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.reference import Access
from events.models import Event
from events.services import sessions
from events.services.states import withdraw
from tests.events.tools import date_of, draft, first_session, published
from tests.factories import organisation, site, town

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
FAR = "from=2027-01-01"


def read(client: Client, address: str) -> Any:
    response = client.get(f"{ROOT}{address}")
    assert response.status_code == 200, response.content.decode()
    return response.json()


def titles(client: Client, query: str) -> list[str]:
    return [item["title"] for item in read(client, f"sessions/?{query}")["results"]]


def test_A7_a_session_says_when_in_the_time_of_paris_where_and_what_it_becomes(client: Client) -> None:
    place = site(commune=town("Épinal", insee="88160"), access=[Access.PMR])
    event = published(date_of("2027-03-29 14:00", site=place), access=[Access.LSF], kind="forum", title="Forum")
    session = sessions.say_full(session=first_session(event), full=True, actor=None)
    (item,) = read(client, f"sessions/?{FAR}")["results"]
    said = {name: item[name] for name in ("id", "event", "starts_at", "full", "session_status", "site", "commune")}
    assert said == {
        "id": str(session.public_id), "event": event.slug, "starts_at": "2027-03-29T14:00:00+02:00", "full": True,
        "session_status": "scheduled", "site": place.slug, "commune": "88160",
    }  # fmt: skip
    assert (item["accessibility"], item["agency"], item["sequence"]) == (["pmr", "lsf"], place.agency.slug, 1)
    assert read(client, f"sessions/{session.public_id}/") == item


def test_O1_sessions_begin_today_unless_asked_otherwise(client: Client) -> None:
    now = timezone.now()
    for days, title in ((-3, "Passé"), (0, "Aujourd’hui"), (3, "Bientôt")):
        published(date_of(now + dt.timedelta(days=days)), title=title)
    assert titles(client, "") == ["Aujourd’hui", "Bientôt"]
    assert titles(client, "from=2020-01-01") == ["Passé", "Aujourd’hui", "Bientôt"]
    day = timezone.localdate(now).isoformat()
    assert titles(client, f"from={day}&to={day}") == ["Aujourd’hui"]
    assert titles(client, "to=2099-12-31") == ["Aujourd’hui", "Bientôt"]


def test_O1_sessions_of_one_instant_are_each_on_one_page(client: Client) -> None:
    published(*(date_of("2027-03-16 14:00", label=str(number)) for number in range(5)))
    labels, address = [], f"{ROOT}sessions/?{FAR}&page_size=2"
    pages = []
    while address:
        page = client.get(address).json()
        pages.append(page)
        labels += [item["label"] for item in page["results"]]
        address = page["next"]
    assert labels == ["0", "1", "2", "3", "4"]
    assert client.get(pages[2]["previous"]).json()["results"] == pages[1]["results"]
    assert client.get(pages[1]["previous"]).json()["results"] == pages[0]["results"]


def test_A8_a_partner_learns_that_an_event_left(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), description="À ôter.", summary="Oui.")
    kept = published(date_of("2027-03-17 14:00"))
    since = read(client, "events/")["results"][-1]["updated_at"]
    withdraw(event=event, reason="Doublon.", actor=None)
    later = client.get(f"{ROOT}events/", {"updated_since": since}).json()["results"]
    assert [(item["slug"], item["state"], item["description"]) for item in later] == [
        (kept.slug, "published", ""), (event.slug, "withdrawn", ""),
    ]  # fmt: skip
    assert titles(client, FAR) == [kept.title]
    alone = read(client, f"events/{event.slug}/")
    assert (alone["state"], alone["summary"], alone["sessions"]) == ("withdrawn", "", [])
    assert read(client, f"sessions/{first_session(event).public_id}/")["state"] == "withdrawn"


def test_A7_an_event_says_its_sessions_as_the_list_of_sessions_does(client: Client) -> None:
    event = published(
        date_of("2027-03-16 14:00"), date_of("2027-03-17 14:00"), organisation=organisation(slug="maison")
    )
    alone = read(client, f"events/{event.slug}/")
    assert alone["sessions"] == read(client, f"sessions/?{FAR}")["results"]
    assert (alone["organisation"], alone["organiser"]) == ("maison", event.organiser)


@pytest.mark.parametrize("state", ["draft", "proposed", "refused"])
def test_O2_what_is_not_published_is_nowhere(client: Client, state: str) -> None:
    event = draft(title="Polichinelle", proposer_email="secret@exemple.invalid", contact_email="x@exemple.invalid")
    Event.objects.filter(pk=event.pk).update(state=state)
    session = first_session(event)
    for address in (f"events/{event.slug}/", f"sessions/{session.public_id}/"):
        assert client.get(f"{ROOT}{address}").status_code == 404
    said = client.get(f"{ROOT}events/").content + client.get(f"{ROOT}sessions/").content
    assert [word for word in (b"Polichinelle", b"exemple.invalid") if word in said] == []


def test_O2_an_event_folded_before_anybody_saw_it_never_was(client: Client) -> None:
    kept, folded = published(), draft(title="Polichinelle")
    Event.objects.filter(pk=folded.pk).update(state="merged", merged_into=kept)
    assert [item["slug"] for item in read(client, "events/")["results"]] == [kept.slug]


def test_O2_people_and_links_of_who_registered_do_not_leave(client: Client) -> None:
    published(
        date_of(attendance="online", online_url="https://visio.exemple.invalid/secret"), registration_mode="builtin",
        contact_email="une.personne@exemple.invalid", contact_phone="06 99 88 77 66",
        proposer_email="p@exemple.invalid",
    )  # fmt: skip
    said = client.get(f"{ROOT}events/").content.decode() + client.get(f"{ROOT}sessions/").content.decode()
    assert [word for word in ("exemple.invalid", "06 99") if word in said] == []


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=atelier", ["A", "C"]), ("type=atelier&type=forum", ["A", "B", "C"]), ("sector=bois", ["A", "C"]),
        ("public=lyceen", ["A", "B"]), ("status=lyceen", ["A", "B"]), ("accessibility=lsf", ["B"]), ("online=1", ["C"]),
        ("organisation=maison", ["B"]), ("q=robots", ["A"]), ("commune=88160&radius=5", ["A"]),
        ("near=48.17,6.45&radius=5", ["A"]), ("session_status=cancelled", ["C"]), ("from=2027-03-17", ["B", "C"]),
        ("session_status=cancelled&session_status=scheduled", ["A", "B", "C"]), ("to=2027-03-16", ["A"]),
    ],
)  # fmt: skip
def test_O1_each_filter_of_sessions(client: Client, query: str, kept: list[str]) -> None:
    epinal = town("Épinal", insee="88160", lat=48.17, lon=6.45)
    published(date_of("2027-03-16 14:00", commune=epinal), title="A", sectors=["bois"], description="Des robots.")
    published(
        date_of("2027-03-17 14:00", commune=town("Reims", insee="51454", lat=49.25, lon=4.03)), title="B", kind="forum",
        publics=["lyceen"], access=[Access.LSF], sectors=["numerique"], organisation=organisation(slug="maison"),
    )  # fmt: skip
    online = published(date_of("2027-03-18 14:00", attendance="online"), title="C", publics=["retraite"])
    sessions.cancel(session=first_session(online), actor=None)
    assert titles(client, query if "from" in query else f"{FAR}&{query}") == kept


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=forum", ["B"]), ("sector=bois", ["A"]), ("public=lyceen", ["A", "B"]), ("q=B", ["B"]),
        ("q=%C3%82", ["A"]), ("organisation=maison", ["B"]), ("accessibility=lsf", ["B"]), ("from=2027-03-17", ["B"]),
        ("to=2027-03-16", ["A"]),
        ("state=withdrawn", []), ("updated_since=2000-01-01T00:00:00Z", ["A", "B"]),
    ],
)  # fmt: skip
def test_O1_each_filter_of_events(client: Client, query: str, kept: list[str]) -> None:
    published(date_of("2027-03-16 14:00"), title="A", sectors=["bois"])
    published(
        date_of("2027-03-17 14:00"), title="B", kind="forum", publics=["lyceen"], access=[Access.LSF],
        sectors=["numerique"], organisation=organisation(slug="maison"),
    )  # fmt: skip
    assert [item["title"] for item in read(client, f"events/?{query}")["results"]] == kept


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("sessions/?radius=5", {"radius": ["Indiquez aussi d’où partir : « commune » ou « near »."]}),
        ("sessions/?near=48,6&commune=88160", {"near": ["Donnez « commune » ou « near », pas les deux."]}),
        ("sessions/?from=2027-05-02&to=2027-05-01", {"to": ["La date de fin vient avant la date de début."]}),
        ("sessions/?type=bal", {"type": ["Sélectionnez un choix valide. bal n’en fait pas partie."]}),
        ("sessions/?cursor=WyJuIiwiYSIsMV0", {"cursor": [
            "Ce curseur n’est pas valide : reprenez l’adresse donnée par « next » ou « previous »."]}),
        ("events/?agency=lune", {"agency": ["Aucune agence ne s’appelle « lune »."]}),
        ("events/?q=a&q=b", {"q": ["Ce paramètre est donné plusieurs fois."]}),
        ("sessions/?vue=carte", {"vue": ["Ce paramètre n’existe pas ici."]}),
    ],
)  # fmt: skip
def test_S4_bad_input_is_refused_with_its_reason(client: Client, address: str, answer: Any) -> None:
    response = client.get(f"{ROOT}{address}")
    assert (response.status_code, response.json()) == (400, answer)


@pytest.mark.parametrize("address", ["events/?updated_since=hier", "sessions/?from=demain", "sessions/?agency=lune"])
def test_S4_any_other_bad_value_is_a_400(client: Client, address: str) -> None:
    response = client.get(f"{ROOT}{address}")
    assert (response.status_code, len(response.json())) == (400, 1)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=forum", "public, max-age=60"),
        ("public=handicap", "private, no-store"),
        ("near=48,6", "private, no-store"),
    ],
)
def test_S2_what_says_something_of_a_person_stays_out_of_shared_caches(client: Client, query: str, kept: str) -> None:
    assert client.get(f"{ROOT}sessions/?{query}")["Cache-Control"] == kept


@pytest.mark.parametrize("rows", [1, 6])
def test_budget_one_statement_whatever_the_page(client: Client, rows: int) -> None:
    published(*(date_of(f"2027-03-{day:02d} 14:00", site=site()) for day in range(1, rows + 1)))
    for address in (f"sessions/?{FAR}", "events/"):
        client.get(f"{ROOT}{address}")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{ROOT}{address}")
        assert len(asked) == 1, address
