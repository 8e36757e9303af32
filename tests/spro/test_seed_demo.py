"""The demonstration's accounts: one a role, made once, never on an installation that is not one."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import RegionMandate, User
from core.models import JournalEntry
from lorfolio import content
from lorfolio.drawing import content_of, pdf_of
from lorfolio.lists import CvModel
from lorfolio.models import Cv
from lorfolio.services.cvs import differences
from members.models import Mandate, Organisation
from members.rules import is_manager_of
from recognition.models import Candidature
from territories.models import OfficerMandate
from tests.factories import agency, organisation

PSAD = ("autre-psad", "cercle1", "cercle2", "cio", "ml")
PEOPLE = ("agence", "candidat", "citoyen", "collegue", "manager", "pro", "region", *PSAD)
EMAILS = sorted(f"{name}@demo.invalid" for name in PEOPLE)
pytestmark = pytest.mark.django_db


@pytest.fixture
def house(settings) -> Organisation:
    settings.DEMO = True
    agency(slug="troyes-chaumont", name="Troyes/Chaumont")
    return organisation(slug="mission-locale-troyes", name="Mission locale de Troyes")


def seed(**options: object) -> list[str]:
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue().splitlines()


def test_one_account_a_role_each_on_its_line(house: Organisation) -> None:
    lines = seed()
    assert sorted(line.split()[0] for line in lines) == EMAILS
    assert {line.split()[1] for line in lines} == {"demo-spro-2026"}
    assert sorted(EmailAddress.objects.filter(verified=True, primary=True).values_list("email", flat=True)) == EMAILS


def test_the_second_time_changes_nothing(house: Organisation) -> None:
    seed()
    journal, users = JournalEntry.objects.count(), list(User.objects.order_by("email").values())
    seed(verbosity=0)
    assert (JournalEntry.objects.count(), list(User.objects.order_by("email").values())) == (journal, users)
    assert (Mandate.objects.count(), OfficerMandate.objects.count(), RegionMandate.objects.count()) == (4, 1, 1)


def test_what_a_visitor_broke_is_put_right(house: Organisation) -> None:
    seed()
    manager = User.objects.get(email="manager@demo.invalid")
    Mandate.objects.filter(user=manager).update(role="member")
    manager.set_password("une autre phrase de passe")
    manager.save()
    seed()
    assert is_manager_of(User.objects.get(pk=manager.pk), house)
    assert User.objects.get(pk=manager.pk).check_password("demo-spro-2026")


@pytest.mark.parametrize("email", EMAILS)
def test_each_signs_in(house: Organisation, client: Client, email: str) -> None:
    seed()
    answer = client.post("/comptes/connexion/", {"login": email, "password": "demo-spro-2026"})
    works = email not in {
        f"{name}@demo.invalid" for name in ("citoyen", "candidat", "collegue", "cio", "cercle2", "autre-psad")
    }
    landing = "/pro/" if works else "/comptes/"  # where what waits is told
    assert (answer.status_code, answer["Location"]) == (302, landing)
    desk = 200 if email in {"agence@demo.invalid", "region@demo.invalid"} else 404
    assert client.get("/admin/").status_code == desk


def test_an_installation_that_is_no_demonstration_refuses(house: Organisation, settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="mot de passe public"):
        seed()
    assert not User.objects.exists()
    assert len(seed(force=True)) == 12


def test_a_region_without_bodies_has_no_invented_dossier(house: Organisation) -> None:
    seed()
    assert not Candidature.objects.exists()


def test_without_the_pack_it_says_what_to_do_first(settings) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="load_region_pack"):
        seed()


def test_L4_one_cv_of_the_demonstration_has_changed_since_and_holds_on_a_page(house: Organisation) -> None:
    seed()
    told = {}
    for cv in Cv.objects.select_related("portfolio", "selection"):
        told[cv.model] = differences(cv, content.whole(cv.portfolio, content.person_of(cv.portfolio))).count
    assert told == {CvModel.CHRONOLOGICAL: 1, CvModel.SKILLS: 0, CvModel.LEBENSLAUF: 0}
    first = Cv.objects.get(model=CvModel.CHRONOLOGICAL)
    assert pdf_of(first, content_of(first)).pages == 1
