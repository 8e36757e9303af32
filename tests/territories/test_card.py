"""M5: the card of a place, one small sheet that a person takes away; nothing of the person is in it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from territories.models import Closure
from territories.views.card import landmark, qr, week
from tests import factories

pytestmark = pytest.mark.django_db


def said(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).replace("&nbsp;", " ").replace("\u00a0", " ").split())


def test_M5_the_card_says_all_that_is_needed_to_go_there(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://portail.exemple"
    place = factories.site(
        name="Mission locale d’Essai", address="1 rue des Essais", postal_code="88000", phone="03 29 00 00 00",
        email="accueil@ville-essai.fr", provisional=False, hours={"1": [["09:00", "12:00"]]}, access=["pmr"],
        services=["accueil", "cep"], commune=factories.town("Essai", population=20_000),
    )  # fmt: skip
    response = client.get(f"/lieux/{place.slug}/carte/")
    assert (response.status_code, dict(response.cookies), response["Cache-Control"]) == (200, {}, "public, max-age=60")
    words = said(response.content.split(b"<article")[1].split(b"</article>")[0])
    for owed in (
        "Mission locale d’Essai", "Gratuit", "1 rue des Essais 88000 Essai", "03 29 00 00 00", "accueil@ville-essai.fr",
        "Lundi 9 h – 12 h", "Accès de plain-pied", "Le conseil en évolution professionnelle",
        f"portail.exemple/lieux/{place.slug}",
    ):  # fmt: skip
        assert owed in words, owed
    assert re.search(r"Mon rendez-vous le à avec", words)
    assert "à vol d’oiseau" not in words


def test_M5_what_is_unknown_is_said(client: Client) -> None:
    place = factories.site(kind=factories.kind(national_name="Porte nationale", national_phone="3949"))
    words = said(client.get(f"/lieux/{place.slug}/carte/").content)
    for owed in (
        "Adresse à demander avant de venir", "Horaires à demander avant de venir", "Porte nationale : 3949",
        "publié en décembre 2018, à confirmer",
    ):  # fmt: skip
        assert owed in words, owed


def test_M5_the_code_leads_to_the_page_on_the_portals_own_address(client: Client, settings: Any) -> None:
    """Never on the host that a browser claims; and no style for the CSP to refuse."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://portail.exemple", ["*"]
    place = factories.site()
    page = client.get(f"/lieux/{place.slug}/carte/", headers={"host": "autre.exemple"}).content.decode()
    drawn = re.findall(r'<path [^>]*d="([^"]+)"', qr(f"https://portail.exemple/lieux/{place.slug}/"))
    assert drawn == [d for d in drawn if f'd="{d}"' in page]
    assert (re.findall(r'\sstyle="', page), "autre.exemple" in page) == ([], False)


@pytest.mark.parametrize("address", ["https://portail.exemple/lieux/a/", "https://p.fr/lieux/" + "x" * 140 + "/"])
def test_M5_the_code_is_the_one_of_the_address(address: str) -> None:
    matrix = segno.make(address, error="m", micro=False).matrix
    size = int(re.findall(r'viewBox="0 0 (\d+) ', qr(address))[0])
    assert size == len(matrix) + 4  # two modules of white on each side


def test_M5_the_nearest_known_town_is_named() -> None:
    village = factories.town("Village", population=300, lat=48.50, lon=6.50)
    factories.town("Bourg", population=9_999, lat=48.51, lon=6.50)
    factories.town("Épinal", population=32_000, lat=48.70, lon=6.50)
    factories.town("Metz", population=120_000, lat=49.10, lon=6.50)
    found = landmark(factories.site(commune=village))
    assert found is not None
    assert (found.name, found.distance, found.of_name, found.here) == ("Épinal", "22\u00a0km", "d’Épinal", False)


def test_M5_no_town_no_landmark() -> None:
    assert landmark(factories.site()) is None


def test_M5_closures_to_come_are_on_it(client: Client) -> None:
    place, today = factories.site(), timezone.localdate()
    for start in (-30, 3, 40, 80):
        day = today + dt.timedelta(days=start)
        Closure.objects.create(site=place, starts_on=day, ends_on=day + dt.timedelta(days=2))
    page = client.get(f"/lieux/{place.slug}/carte/").content.decode()
    assert page.count("<b>Fermé du") == 2


def test_R11_a_place_that_is_not_listed_has_no_card(client: Client) -> None:
    place = factories.site(listed=False)
    assert [client.get(url).status_code for url in (f"/lieux/{place.slug}/carte/", "/lieux/rien/carte/")] == [404, 404]


def test_M5_the_page_of_the_place_leads_to_its_card(client: Client) -> None:
    place = factories.site()
    assert f'href="/lieux/{place.slug}/carte/"' in client.get(place.get_absolute_url()).content.decode()


def test_M5_the_card_costs_four_statements_at_most(client: Client) -> None:
    place = factories.site()
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/lieux/{place.slug}/carte/")
    assert len(asked) <= 4


def test_M5_days_alike_stand_on_one_line() -> None:
    morning, whole = [["09:00", "12:00"]], [["09:00", "12:00"], ["14:00", "17:00"]]
    hours = {"1": whole, "2": whole, "3": whole, "5": morning, "6": morning, "7": whole}
    assert week(hours) == [
        ("Lundi au mercredi", "9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h"),
        ("Vendredi et samedi", "9\u00a0h – 12\u00a0h"),
        ("Dimanche", "9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h"),
    ]  # fmt: skip
    assert week({}) == []
