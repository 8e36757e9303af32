"""Every route of the URLconf × every role: what opens, what is refused, and how (habit 1, habit 2, S3).

A route that nobody declared here (or as public in `test_access_policy.py`) fails. Refusals are the same three
everywhere: whoever is not signed in goes to the sign-in, an object that is not theirs does not exist (404), a list or
an area that is not their trade is forbidden (403).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from tests.spro.access import DESK, DESK_PAGES, PRIVATE
from tests.spro.test_access_policy import ALL, OPEN_DATA, is_public
from tests.spro.world import ROLES, World, build

REFUSALS = {302, 403, 404}
# The middle of a sign-in: whoever has not begun one is led to its beginning.
# Pages of who came by a link: the same refusal to every account.
BY_LINK = {f"mon-accompagnement/ma-page/{page}" for page in ("", "correction/", "opposition/")}
HALFWAY = {"comptes/connexion/cle/", "comptes/double-verification/code/", "comptes/fournisseurs/renonce/"}


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, taken back after the module; what a test changes is taken back with the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(one_world: World, db: None) -> World:
    return one_world


def desk_routes() -> Iterator[tuple[str, str, str]]:
    """(model label, page, route) of each list of the desk and its pages."""
    pages = {
        "list": "", "add": "add/", "change": "<path:object_id>/change/", "history": "<path:object_id>/history/",
        "delete": "<path:object_id>/delete/", "old": "<path:object_id>/", "export": "export/<slug:form>/",
    }  # fmt: skip
    for model in admin.site._registry:
        for page, tail in pages.items():
            yield model._meta.label_lower, page, f"admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"


def _short(route: str) -> str:
    """Without the names of the rooms that the desk's pattern lists."""
    return re.sub(r"^(admin/\(\?P<app_label>).*", r"\1", route)


def test_every_route_is_declared() -> None:
    declared = set(PRIVATE) | {route for _, _, route in desk_routes()} | DESK_PAGES.keys()
    private = {_short(r) for r, view in ALL.items() if not is_public(view) and not r.startswith(OPEN_DATA)}
    assert sorted(private - declared) == [], "a route without a policy: declare it in tests/spro/access.py"
    assert sorted(set(PRIVATE) - private) == [], "declared, and public or not there"
    assert sorted({model._meta.label_lower for model in admin.site._registry} ^ DESK.keys()) == []


def answers(
    client: Client, world: World, path: str, method: str = "get", roles: tuple[str, ...] = ROLES
) -> dict[str, int]:
    """The status each role gets; a redirection to the sign-in is 302, any other is 200 (it leads on)."""
    found = {}
    for role in roles:
        client.logout()
        if person := world.people[role]:
            client.force_login(person)
        answer = getattr(client, method)(path)
        status = answer.status_code
        if status == 302 and not answer["Location"].startswith("/comptes/connexion/"):
            status = 200
        found[role] = status
    return found


def differ(got: dict[str, int], expected: dict[str, int]) -> dict[str, str]:
    """What is not as declared, by role."""
    return {role: f"{got[role]}, not {expected[role]}" for role in ROLES if got[role] != expected[role]}


@pytest.mark.parametrize("route", sorted(PRIVATE))
def test_private_routes_by_role(client: Client, world: World, route: str) -> None:
    path, expected, _ = PRIVATE[route]
    assert differ(answers(client, world, path.format(**world.words)), expected) == {}


@pytest.mark.parametrize("route", sorted(PRIVATE))
@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_post(client: Client, world: World, route: str, role: str) -> None:
    """Each on a region of its own: a form that goes through changes the rights of the next."""
    path, read, post = PRIVATE[route]
    expected = (post or read)[role]
    got = answers(client, world, path.format(**world.words), "post", roles=(role,))[role]
    if expected in REFUSALS:
        assert got in {expected, 405}
    else:
        assert got in {200, 204, 400, 405, 429}
    assert post is None or got == expected


@pytest.mark.parametrize("label", sorted(DESK))
def test_the_desk_by_role(client: Client, world: World, label: str) -> None:
    policy = DESK[label]
    app, model = label.split(".")
    pk = world.objects[label].pk if label in world.objects else pytest.fail(f"no {label} in tests/spro/world.py")
    pages = {
        "list": f"/admin/{app}/{model}/", "add": f"/admin/{app}/{model}/add/",
        "change": f"/admin/{app}/{model}/{pk}/change/", "history": f"/admin/{app}/{model}/{pk}/history/",
        "delete": f"/admin/{app}/{model}/{pk}/delete/",
    }  # fmt: skip
    expected = {
        "list": policy.list,
        "add": policy.add,
        "change": policy.one,
    }
    # What one may not read has no history to them.
    expected["history"] = {role: 404 if status == 403 else status for role, status in policy.one.items()}
    expected["delete"] = policy.delete
    wrong = {page: differ(answers(client, world, path), expected[page]) for page, path in pages.items()}
    assert {page: roles for page, roles in wrong.items() if roles} == {}


@pytest.mark.parametrize("route", sorted(DESK_PAGES))
def test_other_pages_of_the_desk_by_role(client: Client, world: World, route: str) -> None:
    path, expected = DESK_PAGES[route]
    assert differ(answers(client, world, path.format(**world.words)), expected) == {}


def _public_paths() -> dict[str, Any]:
    plain = {r: v for r, v in ALL.items() if is_public(v) and "<" not in r and "(" not in r}
    plain.pop("admin/login/")  # leads on, each to their own
    return plain


@pytest.mark.parametrize("route", sorted(_public_paths()))
def test_public_routes_open_to_every_role(client: Client, world: World, route: str) -> None:
    got = answers(client, world, f"/{route}")
    beside = {302} if route in HALFWAY else {403} if route in BY_LINK else set()
    assert set(got.values()) <= beside | {200, 301, 400, 404, 405, 503}, got  # never a refusal by role
    if route not in HALFWAY:
        assert len(set(got.values())) == 1, got
