"""New rows by `COPY`, the fastest way in: for what comes by the thousand (A6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.fields.files import FieldFile


def copy_rows(rows: Sequence[Model]) -> None:
    """Write these new objects of one model; their keys are taken from the sequence first, and set on them.

    Columns that the database fills by itself are left to it. What the objects point at must have its key.
    """
    if not rows:
        return
    table = rows[0]._meta.db_table
    fields = [f for f in rows[0]._meta.concrete_fields if f.primary_key or not f.has_db_default()]
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_plain(getattr(row, name)) for name in names])


def _plain(value: Any) -> Any:
    """A value as `COPY` takes it: a choice or a file is its text, an object its JSON."""
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value) if isinstance(value, (str, FieldFile)) else value
