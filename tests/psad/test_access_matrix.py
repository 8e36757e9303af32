"""Every route of the room × everybody × every scope: own platform, own case, another's, none (issue 6, D8).

The routes come from the URLconf: one whose view is of the room and that nobody declared in `tests/psad/access.py`
fails. What is of another platform answers as what does not exist: the same status, the same bytes, the same questions
asked to the database, whatever the method.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from psad import context
from psad.models import Case
from tests.psad import scopes
from tests.psad.access import EVERYBODY, PUBLIC, ROLES, ROUTES, answers_of
from tests.psad.scopes import Scopes, told
from tests.spro.test_access_policy import ALL, is_public

pytestmark = pytest.mark.django_db
# Who may be told of the case « a », of the second one, of what came in.
MAY_KNOW = {
    "head": {"a", "b", "report", "list"}, "coordination": {"a", "b", "report", "list"}, "given": {"a"},
    "partner": {"a"}, "elsewhere": {"z", "far"}, "partner_elsewhere": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scopes]:
    """Made once, taken back after the module; what a test changes is taken back with the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield scopes.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(one_world: Scopes, db: None) -> Scopes:
    scopes.apart()
    return one_world


def of_the_room(view: Any) -> bool:
    found = inspect.unwrap(getattr(view, "view_class", view))
    return str(found.__module__).split(".")[0] == "psad"


def signed_in(world: Scopes, who: str) -> Client:
    """A client of its own for each; the young people come with the cookie of their session."""
    client = Client(raise_request_exception=False)
    if who in world.young:
        value = f"{world.young[who].pk}.session-{'a' if who == 'young' else 'z'}"
        client.cookies["ma_page"] = signing.get_cookie_signer(salt="ma_pagepsad.young").sign(value)
    elif user := world.people[who]:
        client.force_login(user)
    return client


def answered(world: Scopes, path: str, method: str, people: tuple[str, ...] = EVERYBODY) -> dict[str, tuple[int, str]]:
    """The status (a redirection to the sign-in is 302, any other 200: it leads on) and all that each is told."""
    found = {}
    for who in people:
        with transaction.atomic():  # each on the world as it was
            answer = getattr(signed_in(world, who), method)(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        status = answer.status_code
        if status == 302 and not answer["Location"].startswith("/comptes/connexion/"):
            status = 200
        found[who] = (status, body.decode(errors="replace") + str(answer.headers) + str(answer.cookies))
    return found


def leaks(got: dict[str, tuple[int, str]]) -> dict[str, list[str]]:
    found = {}
    for who, (_, text) in got.items():
        own = {"young": {"a"}, "young_other": {"z"}}.get(who, MAY_KNOW.get(who, set()))
        known = told(tuple(mark for mark in scopes.MARKS if mark not in own), text)
        if known:
            found[who] = known
    return found


def test_every_route_of_the_room_is_declared() -> None:
    routes = {route for route, view in ALL.items() if of_the_room(view) and not route.startswith("admin/")}
    routes |= {route for route in ALL if route.startswith(("psad/", "mon-accompagnement/"))}
    public = {route for route in routes if is_public(ALL[route])}
    assert sorted(routes - public - ROUTES.keys()) == [], "a route without a policy: declare it in tests/psad/access.py"
    assert sorted(public - PUBLIC.keys()) == [], "a public route without a policy: declare it in tests/psad/access.py"
    assert sorted((ROUTES.keys() | PUBLIC.keys()) - routes) == [], "declared, and not there"
    assert sorted(PUBLIC.keys() - public) == [], "declared public, and private"


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_D8_who_reads_and_who_learns_nothing(world: Scopes, route: str) -> None:
    got = answered(world, ROUTES[route][0].format(**world.words), "get")
    expected = answers_of(route, "get")
    assert {who: status for who, (status, _) in got.items() if status != expected[who]} == {}
    assert leaks(got) == {}


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_D8_who_may_not_read_may_not_post(world: Scopes, route: str) -> None:
    got = answered(world, ROUTES[route][0].format(**world.words), "post")
    expected = answers_of(route, "post")
    wrong = {}
    for who, (status, _) in got.items():
        allowed = {200, 400, 405} if expected[who] == 200 else {expected[who], 405}
        if status not in allowed:
            wrong[who] = f"{status}, not {expected[who]}"
    assert wrong == {}
    assert leaks(got) == {}


@pytest.mark.parametrize("route", sorted(PUBLIC))
@pytest.mark.parametrize("method", ["get", "post"])
def test_D8_a_public_page_says_the_same_to_everybody_and_nothing_of_anybody(
    world: Scopes, route: str, method: str
) -> None:
    """With a secret that opens nothing, and with none: a session of the portal gives nothing more."""
    got = answered(world, PUBLIC[route].format(**world.words), method)
    assert leaks(got) == {}
    statuses = {status for who, (status, _) in got.items() if who not in ("young", "young_other")}
    assert len(statuses) == 1, got.keys()
    assert statuses <= {200, 302, 400, 403, 404, 405}


# --- What is of another platform is as what does not exist


def told_of(client: Client, method: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """Status, headers, words and questions to the database. The client has asked something already: caches are warm."""
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)(path, data or {}, **headers)
        transaction.set_rollback(True)
    said = {name: value for name, value in answer.headers.items() if name not in ("ETag", "Content-Length")}
    return (
        answer.status_code, plain(str(said)), plain(answer.content.decode()),
        [plain(query["sql"]) for query in asked.captured_queries],
    )  # fmt: skip


def plain(text: str) -> str:
    """Without what names the thing asked for, the token of the form, the numbers of savepoints, moments."""
    text = re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", "<key>", text)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "<csrf>", text)
    text = re.sub(r"'nonce-[^']+'|nonce=\"[^\"]+\"", "<nonce>", text)
    text = re.sub(r"\"?s\d+_x\d+\"?", "<savepoint>", text)
    text = re.sub(r"_django_curs_\d+_\w+", "<cursor>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(?:\+\d\d:\d\d)?", "<moment>", text)
    text = re.sub(r"(?:x|\\x)[0-9a-f]{16,}", "<bytes>", text)
    return text.replace("chaumont", "<place>").replace("inconnue", "<place>")


WITH_KEYS = sorted(route for route in ROUTES if "<uuid:" in route)
HTMX = {"HTTP_HX_REQUEST": "true"}
VERBS: list[tuple[str, dict[str, str]]] = [("get", {}), ("post", {}), ("head", {}), ("get", HTMX), ("post", HTMX)]


@pytest.mark.parametrize("route", WITH_KEYS)
def test_D8_a_key_of_another_platform_answers_as_an_unknown_one(world: Scopes, route: str) -> None:
    """Somebody of « troyes », at home, with the keys of « chaumont »."""
    client = signed_in(world, "partner" if "/partenaire/" in route else "head")
    address = ROUTES[route][0]
    theirs = address.format(**world.far | {"platform": "troyes"})
    nobodys = address.format(**dict.fromkeys(world.far, str(uuid4())) | {"platform": "troyes"})
    client.get(theirs)
    for method, headers in VERBS:
        first, second = (told_of(client, method, path, **headers) for path in (theirs, nobodys))
        assert first[0] in {403, 404, 405}
        assert first == second, method


@pytest.mark.parametrize("route", [route for route in WITH_KEYS if "<uuid:case>" in route])
def test_D13_a_case_that_was_not_given_answers_as_an_unknown_one(world: Scopes, route: str) -> None:
    """An adviser of the platform: « b » was given to nobody, « a » was theirs until this morning."""
    for who, key in (("not_given", "b"), ("lapsed", "a")):
        client = signed_in(world, who)
        address = ROUTES[route][0]
        client.get(address.format(**world.words))
        known = address.format(**world.words | {"case": str(world.cases[key].pk)})
        unknown = address.format(**world.words | {"case": str(uuid4())})
        for method in ("get", "post"):
            first, second = told_of(client, method, known), told_of(client, method, unknown)
            assert first[0] in {404, 405}
            assert first == second


@pytest.mark.parametrize("route", sorted(route for route in ROUTES if "<slug:platform>" in route))
def test_D8_another_platform_answers_as_one_that_does_not_exist(world: Scopes, route: str) -> None:
    for who, method in (
        ("head", "get"),
        ("head", "post"),
        ("technician", "get"),
        ("partner", "get"),
        ("ended", "post"),
    ):
        client = signed_in(world, who)
        words = world.far if who != "ended" else world.words | {"platform": "chaumont"}
        theirs = ROUTES[route][0].format(**words)
        nobodys = ROUTES[route][0].format(**words | {"platform": "inconnue"})
        client.get(theirs)
        first, second = told_of(client, method, theirs), told_of(client, method, nobodys)
        assert first[0] in {404, 405}, (who, first[0])
        assert first == second, (who, method)


# What a form names by a key in its body: address, values (the word of the key, or words typed).
IN_BODIES: list[tuple[str, dict[str, str]]] = [
    ("/psad/troyes/", {"cases": "case", "user": "=head", "reason": "=Secteur de la personne"}),
    ("/psad/troyes/liens/", {"acte": "=terminer", "lien": "link"}),
    ("/psad/troyes/signalements/{report}/", {"acte": "=rapprocher", "dossier": "case"}),
    ("/psad/troyes/doublons/", {"acte": "=reunir", "premier": "case", "second": "=case"}),
    ("/psad/troyes/doublons/", {"acte": "=distinguer", "premier": "case", "second": "=case"}),
    ("/psad/troyes/dossiers/{case}/reponse/", {"version": "=version", "proposal": "proposal", "said": "=accepted"}),
    ("/psad/troyes/dossiers/{case}/verification/", {"version": "=version", "check": "check", "result": "=holds"}),
    ("/psad/troyes/dossiers/{case}/proposer/", {"version": "=version", "solution": "solution"}),
    ("/psad/troyes/dossiers/{case}/famille/",
     {"version": "=version", "guardian": "guardian", "name": "=Alex", "wish": "=agrees"}),
]  # fmt: skip


@pytest.mark.parametrize(("address", "fields"), IN_BODIES)
def test_D8_a_key_of_another_platform_in_a_form_answers_as_an_unknown_one(
    world: Scopes, address: str, fields: dict[str, str]
) -> None:
    client = signed_in(world, "head")
    with context.acting(world.people["head"]):
        version = str(Case.objects.get(pk=world.cases["a"].pk).version)
    fixed = {"head": str(world.people["coordination"].pk), "case": world.words["case"], "version": version}  # type: ignore[union-attr]

    def values(keys: dict[str, str]) -> dict[str, str]:
        return {
            name: fixed.get(value[1:], value[1:]) if value.startswith("=") else keys[value]
            for name, value in fields.items()
        }

    path = address.format(**world.words)
    told_of(client, "post", path, values(dict.fromkeys(world.far, str(uuid4()))))  # caches are warm
    theirs = told_of(client, "post", path, values(world.far))
    nobodys = told_of(client, "post", path, values(dict.fromkeys(world.far, str(uuid4()))))
    assert theirs == nobodys


# --- What each page says of itself


@pytest.mark.parametrize("route", sorted(ROUTES.keys() | PUBLIC.keys()))
def test_S2_every_answer_is_kept_by_nobody_and_told_to_no_other_site(world: Scopes, route: str) -> None:
    """Refusals, redirections and wrong methods too; no title of a page for the public names the PSAD, no page a
    « décrocheur »."""
    address = (ROUTES[route][0] if route in ROUTES else PUBLIC[route]).format(**world.words)
    for who in ("head", "partner", "citizen", "anonymous", "young"):
        for method in ("get", "put"):
            with transaction.atomic():
                answer = getattr(signed_in(world, who), method)(address)
                transaction.set_rollback(True)
            if not address.startswith(("/psad/", "/mon-accompagnement/")):
                continue
            assert "no-store" in answer.get("Cache-Control", ""), (who, method, answer.status_code)
            assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
            assert "noindex" in answer["X-Robots-Tag"]
            assert not answer.has_header("ETag")
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            assert "décrocheur" not in text
            if route in PUBLIC and answer.status_code == 200 and "<title>" in text:
                assert "psad" not in text.split("<title>")[1].split("</title>")[0].lower()
            assert answer.status_code < 500, (who, method)


# They check their form themselves, once the file may be read.
TAKES_FILES = {"psad/<slug:platform>/dossiers/<uuid:case>/pieces/", "psad/<slug:platform>/listes/"}


@pytest.mark.parametrize("route", sorted(ROUTES.keys() | PUBLIC.keys()))
def test_D8_no_form_is_taken_from_another_site(world: Scopes, route: str) -> None:
    address = (ROUTES[route][0] if route in ROUTES else PUBLIC[route]).format(**world.words)
    for who in ("head", "partner", "young"):
        client = signed_in(world, who)
        client.handler.enforce_csrf_checks = True
        answer = client.post(address, {"acte": "x"})
        if who == "young" and route in TAKES_FILES:  # the door first: who is not signed in is sent to sign in
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/comptes/connexion/")
        else:
            assert answer.status_code == 403, who


assert set(ROLES) <= set(EVERYBODY)
