"""`/sante/` leans on nothing; `/sante/pret/` says which part does not answer, and no secret."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client, override_settings

from core.tasks import beat_heart


def test_liveness_asks_no_database(client: Client) -> None:  # no django_db mark: a query would fail
    response = client.get("/sante/")
    assert (response.status_code, response.json()) == (200, {"portail": "ok"})


@pytest.mark.django_db
def test_ready_when_everything_answers(client: Client) -> None:
    beat_heart()
    response = client.get("/sante/pret/")
    state = {"base": "ok", "migrations": "ok", "redis": "ok", "ouvrier": "ok"}
    assert (response.status_code, response.json()) == (200, state)


@pytest.mark.django_db
def test_not_ready_without_a_worker(client: Client) -> None:
    response = client.get("/sante/pret/")
    assert response.status_code == 503
    assert response.json()["ouvrier"] == "aucun battement depuis une minute et demie"


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(client: Client) -> None:
    beat_heart()
    database = connection.settings_dict["NAME"]
    owner = f"{os.environ['DATABASE_OWNER_URL'].rpartition('/')[0]}/{database}"
    last = "(SELECT max(id) FROM django_migrations)"
    forget = f"DELETE FROM django_migrations WHERE id = {last} RETURNING app, name, applied"
    with psycopg.connect(owner, autocommit=True) as as_owner:  # the web's role cannot rewrite that history
        row = as_owner.execute(forget).fetchone()
        response = client.get("/sante/pret/")
        as_owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert (response.status_code, response.json()["migrations"]) == (503, "1 à appliquer")


@pytest.mark.django_db
def test_not_ready_without_redis_and_the_address_is_not_told(client: Client) -> None:
    nowhere = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://:motdepasse@127.0.0.1:1/0",
    }
    with override_settings(CACHES={"default": nowhere}):
        response = client.get("/sante/pret/")
    assert (response.status_code, response.json()["redis"], response.json()["base"]) == (503, "en panne", "ok")
    assert "motdepasse" not in response.content.decode()


@pytest.fixture
def _database_away(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], "1"
        connection.close()
        yield
        connection.close()
        connection.settings_dict["PORT"] = port


@pytest.mark.usefixtures("_database_away")
def test_not_ready_without_database_yet_alive(client: Client) -> None:
    response = client.get("/sante/pret/")
    assert (response.status_code, response.json()["base"], response.json()["migrations"]) == (
        503,
        "en panne",
        "en panne",
    )
    assert client.get("/sante/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/sante/", "/sante/pret/"])
def test_never_held_by_a_cache(client: Client, url: str) -> None:
    assert "no-store" in client.get(url)["Cache-Control"].split(", ")


def test_a_probe_without_tls_is_answered(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/sante/").status_code == 200
