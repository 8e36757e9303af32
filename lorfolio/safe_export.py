"""What leaves a safe in one request (CPCE L103): its files under their names, its trace, read as they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.template.loader import render_to_string

from core.encryption import Undecipherable
from core.sealing import Seal
from core.spreadsheets import csv_file
from lorfolio.archive import Member
from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.services import safe

COLUMNS = ("date", "acte", "document", "par", "identifiant du document", "empreinte de la ligne")
UNREADABLE = "Document illisible"


def members_of(portfolio: Portfolio) -> Iterator[Member]:
    """The files of a safe under `documents/`, its trace, a page that says what is there: for `lorfolio.archive`.

    One file is in memory at a time; the caller has written the trace.
    """
    readme = render_to_string("lorfolio/safe/readme.txt").encode()
    yield Member("LISEZMOI.txt", lambda: readme)
    yield from documents_of(portfolio)
    yield Member("trace.csv", lambda: trace_csv(portfolio))


def documents_of(portfolio: Portfolio, folder: str = "documents") -> Iterator[Member]:
    seal = safe.seal_of(portfolio)
    rows = SafeFile.objects.filter(portfolio=portfolio).order_by("created_at", "id").only("pk", "stored", "sealed")
    for row in list(rows):  # no cursor stays open while somebody downloads
        yield Member(f"{folder}/{name_of(row, seal)}", partial(safe.unsealed, row, seal))


def trace_csv(portfolio: Portfolio) -> bytes:
    return bytes(csv_file("trace", COLUMNS, trace_rows(portfolio)).content)


def trace_rows(portfolio: Portfolio) -> Iterator[tuple[Any, ...]]:
    """Every line of the trace, oldest first, as `COLUMNS`."""
    seal = safe.seal_of(portfolio)
    for row in Operation.objects.filter(portfolio=portfolio).order_by("id").iterator(chunk_size=2_000):
        yield row.at, row.get_act_display(), label_of(row, portfolio, seal), row.by, row.file or "", row.digest


def label_of(row: Operation, portfolio: Portfolio, seal: Seal) -> str:
    """The name written in a line of the trace, for who reads it."""
    try:
        return safe.label_of(row, portfolio, seal)
    except Undecipherable:
        return UNREADABLE


def name_of(file: SafeFile, seal: Seal) -> str:
    """The name of a file, for who reads it: also when somebody altered it."""
    try:
        return safe.known(file, seal).name
    except Undecipherable:
        return UNREADABLE
