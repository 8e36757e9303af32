"""The year of the recognition as a calendar to subscribe to: its steps for all, its sittings for the Region (R12).

An entry keeps its UID, without host name, and its SEQUENCE is raised each time its date moves (RFC 5545, RFC 7986).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.ical import fold, text, uri
from core.links import absolute
from core.models import JournalEntry
from recognition.clock import PARIS
from recognition.models import Campaign, CampaignMove, Sitting
from recognition.services.campaigns import label_of

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Service public régional de l’orientation//Reconnaissance//FR"
REFRESH = "PT12H"
PAST_YEARS = 1  # campaigns over for longer leave the calendar
NAME = "Candidatures au service public régional de l’orientation"
REGION_NAME = "Reconnaissance\u00a0: étapes et séances"
# Names of our entries among all UUIDs: an entry is found again after any change.
_SPACE = uuid.UUID("5f0f6a0c-3f5e-5d0e-9f5b-0d6a8a2f6b11")
_ABOUT = {
    "opens_on": "Les organismes peuvent déposer leur dossier à partir de ce jour.",
    "deadline_on": "Dernier jour pour déposer, jusqu’à 23\u00a0h\u00a059. Après, il passe à l’année suivante.",
    "notify_by_on": "Chaque organisme a reçu la décision au plus tard ce jour.",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One line of the calendar; `starts_at` None means the whole day."""

    key: str
    day: dt.date
    summary: str
    url: str
    changed_at: dt.datetime
    sequence: int = 0
    description: str = ""
    place: str = ""
    starts_at: dt.datetime | None = None

    def lines(self) -> list[str]:
        changed = _utc(self.changed_at)
        when = (
            [f"DTSTART:{_utc(self.starts_at)}", "DURATION:PT2H"]
            if self.starts_at
            else [f"DTSTART;VALUE=DATE:{self.day:%Y%m%d}", f"DTEND;VALUE=DATE:{self.day + dt.timedelta(days=1):%Y%m%d}"]
        )
        return [
            "BEGIN:VEVENT", f"UID:{uuid.uuid5(_SPACE, self.key)}", f"DTSTAMP:{changed}", f"LAST-MODIFIED:{changed}",
            f"SEQUENCE:{self.sequence}", "STATUS:CONFIRMED", f"SUMMARY:{text(self.summary)}", *when,
            *([f"DESCRIPTION:{text(self.description)}"] if self.description else []),
            *([f"LOCATION:{text(self.place)}"] if self.place else []),
            f"URL:{uri(self.url)}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def steps(on: dt.date) -> list[Entry]:
    """The steps of the campaigns of these years, as announced today."""
    campaigns = list(Campaign.objects.filter(year__gte=on.year - PAST_YEARS).order_by("year"))
    moves = CampaignMove.objects.filter(campaign__in=campaigns).order_by("moved_at", "pk")
    times: Counter[tuple[int, str]] = Counter()
    last: dict[tuple[int, str], dt.datetime] = {}
    for move in moves:
        times[move.campaign_id, move.step] += 1
        last[move.campaign_id, move.step] = move.moved_at
    page = absolute("/candidature/")
    return [
        Entry(
            key=f"campaign:{campaign.year}:{step}", day=getattr(campaign, step), url=page,
            summary=f"SPRO {campaign.year}\u00a0: {label_of(step)[:1].lower()}{label_of(step)[1:]}",
            changed_at=last.get((campaign.pk, step), campaign.created_at), sequence=times[campaign.pk, step],
            description=_ABOUT.get(step, ""),
        )
        for campaign in campaigns
        for step in Campaign.STEPS
    ]  # fmt: skip


def sittings(on: dt.date) -> list[Entry]:
    """The sittings of the bodies, of these years; what is said in them is not."""
    rows = list(
        Sitting.objects.filter(held_on__year__gte=on.year - PAST_YEARS).select_related("body").order_by("held_on", "pk")
    )
    changes = JournalEntry.objects.filter(
        target_type=Sitting._meta.label_lower, target_key__in=[str(row.pk) for row in rows]
    ).order_by("at", "pk")
    times: Counter[str] = Counter()
    last: dict[str, dt.datetime] = {}
    for key, at in changes.values_list("target_key", "at"):
        times[key] += 1
        last[key] = at
    return [
        Entry(
            key=f"sitting:{row.pk}", day=row.held_on, summary=f"{row.body.short_name}\u00a0: séance", place=row.place,
            url=absolute(f"/admin/recognition/sitting/{row.pk}/change/"), starts_at=_starts(row),
            changed_at=last.get(str(row.pk), row.created_at), sequence=max(0, times[str(row.pk)] - 1),
        )
        for row in rows
    ]  # fmt: skip


def _starts(sitting: Sitting) -> dt.datetime | None:
    return dt.datetime.combine(sitting.held_on, sitting.starts_at, PARIS) if sitting.starts_at else None


def write(entries: Iterable[Entry], *, name: str, source: str) -> str:
    """The whole file; `source` is its own address, absolute."""
    head = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}", "X-WR-TIMEZONE:Europe/Paris", f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}", f"SOURCE;VALUE=URI:{uri(source)}", f"URL:{uri(absolute('/candidature/'))}",
    ]  # fmt: skip
    body = [line for entry in sorted(entries, key=lambda e: (e.day, e.key)) for line in entry.lines()]
    return "".join(fold(line) for line in [*head, *body, "END:VCALENDAR"])
