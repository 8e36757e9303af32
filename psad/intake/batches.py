"""The lines of a RIO list, a thousand at a time: what each would do, then what it does (D4).

The caller (`psad/services/importing.py`) holds the row of the list, in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from core.sealing import Seal
from psad.intake.matching import Keys, fact_key, keys_of
from psad.intake.rio import Cells, Entry, Perimeter, Refused, parse
from psad.lists import ClosingReason, Disposition, Step
from psad.models import Case, Import, Line
from psad.services import absorbing
from psad.services.cases import day_of

Fate = Line.Fate
_CLOSES = {
    Disposition.SOLVED: ClosingReason.SOLVED, Disposition.MOVED: ClosingReason.MOVED,
    Disposition.WRONG: ClosingReason.WRONG,
}  # fmt: skip


def preview(batch: Import, rows: Sequence[tuple[int, Cells]], seal: Seal, perimeter: Perimeter) -> Counter[str]:
    """Write what each line would do; how many of each fate."""
    read_lines = [_read(batch, number, cells, perimeter) for number, cells in rows]
    entries = [(line, entry) for line, entry, _ in read_lines if entry is not None]
    keys = [keys_of(entry.identity, batch.platform_id).match for _, entry in entries]
    seen = _Seen(batch, keys)
    for (line, entry), key in zip(entries, keys, strict=True):
        line.facts, line.match_key = fact_key(entry.facts(), batch.platform_id), key
        line.fate = seen.fate(key, line.facts)
        if line.fate == Fate.CREATED:
            line.disposition = Disposition.ALREADY if entry.already_followed else Disposition.TO_CONTACT
    for line, said, cells in read_lines:
        if said is not None:
            line.content = seal.close(cells, bound=f"line/{line.pk}")
    Line.objects.bulk_create([line for line, _, _ in read_lines])
    return Counter(line.fate for line, _, _ in read_lines)


def _read(batch: Import, number: int, cells: Cells, perimeter: Perimeter) -> tuple[Line, Entry | None, Cells]:
    """A line, and what it says; nothing of a refused one is kept but why."""
    try:
        entry = parse(cells, on=day_of(batch.given_at), perimeter=perimeter)
    except Refused as refusal:
        return Line(batch=batch, number=number, fate=Fate.REJECTED, reason=str(refusal)), None, {}
    return Line(batch=batch, number=number), entry, cells


class _Seen:
    """What is known of the persons of some lines: their cases, the words already received, earlier lines."""

    def __init__(self, batch: Import, keys: Sequence[bytes]) -> None:
        self._cases = absorbing.matches(batch.platform_id, keys)
        self._facts: dict[Any, set[bytes]] = {}
        received = Line.objects.filter(case_id__in=set(self._cases.values())).exclude(facts=b"")
        for case, facts in received.values_list("case_id", "facts"):
            self._facts.setdefault(case, set()).add(bytes(facts))
        for key, facts in Line.objects.filter(batch=batch, match_key__in=set(keys)).values_list("match_key", "facts"):
            self._facts.setdefault(self._cases.get(bytes(key), bytes(key)), set()).add(bytes(facts))

    def fate(self, key: bytes, facts: bytes) -> Line.Fate:
        who = self._cases.get(key, key)
        known = self._facts.get(who)
        told = Fate.CREATED if known is None and key not in self._cases else Fate.MATCHED
        if known is not None and facts in known:
            told = Fate.KNOWN
        # Only now: the words of this line are known to the next one.
        self._facts.setdefault(who, set()).add(facts)
        return told


def apply(batch: Import, lines: Sequence[Line], perimeter: Perimeter, seal: Seal, at: dt.datetime) -> list[Case]:
    """Open or complete the case of each line, and empty what the lines said; the cases that were touched."""
    entries: list[tuple[Line, Entry, Keys]] = []
    for line in lines:
        if line.fate == Fate.REJECTED:
            continue
        cells = seal.open(line.content, bound=f"line/{line.pk}")
        said = parse(cells, on=day_of(batch.given_at), perimeter=perimeter)
        entries.append((line, said, keys_of(said.identity, batch.platform_id)))
    _alone(batch.platform_id)
    touched = _take(batch, entries, at)
    _settle(lines)
    return touched


def _take(batch: Import, entries: Sequence[tuple[Line, Entry, Keys]], at: dt.datetime) -> list[Case]:
    """Open or complete the case of each line; those that were."""
    found = absorbing.matches(batch.platform_id, [keys.match for _, _, keys in entries])
    held = {case.pk: case for case in absorbing.held(set(found.values()))}
    cases = {key: held[pk] for key, pk in found.items() if pk in held}
    known = _received({case.pk for case in cases.values()})
    opened_now, matched = [], []
    for line, entry, keys in entries:
        case = cases.get(keys.match)
        if case is None:
            case = cases[keys.match] = _opened(batch, line, entry, keys)
            opened_now.append(case)
            line.fate = Fate.CREATED
        elif line.facts and bytes(line.facts) in known.get(case.pk, set()):
            line.fate = Fate.KNOWN
        else:
            line.fate = Fate.MATCHED
            matched.append((case, entry))
        line.case = case
        known.setdefault(case.pk, set()).add(bytes(line.facts))
    absorbing.open_cases(opened_now, by=batch.given_by_id, at=at)
    absorbing.absorb(matched, batch=batch, at=at)
    return list({case.pk: case for case in [*opened_now, *(case for case, _ in matched)]}.values())


def _opened(batch: Import, line: Line, entry: Entry, keys: Keys) -> Case:
    case = absorbing.case_of(batch.platform, entry, keys, on=day_of(batch.given_at), by=batch.given_by_id)
    case.disposition = line.disposition or Disposition.TO_CONTACT
    if reason := _CLOSES.get(Disposition(case.disposition)):
        case.step, case.closed_on, case.closing_reason = Step.CLOSED, day_of(batch.given_at), reason
        case.due_on, case.due_what = None, ""
    return case


def _received(cases: set[UUID]) -> dict[UUID, set[bytes]]:
    found: dict[UUID, set[bytes]] = {}
    for case, facts in Line.objects.filter(case_id__in=cases).exclude(facts=b"").values_list("case_id", "facts"):
        found.setdefault(case, set()).add(bytes(facts))
    return found


def _settle(lines: Sequence[Line]) -> None:
    """Write what became of the lines and empty what they said, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE psad_line SET fate = v.fate, case_id = v.case_id, content = '', match_key = ''"
            " FROM unnest(%s::uuid[], %s::text[], %s::uuid[]) AS v(id, fate, case_id) WHERE psad_line.id = v.id",
            [[line.pk for line in lines], [str(line.fate) for line in lines], [line.case_id for line in lines]],
        )


def _alone(platform: int) -> None:
    """One list at a time opens cases of a platform."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('psad.cases'), %s)", [platform])
