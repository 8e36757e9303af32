"""Atom, JSON-LD and CSV of any search: what their formats require, and what they say of a change (A4, A7, A8)."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import feedparser  # type: ignore[import-untyped]
import pytest
from django.test import Client
from lxml import etree
from pyld import jsonld  # type: ignore[import-untyped]

from core.reference import Access
from events.models import Event, Session
from events.render.table import COLUMNS
from events.services import sessions
from tests.events.tools import date_of, first_session, published
from tests.factories import organisation, site, town

pytestmark = pytest.mark.django_db
YEAR = "du=2027-01-01&au=2027-12-31"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = "http://schema.org/"
QUERIES = [
    YEAR,
    f"{YEAR}&type=forum",
    f"{YEAR}&secteur=bois&public=lyceen",
    "en-ligne=1",
    "type=stage",
    "q=%3Cb%3E+%26",
]


@pytest.fixture
def world() -> Event:
    """Three dates of three kinds, and hostile words everywhere that words can be written."""
    evil = '</title><script>alert("1")</script> & ]]> \u0007'
    published(
        date_of("2027-03-27 14:00", site=site(commune=town("Épinal")), label="Groupe A"),
        date_of("2027-03-28 14:00", attendance="hybrid", commune=town("Metz"), online_url="https://visio.exemple.invalid/a"),
        title="Forum des métiers", kind="forum", summary=evil, description=f"# Titre\n\n*Bien* {evil}\n\nSuite.",
        sectors=["bois"], publics=["lyceen"], access=[Access.LSF], organisation=organisation(name="Maison & Cie"),
        contact_email="contact@exemple.invalid",
    )  # fmt: skip
    return published(
        date_of("2027-10-31 09:00", attendance="online", online_url="https://visio.exemple.invalid/?a=1&b=2"),
        title=f"Webinaire {evil}".replace("\u0007", ""), kind="webinaire", organiser_name="<i>Moi</i>",
    )  # fmt: skip


def atom(client: Client, query: str) -> Any:
    response = client.get(f"/agenda.atom?{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return etree.fromstring(response.content)


def document(client: Client, query: str) -> dict[str, Any]:
    response = client.get(f"/agenda.json?{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/ld+json")
    said: dict[str, Any] = json.loads(response.content)
    return said


def lines(client: Client, query: str) -> list[dict[str, str]]:
    response = client.get(f"/agenda.csv?{query}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))


# --- Atom (RFC 4287)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("query", QUERIES)
def test_A4_a_reader_of_feeds_finds_nothing_to_forgive(client: Client, query: str) -> None:
    parsed = feedparser.parse(client.get(f"/agenda.atom?{query}").content)
    assert (parsed.bozo, parsed.version) == (0, "atom10")
    assert all(entry.id and entry.title and entry.updated_parsed for entry in parsed.entries)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("query", QUERIES)
def test_A4_atom_has_what_the_rfc_requires(client: Client, query: str) -> None:
    root = atom(client, query)
    assert root.tag == f"{ATOM}feed"
    for parent in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
        assert UUID(parent.findtext(f"{ATOM}id").removeprefix("urn:uuid:"))
        assert datetime.fromisoformat(parent.findtext(f"{ATOM}updated")).utcoffset() is not None
        assert parent.findtext(f"{ATOM}author/{ATOM}name")
        links = [(link.get("rel"), link.get("href")) for link in parent.findall(f"{ATOM}link")]
        assert [urlsplit(href).scheme for _, href in links] == ["http"] * len(links)
        assert [rel for rel, _ in links] == (["self", "alternate"] if parent is root else ["alternate"])
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    for entry in root.iter(f"{ATOM}entry"):
        assert [content.get("type") for content in entry.findall(f"{ATOM}content")] == ["html"]
        assert [summary.get("type") for summary in entry.findall(f"{ATOM}summary")] == ["text"]


@pytest.mark.usefixtures("world")
def test_S4_no_markup_of_an_organiser_is_markup_in_a_feed(client: Client) -> None:
    for entry in atom(client, YEAR).iter(f"{ATOM}entry"):
        tags = {element.tag for element in etree.HTML(entry.findtext(f"{ATOM}content")).iter()}
        assert tags == {"html", "body", "p"}


def test_A8_the_newest_change_comes_first_and_says_what_it_is(client: Client) -> None:
    first = published(date_of("2027-03-16 14:00"), title="Premier")
    published(date_of("2027-04-16 14:00"), title="Second")
    sessions.cancel(session=first_session(first), message="Faute d’inscrits.", actor=None)
    entries = list(atom(client, YEAR).iter(f"{ATOM}entry"))
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "[ANNULÉ] Premier, mardi 16\u00a0mars 2027", "Second, vendredi 16\u00a0avril 2027",
    ]  # fmt: skip
    assert entries[0].findtext(f"{ATOM}id") == f"urn:uuid:{first_session(first).public_id}"
    updated = [datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) for entry in entries]
    assert updated[0] >= updated[1]
    assert "<p>Cette date est annulée.</p><p>Faute d’inscrits.</p>" in entries[0].findtext(f"{ATOM}content")


@pytest.mark.usefixtures("world")
def test_A4_categories_are_the_closed_lists(client: Client) -> None:
    entry = next(atom(client, f"{YEAR}&type=forum").iter(f"{ATOM}entry"))
    said = [(one.get("term"), one.get("label")) for one in entry.findall(f"{ATOM}category")]
    assert said == [("forum", "Forum"), ("bois", "Bois"), ("lyceen", "Lycéen·ne")]


# --- JSON-LD


def local(address: str, options: Any) -> dict[str, Any]:
    """schema.org as its own context says it, without asking anybody: its words, its links that are addresses."""
    assert address.rstrip("/") == "https://schema.org"
    links = ("eventStatus", "eventAttendanceMode", "availability", "url", "image")
    context = {"@vocab": SCHEMA, "id": "@id", "type": "@type"} | {
        name: {"@id": f"{SCHEMA}{name}", "@type": "@id"} for name in links
    }
    return {"contextUrl": None, "documentUrl": address, "document": {"@context": context}}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("query", QUERIES)
def test_A7_json_ld_expands_to_events(client: Client, query: str) -> None:
    (root,) = jsonld.expand(document(client, query), {"documentLoader": local, "base": "http://exemple.invalid/"})
    assert root["@type"] == [f"{SCHEMA}ItemList"]
    items = root.get(f"{SCHEMA}itemListElement", [])
    assert root[f"{SCHEMA}numberOfItems"] == [{"@value": len(items)}]
    for item in items:
        for name in ("name", "startDate", "endDate", "location", "eventStatus", "eventAttendanceMode", "offers"):
            assert item[f"{SCHEMA}{name}"], name
        assert item[f"{SCHEMA}eventStatus"][0]["@id"] == "https://schema.org/EventScheduled"
        (place,) = item[f"{SCHEMA}location"][:1]
        assert place["@type"][0] in {f"{SCHEMA}Place", f"{SCHEMA}VirtualLocation"}


@pytest.mark.usefixtures("world")
def test_A7_the_hour_has_its_offset_before_and_after_the_change(client: Client) -> None:
    said = document(client, YEAR)
    assert (said["@context"], said["@type"], said["numberOfItems"]) == ("https://schema.org", "ItemList", 3)
    assert said["name"] == "Évènements, du 1er janvier au 31 décembre 2027"
    assert [item["startDate"] for item in said["itemListElement"]] == [
        "2027-03-27T14:00:00+01:00", "2027-03-28T14:00:00+02:00", "2027-10-31T09:00:00+01:00",
    ]  # fmt: skip


def test_A8_a_cancelled_date_is_cancelled_in_json_ld(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"))
    sessions.cancel(session=first_session(event), actor=None)
    (item,) = document(client, YEAR)["itemListElement"]
    assert item["eventStatus"] == "https://schema.org/EventCancelled"


# --- CSV


@pytest.mark.usefixtures("world")
def test_A7_a_line_of_csv_says_a_session(client: Client) -> None:
    said = lines(client, YEAR)
    assert list(said[0]) == list(COLUMNS)
    rows = Session.objects.order_by("starts_at")
    assert [line["identifiant"] for line in said] == [str(row.public_id) for row in rows]
    assert [line["debut"] for line in said] == ["2027-03-27 14:00", "2027-03-28 14:00", "2027-10-31 09:00"]
    first = said[0]
    assert (first["titre"], first["seance"], first["type"], first["secteurs"], first["acces"]) == (
        "Forum des métiers", "Groupe A", "forum", "bois", "lsf",
    )  # fmt: skip
    assert (first["ville"], first["organisateur"], first["etat"], first["complet"], first["gratuit"]) == (
        "Épinal", "Maison & Cie", "scheduled", "non", "oui",
    )  # fmt: skip
    assert (first["latitude"], first["longitude"]) == ("", "")  # the centre of a commune is no place


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1"])
def test_S4_no_cell_is_a_formula(client: Client, title: str) -> None:
    published(date_of("2027-03-16 14:00", place_name=title, lat=48.0, lon=-1.5), title=title)
    (line,) = lines(client, YEAR)
    assert (line["titre"], line["lieu"], line["longitude"]) == (f"'{title}", f"'{title}", "-1.5")


def test_O2_the_link_of_who_registered_is_in_no_feed(client: Client, settings: Any) -> None:
    published(
        date_of(attendance="online", online_url="https://visio.exemple.invalid/secret"), title="Avec places",
        registration_mode="builtin",
    )  # fmt: skip
    bodies = [client.get(f"/agenda.{form}").content.decode() for form in ("ics", "atom", "json", "csv")]
    assert ["Avec places" in body for body in bodies] == [True] * 4
    assert ["visio.exemple" in body for body in bodies] == [False] * 4


@pytest.mark.parametrize("state", ["draft", "proposed", "refused"])
def test_O2_what_is_not_published_is_in_no_feed(client: Client, state: str) -> None:
    from tests.events.tools import draft

    event = draft(date_of("2027-03-16 14:00"), title="Secret de Polichinelle", contact_email="secret@exemple.invalid")
    Event.objects.filter(pk=event.pk).update(state=state)
    bodies = [client.get(f"/agenda.{form}?{YEAR}").content.decode() for form in ("ics", "atom", "json", "csv")]
    assert [
        word for word in ("Polichinelle", "secret@", str(first_session(event).public_id)) for b in bodies if word in b
    ] == []


def test_a_date_added_later_was_published_when_it_was_added(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"))
    sessions.add(event=event, sessions=[date_of("2027-03-17 14:00")], actor=None)
    entries = list(atom(client, YEAR).iter(f"{ATOM}entry"))
    for entry in entries:
        moments = [datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated")]
        assert moments[0] <= moments[1] + timedelta(seconds=1)
