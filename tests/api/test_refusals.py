"""Bad input gets a 4xx and its reason in French, never a 5xx; and how answers may be kept."""

from __future__ import annotations

import pytest
from django.test import Client

from territories.api.nearby import FAR, _frame
from territories.models import FormerCommune
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
SIZE = ["Donnez un nombre entier d’au moins 1 (au-delà de 200, la page en compte 200)."]
CURSOR = ["Ce curseur n’est pas valide : reprenez l’adresse donnée par « next » ou « previous »."]
START = ["Indiquez aussi d’où partir : « commune » ou « near »."]
POSITION = ["Donnez « latitude,longitude » en degrés, par exemple 48.17,6.45."]
EARTH = ["La latitude va de -85 à 85, la longitude de -180 à 180."]
NO_SUCH = ["Ce paramètre n’existe pas ici."]
NOTHING = {"detail": "Rien ne se trouve à cette adresse."}


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("sites/?agenzy=metz", {"agenzy": NO_SUCH}),
        ("networks/?q=x", {"q": NO_SUCH}),
        ("?x=1", {"x": NO_SUCH}),
        ("sites/?q=a&q=b", {"q": ["Ce paramètre est donné plusieurs fois."]}),
        ("sites/?page_size=0", {"page_size": SIZE}),
        ("sites/?page_size=-1", {"page_size": SIZE}),
        ("sites/?page_size=abc", {"page_size": SIZE}),
        ("sites/?agency=", {"agency": ["Ce paramètre est vide."]}),
        ("sites/?page_size=²", {"page_size": SIZE}),
        ("sites/?cursor=zzz", {"cursor": CURSOR}),
        ("sites/?cursor=WyJuIiwxXQ", {"cursor": CURSOR}),  # the keys of another list
        ("sites/?cursor=é", {"cursor": CURSOR}),
        ("sites/?cursor=WyJuIiwiYSIsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", {"cursor": CURSOR}),
        ("sites/?cursor=WyJuIiwiXHUwMDAwIiwxXQ", {"cursor": CURSOR}),  # a NUL inside
        ("services/?cursor=WyJuIiwiem9yZyJd", {"cursor": CURSOR}),
        ("sites/?near=48,6&cursor=WyJuIiw1MDBd", {"cursor": CURSOR}),  # beyond the last page of a search
        ("sites/?near=48,6&cursor=WyJuIiwtMV0", {"cursor": CURSOR}),
        ("sites/?agency=nulle-part", {"agency": ["Aucune agence ne s’appelle « nulle-part »."]}),
        ("sites/?network=aucun", {"network": ["Aucun réseau ne s’appelle « aucun »."]}),
        ("sites/?basin=99", {"basin": ["Aucun bassin d’emploi ne porte le numéro 99."]}),
        ("sites/?basin=99999999999", {"basin": ["Donnez le numéro du bassin : un nombre entier."]}),
        ("sites/?commune=99999", {"commune": ["Aucune commune de la région ne porte le code 99999."]}),
        ("sites/?commune=Metz", {"commune": ["Un code INSEE compte cinq caractères."]}),
        ("sites/?radius=5", {"radius": START}),
        ("sites/?near=48", {"near": POSITION}),
        ("sites/?near=a,b", {"near": POSITION}),
        ("sites/?near=91,0", {"near": EARTH}),
        ("sites/?near=nan,nan", {"near": ["Donnez « latitude,longitude » en degrés, par exemple 48.17,6.45."]}),
        ("sites/?near=1e400,0", {"near": ["Donnez « latitude,longitude » en degrés, par exemple 48.17,6.45."]}),
        ("sites/?near=48,6&radius=0", {"radius": ["Assurez-vous que cette valeur est supérieure ou égale à 1."]}),
        ("sites/?near=48,6&radius=-1", {"radius": ["Assurez-vous que cette valeur est supérieure ou égale à 1."]}),
        ("sites/?near=48,6&radius=1e9", {"radius": ["Assurez-vous que cette valeur est inférieure ou égale à 100."]}),
        ("sites/?near=48,6&radius=nan", {"radius": ["Saisissez un nombre."]}),
        ("sites/?near=48,6&commune=88160", {"near": ["Donnez « commune » ou « near », pas les deux."]}),
        ("sites/?status=roi", {"status": ["Sélectionnez un choix valide. roi n’en fait pas partie."]}),
        ("sites/?q=%00", {"detail": "Cette adresse contient un caractère interdit."}),
        ("communes/?postal_code=8800", {"postal_code": ["Un code postal compte cinq chiffres."]}),
        ("referents/?scope=x", {"scope": ["Sélectionnez un choix valide. x n’en fait pas partie."]}),
        ("sites/lieu/?x=1", {"x": NO_SUCH}),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_reason(client: Client, address: str, answer: dict[str, list[str]]) -> None:
    response = client.get(ROOT + address)
    assert (response.status_code, response.json()) == (400, answer)
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "address",
    [
        "sites/aucun/", "networks/aucun/", "basins/999999999999/", "basins/x/", "communes/00000/", "communes/x/",
        "referents/x/", "referents/00000000-0000-4000-8000-000000000000/", "services/aucun/",
        "nulle-part/", "sites/a/b/",
    ],
)  # fmt: skip
def test_nothing_there_is_a_404_in_json(client: Client, address: str) -> None:
    response = client.get(ROOT + address)
    assert (response.status_code, response.json(), response["Cache-Control"]) == (404, NOTHING, "no-store")


@pytest.mark.parametrize("address", ["", "sites/", "sites/lieu/", "referents/", "schema/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_O1_nothing_can_be_written(client: Client, address: str, method: str) -> None:
    response = getattr(client, method)(ROOT + address, data=b"{", content_type="application/json")
    assert response.status_code == 405
    assert response.json() == {"detail": "Cette ressource se lit seulement : utilisez GET."}


def test_an_address_without_its_slash_is_completed(client: Client) -> None:
    response = client.get(f"{ROOT}sites?page_size=1")
    assert (response.status_code, response["Location"]) == (301, f"{ROOT}sites/?page_size=1")


def test_O1_the_same_answer_is_not_sent_twice(client: Client) -> None:
    factories.network()
    first = client.get(f"{ROOT}networks/")
    again = client.get(f"{ROOT}networks/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    factories.network()
    assert client.get(f"{ROOT}networks/", headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("sites/", "public, max-age=60"),
        ("sites/?page_size=1", "public, max-age=60"),
        ("sites/?status=sous-main-de-justice", "private, no-store"),
        ("sites/?need=emploi", "private, no-store"),
        ("sites/?near=48,6", "private, no-store"),
        ("sites/?nope=1", "no-store"),
    ],
)
def test_S2_what_says_something_of_a_person_stays_out_of_shared_caches(client: Client, address: str, kept: str) -> None:
    response = client.get(ROOT + address)
    assert response["Cache-Control"] == kept
    assert "Cookie" not in response.get("Vary", "")
    assert response.cookies == {}


def test_O1_pages_of_other_sites_may_read(client: Client) -> None:
    for address in ("sites/", "sites/?nope=1", "nulle-part/"):
        assert client.get(ROOT + address)["Access-Control-Allow-Origin"] == "*"
    asked = client.options(f"{ROOT}sites/", headers={"origin": "https://exemple.invalid"})
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.get("/comptes/connexion/")


def test_O1_a_head_says_what_a_get_would(client: Client) -> None:
    response = client.head(f"{ROOT}networks/")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"", "application/json")


@pytest.mark.parametrize("address", ["networks/", "services/", ""])
def test_O1_pages_of_other_sites_may_read_an_answer_that_has_not_changed(client: Client, address: str) -> None:
    first = client.get(ROOT + address)
    again = client.get(ROOT + address, headers={"if-none-match": first["ETag"], "origin": "https://exemple.invalid"})
    assert again.status_code == 304
    assert (again["Access-Control-Allow-Origin"], again["Vary"]) == ("*", "Accept-Encoding")
    for name in ("Access-Control-Expose-Headers", "Cross-Origin-Resource-Policy", "Vary", "ETag", "Cache-Control"):
        assert again[name] == first[name], name


def test_O1_a_head_gives_the_etag_and_the_length_of_a_get(client: Client) -> None:
    factories.network()
    got, head = client.get(f"{ROOT}networks/"), client.head(f"{ROOT}networks/")
    assert (head["ETag"], head["Content-Length"]) == (got["ETag"], str(len(got.content)))


def test_O1_an_old_code_says_where_its_commune_is_now(client: Client) -> None:
    town = factories.town(insee="88160")
    FormerCommune.objects.create(former_insee="88999", commune=town)
    response = client.get(f"{ROOT}communes/88999/")
    assert (response.status_code, response["Location"]) == (301, f"{ROOT}communes/88160/")
    assert response.json() == {"detail": "Cette commune porte aujourd’hui le code 88160."}


@pytest.mark.parametrize("number", ["2", "02", "002"])
def test_O1_a_basin_is_named_by_its_number_however_written(client: Client, number: str) -> None:
    place = factories.site(commune=factories.town(basin=2))
    factories.site()
    for way in ("", "near=48.5,6.5&"):
        found = client.get(f"{ROOT}sites/?{way}basin={number}").json()["results"]
        assert [each["slug"] for each in found] == [place.slug]


@pytest.mark.parametrize(
    ("near", "status"), [("6.45,48.17", 400), ("0,0", 400), ("48.17,6.45", 200), ("46.5,6.5", 200)]
)
def test_a_point_far_from_the_region_is_refused_for_its_order(near: str, status: int) -> None:
    factories.town(lat=48.5, lon=6.5)
    _frame.cache_clear()
    answer = Client().get(f"/api/v1/sites/?near={near}")
    assert (answer.status_code, answer.json().get("near")) == (status, [FAR] if status == 400 else None)
    _frame.cache_clear()
