"""What an event says of itself, and its dates: created, edited, removed (A1, A3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from core.journal import UNSAID, Actor, record
from core.text import fold
from events.derived import refresh_event
from events.importers import plain
from events.models import Event, Session
from events.services.states import locked, raise_sequence
from events.slugs import RESERVED
from members.models import Organisation
from territories.models import Agency, Site

# What an organiser says of an event, as forms name it; `partners` by their slugs, in order.
EDITED = (
    "title", "summary", "description", "kind", "sectors", "publics", "age_min", "age_max", "access", "access_text",
    "organiser_name", "partners", "partners_text", "contact_email", "contact_phone", "website", "registration_mode",
    "registration_url", "free", "price_text", "image", "image_alt", "image_credit",
    "date_note",
)  # fmt: skip
_UNSAID = frozenset({"contact_email", "contact_phone", "proposer_name", "proposer_email"})
EDITABLE = (Event.State.DRAFT, Event.State.PROPOSED, Event.State.REFUSED, Event.State.PUBLISHED)
MOST_SESSIONS = 400  # of one event: twice a day for half a year


@transaction.atomic
def create_event(
    *,
    values: Mapping[str, Any],
    sessions: Sequence[Mapping[str, Any]],
    actor: Actor | None,
    organisation: Organisation | None = None,
    **kept: Any,
) -> Event:
    """A draft with its sessions: `values` of `EDITED`, each session a mapping of fields of `Session`.

    `kept` are other columns (`source`, `source_uid`, `proposer_email`…). Raises `ValidationError` by field.
    """
    said_of, partners = _apart(values)
    event = Event(**_visible(said_of), **kept, organisation=organisation)
    event.folded_title = fold(event.title)[:200]
    event.slug = free_slug(event.title)
    event.author_key = event.author_key or (actor.journal_key if actor else "")
    event.clean_fields(exclude=["image"])
    event.validate_constraints()
    event.save()
    event.partners.set(_partners(partners or [], event))
    add_sessions(event, sessions)
    event.agency = agency_for(event)
    event.save(update_fields=["agency"])
    record(verb="event.create", target=event, actor=actor)
    refresh_event(event)
    return event


@transaction.atomic
def edit_event(*, event: Event, values: Mapping[str, Any], actor: Actor | None) -> dict[str, list[Any]]:
    """Write these fields of `EDITED`; returns what changed as `{field: [before, after]}`.

    Calendars are told when anything changed (A8). Raises `ValidationError` by field, or for a state that is not edited.
    """
    held = locked(event, EDITABLE)
    others, partners = _apart(values)
    seen = _visible(others)
    changes = {name: [getattr(held, name), value] for name, value in seen.items() if getattr(held, name) != value}
    for name, (_, value) in changes.items():
        setattr(held, name, value)
    if partners is not None:
        before, wanted = partners_of(held), _partners(partners, held)
        if before != (after := sorted(house.slug for house in wanted)):
            changes["partners"] = [before, after]
            held.partners.set(wanted)
    if not changes:
        return {}
    held.folded_title = fold(held.title)[:200]
    held.clean_fields(exclude=["image"])
    held.validate_constraints()
    held.updated_at = timezone.now()
    held.save()
    raise_sequence(held)
    record(verb="event.edit", target=held, actor=actor, changes=said(changes))
    refresh_event(held)
    event.refresh_from_db()
    return changes


def partners_of(event: Event) -> list[str]:
    """The organisations of the portal that hold the event with its organiser: their slugs, in order."""
    return sorted(event.partners.values_list("slug", flat=True)) if event.pk else []


def _apart(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    """The columns, and the partners when they are said."""
    return {name: value for name, value in values.items() if name != "partners"}, values.get("partners")


def _partners(slugs: Iterable[str], event: Event) -> list[Organisation]:
    """Nobody is their own partner."""
    return list(Organisation.objects.filter(slug__in=list(slugs)).exclude(pk=event.organisation_id or 0))


def _visible(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values`, their texts without what nobody sees: marks of direction, spaces of no width."""
    return {name: plain.visible(value) if isinstance(value, str) else value for name, value in values.items()}


def add_sessions(event: Event, sessions: Sequence[Mapping[str, Any]]) -> list[Session]:
    """New dates of `event`, checked. Raises `ValidationError` by field, or when there would be too many."""
    if Session.objects.filter(event=event).count() + len(sessions) > MOST_SESSIONS:
        raise ValidationError(f"Un évènement a au plus {MOST_SESSIONS} dates\u00a0: faites-en plusieurs évènements.")
    made = []
    for values in sessions:
        session = placed(Session(event=event, **values))
        session.clean_fields()
        session.validate_constraints()
        session.save()
        made.append(session)
    return made


def placed(session: Session) -> Session:
    """`session` with what its place tells: a place of the directory gives its name, address and position; a commune
    gives a position to what has none; online only has no place at all."""
    if session.attendance == Session.Attendance.ONLINE:
        session.site = session.commune = session.lat = session.lon = None
        session.place_name = session.address = session.postal_code = session.town = ""
        return session
    site: Site | None = session.site
    if site is not None:
        session.place_name, session.address, session.postal_code = site.name, site.address, site.postal_code
        session.commune, session.lat, session.lon = site.commune, site.lat, site.lon
    commune = session.commune
    if commune is not None:
        session.town, session.country = commune.name, "FR"
        if session.lat is None or session.lon is None:
            session.lat, session.lon = commune.lat, commune.lon
    if session.attendance == Session.Attendance.PLACE:
        session.online_url = ""
    return session


def agency_for(event: Event) -> Agency | None:
    """Whose officer reads the event: the agency of its first place, else of the organiser's places, else nobody's
    (the Region's)."""
    first = (
        Session.objects.filter(event=event, commune__isnull=False)
        .select_related("commune__agency").order_by("starts_at", "pk").first()
    )  # fmt: skip
    if first is not None and first.commune is not None:
        return first.commune.agency
    if event.organisation is None:
        return event.agency
    site = (
        Site.objects.filter(organisation=event.organisation).select_related("agency").order_by("-listed", "pk").first()
    )
    return site.agency if site else event.agency


def free_slug(title: str) -> str:
    """A slug of `title` that no event has and no other page of the agenda uses."""
    base = slugify(fold(title))[:120].strip("-") or "evenement"
    taken = set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def said(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """`changes` as the journal keeps them for good: no address nor number, no long text."""
    return {
        name: [UNSAID, UNSAID] if name in _UNSAID else [_short(before), _short(after)]
        for name, (before, after) in changes.items()
    }


def _short(value: Any) -> Any:
    if isinstance(value, (bool, int, list, type(None))):
        return value
    return str(value)[:200]
