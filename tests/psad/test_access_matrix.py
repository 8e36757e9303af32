"""Every private route of the room × every scope: own platform, own case, another's, none (issue 6, D8).

A route of the URLconf that nobody declared in `tests/psad/access.py` fails.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from psad import context
from psad.identity import bound
from psad.lists import PartnerKind, Role, Side
from psad.models import (
    Case,
    CaseGrant,
    Grant,
    Import,
    KitItem,
    Letter,
    Meeting,
    Partner,
    Publication,
    Report,
    ReportLink,
    Solution,
)
from psad.sealing import new_key, opened
from psad.services import filing, sharing
from tests.factories import person
from tests.psad import world
from tests.psad.access import ROLES, ROUTES
from tests.spro.test_access_policy import ALL, is_public

pytestmark = pytest.mark.django_db
CANARY = "Canarivec"


class Scopes:
    """Somebody in every scope of the platform « troyes », which has one case; `there` has another."""

    def __init__(self) -> None:
        here, there = world.platform("troyes"), world.platform("chaumont")
        self.people: dict[str, User] = {
            "head": world.member(here),
            "coordination": world.member(here, Role.COORDINATION),
            "given": world.member(here, Role.ADVISER, Side.ML),
            "not_given": world.member(here, Role.ADVISER, Side.ML),
            "partner": person(),
            "elsewhere": world.member(there),
        }
        self.case = world.case(here, self.people["head"], world.young(CANARY, "Zoé"))
        with context.acting(self.people["head"]):
            CaseGrant.objects.create(
                case=self.case, user=self.people["given"], kind="follows", reason="Secteur",
                given_by=self.people["head"], starts_at=timezone.now(),
            )  # fmt: skip
            partner = Partner.objects.create(
                platform=here, organisation_name="CFA", kind=PartnerKind.CFA, user=self.people["partner"], name="P",
                email="p@exemple.invalid",
            )  # fmt: skip
            received = Import.objects.create(
                platform=here, given_by=self.people["head"], given_at=timezone.now(), digest=b"d", state="done"
            )
            link = ReportLink.objects.create(
                platform=here, name="Lycée", digest="a" * 64, made_at=timezone.now(), made_by=self.people["head"]
            )
            _, wrapped = new_key()
            report = Report.objects.create(
                platform=here, source="report", sealed_key=wrapped, content=b"x",
                sent_at=timezone.now(), state=Report.State.DISMISSED, handled_at=timezone.now(), reason="wrong",
            )  # fmt: skip
            kept = filing.add(
                case=self.case.pk, upload=SimpleUploadedFile(f"{CANARY}.pdf", b"%PDF-1.7 " + CANARY.encode()),
                by=self.people["head"], role=Role.HEAD, at=timezone.now(),
            )  # fmt: skip
            letter = Letter(case=self.case, at=timezone.now(), by=self.people["head"], kind="young")
            words = {"hello": CANARY, "sender": {"name": "ML"}, "body": [], "subject": "Rendez-vous"}
            letter.content = opened(self.case.sealed_key).close(words, bound=bound(self.case, f"letter/{letter.pk}"))
            letter.save(force_insert=True)
            Case.objects.filter(pk=self.case.pk).update(informed_at=timezone.now())
            share, _, _ = sharing.share(
                case=self.case.pk, partner=partner.pk, items=["age"], purpose="offer",
                until=timezone.localdate() + dt.timedelta(days=9), message="", informed=True, by_link=False,
                by=self.people["head"], role=Role.HEAD, at=timezone.now(),
            )  # fmt: skip
            offer = Solution.objects.create(
                platform=here, partner=partner, organisation_name="CFA", kind="work", title="S"
            )
            meeting = Meeting.objects.create(platform=here, title="Assises", held_on=timezone.localdate())
            tool = KitItem.objects.create(platform=here, title="Trame", text="x")
            grant = Grant.objects.get(user=self.people["not_given"])
        with context.task("figures"):
            period = Publication.objects.create(
                kind="quarter", starts_on=dt.date(2024, 1, 1), published_at=timezone.now()
            )
        self.words = {
            "period": str(period.pk),
            "share": str(share.pk), "offer": str(offer.pk), "meeting": str(meeting.pk), "tool": str(tool.pk),
            "grant": str(grant.pk), "partner": str(partner.pk),
            "file": str(kept.pk), "letter": str(letter.pk),
            "platform": here.slug, "case": str(self.case.pk), "list": str(received.pk), "link": str(link.pk),
            "report": str(report.pk),
        }  # fmt: skip


@pytest.fixture
def scopes() -> Scopes:
    return Scopes()


def answered(client: Client, scopes: Scopes, path: str, method: str) -> dict[str, tuple[int, bytes]]:
    found = {}
    for role in ROLES:
        client.force_login(scopes.people[role])
        answer = getattr(client, method)(path)
        found[role] = (200 if answer.status_code == 302 else answer.status_code, answer.content)
    return found


def test_every_route_of_the_room_is_declared() -> None:
    private = {route for route, view in ALL.items() if route.startswith("psad/") and not is_public(view)}
    assert sorted(private - ROUTES.keys()) == [], "a route without a policy: declare it in tests/psad/access.py"
    assert sorted(ROUTES.keys() - private) == [], "declared, and public or not there"


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_D8_who_reads_and_who_learns_nothing(client: Client, scopes: Scopes, route: str) -> None:
    path, read, _ = ROUTES[route]
    got = answered(client, scopes, path.format(**scopes.words), "get")
    assert {role: status for role, (status, _) in got.items()} == read
    told = {role for role, (_, body) in got.items() if CANARY.encode() in body}
    assert told <= {"head", "coordination", "given"}


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_D8_who_may_not_read_may_not_post(client: Client, scopes: Scopes, route: str) -> None:
    path, read, post = ROUTES[route]
    for role, (status, body) in answered(client, scopes, path.format(**scopes.words), "post").items():
        expected = (post or read)[role]
        assert status in ({200, 400, 405} if expected == 200 else {expected, 405}), role
        assert role in {"head", "coordination", "given"} or CANARY.encode() not in body, role


@pytest.mark.parametrize("route", sorted(route for route in ROUTES if "<uuid:" in route))
def test_D8_a_key_of_another_platform_answers_as_an_unknown_one(client: Client, scopes: Scopes, route: str) -> None:
    """The head of another platform, there, with the key of a case of here."""
    path, read, _ = ROUTES[route]
    client.force_login(scopes.people["elsewhere"])
    unknown = dict.fromkeys(scopes.words, "00000000-0000-4000-8000-000000000000")
    ask = client.post if read["head"] == 405 else client.get
    theirs = ask(path.format(**scopes.words | {"platform": "chaumont"}))
    nobodys = ask(path.format(**unknown | {"platform": "chaumont"}))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.content == nobodys.content
