"""What the public is told of the dates that changed: now, above the dates; and the whole history, below them (A3).

What befell several dates of one rule at once is one line: « 12 dates, du 5 janvier au 23 mars 2027 ».
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.models import Session, SessionChange
from events.render import times
from events.render.dates import Line
from events.render.wording import NBSP

Kind, Status = SessionChange.Kind, Session.Status
AT_ONCE = timedelta(minutes=1)  # what one change of a rule does to its dates is written within that time
_SEVERAL = {
    Kind.RESCHEDULED.value: "Dates changées", Kind.POSTPONED.value: "Reportées", Kind.CANCELLED.value: "Annulées",
    Kind.RESTORED.value: "Rétablies", Kind.FULL.value: "Complètes", Kind.MOVED_ONLINE.value: "Passées en ligne",
}  # fmt: skip
_SENTENCES = {
    Status.CANCELLED.value: "Ces dates sont annulées.",
    Status.POSTPONED.value: f"Reportées{NBSP}: les nouvelles dates ne sont pas encore connues.",
    Status.RESCHEDULED.value: "Ces dates ont changé.",
    Status.MOVED_ONLINE.value: "Ces rencontres se font en ligne.",
    Status.MOVED_PLACE.value: "Le lieu a changé.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the history. `dates`: « date du mardi 5 janvier 2027 », « 12 dates, du … au … », or nothing when the
    event has only one."""

    at: datetime
    words: str
    message: str
    dates: str


@dataclass(frozen=True, slots=True)
class Told:
    """What stands above the dates: of which (`when`, and the `anchor` of the first), what, and the organiser's word."""

    anchor: str
    when: str
    change: str
    message: str
    mark: str


def history(changes: Iterable[SessionChange], sessions: Iterable[Session]) -> list[Said]:
    """What was told of the dates, the last first; which is said when there are several."""
    by_key = {session.pk: session for session in sessions}
    found = []
    for group in at_once(changes, by_key):
        held = [by_key[change.session_id] for change in group]
        which = of_which(held) if len(by_key) > 1 else ""
        found.append(Said(group[0].at, words(group, held), group[0].message, which))
    return sorted(found, key=lambda said: said.at, reverse=True)


def at_once(changes: Iterable[SessionChange], sessions: Mapping[int, Session]) -> list[list[SessionChange]]:
    """Changes that befell dates of one rule together, each date once; those of other dates stand alone."""
    groups: list[list[SessionChange]] = []
    latest: dict[Hashable, list[SessionChange]] = {}
    for change in sorted(changes, key=lambda change: (change.at, change.pk)):
        rule = sessions[change.session_id].recurrence_id
        key = rule, change.kind, change.message, change.former_place
        group = latest.get(key) if rule is not None else None
        if group is None or change.at - group[0].at > AT_ONCE or any(c.session_id == change.session_id for c in group):
            group = latest[key] = []
            groups.append(group)
        group.append(change)
    return groups


def words(group: Sequence[SessionChange], sessions: Sequence[Session]) -> str:
    """« Date changée (c’était le mardi 16 mars 2027 à 14 h) », « Dates changées (c’était le mardi à 14 h) »; of one
    group of `at_once` and its sessions."""
    change = group[0]
    label = str(Kind(change.kind).label) if change.kind in Kind.values else change.kind
    if len(group) > 1:
        label = _SEVERAL.get(change.kind, label)
    former = _former([(c.former_starts_at, s) for c, s in zip(group, sessions, strict=True)])
    if former and change.kind in {Kind.RESCHEDULED, Kind.POSTPONED}:
        return f"{label} (c’était le {former})"
    return f"{label} (c’était ici{NBSP}: {change.former_place})" if change.former_place else label


def of_which(sessions: Sequence[Session]) -> str:
    """« date du mardi 16 mars 2027 », « 12 dates, du 5 janvier au 23 mars 2027 »."""
    days = sorted(times.local(session.starts_at).date() for session in sessions)
    if len(days) == 1:
        return f"date du {times.day(days[0])}"
    return f"{len(days)} dates, {times.days(days[0], days[-1])}"


def told(lines: Iterable[Line]) -> list[Told]:
    """What became of the dates to come, in their order: dates of one rule that share it are said once."""
    groups: dict[Hashable, list[Line]] = {}
    for line in lines:
        held = line.session
        if not (line.change or held.status_text):
            continue
        alone = held.recurrence_id is None or held.status not in _SENTENCES
        shared = held.recurrence_id, held.status, held.status_text, held.former_place, bool(line.former)
        groups.setdefault(held.pk if alone else shared, []).append(line)
    return [_told(group) for group in groups.values()]


def _told(group: Sequence[Line]) -> Told:
    first, held = group[0], group[0].session
    mark = first.marks[0].word if first.marks else ""
    if len(group) == 1:
        return Told(first.anchor, first.when, first.change, held.status_text, mark)
    sessions = [line.session for line in group]
    said = [_SENTENCES[held.status]]
    if held.former_place and held.status in {Status.MOVED_ONLINE, Status.MOVED_PLACE}:
        said.append(f"C’était prévu ici{NBSP}: {held.former_place}.")
    if first.former and held.status != Status.CANCELLED:
        if held.status in {Status.MOVED_ONLINE, Status.MOVED_PLACE}:
            said.append("Les dates aussi ont changé.")
        if former := _former([(session.former_starts_at, session) for session in sessions]):
            said.append(f"C’était prévu le {former}.")
    return Told(first.anchor, of_which(sessions), " ".join(said), held.status_text, mark)


def _former(starts: Sequence[tuple[datetime | None, Session]]) -> str:
    """The former date; of several, the day of the week and the hour that they shared, else nothing."""
    known = [(times.local(at), session.all_day) for at, session in starts if at]
    if len(known) < len(starts):
        return ""
    if len(known) == 1:
        return times.moment(known[0][0], all_day=known[0][1])
    shared = {f"{times.DAYS[at.weekday()]}" + ("" if all_day else f" à {times.clock(at)}") for at, all_day in known}
    return shared.pop() if len(shared) == 1 else ""
