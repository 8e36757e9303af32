"""The events of the year in the bilan of who held them: named, dated, placed; how many they were is an indicator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.template.defaultfilters import date as date_said

from bilans.contents.shapes import Json, section, table
from bilans.models import Bilan, Kind
from bilans.numbers import counted
from core.templatetags.typography import french
from events.models import Event, Session

PARIS = ZoneInfo("Europe/Paris")
MOST = 15  # of a table: the flagship events first, then those of most dates
_NOT_HELD = (Session.Status.CANCELLED, Session.Status.POSTPONED)


def events_section(bilan: Bilan, at: dt.date) -> list[Json]:
    """The events held in the year by an organisation, or on a territory. One query."""
    mine = Q(event__organisation=bilan.organisation_id)
    if bilan.kind == Kind.TERRITORY:
        mine = Q(commune__agency=bilan.agency_id)
    rows = _held(bilan.campaign.year, mine, at)
    if not rows:
        return []
    kept = sorted(rows.values(), key=lambda row: (not row["flagship"], -row["dates"], row["first"], row["event"]))[
        :MOST
    ]
    shown = [
        [_when(row), row["title"], Event(kind=row["kind"]).get_kind_display(), row["town"] or "En ligne"]
        for row in sorted(kept, key=lambda row: (row["first"], row["event"]))
    ]
    more = len(rows) - len(kept)
    note = "Les temps forts, puis les évènements qui ont eu le plus de dates" if more else ""
    note += f"\u00a0; {counted(more, 'autre est', 'autres sont')} dans l’agenda." if more else ""
    title = "Ses évènements" if bilan.kind == Kind.ORGANISATION else "Évènements du territoire"
    listed = table("events", f"Évènements tenus en {bilan.campaign.year}", ["Date", "Évènement", "Type", "Commune"],
                   shown, note=note, words=4)  # fmt: skip
    return [section("events", title, tables=[listed])]


def _held(year: int, mine: Q, at: dt.date) -> dict[int, dict[str, Any]]:
    """By event: its title, its first date held in the year, how many there were, where."""
    starts, ends = (dt.datetime(when, 1, 1, tzinfo=PARIS) for when in (year, year + 1))
    over = dt.datetime.combine(at, dt.time.max, PARIS)
    sessions: Iterable[Any] = (
        Session.objects.filter(mine, starts_at__gte=starts, starts_at__lt=ends, ends_at__lte=over)
        .filter(event__state=Event.State.PUBLISHED)
        .exclude(status__in=_NOT_HELD)
        .exclude(happened=False)
        .order_by("starts_at", "pk")
        .values("event", "event__title", "event__kind", "event__flagship", "starts_at", "commune__name", "town")
    )
    found: dict[int, dict[str, Any]] = {}
    for row in sessions:
        one = found.setdefault(row["event"], {
            "event": row["event"], "title": row["event__title"], "kind": row["event__kind"],
            "flagship": row["event__flagship"], "first": row["starts_at"], "town": "", "dates": 0,
        })  # fmt: skip
        one["dates"] += 1
        one["town"] = one["town"] or row["commune__name"] or row["town"]
    return found


def _when(row: dict[str, Any]) -> str:
    day = french(date_said(row["first"].astimezone(PARIS), "j F"))
    return day if row["dates"] == 1 else f"{day} (et {counted(row['dates'] - 1, 'autre date', 'autres dates')})"
