"""The PSAD of the demonstration: what the bulk writes is what the services would have written."""

from __future__ import annotations

import pytest
from django.utils import timezone

from psad import context, reading
from psad.lists import Step
from psad.models import Case, CaseGrant, Platform, PlatformCommune, Solution
from psad.services.cases import schedule
from spro import demo_psad
from territories.models import SiteKind
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict:
    for insee, name, lat in (
        ("10387", "Troyes", 48.3),
        ("52121", "Chaumont", 48.1),
        ("10999", "Près-de-Troyes", 48.29),
    ):
        town = make.town(name, insee=insee, lat=lat, lon=4.0)
        if not name.startswith("Près"):
            make.site(slug=f"cio-{name.lower()}", name=f"CIO de {name}", commune=town, kind=_cio())
    return {key: make.person() for key in ("cio", "ml", "adviser", "partner", "elsewhere")}


def _cio() -> SiteKind:
    return SiteKind.objects.filter(slug="cio").first() or make.kind(slug="cio")


def test_D1_each_commune_is_of_the_nearest_platform_and_a_second_start_adds_nothing(people: dict) -> None:
    demo_psad.seed(people)
    demo_psad.seed(people)
    assert sorted(Platform.objects.values_list("slug", flat=True)) == ["chaumont", "troyes"]
    assert PlatformCommune.objects.get(commune="10999").platform.slug == "troyes"
    with context.acting(people["cio"]):
        assert Case.objects.count() == demo_psad.SMALL["troyes"]
    with context.acting(people["elsewhere"]):
        assert Case.objects.count() == demo_psad.SMALL["chaumont"]


def test_the_cases_are_in_every_step_readable_and_due_when_the_services_say(people: dict) -> None:
    demo_psad.seed(people)
    with context.acting(people["ml"]):
        cases = list(Case.objects.select_related("platform"))
        assert {row.step for row in cases} == set(Step.values)
        young = {line.identity for line in reading.read_all(cases, role="head")}
        assert (len(young), {line.phone[:6] for line in young}) == (len(cases), {"", "063998"})
        said = {row.pk: (row.due_on, row.due_what) for row in cases}
        for row in cases:
            schedule(row, timezone.localdate())
        assert {row.pk: (row.due_on, row.due_what) for row in cases} == said
        assert not [offer for offer in Solution.objects.exclude(places=None) if offer.taken > offer.places]
    with context.acting(people["adviser"]):
        assert Case.objects.count() == CaseGrant.objects.filter(user=people["adviser"]).count() > 5
