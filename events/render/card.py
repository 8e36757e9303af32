"""The card of one session, written once when it changes and joined when a list shows it (ADR 0004, 0009).

What depends on the visitor or on the day is a slot: one character of the private use area that no text may hold.
A list reads `Rendering.card`, calls `fill` for each, then `joined` once. Styles: `.event-card` of components.css.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from core.reference import Access
from core.templatetags.typography import french
from events.models import Session
from events.render import brief, times, wording

# « et 5 autres dates », how far, « Demain », the address of the drawings.
OTHERS, DISTANCE, DAY, ICONS = "\ue010", "\ue011", "\ue012", "\ue004"
_OFF = '<article class="event-card is-off"'  # how the card of a date that is off begins
_SLOTS = str.maketrans({**dict.fromkeys((OTHERS, DISTANCE, DAY, ICONS), ""), "\n": " ", "\r": " "})
_IN_THE_WAY = re.compile(f"[{OTHERS}{DISTANCE}{DAY}{ICONS}\n\r]")
_FREE, _ASKED = "<li>Entrée libre</li>", "<li>Sur inscription</li>"
_SIGNS = {Access.PMR: "Plain-pied", Access.LSF: "LSF", Access.FALC: "Facile à lire", Access.BOUCLE_MAGNETIQUE: "Boucle"}


def card(session: Session) -> str:
    """The card of `session` (event, organisation and site loaded), with its slots. The heading is an <h3>."""
    event = session.event
    title, organiser, place, summary = _written(
        event.title, event.organiser, wording.short_place(session), event.summary or session.label
    )
    start = times.local(session.starts_at)
    first, _ = times.span(session.starts_at, session.ends_at)
    off = " is-off" if wording.is_off(session) else ""
    badges = "".join(f'<span class="badge {mark.kind}">{mark.word}</span>' for mark in wording.marks(session))
    kind = wording.kind(event)
    who = f"{kind} · {organiser}" if kind and organiser else kind or organiser
    iso = first.isoformat() if session.all_day else start.isoformat(timespec="minutes")
    said = times.when(session.starts_at, session.ends_at, all_day=session.all_day)
    online = ' class="is-online"' if session.attendance == wording.Attendance.ONLINE else ""
    return (
        f'<article class="event-card{off}" data-place="{session.public_id}">'
        f'<p class="leaf" aria-hidden="true"><b>{start.day}</b><span>{times.SHORT_MONTHS[start.month - 1]}</span></p>'
        f'<div class="body"><h3><a href="/agenda/{event.slug}/">{title}</a></h3>'
        f'<p class="kind">{who}</p>'
        f'<p class="when"><time datetime="{iso}">{said}</time>{DAY}{OTHERS}</p>'
        f'<p class="where"><span{online}>{place}</span></p>{DISTANCE}'
        + (f'<p class="marks">{badges}</p>' if badges else "")
        + (f'<p class="summary">{summary}</p>' if summary else "")
        + _practical(session)
        + "</div></article>"
    )


def _written(*texts: str) -> list[str]:
    """The texts as HTML, with French spaces: one pass over all of them, a line each."""
    return escape(french("\n".join([_fit(text) for text in texts]))).split("\n")


def _fit(text: str) -> str:
    """`text` on one line, without the character of a slot."""
    return text.translate(_SLOTS) if _IN_THE_WAY.search(text) else text


def _practical(session: Session) -> str:
    """The line of signs: price, seats to take, ages, accessibility."""
    event = session.event
    said = [_fit(wording.price(event))]
    if not session.full and not wording.is_off(session):
        said.append("Entrée libre" if event.registration_mode == wording.Mode.NONE else "Sur inscription")
    if ages := wording.ages(event):
        said.append(ages[:1].upper() + ages[1:])
    facts = {*event.access, *session.access}
    if session.site_id is not None and session.site is not None:
        facts |= {*session.site.access}
    if facts:
        said += [words for fact, words in _SIGNS.items() if fact in facts]
    return f'<ul class="practical">{"".join(f"<li>{escape(words)}</li>" for words in said)}</ul>'


def fill(
    card: str,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    now: datetime | None = None,
    others: int = 0,
    skipped: Sequence[tuple[datetime, str]] = (),
    distance: str = "",
) -> str:
    """`card` with its slots filled: `others` is how many other dates match, `distance` comes from
    `territories.cards.plate`, the three moments say « Demain », `skipped` the dates before it that do not hold
    (`search.finding.Found`)."""
    near = times.nearness(starts_at, ends_at, now) if starts_at and ends_at and now else ""
    if ends_at and now and ends_at <= now:  # nobody enters what is over
        card = card.replace(_FREE, "").replace(_ASKED, "")
    others_words = kept_said(others) if _OFF in card else others_said(others)
    said = ", ".join(filter(None, (others_words if others else "", brief.skipped(skipped))))
    return (
        card.replace(DAY, f' <b class="near">{near}</b>' if near else "")
        .replace(OTHERS, f' <span class="others">{escape(said)}</span>' if said else "")
        .replace(DISTANCE, distance)
    )


def others_said(count: int) -> str:
    """« et 5 autres dates »."""
    return f"et {count} autre{'s' if count > 1 else ''} date{'s' if count > 1 else ''}"


def kept_said(count: int) -> str:
    """« 5 autres dates maintenues »: beside a date that is off, so that its event does not look so."""
    return f"{count} autres dates maintenues" if count > 1 else "une autre date maintenue"


def joined(items: Iterable[str]) -> SafeString:
    """Filled cards one after the other; the caller puts each in its <li>."""
    return mark_safe("".join(items).replace(ICONS, static("svg/icons.svg")))
