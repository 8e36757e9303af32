"""The formats that events come in, and how each is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from events.importers.ics import read_ics
from events.importers.incoming import FormatError, Incoming
from events.importers.openagenda import read_openagenda
from events.importers.table import read_table

SLOW = (
    "Ce fichier est trop long à lire pendant que vous attendez\u00a0: coupez-le en plusieurs, ou déclarez une source, "
    "qui sera lue à part."
)


class SlowError(FormatError):
    """There is more to read than somebody can wait for."""


READERS = {"ics": read_ics, "openagenda": read_openagenda, "csv": read_table}
LABELS = {"ics": "iCalendar (.ics)", "openagenda": "OpenAgenda (JSON)", "csv": "tableau (CSV ou XLSX)"}
_SUFFIXES = {
    ".ics": "ics", ".ical": "ics", ".ifb": "ics", ".json": "openagenda", ".csv": "csv", ".txt": "csv", ".xlsx": "csv",
}  # fmt: skip


def read(path: Path, format: str) -> Iterator[Incoming]:  # noqa: A002 (the word of the interface)
    """The events of a file. Raises `FormatError` (French) for an unknown format or a file that is not of it."""
    reader = READERS.get(format)
    if reader is None:
        raise FormatError(f"Format inconnu «\u00a0{format}\u00a0»\u00a0: {', '.join(READERS)}.")
    return reader(path)


def within(items: Iterator[Incoming], seconds: float, most: int | None = None) -> Iterator[Incoming]:
    """`items` while they come in time: for whoever waits for a page. Raises `SlowError`, also beyond `most` of them."""
    end = time.monotonic() + seconds
    for number, item in enumerate(items):
        if time.monotonic() > end or number == most:
            raise SlowError(SLOW)
        yield item


def format_of(name: str) -> str:
    """The format that the name of a file says; empty when it says none."""
    return _SUFFIXES.get(Path(name).suffix.lower(), "")
