"""One file of events brought by its path: what `manage.py import_events --file` and the benchmark call (A6)."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from core.journal import Actor
from events.importers.formats import read, within
from events.importers.incoming import FormatError
from events.services.importing import Feed, Report, apply, run_of
from events.services.resembling import newest, say_alike
from members.models import Organisation


class _Undo(Exception):  # noqa: N818 (a way out of a transaction, not an error)
    """Roll back a rehearsal."""


def run_file(
    path: Path | str,
    format: str,  # noqa: A002 (the word of the interface)
    organisation: Organisation,
    dry_run: bool = False,
    *,
    actor: Actor | None = None,
    name: str = "",
    withdraw: bool | None = None,
    seconds: float = 0,
    without: frozenset[str] = frozenset(),
) -> Report:
    """Bring the events of `path` to those of `organisation`; nothing stays of a `dry_run`.

    `name` is that of the file as people know it; `withdraw` and `without` are those of `importing.apply`;
    `seconds`, when given, is what somebody can wait. Raises `FormatError` when
    the file cannot be read, `BusyError` when another one is being read.
    """
    path, started = Path(path), timezone.now()
    if not path.is_file():
        raise FormatError(f"Fichier introuvable\u00a0: {path.name}")
    feed = Feed.of_file(organisation, name or path.name)
    items = read(path, format)
    if seconds:
        items = within(items, seconds)
    if not dry_run:
        report = apply(feed=feed, items=items, actor=actor, withdraw=withdraw, without=without)
        run_of(feed, report, started, actor)
        return report
    reports: list[Report] = []
    try:
        with transaction.atomic():
            before = newest()
            reports.append(apply(feed=feed, items=items, actor=actor, withdraw=withdraw))
            say_alike(reports[0], feed, before)
            raise _Undo
    except _Undo:
        return reports[0]
