"""Bring an archive back: everything is checked first, then the database changes in one transaction, files with it."""

from __future__ import annotations

import io
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from django.db.migrations.loader import MigrationLoader

from core.backup import BackupError
from core.backup.archive import BASE, FILES, PIECE, Manifest, Source, digest, members, verify
from core.backup.files import CHANGED, Staged, check_room, holds_files
from core.backup.tools import environment, first_error, libpq_url, programs
from core.grants import no_temporary, quoted, rights

_READY = b"spro-restore-ready"
_OWN_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
_SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()"


@dataclass(frozen=True)
class Target:
    """Where an archive goes: the database by its two addresses, the role of the web, the folder of the files."""

    owner_url: str
    app_url: str
    app_role: str
    media: Path


@dataclass(frozen=True)
class State:
    """What is there now: `empty` when neither a table nor a file would be lost; sessions of the web still open."""

    database: str
    empty: bool
    sessions: int
    schemas: list[str]
    server: int


def examine(source: Source, target: Target) -> tuple[Manifest, State]:
    """Check all that can be checked without touching anything. Raises `BackupError` with the reason of a refusal."""
    manifest = verify(source)
    if unknown := sorted(set(manifest.migrations) - _known_migrations()):
        raise BackupError(
            f"Cette archive vient d’un portail plus récent ({manifest.portal})\u00a0: {unknown[0]} est inconnu ici. "
            "Mettez le code à jour d’abord."
        )
    check_room(target.media, manifest.files)
    state = _state(target)
    if manifest.server > state.server:
        raise BackupError(f"L’archive vient de PostgreSQL {manifest.server}, ce serveur est en {state.server}.")
    programs(max(manifest.server, state.server))
    return manifest, state


def restore(source: Source, manifest: Manifest, state: State, target: Target) -> None:
    """Replace the database and the files by what the archive holds, or leave both as they were.

    Raises `BackupError`, after which nothing has changed.
    """
    staged = Staged(target.media)
    try:
        with _psql(target, state) as psql:
            psql.say(_emptied(state.schemas))
            _pour(source, manifest, psql, staged, programs(max(manifest.server, state.server)))
            psql.say(_finished(manifest, target, state.database))
            psql.wait_ready()
            staged.put_in_place()
            try:
                psql.commit()
            except BackupError:
                staged.put_back()
                raise
    finally:
        staged.forget()


def is_older(manifest: Manifest) -> bool:
    """Whether the code has migrations that the archive has not seen."""
    last = {f"{app}.{name}" for app, name in MigrationLoader(None).graph.leaf_nodes()}
    return not last <= set(manifest.migrations)


def close_sessions(target: Target) -> None:
    """Cut the connections of the web and the workers, as their own role (the owner has no such right)."""
    try:
        with psycopg.connect(libpq_url(target.app_url), autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid, 5000) {_SESSIONS}", [target.app_role])
    except psycopg.Error as error:
        raise BackupError("Les connexions du web ne se ferment pas\u00a0: arrêtez le web et les ouvriers.") from error


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _state(target: Target) -> State:
    try:
        with psycopg.connect(libpq_url(target.owner_url), connect_timeout=15, autocommit=True) as connection:
            return _look(connection, target)
    except psycopg.OperationalError as error:
        raise BackupError("La base de données ne répond pas à DATABASE_OWNER_URL.") from error


def _look(connection: psycopg.Connection, target: Target) -> State:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [target.app_role]).fetchone():
        raise BackupError(f"Le rôle {target.app_role} n’existe pas sur ce serveur\u00a0: créez-le d’abord.")
    owns = connection.execute(
        "SELECT pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if owns != (True,):
        raise BackupError("DATABASE_OWNER_URL n’est pas celle du rôle propriétaire de la base.")
    schemas = [row[0] for row in connection.execute(_OWN_SCHEMAS)]
    tables = connection.execute(
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') LIMIT 1",
        [schemas],
    ).fetchone()
    sessions = connection.execute(f"SELECT count(*) {_SESSIONS}", [target.app_role]).fetchone()
    return State(
        database=connection.info.dbname,
        empty=tables is None and not holds_files(target.media),
        sessions=sessions[0] if sessions else 0,
        schemas=schemas,
        server=connection.info.server_version // 10_000,
    )


# --- What psql is told: one transaction, which only our last word commits


def _emptied(schemas: list[str]) -> str:
    """The beginning; `public` comes back as PostgreSQL makes it in a new database."""
    lines = ["BEGIN", "SET client_min_messages = warning", "SET lock_timeout = '20s'"]
    lines += [f"DROP SCHEMA {quoted(name)} CASCADE" for name in schemas]
    lines += ["CREATE SCHEMA public AUTHORIZATION pg_database_owner", "GRANT USAGE ON SCHEMA public TO PUBLIC"]
    return _sql(lines)


def _finished(manifest: Manifest, target: Target, database: str) -> str:
    """The end: every table has the rows that the manifest says, and the role of the web its rights."""
    counts = [
        f"DO $$ BEGIN IF (SELECT count(*) FROM public.{quoted(table)}) <> {int(rows)} THEN"  # noqa: S608 (checked)
        f" RAISE EXCEPTION 'table {table}'; END IF; END $$"
        for table, rows in manifest.tables.items()
    ]
    grants = [*rights(target.app_role, manifest.tables), no_temporary(target.app_role, database)]
    return _sql([*counts, *grants, f"SELECT '{_READY.decode()}'"])


def _sql(lines: list[str]) -> str:
    return "".join(f"{line};\n" for line in lines)


class _Psql:
    """A psql that stops at the first error; closed before `commit`, it leaves the database as it was."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self.process, self._complaints = process, complaints
        self._ready, self._over = False, threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def input(self) -> IO[bytes]:
        assert self.process.stdin is not None  # noqa: S101
        return self.process.stdin

    def say(self, words: str) -> None:
        try:
            self.input.write(words.encode())
            self.input.flush()
        except BrokenPipeError as error:
            raise self.failure() from error

    def wait_ready(self) -> None:
        self._over.wait()
        if not self._ready:
            raise self.failure()

    def commit(self) -> None:
        self.say("COMMIT;\n")
        self.input.close()
        if self.process.wait():
            raise self.failure()

    def failure(self) -> BackupError:
        self.process.wait()
        return BackupError(f"PostgreSQL refuse\u00a0: {self.said()}. La base et les fichiers restent comme avant.")

    def said(self) -> str:
        self._complaints.seek(0)
        return first_error(self._complaints.read())

    def _listen(self) -> None:
        """Its answers are of no use but the one that says that everything before it went well."""
        assert self.process.stdout is not None  # noqa: S101
        for line in self.process.stdout:
            if line.strip() == _READY:
                self._ready = True
                break
        self._over.set()
        for _ in self.process.stdout:
            pass


@contextmanager
def _psql(target: Target, state: State) -> Iterator[_Psql]:
    words = [
        str(programs(state.server) / "psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password",
        "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--file=-",
    ]  # fmt: skip
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603
            words, env=environment(target.owner_url), stdin=pipe, stdout=pipe, stderr=complaints
        )
        psql = _Psql(process, complaints)
        try:
            yield psql
        finally:
            _close(psql.input)
            process.wait()
            psql._listener.join()
            assert process.stdout is not None  # noqa: S101
            process.stdout.close()


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


def _pour(source: Source, manifest: Manifest, psql: _Psql, staged: Staged, tools: Path) -> None:
    """Read the archive a second time: the dump through pg_restore into psql, the files aside.

    What is read is checked again: the file may have changed since it was examined.
    """
    command = [str(tools / "pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
    with tempfile.TemporaryFile() as complaints, members(source) as found:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=psql.input, stderr=complaints)  # noqa: S603
        assert process.stdin is not None  # noqa: S101
        try:
            read = 0
            for name, _, content in found:
                read += name.startswith((f"{BASE}/", f"{FILES}/"))
                if name.startswith(f"{BASE}/"):
                    process.stdin.write(_checked(manifest, name, content))
                elif name.startswith(f"{FILES}/"):
                    _close(process.stdin)
                    part = manifest.files[int(name.partition("/")[2])]
                    staged.write(part, content)
            _close(process.stdin)
            failed = process.wait()
        except BrokenPipeError:
            failed = process.wait() or 1
        finally:
            _close(process.stdin)
            process.wait()
        if failed:
            if psql.process.poll() is not None or failed == -13:  # 13: nobody listened to pg_restore any more
                raise psql.failure()
            complaints.seek(0)
            raise BackupError(f"pg_restore s’est arrêté\u00a0: {first_error(complaints.read())}. Rien n’a changé.")
        if read != len(manifest.base) + len(manifest.files):
            raise BackupError(CHANGED)


def _checked(manifest: Manifest, name: str, content: IO[bytes]) -> bytes:
    data = content.read(PIECE + 1)
    part = manifest.base[int(name.partition("/")[2])]
    if len(data) != part.size or digest(io.BytesIO(data)) != part.sha256:
        raise BackupError(CHANGED)
    return data
