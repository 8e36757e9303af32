"""Write an archive: one snapshot of the database, then the files (written meanwhile: one more)."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from core.backup import BackupError
from core.backup.archive import BASE, FILES, PIECE, STAGING, Manifest, Part, Writer
from core.backup.sealed import Writable
from core.backup.tools import environment, first_error, libpq_url, programs

# Their rows are keys of open sessions: whoever steals a backup gets none, whoever restores one signs in again.
LEFT_OUT = ("django_session", "usersessions_usersession")
_LOCK_WAIT = "60s"


def save(*, owner_url: str, media: Path, out: Writable) -> tuple[Manifest, list[str]]:
    """Write the archive of the database at `owner_url` and of the files under `media` on `out`.

    Returns its manifest, and the paths left out because they are not ordinary files (symbolic links…).
    Raises `BackupError`; what was written until then is worth nothing.
    """
    odd: list[str] = []
    with _snapshot(owner_url) as connection:
        manifest = _describe(connection)
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        writer = Writer(out, {"portal": manifest.portal, "written_at": manifest.written_at})
        try:
            manifest.base = list(_dump(writer, owner_url, snapshot, manifest))
            connection.rollback()  # the files may be long to copy: the snapshot is of no use to them
            manifest.files = list(_files(writer, media, odd))
            writer.close(manifest)
        except BaseException:
            writer.abandon()
            raise
    return manifest, odd


def _snapshot(owner_url: str) -> psycopg.Connection:
    try:
        connection = psycopg.connect(libpq_url(owner_url), connect_timeout=15)
    except psycopg.OperationalError as error:
        raise BackupError("La base de données ne répond pas à DATABASE_OWNER_URL.") from error
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _describe(connection: psycopg.Connection) -> Manifest:
    names = [
        row[0]
        for row in connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1"
        )
    ]
    if "django_migrations" not in names:
        raise BackupError(
            "Cette base n’est pas celle d’un portail\u00a0: lancez d’abord «\u00a0manage.py migrate\u00a0»."
        )
    left_out = [name for name in names if name in LEFT_OUT]
    tables = {name: 0 if name in left_out else _count(connection, name) for name in names}
    applied = connection.execute("SELECT app || '.' || name FROM public.django_migrations ORDER BY app, name")
    return Manifest(
        portal=portal_version(),
        written_at=datetime.now(UTC).isoformat(timespec="seconds"),
        database=connection.info.dbname,
        server=connection.info.server_version // 10_000,
        migrations=[row[0] for row in applied],
        tables=tables,
        left_out=left_out,
    )


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def portal_version() -> str:
    """The version of the code, as its own description says it."""
    with (Path(settings.BASE_DIR) / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _dump(writer: Writer, owner_url: str, snapshot: str, manifest: Manifest) -> Iterator[Part]:
    words = [
        str(programs(manifest.server) / "pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password",
        f"--lock-wait-timeout={_LOCK_WAIT}", f"--snapshot={snapshot}",
        *(f"--exclude-table-data=public.{name}" for name in manifest.left_out),
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(words, env=environment(owner_url), stdout=subprocess.PIPE, stderr=said) as dump,  # noqa: S603
    ):
        assert dump.stdout is not None  # noqa: S101
        number = 0
        while piece := dump.stdout.read(PIECE):
            yield writer.add(f"{BASE}/{number:06}", io.BytesIO(piece), len(piece))
            number += 1
        if dump.wait():
            said.seek(0)
            raise BackupError(f"pg_dump s’est arrêté\u00a0: {first_error(said.read())}")


def _files(writer: Writer, media: Path, odd: list[str]) -> Iterator[Part]:
    for number, (path, descriptor) in enumerate(_ordinary(media, odd)):
        with os.fdopen(descriptor, "rb") as file:
            size = os.fstat(descriptor).st_size
            yield writer.add(f"{FILES}/{number:06}", file, size, path.relative_to(media).as_posix())


def _ordinary(media: Path, odd: list[str]) -> Iterator[tuple[Path, int]]:
    """Each ordinary file, opened without following a link; one deleted meanwhile is no file any more."""
    for folder, folders, names in os.walk(media):
        at = Path(folder)
        odd += [(at / name).relative_to(media).as_posix() for name in folders if (at / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not (at == media and name.startswith(STAGING)))
        for name in sorted(names):
            path = at / name
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except FileNotFoundError:
                continue
            except OSError as error:
                if not path.is_symlink():
                    raise BackupError(f"Un fichier ne se lit pas\u00a0: {path} ({error.strerror}).") from error
                odd.append(path.relative_to(media).as_posix())
                continue
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield path, descriptor
            else:
                os.close(descriptor)
                odd.append(path.relative_to(media).as_posix())
