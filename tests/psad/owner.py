"""What the owner of the tables can do, whom no policy stops: a connection of theirs to the database of the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection


def url() -> str:
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    return parts._replace(path="/" + connection.settings_dict["NAME"]).geturl()


@contextmanager
def owner() -> Iterator[psycopg.Connection[Any]]:
    """Sees what was really committed: for tests with `transaction=True`."""
    with psycopg.connect(url(), autocommit=True) as made:
        yield made


def unseen(*statements: str) -> None:
    """Change the log as its owner can: with its trigger put aside."""
    with owner() as database:
        database.execute("ALTER TABLE psad_access DISABLE TRIGGER ALL")
        try:
            for statement in statements:
                database.execute(statement)  # type: ignore[arg-type]
        finally:
            database.execute("ALTER TABLE psad_access ENABLE TRIGGER ALL")


# As an honest clock would have it: the lines of a platform, written again so many months ago.
AGED = """
DO $$
DECLARE line record; told bytea := ''::bytea; moment timestamptz;
BEGIN
    FOR line IN SELECT * FROM psad_access WHERE platform_id = {platform} AND seq <= {until} ORDER BY seq LOOP
        moment := line.at - interval '{months} months';
        PERFORM psad_log_month((moment AT TIME ZONE 'Europe/Paris')::date);
        DELETE FROM psad_access WHERE platform_id = line.platform_id AND seq = line.seq;
        INSERT INTO psad_access VALUES (line.id, moment, line.platform_id, line.seq, line.actor, line.role, line.verb,
            line.purpose, line.cases, told, psad_digest(told, line.seq, moment, line.platform_id, line.actor,
            line.role, line.verb, line.purpose, line.cases));
        SELECT digest INTO told FROM psad_access WHERE platform_id = line.platform_id AND seq = line.seq;
    END LOOP;
    FOR line IN SELECT * FROM psad_access WHERE platform_id = {platform} AND seq > {until} ORDER BY seq LOOP
        UPDATE psad_access SET previous = told, digest = psad_digest(told, seq, at, platform_id, actor, role, verb,
            purpose, cases) WHERE platform_id = line.platform_id AND seq = line.seq;
        SELECT digest INTO told FROM psad_access WHERE platform_id = line.platform_id AND seq = line.seq;
    END LOOP;
    UPDATE psad_chain SET digest = told WHERE platform_id = {platform};
END $$
"""


def aged(platform: int, *, until: int, months: int) -> None:
    unseen(AGED.format(platform=platform, until=until, months=months))


def forget_log() -> None:
    """Put the log back to nothing, with its old months: it is not a table that the tests empty by themselves."""
    with owner() as database:
        database.execute("TRUNCATE psad_access, psad_chain, psad_logclosure, psad_witness")
        names = database.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'psad_access'::regclass"
        ).fetchall()
        for (name,) in names:
            database.execute(f"DROP TABLE {name}")  # type: ignore[arg-type]
