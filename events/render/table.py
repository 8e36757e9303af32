"""A search as a table for spreadsheets: one line a session (A7). `docs/agenda.md` says what each column holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from core.links import absolute
from core.reference import Access
from events.models import Event, Session
from events.render import times, wording

_ACCESS = tuple(Access.values)


def _access(session: Session) -> str:
    site = session.site.access if session.site else ()
    held = {*session.event.access, *session.access, *site}
    return " ".join(fact for fact in _ACCESS if fact in held)


def _state(session: Session) -> str:
    if session.event.state == Event.State.WITHDRAWN:
        return "withdrawn"
    return session.status


def _clock(at: datetime) -> datetime:
    """The hour that clocks of Paris show, as spreadsheets read it: without an offset."""
    return times.local(at).replace(tzinfo=None)


# Name of the column → what it says of a session.
COLUMNS: dict[str, Callable[[Session], Any]] = {
    "identifiant": lambda s: s.public_id,
    "titre": lambda s: s.event.title,
    "seance": lambda s: s.label,
    "etat": _state,
    "complet": lambda s: s.full,
    "message": lambda s: s.status_text,
    "debut": lambda s: _clock(s.starts_at),
    "fin": lambda s: _clock(s.ends_at),
    "journee_entiere": lambda s: s.all_day,
    "quand": lambda s: times.when(s.starts_at, s.ends_at, all_day=s.all_day),
    "type": lambda s: s.event.kind,
    "secteurs": lambda s: " ".join(s.event.sectors),
    "publics": lambda s: " ".join(s.event.publics),
    "acces": _access,
    "participation": lambda s: s.attendance,
    "lieu": lambda s: s.place_name,
    "adresse": lambda s: s.address,
    "code_postal": lambda s: s.postal_code,
    "commune": lambda s: s.commune_id or "",
    "ville": lambda s: s.town,
    "latitude": lambda s: s.spot[0] if s.spot else None,
    "longitude": lambda s: s.spot[1] if s.spot else None,
    "lien_de_connexion": lambda s: s.online_url if wording.link_is_public(s) else "",
    "organisateur": lambda s: s.event.organiser,
    "resume": lambda s: s.event.summary,
    "gratuit": lambda s: s.event.free,
    "prix": lambda s: s.event.price_text,
    "inscription": lambda s: s.event.registration_url,
    "page": lambda s: absolute(f"/agenda/{s.event.slug}/"),
    "modifie_le": lambda s: _clock(s.changed_at),
}


def rows(sessions: Iterable[Session]) -> Iterator[list[Any]]:
    """The cells of each session, in the order of `COLUMNS`."""
    for session in sessions:
        yield [cell(session) for cell in COLUMNS.values()]
