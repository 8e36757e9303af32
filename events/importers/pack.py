"""`events.csv` of a region pack: events that the charter tells of, kept as the past they are (M6, A1)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from core.packs.extra import ExtraTable, register
from core.packs.tables import Row, Table
from core.packs.threeway import Writer
from core.reference import EventType, Status
from core.text import fold
from events.importers.calendar_times import PARIS
from events.importers.guess import kind_of
from events.models import Event, Session
from events.services.states import publish
from events.services.writing import create_event, edit_event
from members.models import Charter
from territories import communes
from territories.models import Agency, Commune

LABEL = "évènements"
KINDS = ("event", "professional_day", "governance")
PRECISIONS = ("day", "month", "none")
_REQUIRED = (
    "slug title kind start_date end_date date_published date_precision place town country agency_slug audience "
    "price_published website description note"
)
_KNOWN = "contact source_line_start source_line_end"


def connect() -> None:
    """Declare the table to the packs."""
    register(ExtraTable("events", _REQUIRED, _KNOWN, check, load))


def check(table: Table) -> None:
    """Say what is wrong in the table, line by line."""
    table.once("slug")
    for row in table:
        row.slug("slug")
        row.text("title", required=True)
        row.choice("kind", KINDS, what="type")
        precision = row.choice("date_precision", PRECISIONS, what="précision")
        starts = row.date("start_date", required=precision in {"day", "month"})
        ends = row.date("end_date", required=precision in {"day", "month"})
        if starts and ends and ends < starts:
            row.wrong("end_date", "avant le début")


def load(table: Table, writer: Writer) -> None:
    """Bring the events of the public; what people edited since stays, what they deleted does not come back."""
    tally = writer.report.tally(LABEL)
    brought = writer.keys.setdefault(LABEL, set())
    held = {event.pack_key: event for event in Event.objects.exclude(pack_key="").order_by("pk")}
    for row in table:
        key = row.text("slug")
        if row.text("kind") == "governance":
            writer.report.remark(f"hors agenda\u00a0: {key} (vie des institutions, pas un évènement public)")
            continue
        event, values = held.get(key), _values(row)
        if event is not None:
            changed = _correct(event, row, values, writer)
            tally.updated, tally.unchanged = tally.updated + changed, tally.unchanged + (not changed)
        elif key in brought:
            tally.deleted_here += 1
            writer.report.remark(f"supprimé ici, non recréé\u00a0: évènement {key}")
        else:
            _make(row, values, writer)
            tally.created += 1
        brought.add(key)


def _make(row: Row, values: dict[str, Any], writer: Writer) -> None:
    """A published event without author; its day as a session, or in words when only the month, or nothing, is known."""
    starts, ends = row.date("start_date"), row.date("end_date")
    sessions, date_note = [], ""
    if row.text("date_precision") == "day" and starts and ends:
        sessions = [_session(row, starts, ends)]
    else:
        date_note = row.text("date_published") or "date non publiée"
    agency = Agency.objects.filter(slug=row.text("agency_slug")).first()
    event = create_event(
        values=values, sessions=sessions, actor=writer.report.actor, pack_key=row.text("slug"), agency=agency,
        date_note=date_note, source_values={"pack": values}, source_note=_cited(row),
    )  # fmt: skip
    publish(event=event, actor=writer.report.actor)
    # The agency that the charter names, whatever the place.
    Event.objects.filter(pk=event.pk).exclude(agency=agency).update(agency=agency or event.agency)


def _cited(row: Row) -> str:
    """Where the event comes from, for the public: the remarks of the table are ours."""
    charter = Charter.objects.filter(signed_on__isnull=False).order_by("signed_on", "pk").first()
    said = f"Cité par la charte de {charter.signed_on.year}" if charter and charter.signed_on else "Cité par la charte"
    if row.text("date_precision") == "day":
        return f"{said}."
    month = " Seul le mois est connu." if row.text("date_precision") == "month" else ""
    return f"{said}\u00a0; aucune date à venir n’est connue.{month}"


def _correct(event: Event, row: Row, values: dict[str, Any], writer: Writer) -> bool:
    if event.source_note == row.text("note") and event.source_note:  # loaded when our own remark was kept
        Event.objects.filter(pk=event.pk).update(source_note=_cited(row))
    last = event.source_values.get("pack", {})
    if last == values:
        return False
    mine = {name: value for name, value in values.items() if getattr(event, name) == last.get(name)}
    for name in values.keys() - mine.keys():
        writer.report.tally(LABEL).kept += getattr(event, name) != values[name]
    changed = False
    if event.state in (Event.State.PUBLISHED, Event.State.DRAFT):
        changed = bool(edit_event(event=event, values=mine, actor=writer.report.actor))
    Event.objects.filter(pk=event.pk).update(source_values={"pack": values}, updated_at=timezone.now())
    return changed


def _values(row: Row) -> dict[str, Any]:
    title, description, price = row.text("title"), row.text("description"), row.text("price_published")
    professional = row.text("kind") == "professional_day"
    kind = kind_of(title, [description]) or (EventType.REUNION_INFORMATION if professional else EventType.FORUM)
    free = not price or any(word in fold(price).split() for word in ("gratuit", "gratuite"))
    website = row.text("website")
    return {
        "title": title[:200], "description": "" if description == title else description, "kind": str(kind),
        "publics": [str(Status.PROFESSIONNEL)] if professional else [], "free": free,
        "price_text": price, "website": website if website.startswith(("http://", "https://")) else "",
    }  # fmt: skip


def _session(row: Row, starts: date, ends: date) -> dict[str, Any]:
    commune: Commune | None = None
    town = row.text("town")
    if town and row.text("country") in {"", "FR"} and (found := communes.find(town).town):
        commune = Commune.objects.filter(pk=found.insee).first()
    return {
        "starts_at": datetime.combine(starts, time(), tzinfo=PARIS),
        "ends_at": datetime.combine(ends + timedelta(days=1), time(), tzinfo=PARIS), "all_day": True,
        "attendance": Session.Attendance.PLACE, "place_name": row.text("place"), "town": town, "commune": commune,
        "country": row.text("country") or "FR",
    }  # fmt: skip
