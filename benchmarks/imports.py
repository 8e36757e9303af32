"""`import.ics`: a calendar of a hundred thousand sessions brought by the importer, beside `COPY` of the same rows.

Run by the benchmark in the environment of the measured portal: `python -m benchmarks.imports <sessions> [proposed]`;
prints `{"ours": s, "floor": s, "rss": MB grown, "created": n}` as JSON. The floor copies what the import wrote into
tables made like those it wrote, indexes and checks included (references are not: only the import has them checked).

The organisation publishes at once: events, dates, what searches read of them and their cards are written, four tables.
`proposed`: its events wait for their reader (A5), and are two tables.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

TABLES = ("events_event", "events_session", "events_listing", "events_rendering")
TOWNS = ("Épinal", "Metz", "Troyes", "Strasbourg", "Nancy", "Reims", "Colmar", "Chaumont")


def lines(sessions: int, name: str = "banc") -> Iterator[str]:
    """A calendar of one-date events, as members' software writes it; `name` begins their identifiers."""
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//banc//FR\r\n"
    start = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)  # noqa: DTZ005
    for number in range(sessions):
        begin = start + timedelta(days=number % 340, hours=number % 9)
        yield (
            f"BEGIN:VEVENT\r\nUID:{name}-{number}\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART;TZID=Europe/Paris:{begin:%Y%m%dT%H%M%S}\r\nDURATION:PT2H\r\n"
            f"SUMMARY:Atelier numéro {number} : découvrir un métier\r\n"
            f"DESCRIPTION:Des professionnels racontent leur quotidien\\, et répondent\r\n  à vos questions.\r\n"
            f"LOCATION:Salle des fêtes\\, {TOWNS[number % len(TOWNS)]}\r\nEND:VEVENT\r\n"
        )
    yield "END:VCALENDAR\r\n"


def copied(connection: psycopg.Connection[Any], name: str) -> float:
    """Seconds that `COPY` takes to write again what the import of `name` wrote."""
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            key = "session_id" if table in {"events_listing", "events_rendering"} else "id"
            of = {"events_event": "id", "events_session": "event_id", "events_listing": "event_id"}
            mine = (
                f"{of[table]} IN (SELECT id FROM events_event WHERE source_uid LIKE '{name}-%')"
                if table in of
                else "session_id IN (SELECT session_id FROM events_listing l JOIN events_event e ON e.id = l.event_id"
                f" WHERE e.source_uid LIKE '{name}-%')"
            )
            cursor.execute(
                "SELECT string_agg(format('%%I', column_name), ', ' ORDER BY ordinal_position)"
                " FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            columns = (cursor.fetchone() or ("",))[0]
            cursor.execute(f"CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)")
            with (
                (Path(folder) / table).open("wb") as file,
                cursor.copy(f"COPY (SELECT {columns} FROM {table} WHERE {mine} ORDER BY {key}) TO STDOUT") as rows,
            ):
                for block in rows:
                    file.write(block)
            (Path(folder) / f"{table}.columns").write_text(columns)
        begin = time.monotonic()
        for table in TABLES:
            columns = (Path(folder) / f"{table}.columns").read_text()
            with (
                (Path(folder) / table).open("rb") as file,
                cursor.copy(f"COPY copy_{table} ({columns}) FROM STDIN") as rows,
            ):
                while block := file.read(1 << 16):
                    rows.write(block)
        connection.commit()  # as the import does, its rows go to the disk
        spent = time.monotonic() - begin
        for table in TABLES:
            cursor.execute(f"DROP TABLE copy_{table}")
        connection.commit()
        return spent


def main(sessions: int, *, proposed: bool = False) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    import django

    django.setup()
    from events.importers.command import run_file
    from events.models import Trust
    from members.models import Organisation

    organisation = Organisation.objects.get(slug="mission-locale-troyes")
    Trust.objects.filter(organisation=organisation).delete()
    if not proposed:
        Trust.objects.create(organisation=organisation)
    name = f"banc-{'lu' if proposed else 'su'}-{sessions}"  # each run brings its own
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.ics"
        path.write_text("".join(lines(200, name)))  # what a process learns once
        run_file(path, "ics", organisation, True)
        with path.open("w", newline="") as file:
            file.writelines(lines(sessions, name))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.monotonic()
        report = run_file(path, "ics", organisation)
        spent = time.monotonic() - begin
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:  # the web's role makes no table
        floor = copied(connection, name)
    said = {"ours": round(spent, 2), "floor": round(floor, 2), "rss": round(grown), "created": report.created}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(int(sys.argv[1]), proposed="proposed" in sys.argv[2:])
