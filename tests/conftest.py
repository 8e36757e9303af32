"""The tests speak to a real PostgreSQL and a real Valkey: those given by the environment, or embedded ones.

The database is made by its owner, and the tests then run as the role of the web: a missing right fails here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.test import TransactionTestCase

os.environ.setdefault("SITE_URL", "http://127.0.0.1:8000")


def _act_as(variable: str) -> None:
    from django.db import connection

    parts = urlsplit(os.environ[variable])
    connection.close()
    connection.settings_dict.update(USER=parts.username, PASSWORD=parts.password)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    _act_as("DATABASE_OWNER_URL")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, pytestconfig: pytest.Config) -> Iterator[None]:
    with django_db_blocker.unblock():
        _act_as("DATABASE_URL")
    yield
    with django_db_blocker.unblock():
        capture: Any = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            _send_away()
        _act_as("DATABASE_OWNER_URL")


def _send_away() -> None:
    """A session left open keeps the database from being dropped: it is named, and ended.

    A browser's event loop gives the tests that follow it a connection of their own, which nobody closes.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state, left(query, 200), pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        for row in cursor.fetchall():
            sys.stderr.write(f"left open by a test: {row}\n")


@pytest.fixture(autouse=True)
def _numbers_of_its_own() -> None:
    from tests import factories

    factories.restart()


@pytest.fixture(autouse=True)
def _site_of_its_own(settings: Any) -> None:
    """Mails of the tests lead here; programs that they start are told so by the environment."""
    settings.SITE_URL_KNOWN = True


@pytest.fixture(autouse=True)
def _cache_of_its_own(settings: Any, worker_id: str) -> Iterator[None]:
    """Each parallel worker has its keys, and each test an empty cache."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{worker_id}"}}
    yield
    _empty(worker_id)
    _hang_up()


@pytest.fixture(autouse=True)
def _nobody_s_keys_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that empties the whole server takes away what another worker's test has just kept."""

    def refused(_: Any) -> None:
        raise AssertionError("the cache is shared by the workers: ask for `empty_cache`")

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.clear", refused)


@pytest.fixture
def empty_cache(worker_id: str) -> Callable[[], None]:
    """What `cache.clear()` would do, which empties the whole server: the other workers' keys too."""
    return lambda: _empty(worker_id)


@pytest.fixture
def broker(worker_id: str) -> Iterator[str]:
    """A database of the broker that no parallel worker uses, empty: a killed worker leaves what it had not finished."""
    import redis

    number = 2 + int(worker_id.removeprefix("gw") if worker_id != "master" else 0) % 10
    address = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))
    with redis.Redis.from_url(address) as client:
        client.flushdb()
        yield address
        client.flushdb()


def _hang_up() -> None:
    """The next test has a cache of its own, and the server does not take ten thousand clients."""
    from django.core.cache import cache

    for pool in cache._cache._pools.values():
        pool.disconnect()


def _empty(worker_id: str) -> None:
    from django.core.cache import cache

    client = cache._cache.get_client()
    for key in client.scan_iter(f"test-{worker_id}:*", count=1000):
        client.delete(key)


def _truncate_as_owner(self: Any) -> None:
    _act_as("DATABASE_OWNER_URL")
    _original_teardown(self)
    _act_as("DATABASE_URL")


# A test that really commits is cleaned by TRUNCATE, which the web's role must not be able to do.
_original_teardown = TransactionTestCase._fixture_teardown
TransactionTestCase._fixture_teardown = _truncate_as_owner  # type: ignore[method-assign]
