"""What the database lets the role of web and workers do: read and write rows, never the schema, never the past."""

from __future__ import annotations

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
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        migrations = connection.ops.quote_name(MigrationRecorder.Migration._meta.db_table)
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {migrations} FROM {name}")
        # Temporary tables are no use of a page's; only the owner of the database may say so.
        cursor.execute(
            "SELECT current_database(), pg_has_role(d.datdba, 'MEMBER') FROM pg_database d"
            " WHERE d.datname = current_database()"
        )
        database, owner = cursor.fetchone()
        if owner:
            cursor.execute(f"REVOKE TEMPORARY ON DATABASE {connection.ops.quote_name(database)} FROM PUBLIC, {name}")
        for model in apps.get_models():
            if getattr(model, "append_only", False):
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
