"""What the database lets the role of web and workers do: read and write rows, never the schema, never the past."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

log = structlog.get_logger("core.grants")


def grant_app_role(using: str, **_: Any) -> None:
    """Give `DATABASE_APP_ROLE` its rights on every table; on a table of an `append_only` model, insert and read only.

    All of them or none; nothing when the migration runs as that very role, and a warning when there is no such role.
    """
    connection = connections[using]
    role = settings.DATABASE_APP_ROLE
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        current, exists = cursor.fetchone()
        if current == role:
            return
        if not exists:
            log.warning("grants_role_missing", role=role)
            return
        for statement in rights(role, connection.introspection.table_names(cursor)):
            cursor.execute(statement)
        # Temporary tables are no use of a page's; only the owner of the database may say so.
        cursor.execute(
            "SELECT current_database(), pg_has_role(d.datdba, 'MEMBER') FROM pg_database d"
            " WHERE d.datname = current_database()"
        )
        database, owner = cursor.fetchone()
        if owner:
            cursor.execute(no_temporary(role, database))


def rights(role: str, tables: Iterable[str]) -> list[str]:
    """The statements that give `role` its rights on the schema `public`, which holds `tables`."""
    name, present = quoted(role), set(tables)
    append_only = {model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)}
    return [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON public.{MigrationRecorder.Migration._meta.db_table} FROM {name}",
        *(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON public.{quoted(table)} FROM {name}"
            for table in sorted(append_only & present)
        ),
    ]


def no_temporary(role: str, database: str) -> str:
    """The statement, for the owner of `database`, that leaves it without temporary tables of the web's."""
    return f"REVOKE TEMPORARY ON DATABASE {quoted(database)} FROM PUBLIC, {quoted(role)}"


def quoted(name: str) -> str:
    """`name` as an identifier of PostgreSQL."""
    return '"' + name.replace('"', '""') + '"'
