"""One session as a schema.org Event in JSON-LD, written once when it changes (issue 4, ADR 0009).

The text may stand in a page as it is: `<`, `>` and `&` are written as JavaScript writes them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson

from core.links import absolute
from core.reference import EventType
from events.models import Session
from events.render import times, wording
from events.render.vevent import plain
from members.models import Organisation

Status = Session.Status
SCHEMA = "https://schema.org/"
_ESCAPES = (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"))
# The nearest type of schema.org; the others are plain events.
_TYPES = {
    EventType.PORTES_OUVERTES.value: "EducationEvent",
    EventType.ATELIER.value: "EducationEvent",
    EventType.CONFERENCE.value: "EducationEvent",
    EventType.WEBINAIRE.value: "EducationEvent",
    EventType.VISITE.value: "EducationEvent",
    EventType.STAGE.value: "EducationEvent",
    EventType.REUNION_INFORMATION.value: "EducationEvent",
    EventType.SALON.value: "ExhibitionEvent",
    EventType.JOB_DATING.value: "BusinessEvent",
}
_MODES = {"place": "Offline", "online": "Online", "hybrid": "Mixed"}
_PRICE = re.compile(r"(\d+(?:[.,]\d{1,2})?)\s*(?:€|euros?)", re.IGNORECASE)


def jsonld(session: Session) -> str:
    """The JSON text of `session` (event, organisation and site loaded)."""
    return written(facts(session, series=session.recurrence_id is not None))


def written(value: Any) -> str:
    """`value` as JSON text that a page may hold."""
    said = orjson.dumps(value).decode()
    for sign, written_so in _ESCAPES:
        if sign in said:
            said = said.replace(sign, written_so)
    return said


def facts(session: Session, *, series: bool) -> dict[str, Any]:
    """The Event, only what is known. `series`: it is one of several dates of its event."""
    event = session.event
    page = absolute(f"/agenda/{event.slug}/")
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(event.kind, "Event"),
        "@id": f"{page}#{anchor(session)}",
        "identifier": str(session.public_id),
        "url": f"{page}#{anchor(session)}",
        "name": event.title,
        "description": event.summary or plain(event.description)[:500] or event.title,
        "startDate": _start(session),
        "endDate": _end(session),
        "eventStatus": _status(session),
        "eventAttendanceMode": f"{SCHEMA}{_MODES[session.attendance]}EventAttendanceMode",
        "location": _location(session),
        "image": _images(session),
        "inLanguage": "fr",
        "isAccessibleForFree": event.free,
        "offers": _offer(session, page),
    }
    if session.former_starts_at is not None and session.status != Status.POSTPONED:
        former = times.local(session.former_starts_at)
        said["previousStartDate"] = former.date().isoformat() if session.all_day else former.isoformat("T", "seconds")
    if event.organiser:
        said["organizer"] = _organiser(session)
    if audience := _audience(session):
        said["audience"] = audience
    if session.seats:
        said["maximumAttendeeCapacity"] = session.seats
    if sectors := wording.sectors(event):
        said["keywords"] = sectors
    if series:
        said["superEvent"] = {"@type": "EventSeries", "@id": f"{page}#evenement", "name": event.title, "url": page}
    return said


def anchor(session: Session) -> str:
    """The id of a date in the page of its event."""
    return f"seance-{session.public_id}"


def _start(session: Session) -> str:
    if session.all_day:
        return times.span(session.starts_at, session.ends_at)[0].isoformat()
    return times.local(session.starts_at).isoformat("T", "seconds")


def _end(session: Session) -> str:
    if session.all_day:
        return times.span(session.starts_at, session.ends_at)[1].isoformat()
    return times.local(session.ends_at).isoformat("T", "seconds")


def _status(session: Session) -> str | list[str]:
    """One state of schema.org, or two when a date was moved online and to another day."""
    if session.status == Status.CANCELLED or session.event.state == session.event.State.WITHDRAWN:
        return f"{SCHEMA}EventCancelled"
    if session.status == Status.POSTPONED:
        return f"{SCHEMA}EventPostponed"
    moved = session.former_starts_at is not None and session.former_starts_at != session.starts_at
    if session.status == Status.MOVED_ONLINE:
        online = f"{SCHEMA}EventMovedOnline"
        return [online, f"{SCHEMA}EventRescheduled"] if moved else online
    if session.status == Status.RESCHEDULED or moved:
        return f"{SCHEMA}EventRescheduled"
    return f"{SCHEMA}EventScheduled"


def _location(session: Session) -> Any:
    online = {"@type": "VirtualLocation", "url": _virtual(session)}
    if session.attendance == wording.Attendance.ONLINE:
        return online
    place = _place(session)
    return [place, online] if session.attendance == wording.Attendance.HYBRID else place


def _virtual(session: Session) -> str:
    if wording.link_is_public(session):
        return session.online_url
    return absolute(f"/agenda/{session.event.slug}/")  # the page says how the link is had


def _place(session: Session) -> dict[str, Any]:
    event, site = session.event, session.site if session.site_id is not None else None
    address = {
        "@type": "PostalAddress",
        "streetAddress": session.address,
        "postalCode": session.postal_code,
        "addressLocality": session.town,
        "addressCountry": session.country,
    }
    place: dict[str, Any] = {
        "@type": "Place",
        "name": session.place_name or wording.short_place(session),
        "address": {name: value for name, value in address.items() if value},
    }
    if session.spot is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": session.spot[0], "longitude": session.spot[1]}
    if site is not None:
        place["url"] = absolute(f"/lieux/{site.slug}/")
    held = {*event.access, *session.access, *(site.access if site is not None else ())}
    if held:
        place["amenityFeature"] = [
            {"@type": "LocationFeatureSpecification", "name": label, "value": True} for label in wording.access(held)
        ]
    return place


def _images(session: Session) -> list[str]:
    slug = session.event.slug
    drawn = absolute(f"/agenda/{slug}/image.png")
    return [absolute(f"/agenda/{slug}/illustration.webp"), drawn] if session.event.image else [drawn]


def _offer(session: Session, page: str) -> dict[str, Any]:
    event = session.event
    link = event.registration_url if event.registration_mode == wording.Mode.LINK else page
    offer = {"@type": "Offer", "url": link}
    if not wording.is_off(session):  # what does not take place is not sold out
        offer["availability"] = f"{SCHEMA}{'SoldOut' if session.full else 'InStock'}"
    if event.published_at is not None:
        offer["validFrom"] = times.local(event.published_at).isoformat("T", "seconds")
    if event.free:
        return {**offer, "price": "0", "priceCurrency": "EUR"}
    amounts = _PRICE.findall(event.price_text)
    if len(amounts) == 1:
        return {**offer, "price": amounts[0].replace(",", "."), "priceCurrency": "EUR"}
    return {**offer, "description": event.price_text} if event.price_text else offer


def _organiser(session: Session) -> dict[str, Any]:
    event = session.event
    house = event.organisation
    said: dict[str, Any] = {"@type": "Organization", "name": event.organiser}
    if house is not None and house.status in Organisation.BELONGING:
        said["url"] = absolute(f"/organismes/{house.slug}/")
    elif event.website:
        said["url"] = event.website
    if event.contact_email:
        said["email"] = event.contact_email
    if event.contact_phone:
        said["telephone"] = event.contact_phone
    return said


def _audience(session: Session) -> dict[str, Any]:
    event = session.event
    who = _who(tuple(event.publics))
    if not who and event.age_min is None and event.age_max is None:
        return {}
    said: dict[str, Any] = {"@type": "PeopleAudience", "audienceType": who or "Tout public"}
    if event.age_min is not None:
        said["suggestedMinAge"] = event.age_min
    if event.age_max is not None:
        said["suggestedMaxAge"] = event.age_max
    return said


@lru_cache(maxsize=512)
def _who(publics: tuple[str, ...]) -> str:
    return ", ".join(wording.short_publics(publics))
