"""A database of its own, made for a while and dropped: nothing that is played reaches the portal's."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from psycopg import sql


class NoOwnerError(RuntimeError):
    """Nobody said by which address a database may be made."""


@contextmanager
def throwaway() -> Iterator[str]:
    """Speak to a new database, migrated, as the role of the web; files, cache and broker are this process's own too.

    It is made and dropped by `DATABASE_OWNER_URL` (`DATABASE_URL` without it). Raises `NoOwnerError` in French.
    """
    owner = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL", "")
    name = f"spro_simulation_{secrets.token_hex(4)}"
    _administer(owner, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    former = {key: connection.settings_dict[key] for key in ("NAME", "USER", "PASSWORD")}
    try:
        with tempfile.TemporaryDirectory(prefix="spro-simulation-") as files, _aside(files):
            _speak(name, owner)
            call_command("migrate", verbosity=0, interactive=False)
            _speak(name, os.environ.get("DATABASE_URL", ""))
            yield name
    finally:
        connection.close()
        connection.settings_dict.update(former)
        _administer(owner, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(owner: str, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(owner, autocommit=True) as made:
            made.execute(statement)
    except psycopg.Error as error:
        raise NoOwnerError(
            "Une base jetable se crée avec le rôle propriétaire\u00a0: donnez DATABASE_OWNER_URL, dont le rôle a le"
            f" droit CREATEDB ({type(error).__name__})."
        ) from error


def _speak(name: str, url: str) -> None:
    parts = urlsplit(url)
    connection.close()
    connection.settings_dict.update(NAME=name, USER=parts.username or "", PASSWORD=parts.password or "")


@contextmanager
def _aside(files: str) -> Iterator[None]:
    """No file, cache nor message of ours among the portal's."""
    broker = current_app.conf.broker_url
    current_app.conf.update(broker_url="memory://")
    cache = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    try:
        with override_settings(MEDIA_ROOT=files, CACHES=cache, SITE_URL_KNOWN=True):
            yield
    finally:
        current_app.conf.update(broker_url=broker)
