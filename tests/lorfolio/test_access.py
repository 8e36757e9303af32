"""Every private page of the room, asked with another person's ids, without an account, without a portfolio (L1)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.secrets import new_secret
from lorfolio.models import Advice, Portfolio, Proof, Selection, Share, Step, Target
from lorfolio.urls import urlpatterns
from metiers.models import Skill as ReferenceSkill
from tests.factories import person, professional, region_staff
from tests.lorfolio import people
from tests.spro.access_lorfolio import FORMS
from tests.spro.test_access_policy import is_public

pytestmark = pytest.mark.django_db
CANARY = "Zéphyrine-Canari"

# Whose id stands in a route: by its beginning, the longest first.
OBJECTS = (
    ("lorfolio/parcours/langues/", "language"), ("lorfolio/parcours/plus/", "extra"),
    ("lorfolio/parcours/", "experience"), ("lorfolio/competences/", "skill"), ("lorfolio/preuves/<slug", "skill"),
    ("lorfolio/preuves/", "proof"), ("lorfolio/cv/", "cv"), ("lorfolio/projet/metier/", "target"),
    ("lorfolio/projet/etapes/", "step"), ("lorfolio/coffre/partages/", "share"), ("lorfolio/coffre/", "file"),
    ("lorfolio/conseil/", "advice"), ("pro/lorfolio/", "advice"),
)  # fmt: skip
WORDS = {
    "of": "competence",
    "kind": "emploi",
    "group": "accueillir",
    "part": "1",
    "model": "chronologique",
    "token": "x" * 43,
}
PRIVATE = sorted(str(p.pattern) for p in urlpatterns if not is_public(p.callback))
# Skills, jobs and places: the same to all who are signed in.
SUGGESTIONS = {f"lorfolio/{name}.json" for name in ("competences/suggestions", "projet/metiers", "projet/lieux")}
OWN = [route for route in PRIVATE if route.startswith("lorfolio/")]


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def everything_of(owner: Portfolio) -> dict[str, Any]:
    """One of each thing, each naming the canary."""
    ReferenceSkill.objects.create(slug="sourire", label="Sourire", folded="sourire", group="Accueillir", question="…")
    held = people.skill(owner, f"{CANARY} sait chanter")
    file = people.file(owner, name=f"{CANARY}.pdf")
    _, first = new_secret()
    _, second = new_secret()
    share = Share.objects.create(
        portfolio=owner, label=CANARY, digest=first, expires_at=timezone.now() + dt.timedelta(days=9)
    )
    share.files.add(file)
    return {
        "skill": held, "file": file, "share": share,
        "experience": people.experience(owner, title=f"{CANARY} au travail"),
        "language": people.language(owner, name=f"Langue {CANARY}"),
        "extra": people.extra(owner, title=f"Prix {CANARY}"),
        "cv": people.cv(owner, name=f"CV {CANARY}"),
        "proof": Proof.objects.create(portfolio=owner, kind="lien", title=CANARY, url="https://x.invalid/", skill=held),
        "target": Target.objects.create(portfolio=owner, title=f"Métier {CANARY}"),
        "step": Step.objects.create(portfolio=owner, title=f"Étape {CANARY}"),
        "advice": Advice.objects.create(
            portfolio=owner, selection=Selection.objects.create(portfolio=owner), email="conseil@exemple.invalid",
            digest=second, until=timezone.localdate() + dt.timedelta(days=30), message=CANARY,
        ),
    }  # fmt: skip


def address(route: str, things: dict[str, Any]) -> str:
    """The route with the ids of these things."""
    name = next((thing for start, thing in OBJECTS if route.startswith(start)), "")

    def word(found: re.Match[str]) -> str:
        kind, label = found[1], found[2]
        return str(things["cv" if label == "cv" else name].pk) if kind == "uuid" else WORDS[label]

    return "/" + re.sub(r"<(\w+):(\w+)>", word, route)


def signed(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def theirs() -> dict[str, Any]:
    return everything_of(people.portfolio(given_name=CANARY))


@pytest.mark.parametrize("route", PRIVATE)
def test_L1_who_is_not_signed_in_is_led_to_the_sign_in(theirs: dict[str, Any], route: str) -> None:
    answer = Client().get(address(route, theirs))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/comptes/connexion/")


@pytest.mark.parametrize("route", [route for route in OWN if "<uuid:" in route])
def test_L1_another_person_s_id_does_not_exist(theirs: dict[str, Any], route: str) -> None:
    """404 by each method that the page takes, and nothing of the other person changes."""
    url, stranger = address(route, theirs), signed(people.portfolio().user)
    before = rows(theirs)
    answers = {method: getattr(stranger, method)(url).status_code for method in ("get", "post")}
    assert set(answers.values()) <= {404, 405}
    assert rows(theirs) == before
    owner = signed(theirs["skill"].portfolio.user)
    for method, status in answers.items():
        found = getattr(owner, method)(url).status_code
        assert (found == 405) == (status == 405), f"{method}: refused to a stranger alone"
        assert method == "post" or found != 404, "its owner finds it"


def rows(things: dict[str, Any]) -> dict[str, Any]:
    return {name: type(row)._default_manager.filter(pk=row.pk).values().get() for name, row in things.items()}


@pytest.mark.parametrize("route", [route for route in OWN if "<uuid:" not in route])
def test_L1_nobody_s_page_names_another(theirs: dict[str, Any], route: str) -> None:
    for user in (people.portfolio().user, region_staff(), professional()):
        client = signed(user)
        answer = client.get(address(route, theirs), follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert CANARY.encode() not in body


@pytest.mark.parametrize("route", [route for route in OWN if route not in {"lorfolio/ouvrir/", *SUGGESTIONS}])
def test_L1_who_has_no_portfolio_is_led_to_open_one(theirs: dict[str, Any], route: str) -> None:
    answer = signed(person()).get(address(route, theirs))
    expected = (405, None) if route in FORMS else (302, "/lorfolio/ouvrir/")
    assert (answer.status_code, answer.get("Location")) == expected


@pytest.mark.parametrize("route", [route for route in PRIVATE if "lorfolio" in route])
def test_S2_no_cache_keeps_a_page_of_one_s_own(theirs: dict[str, Any], route: str) -> None:
    answer = signed(theirs["skill"].portfolio.user).get(address(route, theirs))
    assert "no-store" in answer["Cache-Control"]
