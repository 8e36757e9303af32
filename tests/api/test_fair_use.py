"""So many requests a minute from one address, which is written nowhere (S2)."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, override_settings
from rest_framework.throttling import SimpleRateThrottle

NOON = "2026-11-21T12:00:10Z"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "3/min"})


def ask(client: Client, address: str = "192.0.2.7", **headers: str) -> Any:
    return client.get("/api/v1/services/", REMOTE_ADDR=address, headers=headers)


@time_machine.travel(NOON, tick=False)
def test_O1_beyond_the_limit_one_is_told_how_long_to_wait(client: Client) -> None:
    assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask(client)
    assert refused.json() == {"detail": "Trop de demandes à la fois : réessayez dans 50\u00a0s."}
    assert (refused["Retry-After"], refused["Cache-Control"]) == ("50", "no-store")
    assert ask(client, "192.0.2.8").status_code == 200
    # Nobody gets a second share by saying that they come from elsewhere.
    assert ask(client, **{"x-forwarded-for": "203.0.113.9"}).status_code == 429


def test_O1_the_next_minute_starts_anew(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]
        clock.shift(50)
        assert ask(client).status_code == 200


@time_machine.travel(NOON, tick=False)
def test_S2_the_address_is_written_nowhere(client: Client, worker_id: str) -> None:
    ask(client)
    store = cache._cache.get_client()
    keys = [key.decode() for key in store.scan_iter(f"test-{worker_id}:*api-anon-*", count=1000)]
    assert len(keys) == 1
    assert "192.0.2.7" not in keys[0]
    assert store.get(keys[0]) == b"1"
    assert 0 < store.ttl(keys[0]) <= 61


def test_O1_without_the_cache_everybody_is_served(client: Client, settings: Any) -> None:
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 200]


@time_machine.travel(NOON, tick=False)
def test_O1_what_a_browser_asks_before_it_reads_is_not_counted(client: Client) -> None:
    asked = [client.options("/api/v1/services/", REMOTE_ADDR="192.0.2.7").status_code for _ in range(5)]
    assert asked == [204] * 5
    assert ask(client).status_code == 200
