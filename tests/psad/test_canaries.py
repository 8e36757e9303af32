"""What is planted in every field of every case is found by no outsider, nowhere (issue 6, D8, S5).

A machine walks as each of them over every route of the portal that touches the room, with keys, queries and forms drawn
at random; then the places where words end up by mistake are searched: logs as they are written, mails, journal, search,
cache, sessions, open data, the desk, a dump of the whole database and the files beside it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psad import context
from psad.models import Case
from tests.psad import scopes
from tests.psad.access import PUBLIC, ROUTES
from tests.psad.scopes import MARKS, PHONES, Scopes, told, word
from tests.spro.test_access_policy import ALL, is_public, sample

ALL_MARKS = tuple(MARKS)
# Who walks → the marks of what they may read.
WALKERS: dict[str, tuple[str, ...]] = {
    "anonymous": (), "citizen": (), "professional": (), "region": (), "technician": (), "ended": (), "lapsed": (),
    "not_given": (), "partner_expired": (), "partner_revoked": (), "partner_elsewhere": (), "elsewhere": ("z", "far"),
    "young": ("a",), "young_other": ("z",), "given": ("a",), "head": ("a", "b", "report", "list"),
    "coordination": ("a", "b", "report", "list"), "partner": (),
}  # fmt: skip
# The name, the message and the answer: what was shared with this partner, and nothing else of the case.
SHARED = [word("a", what).lower() for what in ("nom", "prenom", "partage", "reponse")]
OTHERS = (
    "/", "/pro/", "/comptes/", "/recherche/", "/donnees/", "/plan-du-site/", "/sitemap.xml", "/api/v1/", "/agenda.json",
    "/admin/", "/robots.txt", "/donnees/catalogue.jsonld", "/admin/psad/", "/pro/signalements/",
)  # fmt: skip


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scopes]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield scopes.build()
        transaction.set_rollback(True)


@pytest.fixture
def ground(one_world: Scopes, db: None) -> Scopes:
    scopes.apart()
    return one_world


def client_of(ground: Scopes, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who in ground.young:
        value = f"{ground.young[who].pk}.session-{'a' if who == 'young' else 'z'}"
        client.cookies["ma_page"] = signing.get_cookie_signer(salt="ma_pagepsad.young").sign(value)
    elif user := ground.people[who]:
        client.force_login(user)
    return client


@contextmanager
def as_logged() -> Iterator[io.StringIO]:
    """All that the portal writes in its logs meanwhile, in the format of production."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    own = [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]
    assert own, "the logging of the portal is not set up"
    handler.setFormatter(own[0].formatter)
    for one in own[0].filters:
        handler.addFilter(one)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def leaks(who: str, text: str) -> list[str]:
    low = text.lower()
    if who == "partner":
        for known in SHARED:
            low = low.replace(known, "")
    return told(tuple(mark for mark in ALL_MARKS if mark not in WALKERS[who]), low)


def everything(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    words: str = body.decode("utf-8", errors="replace")
    return f"{words} {dict(answer.headers)} {answer.cookies} {answer.get('Location', '')}"


# --- The machine


def paths_of(ground: Scopes) -> list[str]:
    """Addresses with their holes."""
    return sorted({path for path, _, _ in ROUTES.values()} | set(PUBLIC.values()) | set(OTHERS))


KEYS = st.sampled_from(["here", "there", "mixed", "none", "second"])
WORDS = st.sampled_from(
    ["", "²", "\x00", "x" * 300, "%27", "zz", "1", "-1", "oui", "terminer", "refuser", "rapprocher"]
)
FIELDS = ("acte", "version", "text", "reason", "typed", "case", "cases", "user", "lien", "dossier", "premier", "second",
          "transfert", "proposal", "check", "solution", "guardian", "said", "apres", "suite", "partner")  # fmt: skip
QUERIES = ("etape", "apres", "suite", "qui", "page", "q", "next")
STEP = st.fixed_dictionaries({
    "route": st.integers(min_value=0, max_value=10_000), "keys": KEYS,
    "method": st.sampled_from(["get", "get", "post", "head", "put", "options"]), "htmx": st.booleans(),
    "query": st.lists(st.tuples(st.sampled_from(QUERIES), WORDS), max_size=2),
    "form": st.lists(st.tuples(st.sampled_from(FIELDS), st.one_of(WORDS, KEYS)), max_size=5),
    "referer": st.booleans(),
})  # fmt: skip


def keys(ground: Scopes, which: str) -> dict[str, str]:
    if which == "here":
        return ground.words
    if which == "there":
        return ground.far
    if which == "mixed":
        return ground.far | {"platform": "troyes"}
    if which == "second":
        return ground.words | {"case": str(ground.cases["b"].pk)}
    return {name: "rien" if name in ("platform", "token") else str(uuid4()) for name in ground.words}


def walk(ground: Scopes, client: Client, step: dict[str, Any]) -> Any:
    paths = paths_of(ground)
    path = paths[step["route"] % len(paths)].format(**keys(ground, step["keys"]))
    names = keys(ground, "there") | {"cases": ground.words["case"]}
    form = {
        name: keys(ground, value).get(name, names.get("case", "")) if value in ("here", "there", "second") else value
        for name, value in step["form"]
    }
    headers: dict[str, Any] = {"HTTP_HX_REQUEST": "true"} if step["htmx"] else {}
    if step["referer"]:
        headers["HTTP_REFERER"] = f"http://testserver/psad/troyes/dossiers/{ground.words['case']}/"
    if step["query"] and step["method"] != "post":
        from urllib.parse import urlencode

        path = f"{path}?{urlencode(step['query'])}"
    return getattr(client, step["method"])(path, form if step["method"] == "post" else {}, **headers)


@pytest.mark.parametrize("who", sorted(WALKERS))
def test_D8_a_machine_finds_nothing_that_is_not_its_own(ground: Scopes, who: str) -> None:
    client = client_of(ground, who)
    with as_logged() as written:

        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )  # fmt: skip
        @given(st.lists(STEP, min_size=1, max_size=4))
        def machine(steps: list[dict[str, Any]]) -> None:
            with transaction.atomic():
                for step in steps:
                    answer = walk(ground, client, step)
                    assert leaks(who, everything(answer)) == [], step
                    assert answer.status_code < 500, step
                transaction.set_rollback(True)

        machine()
    assert told(ALL_MARKS, written.getvalue()) == []


@pytest.mark.parametrize("who", ["anonymous", "citizen", "professional", "region", "technician", "ended"])
def test_D8_no_page_of_the_portal_tells_anything(ground: Scopes, who: str) -> None:
    """Every address of the portal that takes no key, the desk included, and what any search answers."""
    client = client_of(ground, who)
    plain = sorted(f"/{route}" for route in ALL if "<" not in route and "(" not in route and "logout" not in route)
    plain = [path for path in plain if "deconnexion" not in path]
    keyed = sorted(f"/{sample(r)}" for r, view in ALL.items() if is_public(view) and "<" in r and "psad" not in r)
    assert len(plain) > 50
    wrong = {}
    for path in [*plain, *keyed, f"/recherche/?q={word('a', 'nom')}", f"/api/v1/?search={word('a', 'nom')}"]:
        answer = client.get(path)
        text = everything(answer).lower().replace(word("a", "nom").lower() if "?" in path else "\x00", "")
        if told(ALL_MARKS, text):
            wrong[path] = told(ALL_MARKS, text)
    assert wrong == {}


# --- Where words end up by mistake


def test_D8_insiders_at_work_leave_no_word_in_logs_mails_journal_search_nor_cache(ground: Scopes) -> None:
    """A head and an adviser do what they do all day, with canaries in each free text."""
    page, said = f"/psad/troyes/dossiers/{ground.words['case']}/", word("a", "saisie")
    with as_logged() as written:
        for who in ("given", "head"):
            client = client_of(ground, who)
            client.get("/psad/troyes/")
            client.get(page)
            client.post("/psad/troyes/recherche/", {"typed": word("a", "nom")})
            client.post("/psad/troyes/recherche/", {"typed": PHONES["a"]})
            for act, form in {
                "note": {"text": said}, "essai": {"means": "phone", "outcome": "message", "note": said},
                "entretien": {"means": "meeting", "needs": "work", "plan": said},
                "preparer": {"follower": str(ground.people[who].pk), "safe_contact": said},  # type: ignore[union-attr]
                "famille": {"name": said, "wish": "agrees", "phone": PHONES["a"], "email": "x"},
                "note/": {"text": ""},
            }.items():  # fmt: skip
                with context.acting(ground.people["head"]):
                    version = str(Case.objects.get(pk=ground.cases["a"].pk).version)
                client.post(f"{page}{act.strip('/')}/", form | {"version": version})
        anybody = Client(raise_request_exception=False)
        form = {"surname": said, "given_names": said, "birth_date": "2008-05-06", "commune": said, "message": said}
        for path in (f"/psad/signaler/{ground.words['token']}/", "/mon-accompagnement/demande/"):
            anybody.post(path, form | {"reporter_name": said, "phone": PHONES["a"]})
        client_of(ground, "partner").post(f"/psad/partenaire/partages/{ground.words['share']}/", {"text": said})
        client_of(ground, "young").post("/mon-accompagnement/ma-page/correction/", {"text": said})
    found = {"logs": told(ALL_MARKS, written.getvalue())}
    with connection.cursor() as cursor:
        for table in ("core_outboxmail", "core_journalentry", "core_searchdocument", "django_admin_log"):
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0] is not None:
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
                found[table] = told(ALL_MARKS, cursor.fetchone()[0])
        cursor.execute("SELECT session_data FROM django_session")
        sessions = [signing.loads(data, salt="django.contrib.sessions.SessionStore") for (data,) in cursor.fetchall()]
    found["sessions"] = told(ALL_MARKS, str(sessions))
    store = cache._cache.get_client()  # type: ignore[attr-defined]
    kept = [
        key + b" " + (store.get(key) or b"" if store.type(key) == b"string" else b"") for key in store.scan_iter("*")
    ]
    found["cache"] = told(ALL_MARKS, b" ".join(kept).decode("utf-8", errors="replace"))
    assert {place: words for place, words in found.items() if words} == {}
    assert "request" in written.getvalue()


def test_D8_mails_name_nothing_of_the_room(ground: Scopes) -> None:
    """What is sent says that something waits, and where to sign in."""
    from core.models import OutboxMail

    for mail in OutboxMail.objects.all():
        text = f"{mail.subject} {mail.text} {mail.html}".lower()
        assert not told(ALL_MARKS, text)
        assert not any(secret in text for secret in ("psad", "décroch", "dossier", "troyes", ground.words["case"]))
