"""Files for the tests of imports: invented calendars, the smallest that prove something."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from events.importers.command import run_file
from events.importers.ics import read_ics
from events.importers.incoming import Incoming
from events.models import Trust
from events.services.importing import Report
from members.models import Organisation
from tests.factories import organisation

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "interop"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="les échantillons réels ne sont pas dans le dépôt")


def trusted(**fields: Any) -> Organisation:
    """An organisation whose events are public at once."""
    made = organisation(**fields)
    Trust.objects.create(organisation=made)
    return made


def soon(days: int = 10, hour: int = 14) -> datetime:
    """A wall-clock time of Paris, in some days."""
    day = timezone.localdate() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 (floating, as calendars write it)


def vevent(uid: str = "un", **lines: Any) -> str:
    """One VEVENT; `DTSTART` in ten days by default; a name with None is left out, a value with « ; » is raw."""
    start = soon()
    said: dict[str, Any] = {
        "UID": uid, "SUMMARY": f"Atelier {uid}", "DTSTART": f"{start:%Y%m%dT%H%M%S}",
        "DTEND": f"{start + timedelta(hours=2):%Y%m%dT%H%M%S}",
    } | lines  # fmt: skip
    body = []
    for name, value in said.items():
        if value is None:
            continue
        body += [f"{name}{one}" if str(one).startswith(";") else f"{name}:{one}" for one in _list(value)]
    return "\r\n".join(["BEGIN:VEVENT", *body, "END:VEVENT", ""])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def calendar(*events: str, head: str = "") -> str:
    return (
        "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *filter(None, [head]), ""])
        + "".join(events)
        + "END:VCALENDAR\r\n"
    )


def written(folder: Path, content: str | bytes, name: str = "agenda.ics") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def items(folder: Path, *events: str, head: str = "") -> list[Incoming]:
    """What the reader of iCalendar understands."""
    return list(read_ics(written(folder, calendar(*events, head=head))))


def bring(folder: Path, house: Organisation, *events: str, **options: Any) -> Report:
    """Import a calendar of these events for `house`."""
    return run_file(written(folder, calendar(*events)), "ics", house, **options)
