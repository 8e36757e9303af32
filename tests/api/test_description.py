"""The OpenAPI description says what the API does: every answer is checked against it, on many generated requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from spro.api import openapi
from tests.events.tools import date_of, published
from tests.pack import grand_est  # noqa: F401

pytestmark = pytest.mark.usefixtures("grand_est")
CHECKS = [
    not_a_server_error, content_type_conformance, response_schema_conformance, response_headers_conformance,
    status_code_conformance, negative_data_rejection,
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _one_connection() -> Iterator[None]:
    """A served request closes a connection that is inside a transaction, as ours is here: Django's own test client
    unplugs this in the same way."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


described = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())


@described.parametrize()
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
@pytest.mark.django_db
def test_O1_every_answer_is_as_described(case: Any) -> None:
    case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})


def test_O1_the_description_is_valid_and_without_a_doubt(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yaml"))


@pytest.mark.django_db
def test_O1_the_page_says_every_parameter_and_field(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for path, operations in openapi()["paths"].items():
        assert f"<code>{path}" in page
        for parameter in operations["get"].get("parameters", []):
            if parameter["in"] == "query":
                assert f"<dt><code>{parameter['name']}</code></dt>" in page
    for name, shape in openapi()["components"]["schemas"].items():
        for field, said in shape.get("properties", {}).items():
            assert said.get("description") or "$ref" in str(said), (name, field)
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)


@pytest.mark.django_db
def test_O1_what_the_page_proposes_to_try_works(client: Client) -> None:
    published(date_of(), kind="forum")
    page = client.get("/api/v1/docs/").content.decode()
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/api/v1/[^"]*)"', page)} - {"/api/v1/docs/"}
    assert len(links) == 13
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert answer.json().get("results") != [], link
