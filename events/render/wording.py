"""What is said of an event and of one of its dates, in plain French text: place, state, who it is for, how to register.

Nothing here is escaped: whoever writes HTML, iCalendar or JSON does it his own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.reference import STATUS_PHRASES, Access, EventType, Sector, Status
from events.models import Event, Session
from events.render import times

NBSP = "\u00a0"
State, Attendance, Mode = Session.Status, Session.Attendance, Event.RegistrationMode
# How an accessibility fact is said to somebody who needs it.
ACCESS_WORDS = {
    Access.PMR: "On entre et on circule de plain-pied, en fauteuil ou avec une poussette.",
    Access.LSF: "Un·e interprète traduit en langue des signes française.",
    Access.FALC: "Les documents sont faciles à lire et à comprendre.",
    Access.BOUCLE_MAGNETIQUE: "Une boucle magnétique aide les personnes appareillées à entendre.",
}
_TYPES = dict(EventType.choices)
_SECTORS = dict(Sector.choices)
_ACCESS = dict(Access.choices)
_SHORT = {status.value: STATUS_PHRASES[status].short for status in Status if status in STATUS_PHRASES}


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands out of a date: its word, and the kind of badge (`templates/cotton/badge.html`)."""

    word: str
    kind: str


CANCELLED, POSTPONED = Mark("Annulé", "error"), Mark("Reporté, nouvelle date à venir", "warning")
WITHDRAWN, FULL = Mark("Retiré de l’agenda", "error"), Mark("Complet", "warning")
_MARKS = {
    State.CANCELLED.value: CANCELLED,
    State.POSTPONED.value: POSTPONED,
    State.RESCHEDULED.value: Mark("Date changée", "info"),
    State.MOVED_ONLINE.value: Mark("Passé en ligne", "info"),
    State.MOVED_PLACE.value: Mark("Lieu changé", "info"),
}


def marks(session: Session) -> list[Mark]:
    """The marks of a date, most telling first; none for one that goes as planned."""
    if session.event.state == Event.State.WITHDRAWN:
        return [WITHDRAWN]
    mark = _MARKS.get(session.status)
    found = [mark] if mark else []
    if session.full and session.status != State.CANCELLED:
        found.append(FULL)
    return found


def prefix(session: Session) -> str:
    """What stands before the title in calendars (A8): « [ANNULÉ] », « [REPORTÉ] », « [COMPLET] », or nothing."""
    if session.status == State.CANCELLED or session.event.state == Event.State.WITHDRAWN:
        return "[ANNULÉ] "
    if session.status == State.POSTPONED:
        return "[REPORTÉ] "
    return "[COMPLET] " if session.full else ""


def is_off(session: Session) -> bool:
    """Will not take place at its date."""
    return session.status in {State.CANCELLED, State.POSTPONED} or session.event.state == Event.State.WITHDRAWN


def town(session: Session) -> str:
    """« Colmar », « Offenburg (DE) »; empty for what is online only."""
    if session.attendance == Attendance.ONLINE or not session.town:
        return ""
    return session.town if session.country == "FR" else f"{session.town} ({session.country})"


def short_place(session: Session) -> str:
    """« Lycée Blaise Pascal, Colmar », « En ligne », « Colmar et en ligne »."""
    if session.attendance == Attendance.ONLINE:
        return "En ligne"
    name, where = session.place_name, town(session)
    said = ", ".join(part for part in (name, where if not _ends_with(name, where) else "") if part) or session.address
    if session.attendance == Attendance.HYBRID:
        return f"{said} et en ligne" if said else "Sur place et en ligne"
    return said or "Lieu à préciser"


def _ends_with(name: str, where: str) -> bool:
    """« Mission locale de Troyes » says its town already; « Nancy » does not end « Jeanne-d’Arc-lès-Nancy »."""
    before = name[: -len(where)] if where and name.casefold().endswith(where.casefold()) else None
    return before is not None and (not before or before[-1] in " ’'")


def address(session: Session) -> str:
    """« Lycée Blaise Pascal, 74 rue du Logelbach, 68000 Colmar »; empty for what is online only or has no place yet."""
    if session.attendance == Attendance.ONLINE:
        return ""
    where = " ".join(part for part in (session.postal_code, town(session)) if part)
    parts = [part for part in (session.place_name, session.address, where) if part]
    return ", ".join(dict.fromkeys(parts))


def link_is_public(session: Session) -> bool:
    """Whether the link of an online date is shown: with seats of ours, only those who registered receive it."""
    event = session.event
    return bool(session.online_url) and session.online and event.registration_mode != Mode.BUILTIN


def change(session: Session) -> str:
    """What became of a date, in a sentence; empty when nothing did. The organiser's own message is not in it."""
    former = times.moment(session.former_starts_at, all_day=session.all_day) if session.former_starts_at else ""
    if session.status == State.CANCELLED:
        return "Cette date est annulée."
    if session.status == State.POSTPONED:
        return f"Reporté{NBSP}: la nouvelle date n’est pas encore connue. {_was(former)}".strip()
    if session.status == State.RESCHEDULED:
        return f"La date a changé. {_was(former)}".strip()
    said = ""
    if session.status == State.MOVED_ONLINE:
        said = f"La rencontre se fait en ligne. {_at(session.former_place)}"
    elif session.status == State.MOVED_PLACE:
        said = f"Le lieu a changé. {_at(session.former_place)}"
    if said and former and session.former_starts_at != session.starts_at:
        said = f"{said.strip()} La date aussi a changé. {_was(former)}"
    return said.strip()


def _was(former: str) -> str:
    return f"C’était prévu le {former}." if former else ""


def _at(former: str) -> str:
    return f"C’était prévu ici{NBSP}: {former}." if former else ""


def registration(event: Event, *, full: bool = False) -> str:
    """How to come, in a sentence."""
    if full:
        return "Complet."
    if event.registration_mode == Mode.LINK:
        return f"Sur inscription{NBSP}: {event.registration_url}"
    if event.registration_mode == Mode.BUILTIN:
        return "Sur inscription, sur la page de l’évènement."
    if event.registration_mode == Mode.CONTACT:
        means = " ou ".join(part for part in (event.contact_phone, event.contact_email) if part)
        return f"Sur inscription{NBSP}: {means}" if means else "Sur inscription auprès de l’organisateur."
    return "Entrée libre, sans inscription."


def kind(event: Event) -> str:
    """« Portes ouvertes »."""
    return str(_TYPES.get(event.kind, ""))


def sectors(event: Event) -> list[str]:
    """The labels of its sectors; empty when it is of all of them."""
    if Sector.TOUS in event.sectors:
        return []
    return [str(_SECTORS[value]) for value in event.sectors if value in _SECTORS]


def publics(event: Event) -> list[str]:
    """Who it is for, in short; empty for everybody."""
    return short_publics(event.publics)


def short_publics(values: Iterable[str]) -> list[str]:
    """« Lycéen·ne », « Parent »."""
    return [_SHORT[value] for value in values if value in _SHORT]


def access(values: Iterable[str]) -> list[str]:
    """The labels of accessibility facts, in the order of the closed list."""
    held = set(values)
    return [str(label) for value, label in _ACCESS.items() if value in held]


def ages(event: Event) -> str:
    """« de 15 à 18 ans », « à partir de 16 ans », « jusqu’à 25 ans », or nothing."""
    if event.age_min is not None and event.age_max is not None:
        if event.age_min == event.age_max:
            return f"{event.age_min}{NBSP}ans"
        return f"de {event.age_min} à {event.age_max}{NBSP}ans"
    if event.age_min is not None:
        return f"à partir de {event.age_min}{NBSP}ans"
    return f"jusqu’à {event.age_max}{NBSP}ans" if event.age_max is not None else ""


def price(event: Event) -> str:
    """« Gratuit », or what it costs."""
    return "Gratuit" if event.free else event.price_text or "Payant"
