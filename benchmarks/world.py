"""The benchmark's own database: the schema, the region pack, and as many invented places as asked, always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from spro import embedded

DATABASE = "spro_bench"
PACK = embedded.BASE_DIR / "data" / "grand-est"

# Each invented place copies what a place of the pack is and offers; half stand in the hundred largest communes, as
# real ones do. Arithmetic takes the place of chance: two runs measure the same world.
PLACES = """
WITH models AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY slug) - 1 AS row FROM territories_site
                             WHERE slug NOT LIKE 'invente-%%'),
     towns AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY population DESC, insee) - 1 AS row
                            FROM territories_commune),
     draws AS (SELECT i, (i * 2654435761) %% 1000003 AS a, (i * 40503) %% 999983 AS b
               FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i),
     numbers AS MATERIALIZED (SELECT i, a, b, a %% (SELECT count(*) FROM models) AS model,
                 CASE WHEN i %% 2 = 0 THEN b %% 100 ELSE (a * 31 + b) %% (SELECT count(*) FROM towns) END AS town
                 FROM draws)
INSERT INTO territories_site (pack_values, slug, name, sort_key, organisation_id, network_id, kind_id, description,
    address, postal_code, commune_id, agency_id, lat, lon, phone, email, website, hours, hours_text, services, channels,
    publics, not_for, placement, access, access_text, provisional, source, source_url, external_id, note,
    listed, card, words)
SELECT '{}', 'invente-' || i, m.name || ' ' || i, m.sort_key || ' ' || lpad(i::text, 7, '0'), m.organisation_id,
    m.network_id, m.kind_id, 'Lieu inventé pour mesurer.', (i %% 90 + 1) || ' rue de la République', t.postal_codes[1],
    t.insee, t.agency_id, t.lat + (a %% 6000 - 3000) / 1e5, t.lon + (b %% 8000 - 4000) / 1e5, '03 00 00 00 00', '',
    'https://www.example.org/', '{"1": [["09:00", "12:00"], ["14:00", "17:00"]], "4": [["09:00", "17:00"]]}', '',
    m.services, m.channels, m.publics, m.not_for, m.placement, m.access, m.access_text, false, 'Inventé', '', '', '',
    true, replace(replace(m.card, m.name, m.name || ' ' || i), m.slug, 'invente-' || i), m.words
FROM numbers JOIN models m ON m.row = model JOIN towns t ON t.row = town
"""


def _named(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))


@contextmanager
def world(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a portal on a fresh database, dropped in the end; static files go to `folder`."""
    embedded.use_if_needed()
    owner = os.environ["DATABASE_OWNER_URL"]
    app = os.environ["DATABASE_URL"]
    environment = os.environ | {
        "DATABASE_URL": _named(app),
        "DATABASE_OWNER_URL": _named(owner),
        "DATABASE_APP_ROLE": urlsplit(app).username or "",
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/9",
        "SPRO_LOCAL": str(folder),
        "DEBUG": "0",
        "DEMO": "0",
        "SECRET_KEY": "benchmark-" + os.urandom(24).hex(),
        "HTTPS": "0",  # both sides speak plain HTTP on loopback
        "API_RATE": "1000000/min",  # counted as always, never reached
        "PAGE_RATE": "1000000/min",
        "PYTHONPATH": str(embedded.BASE_DIR),
    }
    _drop(owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    try:
        for words in (["migrate"], ["build_fonts"], ["collectstatic", "--noinput"], ["load_region_pack", str(PACK)]):
            manage(environment, *words, "--verbosity=0")
        yield environment
    finally:
        _drop(owner)


def _drop(owner: str) -> None:
    """Without `FORCE`, which may not end an autovacuum, and which nothing else of the server's own needs."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [DATABASE],
        )
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(DATABASE)))


def manage(environment: dict[str, str], *words: str) -> None:
    """Run a command of the portal in `environment`; its output shows only if it fails."""
    command = [sys.executable, str(embedded.BASE_DIR / "manage.py"), *words]
    done = subprocess.run(command, env=environment, cwd=embedded.BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} a échoué :\n{done.stdout}\n{done.stderr}")


def grow(environment: dict[str, str], size: int, sessions: int) -> None:
    """Add places until there are `size`, then dates of events until there are `sessions`, and let PostgreSQL know its
    tables as it would after a while. Events stand where the first places do: they come from organisations of the pack.
    """
    manage(environment, "seed_agenda", "--sessions", str(sessions), "--jobs", "2", "--verbosity=0")
    with psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM territories_site").fetchone()
        present = int(row[0]) if row else 0
        if size > present:
            with connection.transaction():
                _insert(connection, present + 1, size)
        connection.execute("VACUUM (ANALYZE)")


def _insert(connection: psycopg.Connection, first: int, last: int) -> None:
    """Indexes and foreign keys are taken away and made again after: much quicker than row by row."""
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    indexes = connection.execute(
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = 'territories_site'::regclass AND NOT i.indisunique"
    ).fetchall()
    references = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'territories_site'::regclass AND contype = 'f'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for name, _ in references:
        connection.execute(sql.SQL("ALTER TABLE territories_site DROP CONSTRAINT {}").format(sql.Identifier(name)))
    connection.execute(PLACES, {"first": first, "last": last})
    for _, definition in indexes:
        connection.execute(definition)
    for name, definition in references:
        add = sql.SQL("ALTER TABLE territories_site ADD CONSTRAINT {} ").format(sql.Identifier(name))
        connection.execute(add + sql.SQL(definition))


def cursors(environment: dict[str, str], count: int = 8) -> list[str]:
    """Cursors of the API spread evenly over the alphabet."""
    from core.api.pages import encode

    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        rows = connection.execute(
            "SELECT sort_key, id FROM (SELECT sort_key, id, ntile(%s) OVER (ORDER BY sort_key, id) AS part,"
            " row_number() OVER (ORDER BY sort_key, id) AS place FROM territories_site WHERE listed) s"
            " WHERE place IN (SELECT min(place) FROM (SELECT ntile(%s) OVER (ORDER BY sort_key, id) AS part,"
            " row_number() OVER (ORDER BY sort_key, id) AS place FROM territories_site WHERE listed) p GROUP BY part)"
            " ORDER BY sort_key, id",
            [count, count],
        ).fetchall()
    return [encode("n", row) for row in rows]
