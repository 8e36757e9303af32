"""Events that a source gives for the first time, made by the batch (A6)."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from itertools import chain, count
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from core.text import fold
from events.copying import Among, Mould, copy_rows
from events.derived import write
from events.importers.guess import kind_of, publics_of, sectors_of
from events.importers.incoming import Date, Incoming
from events.importers.places import Places, Spot
from events.models import Event, Session
from events.render.times import PARIS
from events.services.importing_feed import Feed
from events.slugs import RESERVED
from territories.models import Agency, Site

State = Event.State
Mode = Event.RegistrationMode


def values_of(item: Incoming, feed: Feed) -> dict[str, Any]:
    """What `item` says of the event's own fields; the source's defaults fill what it does not say."""
    sectors, publics = item.sectors, item.publics
    if sectors is None:
        sectors = sectors_of(item.title, item.words) or list(feed.default_sectors)
    if publics is None:
        publics = publics_of(item.title, item.words) or list(feed.default_publics)
    mode = Mode.LINK if item.registration_url else Mode.CONTACT if item.registration_contact else Mode.NONE
    return {
        "title": item.title, "summary": item.summary, "description": item.description,
        "kind": item.kind or kind_of(item.title, item.words) or feed.default_kind,
        "sectors": sectors, "publics": publics, "age_min": item.age_min, "age_max": item.age_max,
        "access": item.access, "contact_email": item.contact_email, "contact_phone": item.contact_phone,
        "website": item.website, "registration_mode": str(mode), "registration_url": item.registration_url,
        "free": item.free, "price_text": item.price_text, "image_credit": item.image_credit,
        "source_url": item.source_url or feed.page_url,
    }  # fmt: skip


def session_of(event: Event, date: Date, places: Places) -> Session:
    """A session of `event`, not written, that says what `date` says."""
    return _session(event, date, places.spot(date))


def _session(event: Event, date: Date, spot: Spot) -> Session:
    values = {
        "event_id": event.pk, "source_key": date.key[:80], "starts_at": date.starts_at, "ends_at": date.ends_at,
        "all_day": date.all_day, "label": date.label, "status": date.status, "full": date.full, **spot.values,
    }  # fmt: skip
    return _moulds()[1](values, {"event": event, "site": spot.site, "commune": spot.commune})


@cache
def _moulds() -> tuple[Mould[Event], Mould[Session]]:
    return Mould(Event), Mould(Session)


PLACE = (
    "attendance", "site_id", "place_name", "address", "postal_code", "commune_id", "town", "country", "lat", "lon",
    "online_url",
)  # fmt: skip


def place_digest(session: Session) -> str:
    """Of where a session is, however its position was worked out."""
    return _digest({name: getattr(session, name) for name in PLACE})


def _digest(values: dict[str, Any]) -> str:
    said = [str(value) if isinstance(value := values[name], str) else value for name in PLACE]
    return hashlib.blake2b(repr(["" if value is None else value for value in said]).encode(), digest_size=8).hexdigest()


def date_said(session: Session, date: Date) -> list[Any]:
    """What the source says of a date, as it is remembered: `[start, end, status, full, label, place]`."""
    return _date_said(date, place_digest(session))


def _date_said(date: Date, place: str) -> list[Any]:
    return [date.starts_at.timestamp(), date.ends_at.timestamp(), str(date.status), date.full, date.label, place]


def memory(values: dict[str, Any], dates: dict[str, list[Any]], feed: Feed) -> dict[str, Any]:
    """`Event.source_values`: fields that hold something, dates by key, and the agenda they come from."""
    said = {name: value for name, value in values.items() if value not in (None, "", [])}
    return {"event": said, "dates": dates, "feed": feed.name}


def make(feed: Feed, items: list[tuple[Incoming, str]], places: Places, *, author_key: str = "") -> list[Event]:
    """Write these events and their dates: public at once when the organisation is trusted, else proposed.

    `author_key`: whoever gave them, who is told what becomes of them.
    """
    now = timezone.now()
    slugs = free_slugs([(item.title, f"{feed.name}\0{item.uid}", _day(item)) for item, _ in items])
    events, sessions = [], []
    home = _home_agency(feed.organisation.pk)
    common = {
        "organisation_id": feed.organisation.pk, "source_id": feed.source.pk if feed.source else None,
        "proposed_at": now, "author_key": author_key, "state": State.PUBLISHED if feed.trusted else State.PROPOSED,
        "published_at": now if feed.trusted else None,
    }  # fmt: skip
    for (item, digest), slug in zip(items, slugs, strict=True):
        spots = [places.spot(date) for date in item.dates]
        here = next((spot.commune for spot in spots if spot.commune is not None), None)
        agency = here.agency if here is not None else home
        values = values_of(item, feed)
        said = {d.key[:80]: _date_said(d, _place_said(s)) for d, s in zip(item.dates, spots, strict=True)}
        values |= common | {
            "slug": slug, "folded_title": fold(item.title)[:200], "source_uid": item.uid, "source_digest": digest,
            "source_values": memory(values, said, feed), "agency_id": agency.pk if agency else None,
            "first_starts_at": min(date.starts_at for date in item.dates),
            "last_ends_at": max(date.ends_at for date in item.dates),
        }  # fmt: skip
        related = {"organisation": feed.organisation, "source": feed.source, "agency": agency}
        event = _moulds()[0](values, related)
        events.append(event)
        sessions += [_session(event, date, spot) for date, spot in zip(item.dates, spots, strict=True)]
    copy_rows(events)
    for session in sessions:
        vars(session)["event_id"] = session.event.pk  # now that it has a key; an attribute set would forget the object
    copy_rows(sessions)
    if feed.trusted:
        for session in sessions:
            session.changed_at = session.created_at = now  # as the database says; not read again
        write(sessions, new=True)
    return events


def _place_said(spot: Spot) -> str:
    if not spot.digest:
        spot.digest = _digest(spot.values)
    return spot.digest


def _day(item: Incoming) -> str:
    return item.dates[0].starts_at.astimezone(PARIS).date().isoformat()


def _home_agency(organisation: int) -> Agency | None:
    """Whose officer reads what has no place: the agency of the organisation's first place."""
    site = Site.objects.filter(organisation=organisation).select_related("agency").order_by("-listed", "pk").first()
    return site.agency if site else None


@lru_cache(maxsize=4_000)
def _base(title: str) -> str:
    return slugify(fold(title))[:110].strip("-") or "evenement"


def free_slugs(wanted: list[tuple[str, str, str]]) -> list[str]:
    """A slug for each `(title, key, day)`, that no event has: the title, else with its day, else with a digest."""
    choices = []
    for title, key, day in wanted:
        base = _base(title)
        digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
        choices.append((base, f"{base}-{day}", f"{base}-{digest}"))
    every = {slug for some in choices for slug in some}
    taken = set(Event.objects.filter(Among(F("slug"), every)).values_list("slug", flat=True)) | RESERVED
    found = []
    for some in choices:
        more = (f"{some[2]}-{number}" for number in count(2))
        slug = next(slug for slug in chain(some, more) if slug not in taken)
        taken.add(slug)
        found.append(slug)
    return found
