"""Deny by default (habit 1): what is public is written here, and nowhere else. Everything else asks to sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import officer, organisation, person, professional, region_staff

# Every address that opens without an account, as the URLconf writes it.
PUBLIC = {
    # the roof
    "",
    "recherche/",
    "accessibilite/",
    "mentions-legales/",
    "donnees-personnelles/",
    "plan-du-site/",
    "pages/<slug:slug>/",
    "pages/images/<slug:name>.webp",
    "sante/",
    "sante/pret/",
    "robots.txt",
    "sitemap.xml",
    "sitemap-<int:number>.xml",
    "manifest.webmanifest",
    "favicon.ico",
    # members
    "reseaux/",
    "reseaux/<slug:slug>/",
    "organismes/",
    "organismes/<slug:slug>/",
    "charte/",
    "charte/criteres/",
    "pro/invitation/<str:secret>/",
    # territories
    "lieux/",
    "lieux/communes/",
    "lieux/position/",
    "lieux/<slug:slug>/",
    "territoires/",
    "territoires/contours.svg",
    "territoires/contours/<slug:kind>.geojson",
    "territoires/<slug:slug>/",
    "lieux/<slug:slug>/carte/",
    "referents/confirmer/<slug:secret>/",
    "signaler/<slug:kind>/<slug:slug>/",
    "signaler/<slug:kind>/<slug:slug>/merci/",
    # events: the agenda as feeds of any search
    "agenda.ics",
    "agenda.atom",
    "agenda.json",
    "agenda.csv",
    # events: the page of an event, its images, its file, its sheet (404 before it is public, but to who may edit)
    "agenda/",
    "agenda/position/",
    "agenda/preparer/",
    "agenda/preparer/<slug:kind>/",
    "agenda/<slug:slug>/",
    "agenda/<slug:slug>/event.ics",
    "agenda/<slug:slug>/image.png",
    "agenda/<slug:slug>/illustration.webp",
    # events: the agenda in the pages of others
    "agenda/embed/",
    "agenda/embed.js",
    "agenda/integrer/",
    # events: what anybody proposes
    "agenda/s-abonner/",
    "agenda/s-abonner/merci/",
    "agenda/alerte/<slug:secret>/",
    "agenda/alerte/<slug:secret>/arreter/",
    "agenda/inscription/<uuid:session>/",
    "agenda/inscription/<uuid:session>/merci/",
    "agenda/mon-inscription/<slug:secret>/",
    "agenda/bilan/<str:secret>/",
    "agenda/proposer/",
    "agenda/proposer/merci/",
    "agenda/proposer/confirmer/<str:token>/",
    # recognition: the call
    "candidature/",
    # recognition: who is recognised; where the code of a certificate leads
    "reconnaissances/",
    "reconnaissances/liste.csv",
    "reconnaissances/<uuid:key>/",
    # recognition: the calendar of the year; that of the Region opens by its secret
    "candidature/calendrier.ics",
    "candidature/calendrier/<slug:secret>.ics",
    # the PSAD: who reports by the link of a school, who asks for themselves
    "psad/signaler/<slug:token>/",
    "psad/signaler/merci/",
    # a partner without an account: a link, then a code
    "psad/partage/<slug:token>/",
    "psad/partage/<slug:token>/etat/",
    "mon-accompagnement/demande/",
    "mon-accompagnement/demande/merci/",
    "mon-accompagnement/",
    "mon-accompagnement/notice/",
    "mon-accompagnement/notice/<slug:platform>/",
    "mon-accompagnement/<slug:token>/",
    "mon-accompagnement/au-revoir/",
    # the person's own page: by the cookie of their link, never by an account
    "mon-accompagnement/ma-page/",
    "mon-accompagnement/ma-page/reponse/",
    "mon-accompagnement/ma-page/correction/",
    "mon-accompagnement/ma-page/opposition/",
    "mon-accompagnement/ma-page/copie/",
    "mon-accompagnement/ma-page/notes/",
    "mon-accompagnement/ma-page/fermer/",
    # the Lorfolio
    "lorfolio/decouvrir/",
    # lorfolio: a parent answers by the link of a mail (404 for any other)
    "lorfolio/accord/<str:token>/",
    # lorfolio: a person's own page, as long as they show it (410 afterwards)
    "p/<slug:slug>/",
    "p/<slug:slug>/photo.webp",
    "p/<slug:slug>/ecrire/",
    "p/<slug:slug>/merci/",
    "lorfolio/attestation/<str:token>/",
    # lorfolio: what a safe guarantees; what somebody shows of theirs by a link (404 for any other, and when it is over)
    "lorfolio/coffre/garanties/",
    "partage/<slug:token>/",
    "partage/<slug:token>/<uuid:file>/",
    # bilans: what the Region published (404 before, and once it is taken back)
    "bilans/",
    "bilans/<int:year>/",
    "bilans/<int:year>/synthese.pdf",
    "bilans/<int:year>/synthese.<slug:form>",
    # open data
    "donnees/",
    "donnees/catalogue.jsonld",
    "donnees/structures-data-inclusion.json",
    "donnees/<slug:slug>.csv-metadata.json",
    "donnees/<slug:slug>.<slug:form>",
    # accounts
    "comptes/connexion/",
    "comptes/supprimer/recu/",  # the receipt of this very browser; leads home without it
    "comptes/supprimer/recu.txt",
    "comptes/connexion/cle/",
    "comptes/fournisseurs/proconnect/",
    "comptes/fournisseurs/proconnect/retour/",
    "comptes/fournisseurs/franceconnect/",
    "comptes/fournisseurs/franceconnect/retour/",
    "comptes/fournisseurs/renonce/",
    "comptes/connexion/cle/question/",
    "comptes/double-verification/code/",  # the second step of signing in; leads back to the first without it
    "comptes/deconnexion/",  # leads home whoever is not signed in
    "comptes/ferme/",
    "comptes/inscription/",
    "comptes/adresse/message-envoye/",
    "comptes/adresse/confirmer/(?P<key>[-:\\w]+)/",
    "comptes/mot-de-passe/oubli/",
    "comptes/mot-de-passe/oubli/message-envoye/",
    "comptes/mot-de-passe/oubli/termine/",
    "comptes/mot-de-passe/oubli/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/",
    # Sends on to the one sign-in, and shows nothing.
    "admin/login/",
}
# Read-only open data: its own rules are proved in the tests of the API.
OPEN_DATA = "api/v1/"


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the portal with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def is_public(view: Any) -> bool:
    """What `LoginRequiredMiddleware` reads."""
    return not getattr(view, "login_required", True)


def sample(route: str) -> str:
    """An address of this route that leads to no object."""
    samples = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
    path = re.sub(r"<(\w+):\w+>", lambda match: samples.get(match[1], "rien"), route)
    path = re.sub(r"<\w+>", "rien", path)
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", "1", path)
    return "/" + path.replace("\\.", ".").replace("\\Z", "").replace("?", "").replace("^", "").replace("$", "")


ALL = dict(routes())
PRIVATE = sorted(route for route, view in ALL.items() if not is_public(view))


def test_what_is_public_is_what_is_written_here() -> None:
    public = {route for route, view in ALL.items() if is_public(view) and not route.startswith(OPEN_DATA)}
    assert sorted(public - PUBLIC) == [], "public without being written in PUBLIC"
    assert sorted(PUBLIC - public) == [], "written in PUBLIC and not public (or not there)"


def test_open_data_is_read_only() -> None:
    writes = {"post", "put", "patch", "delete"}
    for route, view in ALL.items():
        if route.startswith(OPEN_DATA):
            allowed = set(getattr(view, "actions", None) or {"get"}) - {"head", "options"}
            assert allowed & writes == set(), route


def test_there_is_something_private_to_prove() -> None:
    assert {"comptes/", "comptes/nom/", "comptes/adresse/", "admin/"} <= set(PRIVATE)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_everything_else_asks_to_sign_in(client: Client, method: str) -> None:
    leads = {}
    for route in PRIVATE:
        answer = getattr(client, method)(sample(route))
        leads[route] = (answer.status_code, answer.get("Location", "").partition("?")[0])
    assert {route: lead for route, lead in leads.items() if lead != (302, "/comptes/connexion/")} == {}


# --- who opens what

ROLES = {
    "anonymous": None,
    "citizen": person,
    "professional": professional,
    "officer": officer,
    "region": region_staff,
}
DESK = {"anonymous": 302, "citizen": 404, "professional": 404}
MATRIX = {
    "/comptes/": {"anonymous": 302} | dict.fromkeys(("citizen", "professional", "officer", "region"), 200),
    "/comptes/mot-de-passe/": {"anonymous": 302} | dict.fromkeys(("citizen", "professional", "officer", "region"), 200),
    "/comptes/connexion/": {"anonymous": 200} | dict.fromkeys(("citizen", "professional", "officer", "region"), 302),
    "/admin/": DESK | {"officer": 200, "region": 200},
    "/admin/accounts/user/": DESK | {"officer": 403, "region": 200},
    "/admin/accounts/regionmandate/add/": DESK | {"officer": 403, "region": 200},
    "/admin/members/mandate/": DESK | {"officer": 403, "region": 200},
    "/admin/members/organisation/": DESK | {"officer": 403, "region": 200},
    "/admin/core/journalentry/": DESK | {"officer": 403, "region": 200},
    "/admin/core/outboxmail/": DESK | {"officer": 403, "region": 200},
    "/admin/auth/group/": DESK | {"officer": 404, "region": 404},
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_is_its_own(client: Client, role: str) -> None:
    make = ROLES[role]
    if make is not None:
        client.force_login(make())
    answers = {url: client.get(url).status_code for url in MATRIX}
    assert answers == {url: expected[role] for url, expected in MATRIX.items()}


@pytest.mark.django_db
def test_a_person_signed_in_still_reads_the_public_pages(client: Client) -> None:
    house = organisation()
    client.force_login(person())
    assert client.get(house.get_absolute_url()).status_code == 200
