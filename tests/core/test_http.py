"""S2: what is of one person is kept by no cache, ours, the browser's or anybody's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import include, path

from accounts import urls as account_urls
from core.http import public_page
from tests.factories import person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.test_http")]
PAGE = "{% for message in messages %}{{ message }}{% endfor %}"


@public_page
def _plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("de tous")


@public_page
def _message(request: HttpRequest) -> HttpResponse:
    messages.info(request, "Votre nom a changé.")
    return TemplateResponse(request, engines["django"].from_string(PAGE))  # drawn after the view has answered


@public_page
def _cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("avec un témoin")
    response.set_cookie("temoin", "1")
    return response


@public_page
def _own_words(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("d’une heure")
    response["Cache-Control"] = "public, max-age=3600"
    return response


urlpatterns = [
    path("simple/", _plain),
    path("message/", _message),
    path("temoin/", _cookie),
    path("heure/", _own_words),
    path("", include("spro.urls")),
]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/simple/", "public, max-age=60"),
        ("/simple/?page=2", "private, no-cache"),
        ("/simple/?q=mot", "private, no-store"),
        ("/simple/?statut=lyceen", "private, no-store"),
        ("/heure/", "public, max-age=3600"),
        ("/heure/?commune=88160", "private, no-store"),
        ("/message/", "private, no-store"),
        ("/temoin/", "private, no-store"),
    ],
)
def test_S2_a_page_with_a_message_or_a_cookie_or_an_answer_is_kept_nowhere(client: Client, url: str, kept: str) -> None:
    assert client.get(url)["Cache-Control"] == kept


@pytest.mark.parametrize("url", ["/simple/", "/heure/", "/", "/reseaux/"])
def test_S2_a_page_of_somebody_signed_in_is_kept_nowhere(client: Client, url: str) -> None:
    client.force_login(person())
    response = client.get(url)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")


def _address(pattern: Any) -> str:
    return {
        "account_confirm_email": "/comptes/adresse/confirmer/cle/",
        "account_reset_password_from_key": "/comptes/mot-de-passe/oubli/1-cle/",
    }.get(pattern.name, "/comptes/" + str(pattern.pattern).replace("<int:pk>", "1"))


def _asks_who(answer: Any, url: str) -> bool:
    return bool(answer.get("Location", "") == f"/comptes/connexion/?next={url}")


@pytest.mark.parametrize("signed_in", [False, True])
def test_S2_nothing_under_comptes_is_kept(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(person())
    answers = {url: client.get(url) for url in map(_address, account_urls.urlpatterns)}
    assert len(answers) == len(account_urls.urlpatterns)
    # A form alone is not read; a provider that is not configured, a factor one does not hold are not there.
    refused = {url for url, answer in answers.items() if answer.status_code >= 400}
    assert {answers[url].status_code for url in refused} <= {404, 405}
    answers = {url: answer for url, answer in answers.items() if url not in refused}
    assert {"/comptes/connexion/", "/comptes/inscription/"} <= answers.keys()
    # What leads somebody unknown to the sign-in says nothing, and no cache keeps a 302 that gives itself no time.
    sent_away = {url for url, a in answers.items() if a.status_code == 302 and not a.has_header("Cache-Control")}
    kept = {url for url, answer in answers.items() if "no-store" not in answer.get("Cache-Control", "")}
    assert kept == sent_away
    if signed_in:  # asked again who they are, before a dangerous act
        places = {answers[url]["Location"].partition("?")[0] for url in sent_away}
        assert places <= {"/comptes/confirmer-identite/", "/comptes/double-verification/confirmer/"}
    else:
        assert sent_away == {url for url in answers if _asks_who(answers[url], url)}
