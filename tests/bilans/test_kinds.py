"""A kind of bilan comes from outside: it registers, and everything else follows (issue 8; B3, D8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bilans import kinds
from bilans.board import Asked, board
from bilans.comparing import last_year
from bilans.computing import Computed
from bilans.consolidating import consolidate
from bilans.content import content_of
from bilans.documents import readable_by
from bilans.kinds.plain import PlainKind
from bilans.models import Bilan, Campaign, Document, Indicator, Kind, Unit, Value
from bilans.rules import followed
from bilans.services.campaigns import create_campaign, open_campaign
from bilans.services.writing import submit
from bilans.sources import SOURCES
from core.models import OutboxMail
from territories.models import Agency, OfficerMandate
from territories.rules import agencies_of
from tests import factories as make
from tests.bilans import world
from tests.bilans.test_pack import LINE, problems_of

pytestmark = pytest.mark.django_db
OPENING, LATER = world.moment(2026, 1, 5, 6), world.moment(2026, 2, 10)


class ProgrammeKind(PlainKind):
    """Each territory's programme of actions, as another room would bring it: it has no column of its own."""

    key, order = "programme", 40
    label, plural, title = "Programme", "Programmes", "Les programmes d’actions"
    title_there = "Le programme d’actions"
    words, cover, counted = "Bilan du programme", "Bilan annuel du programme", ("programme", "programmes")
    sources = {"programme_actions": lambda bilan: Computed(Decimal(len(bilan.subject)))}

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        known = set(campaign.bilans.filter(kind=self.key).values_list("subject", flat=True))
        for agency in Agency.objects.order_by("order"):
            if f"cto-{agency.slug}" not in known:
                name = f"Programme de {agency.name}"
                yield Bilan(campaign=campaign, kind=self.key, subject=f"cto-{agency.slug}", agency=agency, name=name)

    def own(self, user: Any) -> Q:
        return Q(agency__in=agencies_of(user))

    def fillers(self, keys: Any) -> dict[Any, set[Any]]:
        rows = OfficerMandate.objects.in_force().values_list("agency__slug", "user")
        return kinds.pairs((f"cto-{slug}", user) for slug, user in rows)


@pytest.fixture(autouse=True)
def _long_ago() -> Iterator[None]:
    """Mandates and accounts begin before the years of these tests."""
    with time_machine.travel(world.moment(2024, 1, 2), tick=False):
        yield


@pytest.fixture(autouse=True)
def _registered(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    kinds.register(ProgrammeKind())
    yield
    kinds.forget("programme")


@pytest.fixture
def officer() -> User:
    return make.officer(email="agence@example.org")


@pytest.fixture
def actions() -> Indicator:
    fields = {"filled_by": "programme", "source": "programme_actions", "headline": 1}
    return world.indicator("actions", label="Actions du programme", **fields)


@pytest.fixture
def people() -> Indicator:
    return world.indicator(
        "participants", label="Participants", filled_by="programme", unit=Unit.PEOPLE, of_people=True,
        breakdowns=["sex"],
    )  # fmt: skip


def asked(year: int = 2025) -> Bilan:
    """The campaign of `year` opened, and the programme that was asked then."""
    made = create_campaign(year=year)
    with time_machine.travel(OPENING.replace(year=year + 1), tick=False):
        open_campaign(made, at=OPENING.replace(year=year + 1))
    return Bilan.objects.get(campaign=made, kind="programme")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_B3_a_registered_kind_is_asked_prefilled_told_and_filled(officer: User, actions: Indicator) -> None:
    bilan = asked()
    home = Agency.objects.get()
    assert (bilan.subject, bilan.agency, bilan.get_kind_display()) == (f"cto-{home.slug}", home, "Programme")
    assert Value.objects.get(bilan=bilan, indicator=actions).amount == len(bilan.subject)
    assert bilan.name in OutboxMail.objects.get(to=officer.email).text
    with time_machine.travel(LATER, tick=False):
        page = signed_in(officer).get(f"/pro/bilans/{bilan.public_id}/")
        assert page.status_code == 200
        assert "Bilan du programme 2025" in page.content.decode()
        Bilan.objects.filter(pk=bilan.pk).update(
            commentary="Une bonne année.",
            happened="Sept actions ont été menées.",
            judged="Oui, pour la plupart.",
            better="En s’y prenant plus tôt.",
        )
        submit(Bilan.objects.get(pk=bilan.pk), user=officer, at=LATER)
    assert Bilan.objects.get(pk=bilan.pk).state == Bilan.State.SUBMITTED


def test_B3_nobody_else_finds_it_and_an_officer_of_elsewhere_has_no_line_of_it(
    officer: User, actions: Indicator
) -> None:
    bilan = asked()
    stranger = make.person("autre@example.org")
    OfficerMandate.objects.create(user=stranger, agency=make.agency())
    for user, status in ((stranger, 404), (make.region_staff(), 200)):
        with time_machine.travel(LATER, tick=False):
            assert signed_in(user).get(f"/pro/bilans/{bilan.public_id}/").status_code == status
    year = bilan.campaign
    assert not followed(stranger, year).filter(pk=bilan.pk).exists()
    assert followed(officer, year).filter(pk=bilan.pk).exists()
    assert not readable_by(stranger).filter(pk=bilan.pk).exists()
    assert readable_by(officer).filter(pk=bilan.pk).exists()


def test_B3_the_board_counts_it_and_says_where_it_is(officer: User, actions: Indicator) -> None:
    bilan = asked()
    found = board(make.region_staff(), bilan.campaign, Asked.of({"sorte": "programme"}))
    assert [line.bilan for line in found.lines] == [bilan]
    assert [place.name for place in found.lines[0].places] == [bilan.agency.name]  # type: ignore[union-attr]
    assert not found.lines[0].orphan
    assert "Programmes" in [row.label for row in found.kinds]


def test_B3_its_figures_add_up_over_the_region_and_over_a_territory(officer: User, actions: Indicator) -> None:
    home = Agency.objects.get()
    make.agency(order=98)
    made = create_campaign(year=2025)
    with time_machine.travel(OPENING, tick=False):
        open_campaign(made, at=OPENING)
    first, second = Bilan.objects.filter(kind="programme").order_by("pk")
    for bilan in (first, second):
        world.submitted(bilan)
    total = len(first.subject) + len(second.subject)
    assert consolidate(made, kind="programme")["actions"].amount == total
    there = consolidate(made, kind="programme", agency=first.agency)["actions"]
    assert (there.amount, there.expected) == (len(first.subject), 1)
    with time_machine.travel(LATER, tick=False):
        page = signed_in(make.region_staff()).get("/pro/bilans/2025/chiffres/").content.decode()
        there_page = signed_in(officer).get(f"/pro/bilans/2025/chiffres/?agence={home.slug}").content.decode()
    assert "Les programmes d’actions" in page
    assert "Le programme d’actions" in there_page


def test_B3_the_regional_synthesis_gathers_it(officer: User, actions: Indicator) -> None:
    bilan = world.submitted(asked())
    region = Bilan.objects.select_related("campaign").get(campaign=bilan.campaign, kind=Kind.REGION)
    content = content_of(region, at=dt.date(2026, 6, 1))
    section = next(one for one in content["sections"] if one["key"] == "programme-all")
    assert (section["title"], section["figures"][0]["value"]) == ("Les programmes d’actions", str(len(bilan.subject)))
    assert "1 programme" in content["subject"]["detail"].replace("\u00a0", " ")
    answers = next(one for one in content["sections"] if one["key"] == "answers")
    assert ["Programmes", "1", "1"] in [row[:3] for row in answers["tables"][0]["rows"]]
    assert "actions" in [one["key"] for one in content["definitions"]]
    assert "actions" in [one["key"] for one in content["headlines"]]


def test_B4_its_documents_are_drawn_with_the_others_and_alone(officer: User, actions: Indicator) -> None:
    bilan = world.submitted(asked())
    call_command("generate_bilans", "--year", "2025", "--kind", "programme", "--jobs", "1")
    (made,) = Document.objects.all()
    assert (made.bilan, made.pages > 0, made.content["kind"]) == (bilan, True, "programme")
    assert signed_in(officer).get(reverse("bilan_pdf", args=[bilan.public_id])).status_code == 200


def test_B2_the_year_before_is_that_of_the_same_subject(officer: User, actions: Indicator) -> None:
    before = world.submitted(asked(2024))
    other = Bilan.objects.create(campaign=before.campaign, kind="programme", subject="ailleurs", name="Ailleurs")
    world.value(other, actions, 999)
    world.submitted(other)
    assert last_year(asked(2025)) == {(actions.pk, "", ""): Decimal(len(before.subject))}


def test_D8_a_few_people_are_hidden_in_its_document_from_officers_and_told_to_the_region(
    officer: User, people: Indicator
) -> None:
    bilan = asked()
    world.value(bilan, people, 3)
    world.value(bilan, people, 3, "sex", "f")
    world.submitted(bilan)
    of = Bilan.objects.select_related("campaign", "agency").get(pk=bilan.pk)
    (closed,) = content_of(of, at=dt.date(2026, 6, 1))["sections"][0]["figures"]
    assert (closed["value"], closed["state"], closed["breakdowns"]) == (None, "hidden", [])
    (whole,) = content_of(of, at=dt.date(2026, 6, 1), whole=True)["sections"][0]["figures"]
    assert whole["value"] == "3"


def test_B1_a_pack_may_bring_its_indicators_and_a_kind_that_nobody_registered_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, LINE | {"filled_by": "programme", "source": ""}) == []
    (said,) = problems_of(tmp_path, LINE | {"filled_by": "inconnu", "source": ""})
    assert "inconnu" in said


@pytest.mark.parametrize(
    "wrong", [{"kind": "programme"}, {"kind": "region", "subject": "x"}, {"kind": "territory", "subject": "x"}]
)
def test_B3_a_bilan_has_the_subject_of_its_kind_and_no_other(wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="bilan_of_its_subject"), transaction.atomic():
        Bilan.objects.create(campaign=world.campaign(), name="Faux", **wrong)


def test_B3_a_subject_has_one_bilan_a_year() -> None:
    year = world.campaign()
    Bilan.objects.create(campaign=year, kind="programme", subject="a", name="A")
    Bilan.objects.create(campaign=year, kind="programme", subject="b", name="B")
    with pytest.raises(IntegrityError, match="bilan_once_a_year"), transaction.atomic():
        Bilan.objects.create(campaign=year, kind="programme", subject="a", name="A encore")


def test_a_key_or_a_source_that_is_taken_is_refused_and_nothing_is_left_of_a_kind_taken_out() -> None:
    with pytest.raises(ValueError, match="programme"):
        kinds.register(ProgrammeKind())

    class Second(ProgrammeKind):
        key = "second"

    with pytest.raises(ValueError, match="programme_actions"):
        kinds.register(Second())
    assert kinds.names() == ["organisation", "territory", "psad", "programme", "region"]
    kinds.forget("programme")
    assert "programme_actions" not in SOURCES
    assert kinds.names() == [*Kind.values]
    kinds.register(ProgrammeKind())
