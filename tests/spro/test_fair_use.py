"""So many searches a minute from one visitor: beyond, a page in French that says when to come back."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

pytestmark = pytest.mark.django_db
NOON = "2026-11-21T12:00:10Z"
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def two_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "600/min", "pages": "2/min"})


def ask(client: Client, url: str, address: str = "192.0.2.7") -> Any:
    return client.get(url, {"q": "cio"}, REMOTE_ADDR=address)


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("url", ["/recherche/", "/lieux/"])
def test_beyond_the_limit_a_page_in_french_says_how_long_to_wait(client: Client, url: str) -> None:
    assert [ask(client, url).status_code for _ in range(3)] == [200, 200, 429]
    refused = ask(client, url)
    page = " ".join(refused.content.decode().replace("&nbsp;", NBSP).split(" "))
    assert (refused["Retry-After"], refused["Cache-Control"]) == ("50", "no-store")
    assert ('<html lang="fr">' in page, f"Attendez 50{NBSP}s" in page) == (True, True)
    assert ask(client, url, "192.0.2.8").status_code == 200
    assert client.get("/reseaux/", REMOTE_ADDR="192.0.2.7").status_code == 200  # reading is not searching


@time_machine.travel(NOON, tick=False)
def test_searches_are_counted_together_and_apart_from_the_api(client: Client) -> None:
    assert [ask(client, url).status_code for url in ("/lieux/", "/recherche/", "/lieux/")] == [200, 200, 429]
    assert client.get("/api/v1/services/", REMOTE_ADDR="192.0.2.7").status_code == 200
