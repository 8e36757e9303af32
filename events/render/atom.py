"""A search as an Atom feed (RFC 4287): one entry a session, the newest change first (A4).

Everything is escaped here; the content of an entry is HTML, escaped once more as RFC 4287 wants it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from core.links import absolute
from core.reference import Sector, Status
from events.models import Session
from events.render import times, wording
from events.render.jsonld import anchor
from events.render.vevent import plain

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
EMPTY_SINCE = datetime(2000, 1, 1, tzinfo=UTC)  # « updated » of a feed that never held anything
LONGEST = 3_000  # characters of a presentation; the page has the rest
# What XML 1.0 may not hold, even escaped.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def feed(sessions: Iterable[Session], *, title: str, subtitle: str, source: str, page: str, author: str) -> str:
    """The whole document. `source` is its own address, `page` the one people read, both absolute."""
    ordered = sorted(sessions, key=lambda session: (session.changed_at, session.pk), reverse=True)
    updated = ordered[0].changed_at if ordered else EMPTY_SINCE
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">\n'
        f"<id>urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, source)}</id>\n"
        f"<title>{_text(title)}</title>\n<subtitle>{_text(subtitle)}</subtitle>\n<updated>{_moment(updated)}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href="{_text(source)}"/>\n'
        f'<link rel="alternate" type="text/html" href="{_text(page)}"/>\n'
        f"<author><name>{_text(author)}</name></author>\n"
    )
    return head + "".join(_entry(session, author) for session in ordered) + "</feed>\n"


def _entry(session: Session, portal: str) -> str:
    event = session.event
    label = f" – {session.label}" if session.label else ""
    day = times.day(times.span(session.starts_at, session.ends_at)[0])
    title = f"{wording.prefix(session)}{event.title}{label}, {day}"
    page = absolute(f"/agenda/{event.slug}/")
    published = max(filter(None, (event.published_at, session.created_at)), default=session.changed_at)
    categories = "".join(f'<category term="{_text(t)}" label="{_text(w)}"/>' for t, w in _categories(session))
    return (
        f"<entry>\n<id>urn:uuid:{session.public_id}</id>\n<title>{_text(title)}</title>\n"
        f"<updated>{_moment(session.changed_at)}</updated>\n<published>{_moment(min(published, session.changed_at))}"
        f'</published>\n<link rel="alternate" type="text/html" href="{_text(page)}#{anchor(session)}"/>\n'
        f"<author><name>{_text(event.organiser or portal)}</name></author>\n{categories}\n"
        f'<summary type="text">{_text(_when_and_where(session))}</summary>\n'
        f'<content type="html">{_text(_content(session))}</content>\n</entry>\n'
    )


def _categories(session: Session) -> list[tuple[str, str]]:
    event = session.event
    found = [(event.kind, wording.kind(event))]
    found += [(value, Sector(value).label) for value in event.sectors if value in Sector.values]
    return found + [(value, Status(value).label) for value in event.publics if value in Status.values]


def _when_and_where(session: Session) -> str:
    marks = ", ".join(mark.word for mark in wording.marks(session))
    when = times.when(session.starts_at, session.ends_at, all_day=session.all_day)
    return ". ".join(filter(None, (marks, f"{when[:1].upper()}{when[1:]}", _where(session))))


def _where(session: Session) -> str:
    return wording.address(session) or wording.short_place(session)


def _content(session: Session) -> str:
    """HTML of our own tags around plain text."""
    event = session.event
    lines = [
        _when_and_where(session),
        wording.change(session),
        session.status_text,
        event.summary,
        *plain(event.description)[:LONGEST].split("\n\n"),
        "" if wording.is_off(session) else f"{wording.price(event)}. {wording.registration(event, full=session.full)}",
    ]
    return "".join(f"<p>{escape(line.strip())}</p>" for line in lines if line.strip())


def _moment(at: datetime) -> str:
    return times.local(at).isoformat("T", "milliseconds")


def _text(value: str) -> str:
    return escape(_ILLEGAL.sub("", value))
