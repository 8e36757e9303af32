"""Databases of the tests' own on the test server: an installation that is loaded, saved, wiped and brought back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
PHOTO = bytes(range(256)) * 40_000  # more than one block of every layer

LOAD = """
import django; django.setup()
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from core.journal import record
from core.outbox import queue_mail
from core.models import OutboxMail
from tests import factories as f
town = f.town("Saint-Dié-des-Vosges")
site = f.site(commune=town, name="L’Œuvre d’Épinal — « lieu » №1\\n\\\\. ; DROP")
f.referent(name="Zoé Müller-Þórsdóttir 💡", organisation=site.organisation)
person = f.region_staff(name="Anaïs")
f.professional()
record(verb="essai", target=site, actor=person, changes={"name": ["é", "ç"]})
OutboxMail.objects.create(key="clé-1", to="x@exemple.invalid", subject="Un œuf", text="à")
session = SessionStore(); session["qui"] = "Anaïs"; session.save()
default_storage.save("logos/été à Bâle.bin", ContentFile(bytes(range(256)) * 40_000))
default_storage.save("vide.txt", ContentFile(b""))
"""


def address(variable: str, database: str) -> str:
    parts = urlsplit(os.environ[variable])
    return parts._replace(path="/" + quote(database)).geturl()


@dataclass(frozen=True)
class Installation:
    """One database and one folder of files."""

    database: str
    local: Path

    @property
    def owner_url(self) -> str:
        return address("DATABASE_OWNER_URL", self.database)

    @property
    def app_url(self) -> str:
        return address("DATABASE_URL", self.database)

    @property
    def media(self) -> Path:
        return self.local / "media"

    def environment(self) -> dict[str, str]:
        redis = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/9"  # a restore empties the cache: not the other tests'
        return os.environ | {
            "DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url, "REDIS_URL": redis,
            "DATABASE_APP_ROLE": "spro_app", "SPRO_LOCAL": str(self.local), "DJANGO_SETTINGS_MODULE": "tests.settings",
        }  # fmt: skip

    def run(self, *words: str, answer: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment() | more,
            input=answer, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def manage(self, *words: str, answer: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage.py", *words, answer=answer, **more)

    def query(self, text: str, *values: Any, url: str = "") -> list[Any]:
        with psycopg.connect(url or self.owner_url, autocommit=True) as connection:
            return connection.execute(text, values).fetchall()  # type: ignore[arg-type]

    def copy(self, name: str, local: Path) -> Installation:
        """The same database under another name, its folder empty."""
        make(name, template=self.database)
        return replace(self, database=name, local=local)

    def everything(self) -> dict[str, Any]:
        """What must come back the same: rows of every table, sequences, triggers, rights, indexes, files."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            tables = [row[0] for row in connection.execute(TABLES)]
            rows = {name: _rows(connection, name) for name in tables}
            facts = {what: [_plain(row) for row in connection.execute(text)] for what, text in FACTS.items()}
        return {"rows": rows, **facts, "files": self.files()}

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.media.rglob("*") if path.is_file()) if self.media.is_dir() else []
        return {path.relative_to(self.media).as_posix(): path.read_bytes() for path in paths}


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
FACTS = {
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal ORDER BY 1, 2",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    "extensions": "SELECT extname FROM pg_extension ORDER BY 1",
    "rights": "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
    " WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 'spro_app'::regrole ORDER BY 1, 2, 3",
    "owners": "SELECT c.relname, c.relowner::regrole::text FROM pg_class c"
    " WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
    "schema": "SELECT nspname, nspowner::regrole::text, has_schema_privilege('spro_app', oid, 'USAGE'),"
    " has_schema_privilege('spro_app', oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'",
    "temporary": "SELECT has_database_privilege('spro_app', current_database(), 'TEMPORARY')",
}


def _plain(row: tuple[Any, ...]) -> list[Any]:
    """Without the brackets and casts that PostgreSQL writes otherwise once it has read its own words again."""
    return [re.sub(r"[()]|::(text|character varying)(\[\])?", "", v) if isinstance(v, str) else v for v in row]


def _rows(connection: psycopg.Connection, table: str) -> tuple[int, str]:
    text = "SELECT count(*), coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM public.{} t"
    row = connection.execute(sql.SQL(text).format(sql.Identifier(table))).fetchone()
    assert row is not None
    return row


def make(name: str, *, template: str = "template0") -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def drop(name: str) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def loaded(name: str, local: Path) -> Iterator[Installation]:
    """An installation with people, places and files in it."""
    made = Installation(name, local)
    make(name)
    try:
        for words in (("manage.py", "migrate", "--verbosity=0"), ("-c", LOAD)):
            done = made.run(*words)
            assert done.returncode == 0, done.stderr
        yield made
    finally:
        drop(name)
