"""Tables of a region pack that belong to upper rooms: each says what its file means, in the load's own transaction.

A room registers in its `AppConfig.ready`; taking the room out takes its table with it. Such a file may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.packs.tables import Table

if TYPE_CHECKING:
    from core.packs.threeway import Writer


@dataclass(frozen=True)
class ExtraTable:
    """`name`.csv with its columns; `check(table)` says what is wrong in the table's problems, before anything is
    written; `load(table, writer)` brings it, in the transaction it is called in, and completes the writer's report.
    """

    name: str
    required: str
    known: str
    check: Callable[[Table], None]
    load: Callable[[Table, Writer], None]


_tables: dict[str, ExtraTable] = {}


def register(table: ExtraTable) -> None:
    _tables[table.name] = table


def tables() -> list[ExtraTable]:
    return list(_tables.values())
