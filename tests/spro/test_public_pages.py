"""What every public page owes: no cookie, a short life in caches, nothing from elsewhere, the right headers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.pack import grand_est  # noqa: F401

PAGES = [
    "/", "/lieux/", "/territoires/", "/reseaux/", "/organismes/", "/charte/", "/charte/criteres/", "/recherche/",
    "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/", "/plan-du-site/", "/organismes/apec/",
    "/reseaux/missions-locales/",
]  # fmt: skip
MACHINES = ["/robots.txt", "/sitemap.xml", "/manifest.webmanifest"]
_LOADED = re.compile(r"<(?:link|script|img|use|source|iframe|image)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grand_est")]


@pytest.mark.parametrize("url", [*PAGES, *MACHINES])
def test_S2_a_visitor_gets_no_cookie_and_the_page_may_be_kept_a_minute(client: Client, url: str) -> None:
    response = client.get(url)
    assert (response.status_code, dict(response.cookies), response["Cache-Control"]) == (200, {}, "public, max-age=60")


@pytest.mark.parametrize("url", PAGES)
def test_an_unchanged_page_is_not_sent_again(client: Client, url: str) -> None:
    etag = client.get(url)["ETag"]
    response = client.get(url, headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_S2_the_page_of_somebody_signed_in_is_theirs(client: Client) -> None:
    client.force_login(factories.person())
    response = client.get("/reseaux/")
    assert (response["Cache-Control"], "Cookie" in response["Vary"]) == ("private, no-store", True)


@pytest.mark.parametrize("url", PAGES)
def test_S2_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(client: Client, url: str) -> None:
    page = client.get(url).content.decode()
    loaded = _LOADED.findall(page)
    assert loaded
    assert [address for address in loaded if not address.startswith("/") or address.startswith("//")] == []
    scripts = re.findall(r"<script\b([^>]*)>", page)
    assert [s for s in scripts if "src=" not in s and "application/" not in s] == []
    assert (re.findall(r"<style\b", page), re.findall(r'\sstyle="', page), re.findall(r"\son[a-z]+=\"", page)) == (
        [],
        [],
        [],
    )


@pytest.mark.parametrize("url", PAGES)
def test_S1_each_page_has_one_title_and_one_first_heading(client: Client, url: str) -> None:
    head, body = client.get(url).content.decode().split("</head>")
    assert (body.count("<h1"), head.count("<title>"), head.count('<html lang="fr">')) == (1, 1, 1)


def test_titles_tell_the_pages_apart(client: Client) -> None:
    titles = [re.findall(r"<title>([^<]+)</title>", client.get(url).content.decode())[0] for url in PAGES]
    assert len(set(titles)) == len(PAGES)


@pytest.mark.parametrize("url", ["/", "/sante/", "/recherche/?q=cio", "/inconnue/", "/robots.txt"])
def test_security_headers(client: Client, url: str) -> None:
    headers = client.get(url).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"], policy["frame-ancestors"]) == (
        "'none'", "'self'", "'self'", "'none'",
    )  # fmt: skip
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"], headers["X-Frame-Options"]) == (
        "nosniff", "same-origin", "DENY",
    )  # fmt: skip
    assert "Strict-Transport-Security" not in headers


def test_with_https_a_browser_is_told_to_keep_to_it(client: Client, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 63_072_000, True
    header = Client().get("/sante/", secure=True)["Strict-Transport-Security"]
    assert header == "max-age=63072000; includeSubDomains"


def test_robots_are_told_where_the_pages_are_and_what_to_leave(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert (lines[0], lines[-1]) == ("User-agent: *", "Sitemap: http://testserver/sitemap.xml")
    assert "Disallow: /recherche/" in lines


def test_the_map_for_machines_lists_pages_that_exist(client: Client) -> None:
    urls = re.findall(r"<loc>http://testserver(/[^<]*)</loc>", client.get("/sitemap.xml").content.decode())
    assert len(urls) == len(set(urls))
    assert {"/", "/charte/", "/organismes/apec/", "/reseaux/missions-locales/", "/territoires/epinal/"} <= set(urls)
    assert {url: client.get(url).status_code for url in urls[::12]} == dict.fromkeys(urls[::12], 200)


def test_a_long_map_is_an_index_of_files(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spro.views.sitemap.URLS", 100)
    files = re.findall(r"<loc>http://testserver(/[^<]*)</loc>", client.get("/sitemap.xml").content.decode())
    found = [url for file in files for url in re.findall(r"<loc>([^<]*)</loc>", client.get(file).content.decode())]
    assert (files[0], len(files) > 2, len(found) == len(set(found))) == ("/sitemap-0.xml", True, True)
    assert client.get("/sitemap-999.xml").status_code == 404


def test_the_site_map_links_to_every_fixed_page_network_and_territory(client: Client) -> None:
    page = client.get("/plan-du-site/").content.decode()
    links = set(re.findall(r'href="(/[^"]*)"', page))
    assert {*PAGES[:-2], "/comptes/connexion/", "/api/v1/docs/", "/reseaux/apec/", "/territoires/epinal/"} <= links


def test_M1_every_organisation_of_the_charter_can_be_read(client: Client) -> None:
    from members.models import Organisation

    slugs = list(Organisation.objects.values_list("slug", flat=True))
    assert len(slugs) == 86
    assert {slug: client.get(f"/organismes/{slug}/").status_code for slug in slugs} == dict.fromkeys(slugs, 200)


def test_M1_a_member_renamed_since_says_both_names(client: Client) -> None:
    page = " ".join(client.get("/organismes/pole-emploi-grand-est/").content.decode().split())
    assert ("<h1>France Travail Grand Est</h1>" in page, "Nommé Pôle emploi Grand Est dans la charte." in page) == (
        True,
        True,
    )


def test_M3_the_charter_of_grand_est_has_its_values_axes_and_signatures(client: Client) -> None:
    context = client.get("/charte/").context
    assert (len(context["charter"].values), [e.axis for e in context["engagements"]], len(context["signatures"])) == (
        8, [1, 2, 3, 4, 5, 6, None], 71,
    )  # fmt: skip


def test_figures_of_the_home_are_those_of_the_charter(client: Client) -> None:
    figures = {figure["label"]: figure["value"] for figure in client.get("/").context["figures"]}
    assert {k: v for k, v in figures.items() if not k.startswith("lieux")} == {
        "agences territoriales": "12", "bassins d’emploi": "43", "communes, chacune dans un territoire": "5\u202f115",
        "réseaux qui se passent le relais": "13",
    }  # fmt: skip


def test_the_whole_search_is_rebuilt_in_a_moment(client: Client) -> None:
    from core import search

    assert search.rebuild() > 5_500
    assert (
        client.get("/recherche/", {"q": "mission locale troyes"}).context["results"][0]["hit"].url.endswith("troyes/")
    )
