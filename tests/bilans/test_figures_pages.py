"""`/pro/bilans/<year>/chiffres/`: the year so far, for who follows it (B3, D8, S3)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import User
from bilans.models import Adding, Kind
from territories.models import Agency, OfficerMandate
from tests.bilans.world import accepted, bilan, campaign, indicator, moment, submitted, value
from tests.factories import agency, network, officer, organisation, person, professional, region_staff

pytestmark = pytest.mark.django_db
PAGE = "/pro/bilans/2025/chiffres/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def region() -> Client:
    return signed_in(region_staff())


def serving(where: Agency) -> Client:
    user = person()
    OfficerMandate.objects.create(user=user, agency=where)
    return signed_in(user)


@pytest.fixture
def people() -> None:
    """60 people of three organisations of a network, three of one of them; their classes."""
    asked = indicator(
        "recus", label="Personnes accueillies", unit="people", of_people=True, breakdowns=["sex"], headline=1
    )
    house = network(slug="missions")
    for name, total, women in (("Aube", 40, 20), ("Marne", 17, 9), ("Vosges", 3, 1)):
        row = bilan(subject=organisation(name=name, network=house))
        value(row, asked, total)
        value(row, asked, women, "sex", "f")
        value(row, asked, total - women, "sex", "h")
        submitted(row)
    bilan(subject=organisation(name="Meuse", network=house))


def words(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    text = response.content.decode()
    return text[text.index("<main") : text.index("</main>")].replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("url", [PAGE, f"{PAGE}recus/", f"{PAGE}recus.csv", "/pro/bilans/chiffres/"])
@pytest.mark.parametrize(
    ("who", "status"), [(person, 403), (professional, 403), (officer, 200), (region_staff, 200)]
)  # fmt: skip
def test_S3_who_follows_the_year_reads_its_figures(
    people: None, url: str, who: Callable[[], User], status: int
) -> None:
    assert signed_in(who()).get(url).status_code == status
    assert Client().get(url).status_code == 302


def test_B3_the_page_says_the_figure_how_many_answered_and_the_change(people: None, region: Client) -> None:
    page = words(region, PAGE)
    assert "60 personnes" in page
    assert "3 bilans reçus sur 4, dont 0 accepté par" in page
    assert "3 sur 4" in page


def test_S1_the_themes_of_several_kinds_are_folded_and_say_what_they_hold(people: None, region: Client) -> None:
    indicator("concertations", filled_by=Kind.TERRITORY)
    bilan(Kind.TERRITORY)
    page = words(region, PAGE)
    assert page.count('<details class="fold"><summary><h3>') == 2
    assert "1 indicateur<" in page
    alone = words(region, f"{PAGE}?reseau=missions")
    assert ("<summary><h3>" in alone, "<h3>" in alone) == (False, True)


def test_B3_a_figure_opens_to_its_parts_and_names_who_is_missing(people: None, region: Client) -> None:
    page = words(region, f"{PAGE}recus/")
    for said in ("40 personnes", "17 personnes", "3 personnes", "non renseigné", "Qui n’a pas répondu (1)", "Meuse"):
        assert said in page


def test_D8_an_officer_reads_no_small_count(people: None) -> None:
    page = words(serving(agency()), f"{PAGE}recus/")
    assert "60 personnes" in page
    assert "40 personnes" in page
    assert page.count("n.c.") >= 3
    assert "3 personnes" not in page
    assert "17 personnes" not in page  # with it, three would be found


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_B3_the_parts_of_a_figure_are_taken_away(people: None, form: str) -> None:
    response = serving(agency()).get(f"{PAGE}recus.{form}")
    assert response.status_code == 200
    assert response["Cache-Control"].count("no-store") == 1
    if form == "xlsx":
        rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(response.content)).active.iter_rows()]
    else:
        rows = [line.split(";") for line in response.content.decode("utf-8-sig").splitlines()]
    assert rows[0][4:7] == ["Réponse de", "État de la réponse", "Valeur"]
    said = {row[4]: (row[5], str(row[6] or "")) for row in rows[1:]}
    assert said == {
        "Aube": ("renseigné", "40"), "Marne": ("n.c.", ""), "Vosges": ("n.c.", ""), "Meuse": ("non renseigné", ""),
    }  # fmt: skip


def test_S3_an_officer_looks_at_their_own_territory_alone(people: None) -> None:
    mine, other = agency(slug="epinal"), agency(slug="metz")
    bilan(Kind.TERRITORY, mine)
    client = serving(mine)
    assert client.get(f"{PAGE}?agence={mine.slug}").status_code == 200
    assert client.get(f"{PAGE}?agence={other.slug}").status_code == 404
    assert client.get(f"{PAGE}recus/?agence={other.slug}").status_code == 404
    assert client.get(f"{PAGE}?reseau=missions").status_code == 200
    assert signed_in(region_staff()).get(f"{PAGE}?agence={other.slug}").status_code == 200


@pytest.mark.parametrize(
    "query", ["?agence=nulle-part", "?reseau=aucun", "?agence=epinal&reseau=missions", "?agence=%27%22"]
)
def test_S4_a_level_that_is_not_there_is_not_found(people: None, region: Client, query: str) -> None:
    agency(slug="epinal")
    assert region.get(PAGE + query).status_code == 404


@pytest.mark.parametrize("url", ["/pro/bilans/2019/chiffres/", f"{PAGE}inconnu/", f"{PAGE}recus.ods"])
def test_what_is_not_there_is_not_found(people: None, region: Client, url: str) -> None:
    assert region.get(url).status_code == 404


def test_B1_a_mean_says_the_weight_of_each_and_who_is_left_out(region: Client) -> None:
    weight = indicator("reponses")
    asked = indicator("satisfaction", adding=Adding.MEAN, weight="reponses", decimals=1, unit="score")
    for note, answers in ((4, 300), (2, 100), (1, None)):
        row = bilan()
        value(row, asked, note)
        value(row, weight, answers)
        accepted(row)
    page = words(region, f"{PAGE}satisfaction/")
    assert "3,5 sur 5" in page
    assert page.count("n’entre pas dans la moyenne") == 1
    assert "2 réponses sur 3" in page


def test_B1_answers_that_do_not_add_up_are_said_to_be_there(region: Client) -> None:
    asked = indicator("concertes", adding=Adding.NONE, headline=1)
    for amount in (12, 30):
        value(row := bilan(), asked, amount)
        submitted(row)
    bilan()
    for page in (words(region, PAGE), words(region, f"{PAGE}concertes/")):
        assert "2 réponses, à lire une à une" in page
    assert "non renseigné" not in words(region, PAGE)


def test_B3_a_year_not_asked_yet_shows_what_the_portal_knows(region: Client) -> None:
    indicator("lieux", label="Lieux ouverts", source="sites_open", unit="sites")
    campaign(2026, opened=False)
    with time_machine.travel(moment(2026, 11, 23)):
        client = signed_in(region_staff())
        assert "Lieux ouverts" in words(client, "/pro/bilans/2026/chiffres/")
        assert client.get("/pro/bilans/2024/chiffres/").status_code == 404
        assert client.get("/pro/bilans/2027/chiffres/").status_code == 404
        assert "Ce que le portail sait déjà" in words(client, "/pro/bilans/chiffres/")


def test_B3_the_years_stand_side_by_side(region: Client) -> None:
    asked = indicator("recus", label="Personnes accueillies", headline=1)
    for year, amount in ((2023, 10), (2024, 20), (2025, 30)):
        value(row := bilan(of=campaign(year)), asked, amount)
        submitted(row)
    page = words(region, "/pro/bilans/chiffres/")
    cells = page[page.index("Personnes accueillies") :]
    assert [cells.index(f">{amount}<") for amount in (10, 20, 30)] == sorted(
        cells.index(f">{a}<") for a in (10, 20, 30)
    )


@pytest.mark.parametrize("url", [PAGE, f"{PAGE}recus/", f"{PAGE}recus.csv"])
def test_pages_of_figures_ask_the_same_queries_whatever_the_size(people: None, region: Client, url: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert region.get(url).status_code == 200
        return len(found)

    queries()
    first = queries()
    asked = indicator("autre")
    for _ in range(3):
        value(row := bilan(), asked, 5)
        submitted(row)
    assert queries() == first <= 45
