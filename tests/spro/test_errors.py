"""Errors speak French and give ways on; under `/api/` they speak JSON (S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from core.models import OutboxMail
from spro.urls import handler400, handler403, handler404, handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.spro.test_errors")]


def _breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"invalide : {request.GET.get('statut')} {request.GET.get('courriel')}")


def _breaks_on_a_key(request: HttpRequest, key: str) -> HttpResponse:
    raise RuntimeError


def _repeats(request: HttpRequest) -> HttpResponse:
    """Asks the database for a mail that it holds already."""
    first = OutboxMail.objects.get()
    OutboxMail.objects.create(key=first.key, to=first.to)
    return HttpResponse()


def _refuses(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def _suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


for view in (_breaks, _breaks_on_a_key, _repeats, _refuses, _suspects):
    view.login_required = False  # type: ignore[union-attr]

urlpatterns = [
    path("essai/panne/", _breaks),
    path("essai/panne/<str:key>/", _breaks_on_a_key),
    path("essai/doublon/", _repeats),
    path("essai/refus/", _refuses),
    path("essai/douteux/", _suspects),
    path("api/v1/essai/panne/", _breaks),
    path("", include("spro.urls")),
]
__all__ = ["handler400", "handler403", "handler404", "handler500"]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/lieux/cio-inconnu-d-epinal/", 404, "n’existe pas, ou n’existe plus"),
        ("/nulle/part/", 404, "n’existe pas, ou n’existe plus"),
        ("/essai/refus/", 403, "réservée"),
        ("/essai/douteux/", 400, "n’a pas été comprise"),
        ("/essai/panne/", 500, "l’erreur est la nôtre"),
    ],
)
def test_an_error_says_so_in_french_with_ways_on(client: Client, url: str, status: int, said: str) -> None:
    response = client.get(url)
    page = response.content.decode()
    assert (response.status_code, said in page, '<html lang="fr">' in page, 'href="/' in page) == (
        status,
        True,
        True,
        True,
    )


@pytest.mark.parametrize(("url", "status"), [("/api/v1/rien/", 404), ("/api/v1/essai/panne/", 500)])
def test_S4_under_api_an_error_is_json(client: Client, url: str, status: int) -> None:
    response = client.get(url)
    assert (response.status_code, response["Content-Type"], list(response.json())) == (
        status, "application/json", ["detail"],
    )  # fmt: skip


def test_a_lost_page_offers_the_words_of_its_address_to_the_search(client: Client) -> None:
    assert 'value="cio inconnu d epinal"' in client.get("/lieux/cio-inconnu-d-epinal-2/").content.decode()


def test_the_words_of_an_address_are_escaped(client: Client) -> None:
    assert "<script>" not in client.get("/lieux/%3Cscript%3E/").content.decode()


def test_an_expired_form_says_that_nothing_was_written() -> None:
    response = Client(enforce_csrf_checks=True).post("/comptes/connexion/", {"login": "a@b.fr", "password": "x"})
    assert (response.status_code, "rien n’a été enregistré" in response.content.decode()) == (403, True)


def test_an_incident_asks_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/essai/panne/").status_code == 500


def test_a_foreign_host_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "ailleurs.exemple"}).status_code == 400


@pytest.mark.parametrize("url", ["/", "/api/v1/networks/", "/comptes/connexion/"])
def test_S2_what_refuses_a_foreign_host_carries_the_policy_too(client: Client, url: str) -> None:
    response = client.get(url, headers={"host": "ailleurs.exemple"})
    policy = response["Content-Security-Policy"].split("; ")
    assert (response.status_code, response["X-Frame-Options"]) == (400, "DENY")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)


@pytest.mark.parametrize("number", ["50001", "9223372036854775807", "9" * 30])
def test_a_file_of_the_site_map_that_cannot_be_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/sitemap-{number}.xml").status_code == 404
