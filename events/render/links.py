"""Plain links from a date to elsewhere: a way there, an agenda, a network. Nothing of these sites is loaded by ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from core.links import absolute
from events.models import Event, Session
from events.render import times, wording


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


def directions(session: Session) -> list[Link]:
    """The ways to the place; empty for what has no place, or none that is known.

    Without its position, the address is looked for: never the centre of the town in its stead.
    """
    if session.attendance == wording.Attendance.ONLINE:
        return []
    where = wording.address(session)
    if session.spot is not None:
        spot = "{:.5f},{:.5f}".format(*session.spot)
        where = where or spot
        own = f"geo:{spot}?q={quote(where)}"
        osm = f"https://www.openstreetmap.org/directions?route=%3B{spot.replace(',', '%2C')}"
    elif session.town and (session.address or session.place_name):
        own = f"geo:0,0?q={quote(where)}"
        osm = "https://www.openstreetmap.org/search?" + urlencode({"query": where})
    else:
        return []
    google = "https://www.google.com/maps/dir/?" + urlencode({"api": "1", "destination": where})
    apple = "https://maps.apple.com/?" + urlencode({"daddr": where, "dirflg": "r"})
    return [
        Link("Mon application de cartes", own),
        Link("OpenStreetMap", osm),
        Link("Google Maps", google),
        Link("Plans (Apple)", apple),
    ]


def calendars(session: Session) -> list[Link]:
    """Ways to add one date to an agenda: the file first, that every application reads."""
    event = session.event
    page = absolute(f"/agenda/{event.slug}/")
    title = wording.prefix(session) + event.title
    details = "\n\n".join(part for part in (wording.change(session), event.summary, page) if part)
    where = wording.address(session) or wording.short_place(session)
    return [
        Link("Fichier pour mon agenda (.ics)", f"/agenda/{event.slug}/event.ics?seance={session.public_id}"),
        Link("Google Agenda", _google(session, title, details, where)),
        Link("Outlook", _outlook(session, title, details, where)),
    ]


def _google(session: Session, title: str, details: str, where: str) -> str:
    if session.all_day:
        first, last = times.span(session.starts_at, session.ends_at)
        dates = f"{first:%Y%m%d}/{last + timedelta(days=1):%Y%m%d}"
    else:
        start, end = times.local(session.starts_at), times.local(session.ends_at)
        dates = f"{start:%Y%m%dT%H%M%S}/{end:%Y%m%dT%H%M%S}"
    asked = {
        "action": "TEMPLATE", "text": title, "dates": dates, "ctz": "Europe/Paris", "details": details,
        "location": where,
    }  # fmt: skip
    return "https://calendar.google.com/calendar/render?" + urlencode(asked)


def _outlook(session: Session, title: str, details: str, where: str) -> str:
    asked = {"path": "/calendar/action/compose", "rru": "addevent", "subject": title, "body": details}
    if session.all_day:
        first, last = times.span(session.starts_at, session.ends_at)
        asked |= {"allday": "true", "startdt": first.isoformat(), "enddt": (last + timedelta(days=1)).isoformat()}
    else:
        start, end = times.local(session.starts_at), times.local(session.ends_at)
        asked |= {"startdt": start.isoformat("T", "seconds"), "enddt": end.isoformat("T", "seconds")}
    asked["location"] = where
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + urlencode(asked)


def shares(event: Event, said: str) -> list[Link]:
    """Ways to tell somebody: `said` is the sentence that goes with the link. Each opens its own site when followed."""
    page = absolute(f"/agenda/{event.slug}/")
    text = f"{said} {page}"
    return [
        Link("Par courriel", "mailto:?" + urlencode({"subject": event.title, "body": text}, quote_via=quote)),
        Link("WhatsApp", "https://wa.me/?" + urlencode({"text": text})),
        Link("Facebook", "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": page})),
        Link("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": page})),
        Link("Bluesky", "https://bsky.app/intent/compose?" + urlencode({"text": text})),
        Link("X", "https://x.com/intent/post?" + urlencode({"text": said, "url": page})),
    ]
