"""S2: neither a query, nor an address of a person, reaches a log, whatever happens to the request."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.models import OutboxMail
from spro.logs import logging_config, scrub, without_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.spro.test_errors")]
QUERY = "statut=sous-main-de-justice&commune=88160&q=prison&courriel=camille.exemple%40exemple.fr"
SECRETS = ("sous-main-de-justice", "88160", "prison", "camille", "exemple.fr", "statut=")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that the process writes in its log, as in production."""
    logging_config(json=True, level="INFO")
    stream = io.StringIO()
    handler: Any = logging.getLogger().handlers[0]
    former = handler.setStream(stream)
    yield stream
    handler.setStream(former)
    logging_config(json=True, level="ERROR")


@pytest.mark.parametrize(
    ("url", "status"),
    [("/recherche/", 200), ("/lieux/", 200), ("/lieux/inconnu/", 404), ("/nulle/part", 404), ("/essai/panne/", 500),
     ("/essai/douteux/", 400), ("/essai/refus/", 403), ("/api/v1/essai/panne/", 500), ("/organismes/", 200)],
)  # fmt: skip
def test_S2_nothing_of_a_search_is_logged(written: io.StringIO, url: str, status: int) -> None:
    response = Client(raise_request_exception=False).get(f"{url}?{QUERY}")
    lines = written.getvalue()
    assert response.status_code == status
    assert [secret for secret in SECRETS if secret in lines] == []
    assert json.loads(lines.splitlines()[-1])["status"] == status  # the request is logged all the same


def test_S2_an_incident_keeps_its_trace_without_what_was_typed(written: io.StringIO) -> None:
    Client(raise_request_exception=False).get(f"/essai/panne/?{QUERY}")
    lines = written.getvalue()
    assert ("ValueError: invalide : […] […]" in lines, "_breaks" in lines) == (True, True)


def test_S2_what_is_posted_to_sign_in_is_not_logged(written: io.StringIO) -> None:
    Client().post("/comptes/connexion/", {"login": "camille.exemple@exemple.fr", "password": "un secret bien gardé"})
    assert [secret for secret in (*SECRETS, "secret bien") if secret in written.getvalue()] == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /lieux/?statut=handicap HTTP/1.1", "GET /lieux/?[…] HTTP/1.1"),
        ("pour camille@exemple.fr et «sasha@exemple.fr»", "pour [adresse] et [adresse]"),
        ("rien à cacher", "rien à cacher"),
        (
            "duplicate key value\nDETAIL:  Key (name)=(Camille) already exists.\nHINT:  Ask.",
            "duplicate key value\n[…]\nHINT:  Ask.",
        ),
        ("doublon\nDÉTAIL : La clé (nom)=(Camille)\nexiste.\n\nThe above", "doublon\n[…]\n\nThe above"),
        ("doublon\nDETAIL:  Key (text)=(Bonjour\n\nCamille) already exists.", "doublon\n[…]"),
        ("syntaxe\nLINE 1: SELECT 'Camille'\n                ^", "syntaxe\n[…]"),
    ],
)
def test_S2_queries_and_addresses_are_scrubbed(text: str, clean: str) -> None:
    assert scrub(text) == clean


def test_S2_a_row_that_the_database_refuses_is_not_logged(written: io.StringIO) -> None:
    """PostgreSQL repeats in its DETAIL the values of the row that it refuses."""
    repeated = OutboxMail.objects.create(key="dossier-de-camille", to="a@exemple.invalid", subject="s", text="t")
    Client(raise_request_exception=False).get("/essai/doublon/")
    lines = written.getvalue()
    assert ("IntegrityError" in lines, repeated.key in lines) == (True, False)


KEY = "1-cle-secrete-de-camille"


@pytest.mark.parametrize("key", [KEY, f"{KEY}-é"])
@pytest.mark.parametrize(("page", "status"), [("/essai/panne/", 500), ("/comptes/mot-de-passe/oubli/", 403)])
def test_S2_a_path_that_holds_a_key_is_not_logged(written: io.StringIO, page: str, status: int, key: str) -> None:
    """Django names the path of an incident and of a form that expired: here, the route only."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    response = client.post(f"{page}{key}/") if page.startswith("/comptes") else client.get(f"{page}{key}/")
    assert response.status_code == status
    assert KEY not in written.getvalue()


def test_S2_a_report_of_an_incident_says_the_route_and_nothing_of_the_visitor() -> None:
    event = {
        "transaction": "/comptes/mot-de-passe/oubli/{uidb36}-{key}/",
        "request": {
            "url": f"https://exemple.fr/comptes/mot-de-passe/oubli/{KEY}/", "method": "GET", "query_string": QUERY,
            "cookies": {"sessionid": KEY}, "headers": {"Referer": KEY}, "env": {"REMOTE_ADDR": KEY}, "data": KEY,
        },
        "user": {"id": KEY},
        "exception": {"values": [{"type": "IntegrityError", "value": f"doublon\nDETAIL:  Key (key)=({KEY}) exists."}]},
    }  # fmt: skip
    assert without_person(event) == {
        "transaction": "/comptes/mot-de-passe/oubli/{uidb36}-{key}/",
        "request": {"method": "GET"},
        "exception": {"values": [{"type": "IntegrityError", "value": "doublon\n[…]"}]},
    }


def test_what_is_refused_is_one_line_of_warning_without_a_traceback(written: io.StringIO) -> None:
    assert Client(raise_request_exception=False).get("/essai/douteux/").status_code == 400
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    (said,) = [line for line in lines if line["logger"].startswith("django.security")]
    assert (said["level"], "exception" in said) == ("warning", False)
