"""One session as a VEVENT (RFC 5545, RFC 7986), written once when it changes (A8, ADR 0009).

Lines end in CRLF and are folded at 75 octets without cutting a character. `calendar.py` puts them in a calendar.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from core.ical import clean, fold, text, uri
from core.links import absolute
from events.models import Session
from events.render import times, wording

Status = Session.Status
_STATUS = {Status.CANCELLED.value: "CANCELLED", Status.POSTPONED.value: "TENTATIVE"}
LINK_BY_MAIL = "Le lien est envoyé aux personnes inscrites."
LONGEST = 3_000  # characters of a description; the page has the rest
_QUOTED = str.maketrans({'"': "'", "\n": " ", "\t": " "})
_MARKS = re.compile(r"[*_`#\[>]")
_HEADING = re.compile(r"^ {0,3}(?:#{1,6}|>)[ \t]+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(\s*((?:[^()\s]|\([^()\s]*\))*)(?:\s+[\"'(][^)\n]*)?\)")
_SAFE = ("http://", "https://", "mailto:", "tel:")  # the addresses that leave in a text; another is dropped
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


def vevent(session: Session) -> str:
    """The VEVENT of `session` (event and organisation loaded), from BEGIN to END, each line ended."""
    event = session.event
    page = absolute(f"/agenda/{event.slug}/")
    changed = _utc(session.changed_at)
    withdrawn = event.state == event.State.WITHDRAWN
    lines = [
        "BEGIN:VEVENT",
        f"UID:{session.public_id}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{session.sequence}",
        f"STATUS:{'CANCELLED' if withdrawn else _STATUS.get(session.status, 'CONFIRMED')}",
        f"SUMMARY:{text(wording.prefix(session) + event.title)}",
        *_dates(session),
        f"DESCRIPTION:{text(description(session, page))}",
        f"URL:{page}",
        f"CATEGORIES:{','.join(text(word) for word in (wording.kind(event), *wording.sectors(event)) if word)}",
        *_place(session),
        *_people(session),
        "CLASS:PUBLIC",
        "TRANSP:TRANSPARENT",
    ]
    if event.image:
        image = absolute(f"/agenda/{event.slug}/illustration.webp")
        lines.append(f"IMAGE;VALUE=URI;DISPLAY=FULLSIZE;FMTTYPE=image/webp:{image}")
    lines.append("END:VEVENT")
    return "".join([fold(line) for line in lines])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _dates(session: Session) -> tuple[str, str]:
    if session.all_day:
        first, last = times.span(session.starts_at, session.ends_at)
        after = last + timedelta(days=1)
        return f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"
    start, end = times.local(session.starts_at), times.local(session.ends_at)
    if start.fold or end.fold:  # the second of the two « 2 h 30 » of October: no local time can say it
        return f"DTSTART:{_utc(start)}", f"DTEND:{_utc(end)}"
    return (
        f"DTSTART;TZID=Europe/Paris:{start.strftime('%Y%m%dT%H%M%S')}",
        f"DTEND;TZID=Europe/Paris:{end.strftime('%Y%m%dT%H%M%S')}",
    )


def _place(session: Session) -> list[str]:
    lines = []
    if session.attendance != wording.Attendance.ONLINE:
        if where := wording.address(session):
            lines.append(f"LOCATION:{text(where)}")
        if session.spot is not None:
            lines.append("GEO:{:.6f};{:.6f}".format(*session.spot))
    else:
        lines.append("LOCATION:En ligne")
    if wording.link_is_public(session):
        lines.append(f'CONFERENCE;VALUE=URI;LABEL="Rejoindre en ligne":{uri(session.online_url)}')
    return lines


def _people(session: Session) -> list[str]:
    """Who to ask; an ORGANIZER is an address, so there is one only when the public may write."""
    event = session.event
    name, lines = event.organiser, []
    said = ", ".join(part for part in (name, event.contact_phone, event.contact_email) if part)
    if said:
        lines.append(f"CONTACT:{text(said)}")
    if event.contact_email:
        common = f';CN="{_parameter(name)}"' if name else ""
        lines.append(f"ORGANIZER{common}:mailto:{uri(event.contact_email)}")
    return lines


def _parameter(value: str) -> str:
    """A quoted parameter holds neither a quote nor the end of a line."""
    return clean(value).translate(_QUOTED)


def description(session: Session, page: str) -> str:
    """What calendars show of it: what changed first, then what it is, how to come, where to read more."""
    event = session.event
    parts = []
    if event.state == event.State.WITHDRAWN:
        parts.append("Cet évènement est retiré de l’agenda.")
    elif changed := wording.change(session):
        parts.append(changed)
    if session.status_text:
        parts.append(session.status_text)
    if session.label:
        parts.append(session.label)
    if event.summary:
        parts.append(event.summary)
    if event.description:
        parts.append(plain(event.description))
    if not wording.is_off(session):
        parts.append(wording.registration(event, full=session.full))
    if session.place_text:
        parts.append(session.place_text)
    if session.online_url and session.online:
        shown = wording.link_is_public(session)
        parts.append(
            f"En ligne\u00a0: {session.online_url}" if shown else "Le lien est envoyé aux personnes inscrites."
        )
    parts.append(f"{wording.price(event)}. {page}")
    return "\n\n".join(parts)


@lru_cache(maxsize=64)  # the dates of one event are written one after the other
def plain(markdown: str) -> str:
    """A text written in Markdown as one reads it: no emphasis, no heading mark, links followed by their address.

    Quick rather than complete: thousands are written in an import; what is not understood stays as it was typed.
    """
    said = markdown.strip()
    if len(said) > LONGEST:
        said = said[:LONGEST].rsplit(" ", 1)[0].rstrip() + "…"
    if _MARKS.search(said) is None:
        return said
    said = _LINK.sub(_followed, said)
    return _STRONG.sub(r"\2", _HEADING.sub("", said))


def _followed(match: re.Match[str]) -> str:
    words, address = match[1], match[2].strip("<>")
    if not address.lower().startswith(_SAFE):
        return words
    return f"{words} ({address})" if words else address
