"""The public API on the real pack: the figures, the pages, the searches, and what it never says."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import Organisation
from territories.models import Commune, FormerCommune, Referent, Site
from tests.events.tools import date_of, published
from tests.pack import grand_est  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grand_est", "_one_event")]
ROOT = "/api/v1/"
LISTS = (
    "networks", "organisations", "sites", "services", "kinds", "agencies", "basins", "communes", "referents", "events",
    "sessions",
)  # fmt: skip


@pytest.fixture
def _one_event(grand_est: object, db: None) -> None:  # noqa: F811
    """In the agenda of a year that this test is not about, and soon."""
    published(
        date_of("2027-03-16 14:00", commune=Commune.objects.get(pk="88160")), date_of(), kind="forum",
        organisation=Organisation.objects.get(slug="apec"), contact_email="contact@exemple.invalid",
    )  # fmt: skip


def read(client: Client, address: str) -> Any:
    response = client.get(address if address.startswith(("/", "http")) else ROOT + address)
    assert response.status_code == 200, response.content
    return response.json()


def everything(client: Client, address: str) -> list[dict[str, Any]]:
    """Every item of a list, following `next` to the end."""
    items: list[dict[str, Any]] = []
    following: str | None = ROOT + address
    while following:
        page = read(client, following)
        items += page["results"]
        following = page["next"]
    return items


def test_O1_the_root_says_the_figures_of_the_charter(client: Client) -> None:
    root = read(client, "")
    assert {name: root["figures"][name] for name in root["figures"] if name != "sites"} == {
        "networks": 13, "organisations": 42, "missions_locales": 44, "agencies": 12, "basins": 43, "communes": 5115,
        "territorial_referents": 293, "regional_referents": 37,
    }  # fmt: skip
    assert root["figures"]["sites"] == Site.objects.public().count()
    assert list(root["resources"]) == list(LISTS)
    assert root["licence"] == "Licence Ouverte 2.0"


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("networks/", 13), ("organisations/?kind=organisation", 42), ("organisations/?kind=mission-locale", 44),
        ("services/?page_size=3", 8), ("agencies/?page_size=5", 12), ("basins/?page_size=10", 43),
        ("communes/?page_size=200", 5115), ("referents/?scope=territorial&page_size=100", 293),
        ("referents/?scope=regional", 37),
    ],
)  # fmt: skip
def test_O1_following_next_reads_everything_once(client: Client, address: str, count: int) -> None:
    items = everything(client, address)
    assert len({str(item) for item in items}) == len(items) == count


@pytest.mark.parametrize("address", ["communes/?page_size=7", "services/?page_size=3", "sites/?page_size=7"])
def test_O1_previous_leads_back_to_the_same_page(client: Client, address: str) -> None:
    first = read(client, address)
    second = read(client, first["next"])
    third = read(client, second["next"])
    assert first["previous"] is None
    assert read(client, third["previous"])["results"] == second["results"]
    assert read(client, second["previous"])["results"] == first["results"]


@pytest.mark.parametrize("name", LISTS)
def test_O1_an_item_of_a_list_is_the_item_alone(client: Client, name: str) -> None:
    item = read(client, f"{name}/?page_size=1")["results"][0]
    key = next(item[field] for field in ("id", "insee", "slug", "number") if field in item and name != "networks") \
        if name != "networks" else item["slug"]  # fmt: skip
    alone = read(client, f"{name}/{key}/")
    # What one place, one event say besides.
    more = {"sites": {"closures", "confirmed_on"}, "events": {"sessions"}}.get(name, set())
    assert set(alone) - set(item) == more
    assert {field: alone[field] for field in item} == item


def test_O1_a_page_holds_at_most_two_hundred(client: Client) -> None:
    assert len(read(client, "communes/?page_size=100000000000000000000")["results"]) == 200


def test_T2_T3_a_referent_has_exactly_these_fields(client: Client) -> None:
    expected = {"id", "organisation", "agency", "town", "function", "name", "published_on", "confirmed_on"}
    assert {frozenset(item) for item in everything(client, "referents/?page_size=200")} == {frozenset(expected)}


def test_O2_no_contact_ever_appears(client: Client) -> None:
    """T3: direct e-mail and phone are for signed-in professionals; not even a name withdrawn remains."""
    Referent.objects.update(email="secret@referent.invalid", phone="06 99 88 77 66", note="note interne")
    Site.objects.update(note="note interne du lieu")
    withdrawn = Referent.objects.exclude(name="").order_by("pk").first()
    assert withdrawn is not None
    same = Referent.objects.filter(name=withdrawn.name)
    same.update(withdrawn_at=timezone.now())
    texts = [client.get(ROOT).content.decode()]
    for name in LISTS:
        following: str | None = f"{ROOT}{name}/?page_size=200"
        while following:
            response = client.get(following)
            texts.append(response.content.decode())
            following = response.json()["next"]
    said = "\n".join(texts)
    for secret in ("secret@referent.invalid", "06 99 88 77 66", "note interne", f'"name":"{withdrawn.name}"'):
        assert secret not in said
    alone = read(client, f"referents/{withdrawn.public_id}/")
    assert alone["name"] == ""


def test_T2_a_vacancy_shows_with_an_empty_name(client: Client) -> None:
    vacancies = Referent.objects.filter(name="").count()
    assert vacancies > 0
    assert sum(item["name"] == "" for item in everything(client, "referents/?page_size=200")) == vacancies


def test_O2_a_candidate_is_nowhere(client: Client) -> None:
    candidate = Organisation.objects.create(
        slug="candidat-secret", name="Candidat secret", sort_key="candidat secret", status="candidate"
    )
    Referent.objects.create(organisation=candidate, name="Référent secret")
    assert client.get(f"{ROOT}organisations/candidat-secret/").status_code == 404
    assert "secret" not in client.get(f"{ROOT}organisations/?page_size=200").content.decode()
    assert read(client, "referents/?organisation=candidat-secret")["results"] == []


def test_M4_the_places_of_a_lyceenne_in_epinal(client: Client) -> None:
    page = read(client, "sites/?commune=88160&radius=30&status=lyceen&need=choisir-formation")
    first = page["results"][0]
    assert (first["slug"], first["rank"], first["distance_km"]) == ("cio-epinal", 1, 0.0)
    assert first["reason"].startswith("Le CIO")
    assert max(item["distance_km"] for item in page["results"]) <= 30.5


def test_M4_without_a_situation_the_nearest_come_first_and_nothing_is_said(client: Client) -> None:
    results = read(client, "sites/?near=48.163,6.479&radius=100&page_size=200")["results"]
    distances = [item["distance_km"] for item in results]
    assert len(results) > 10
    # The order is that of the projection: exact to 1 % (territories/near.py).
    assert all(after >= before * 0.99 for before, after in itertools.pairwise(distances))
    assert {(item["rank"], item["reason"]) for item in results} == {(None, None)}


def test_M4_pages_of_a_search_hold_each_place_once(client: Client) -> None:
    address = "sites/?commune=54395&status=cadre&need=cep&page_size=30"
    slugs = [item["slug"] for item in everything(client, address)]
    assert len(slugs) == len(set(slugs)) > 60
    second = read(client, read(client, address)["next"])
    assert [item["slug"] for item in read(client, second["previous"])["results"]] == slugs[:30]


def test_T1_a_former_commune_leads_to_the_new_one(client: Client) -> None:
    former = FormerCommune.objects.order_by("pk").first()
    assert former is not None
    response = client.get(f"{ROOT}communes/{former.pk}/")
    assert (response.status_code, response["Location"]) == (301, f"{ROOT}communes/{former.commune_id}/")
    assert former.pk in read(client, response["Location"])["former_codes"]
    near = read(client, f"sites/?commune={former.pk}&page_size=1")
    assert near["results"] == read(client, f"sites/?commune={former.commune_id}&page_size=1")["results"]


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("sites/?agency=epinal", "agency", "epinal"),
        ("sites/?basin=11", "basin", 11),
        ("sites/?network=missions-locales", "network", "missions-locales"),
        ("sites/?kind=cio", "kind", "cio"),
        ("sites/?organisation=apec", "organisation", "apec"),
        ("sites/?commune=88160&kind=cio", "kind", "cio"),
        ("sites/?commune=88160&agency=metz", "agency", "metz"),
        ("sites/?commune=88160&organisation=apec", "organisation", "apec"),
        ("sites/?status=cadre&network=apec", "network", "apec"),
        ("basins/?agency=epinal", "agency", "epinal"),
        ("communes/?department=88", "department", "88"),
        ("communes/?basin=11", "basin", 11),
        ("communes/?agency=epinal", "agency", "epinal"),
        ("communes/?q=EPINAL", "name", "Épinal"),
        ("organisations/?network=missions-locales", "network", "missions-locales"),
        ("referents/?agency=epinal", "agency", "epinal"),
        ("referents/?organisation=apec", "organisation", "apec"),
        ("referents/?scope=regional", "agency", None),
        ("events/?type=forum&organisation=apec&state=published", "organisation", "apec"),
        ("sessions/?agency=epinal&from=2027-03-01&to=2027-03-31", "commune", "88160"),
        ("sessions/?commune=88160&radius=5&session_status=scheduled", "town", "Épinal"),
    ],
)
def test_O1_each_filter_keeps_its_own(client: Client, address: str, field: str, value: Any) -> None:
    items = read(client, address)["results"]
    assert {item[field] for item in items} == {value}


def test_O1_services_and_postcodes_filter_inside_lists(client: Client) -> None:
    assert all("vae" in item["services"] for item in everything(client, "sites/?service=vae&page_size=200"))
    assert {item["insee"] for item in read(client, "communes/?postal_code=88000")["results"]} >= {"88160"}
    assert [item["slug"] for item in read(client, "organisations/?q=france+travail")["results"]] == [
        "pole-emploi-grand-est"
    ]
    found = [item["slug"] for item in everything(client, "sites/?q=cio+epinal")]
    assert "cio-epinal" in found


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("networks/", 1), ("organisations/", 1), ("sites/", 1), ("services/", 0), ("agencies/", 1), ("basins/", 1),
        ("communes/", 1), ("referents/", 1), ("sites/?agency=epinal&network=missions-locales&basin=11", 1),
        ("sites/?commune=88160&radius=30", 2), ("sites/?commune=88160&status=lyceen&need=choisir-formation", 2),
        ("sites/?near=48.1,6.4&agency=epinal", 2), ("sites/?status=lyceen", 1), ("events/", 1),
        ("events/?type=forum", 1), ("sessions/", 1),
        ("sessions/?type=forum&type=atelier&sector=bois&from=2018-01-01&online=1", 1),
        ("sessions/?near=48.1,6.4&radius=50", 1), ("sessions/?commune=88160", 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 40])
def test_budget_of_statements_does_not_depend_on_the_page(
    client: Client, django_assert_num_queries: Any, address: str, queries: int, size: int
) -> None:
    """At most two statements a page (performance.md), once a process knows the routing table."""
    path = f"{ROOT}{address}{'&' if '?' in address else '?'}page_size={size}"
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
