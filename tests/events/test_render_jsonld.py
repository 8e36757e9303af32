"""A date as a schema.org Event: the state, the offset and the place that search engines read (issue 4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pyld import jsonld as reader

from events.models import Event, Session
from events.render.jsonld import facts, jsonld, written
from members.models import Organisation
from territories.models import Site
from tests.events.test_render_vevent import session
from tests.events.tools import paris

S = "https://schema.org/"
_CONTEXT = {
    "@context": {
        "@vocab": "http://schema.org/", "schema": "http://schema.org/", "id": "@id", "type": "@type",
        **{name: {"@type": "@id"} for name in ("url", "eventStatus", "eventAttendanceMode", "image", "availability")},
        **{name: {"@type": "DateTime"} for name in ("startDate", "endDate", "previousStartDate")},
    }
}  # fmt: skip
Status = Session.Status


def read(one: Session) -> dict[str, Any]:
    return dict(json.loads(jsonld(one)))


def _alone(url: str, options: Any = None) -> dict[str, Any]:
    """The one context we name, as schema.org defines these terms; anything else would be fetched."""
    assert url.rstrip("/") == "https://schema.org"
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _CONTEXT}


def test_every_term_is_one_of_the_vocabulary() -> None:
    one = session(
        attendance="hybrid", online_url="https://visio.exemple.invalid/a", town="Colmar", lat=48.0, lon=7.0, seats=12,
        event__publics=["lyceen"], event__age_min=15, event__organiser_name="Cité", access=["pmr"],
    )  # fmt: skip
    (event,) = reader.expand(read(one), {"documentLoader": _alone})
    assert event["@type"] == ["http://schema.org/Event"]
    assert event["http://schema.org/eventStatus"] == [{"@id": f"{S}EventScheduled"}]
    places = [place["@type"] for place in event["http://schema.org/location"]]
    assert places == [["http://schema.org/Place"], ["http://schema.org/VirtualLocation"]]
    assert all(name.startswith(("@", "http://schema.org/")) for name in event)


@pytest.mark.parametrize(
    ("day", "offset"), [("2027-03-27", "+01:00"), ("2027-03-28", "+02:00"), ("2027-10-31", "+01:00")]
)
def test_the_offset_is_that_of_the_day(day: str, offset: str) -> None:
    said = read(session(starts_at=paris(f"{day} 14:00"), ends_at=paris(f"{day} 16:00")))
    assert (said["startDate"], said["endDate"]) == (f"{day}T14:00:00{offset}", f"{day}T16:00:00{offset}")


def test_a_whole_day_is_a_date_and_its_last_day_is_included() -> None:
    said = read(session(all_day=True, starts_at=paris("2027-05-03 00:00"), ends_at=paris("2027-05-06 00:00")))
    assert (said["startDate"], said["endDate"]) == ("2027-05-03", "2027-05-05")


@pytest.mark.parametrize(
    ("status", "former", "state", "said"),
    [
        (Status.SCHEDULED, False, "published", f"{S}EventScheduled"),
        (Status.RESCHEDULED, True, "published", f"{S}EventRescheduled"),
        (Status.POSTPONED, False, "published", f"{S}EventPostponed"),
        (Status.MOVED_ONLINE, False, "published", f"{S}EventMovedOnline"),
        (Status.MOVED_ONLINE, True, "published", [f"{S}EventMovedOnline", f"{S}EventRescheduled"]),
        (Status.MOVED_PLACE, False, "published", f"{S}EventScheduled"),
        (Status.CANCELLED, True, "published", f"{S}EventCancelled"),
        (Status.SCHEDULED, False, "withdrawn", f"{S}EventCancelled"),
    ],
)
def test_A3_every_state_is_said(status: str, former: bool, state: str, said: Any) -> None:
    before = paris("2027-03-09 14:00")
    made = read(session(status=status, former_starts_at=before if former else None, event__state=state))
    assert made["eventStatus"] == said
    assert made.get("previousStartDate") == ("2027-03-09T14:00:00+01:00" if former else None)


def test_online_place_and_both() -> None:
    online = read(session(attendance="online", online_url="https://visio.exemple.invalid/a"))
    assert online["eventAttendanceMode"] == f"{S}OnlineEventAttendanceMode"
    assert online["location"] == {"@type": "VirtualLocation", "url": "https://visio.exemple.invalid/a"}
    place = read(session(place_name="Lycée", address="1 rue X", postal_code="68000", town="Colmar", lat=48.1, lon=7.3))
    assert place["location"] == {
        "@type": "Place", "name": "Lycée",
        "address": {"@type": "PostalAddress", "streetAddress": "1 rue X", "postalCode": "68000",
                    "addressLocality": "Colmar", "addressCountry": "FR"},
        "geo": {"@type": "GeoCoordinates", "latitude": 48.1, "longitude": 7.3},
    }  # fmt: skip


def test_the_link_of_who_registers_here_is_not_told() -> None:
    said = jsonld(session(attendance="online", online_url="https://visio.exemple.invalid/secret",
                          event__registration_mode="builtin"))  # fmt: skip
    assert "secret" not in said


def test_the_offer_is_free_and_sold_out_when_it_is_full() -> None:
    free = read(session(event__published_at=datetime(2027, 1, 1, tzinfo=UTC)))["offers"]
    assert free == {
        "@type": "Offer", "url": "http://127.0.0.1:8000/agenda/forum/", "availability": f"{S}InStock",
        "validFrom": "2027-01-01T01:00:00+01:00", "price": "0", "priceCurrency": "EUR",
    }  # fmt: skip
    full = read(session(full=True, event__registration_mode="link", event__registration_url="https://a.invalid/i"))
    assert (full["offers"]["availability"], full["offers"]["url"]) == (f"{S}SoldOut", "https://a.invalid/i")
    paid = read(session(event__free=False, event__price_text="5,50 € sur place"))
    assert (paid["offers"]["price"], paid["isAccessibleForFree"]) == ("5.50", False)
    vague = read(session(event__free=False, event__price_text="de 5 € à 10 €"))
    assert "price" not in vague["offers"]


def test_who_runs_it_and_who_it_is_for() -> None:
    house = Organisation(slug="cci", name="CCI", status=Organisation.Status.SIGNATORY)
    place = Site(slug="lycee", name="Lycée", access=["pmr"])
    place.pk = 1
    said = read(session(site=place, event__organisation=house, event__publics=["lyceen", "parent"], event__age_min=15))
    assert said["organizer"] == {
        "@type": "Organization", "name": "CCI", "url": "http://127.0.0.1:8000/organismes/cci/",
    }  # fmt: skip
    assert said["audience"] == {
        "@type": "PeopleAudience", "audienceType": "Lycéen·ne, Parent", "suggestedMinAge": 15,
    }  # fmt: skip
    assert said["location"]["amenityFeature"] == [
        {"@type": "LocationFeatureSpecification", "name": "Accès de plain-pied", "value": True}
    ]


def test_a_date_of_a_series_says_so() -> None:
    made = facts(session(), series=True)
    assert made["superEvent"]["@type"] == "EventSeries"
    assert "superEvent" not in facts(session(), series=False)


def test_no_text_ends_the_block_that_holds_it() -> None:
    text = written(facts(session("</script><script>alert(1)</script>&<!--", event__summary="<b>"), series=False))
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == "</script><script>alert(1)</script>&<!--"


def test_an_event_without_anything_else_is_still_whole() -> None:
    one = Session(
        event=Event(slug="x", title="X", kind="stage", state="published"), changed_at=paris("2027-01-01 00:00"),
        starts_at=paris("2027-03-16 14:00"), ends_at=paris("2027-03-16 16:00"),
    )  # fmt: skip
    assert {"@type", "name", "startDate", "location", "eventStatus", "offers"} <= read(one).keys()
    assert read(one)["location"]["name"] == "Lieu à préciser"
