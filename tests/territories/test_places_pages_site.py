"""`/lieux/<slug>/`: what is known of a place, and what is not."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.template import Context
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import SearchDocument
from members.models import Organisation
from territories import cards, openings, toponyms
from territories.models import Site, SiteKind
from territories.sources import public_source
from tests import factories

HOURS = {"1": [["09:00", "12:00"], ["14:00", "17:30"]], "2": [["09:00", "12:00"]], "5": [["10:00", "12:00"]]}


@pytest.mark.django_db
def test_an_address_that_nobody_gave_is_said_unknown(client: Client) -> None:
    site = factories.site(placement="territory")
    html = client.get(site.get_absolute_url()).content.decode()
    assert "L’adresse n’est pas encore connue, et la commune reste à confirmer" in html
    assert "Les horaires ne sont pas encore connus" in html
    assert "Itinéraire vers le centre de" in html
    assert "pas à une adresse" in html
    assert "Appelez" not in html
    assert "Nous ne connaissons pas encore le numéro de ce lieu." in html
    assert '"geo"' not in html


@pytest.mark.django_db
def test_M4_a_place_without_a_number_shows_its_organisation_then_the_national_door(client: Client) -> None:
    site = factories.site()
    Organisation.objects.filter(pk=site.organisation_id).update(website="www.essai.example.org")
    SiteKind.objects.filter(pk=site.kind_id).update(
        national_name="Porte d’essai", national_phone="39 49", national_url="https://www.porte.example.org/"
    )
    html = client.get(site.get_absolute_url()).content.decode()
    assert re.findall(r'href="(tel:[^"]+)"', html) == ["tel:3949"]
    assert 'href="https://www.essai.example.org"' in html
    assert ">porte.example.org</a>" in html
    Organisation.objects.filter(pk=site.organisation_id).update(current_name="Un autre nom")
    assert "essai.example.org" not in client.get(site.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("Annexe 2, fiche Réseau des CIO, l. 1676", "Charte 2018, annexe 2, fiche Réseau des CIO"),
        ("Charte GE, annexe 2, fiche CIO, l. 1938-1947", "Charte 2018, annexe 2, fiche CIO"),
        ("Annuaire d’essai", "Annuaire d’essai"),
    ],
)
def test_a_source_is_said_without_the_lines_of_the_extract(kept: str, said: str) -> None:
    assert public_source(kept) == said


@pytest.mark.django_db
def test_what_is_known_is_shown_with_its_source(client: Client) -> None:
    site = factories.site(
        name="CIO d’essai", provisional=False, address="1 rue de l’Essai", postal_code="88000", phone="03 29 00 00 00",
        hours=HOURS, services=["accueil", "vae"], channels=["sur-place", "telephone"], access=["pmr"],
        source="Annuaire d’essai", source_updated_on=date(2026, 3, 2),
    )  # fmt: skip
    html = client.get(site.get_absolute_url()).content.decode()
    for said in (
        "1 rue de l’Essai", 'href="tel:0329000000"', "9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h\u00a030",
        "Conseil en validation des acquis", "Par téléphone", "Accès de plain-pied",
        "Annuaire d’essai, mis à jour le 2 mars 2026",
        "www.openstreetmap.org/directions", 'href="geo:48.50000,6.50000',
    ):  # fmt: skip
        assert said in html


@pytest.mark.django_db
def test_the_data_block_is_valid_and_cannot_be_closed_by_a_text(client: Client) -> None:
    site = factories.site(name="Un </script><b>lieu", hours=HOURS, provisional=False)
    html = client.get(site.get_absolute_url()).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(block)
    assert data["name"] == "Un </script><b>lieu"
    assert data["@type"] == "GovernmentOffice"
    assert len(data["openingHoursSpecification"]) == 4
    assert "<b>lieu" not in html


@pytest.mark.django_db
def test_R11_a_place_that_left_the_directory_is_not_found(client: Client) -> None:
    site = factories.site(listed=False)
    assert client.get(site.get_absolute_url()).status_code == 404
    assert client.get("/lieux/inconnu/").status_code == 404
    assert not SearchDocument.objects.filter(kind="site", key=site.slug).exists()


@pytest.mark.django_db
def test_the_cost_of_the_page_is_fixed(client: Client) -> None:
    site = factories.site()
    counts = []
    for _ in range(3):
        client.get(site.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(site.get_absolute_url())
        counts.append(len(queries))
        for _ in range(4):
            factories.site(commune=site.commune, kind=site.kind)
    assert counts == [3, 3, 3]


@pytest.mark.django_db
def test_a_stored_card_is_what_the_template_would_draw() -> None:
    """The slots filled when a list is served give the very text of the template."""
    site = factories.site(name="Ici & là", phone="03 29", channels=["telephone"], services=["vae"], hours=HOURS)
    stored = Site.objects.get(pk=site.pk).card
    said = cards.fill(
        stored, reason="Parce que <oui>.", distance=cards.plate(3.21, same_town=False, town="X"), hours=HOURS
    )
    flat = cards.facts(site) | {
        "reason": "Parce que <oui>.", "distance_km": "3,2", "opening_today": openings.today(HOURS), "reason_slot": "",
        "distance_slot": "",
    }  # fmt: skip
    drawn = get_template("territories/_site_card.html").template.render(
        Context({"site": flat, "blazes_url": cards.BLAZES, "icons_url": cards.ICONS})
    )
    assert cards.joined([said]).replace('<span class="visually-hidden">\u00a0de X</span>', "") == cards.joined(
        [drawn.replace("&nbsp;", "\u00a0")]
    )


@pytest.mark.django_db
def test_no_text_can_hold_a_slot() -> None:
    site = factories.site(name=f"Rusé {cards.REASON}{cards.DISTANCE}")
    card = Site.objects.get(pk=site.pk).card
    assert card.count(cards.REASON) == card.count(cards.DISTANCE) == 1


@pytest.mark.django_db
def test_a_card_follows_its_organisation() -> None:
    site = factories.site()
    network = factories.network()
    organisation = Organisation.objects.get(pk=site.organisation_id)
    organisation.current_name, organisation.network = "Nom d’aujourd’hui", network
    organisation.save()
    after = Site.objects.get(pk=site.pk)
    assert "Nom d’aujourd’hui" in after.card
    assert after.network == network


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-23T08:30", "Ouvert maintenant, ferme à 12 h"),  # a Monday, 9:30 in Paris
        ("2026-11-23T12:00", "Fermé, ouvre à 14 h"),
        ("2026-11-23T16:30", "Fermé, ouvre demain à 9 h"),  # 17:30: the end is not opened
        ("2026-11-24T12:00", "Fermé, ouvre vendredi à 10 h"),
        ("2026-11-28T12:00", "Fermé, ouvre lundi à 9 h"),
        ("2026-07-06T07:30", "Ouvert maintenant, ferme à 12 h"),  # summer time: 9:30 in Paris
        ("2026-11-27T12:00", "Fermé, ouvre lundi à 9 h"),
    ],
)
def test_opening_hours_are_those_of_paris(moment: str, sentence: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    state = openings.state(HOURS, now)
    assert state
    assert state.sentence.replace("\u00a0", " ") == sentence


def test_hours_unknown_or_odd_say_nothing_false() -> None:
    assert openings.state({}) is None
    assert openings.week({}) == []
    assert openings.ranges({"1": [["12:00", "09:00"], ["x"]]}, 1) == []
    assert openings.state({"1": []}) is None  # no day has hours: nobody said them


@pytest.mark.parametrize(
    ("name", "of", "at"),
    [
        ("Épinal", "d’Épinal", "à Épinal"),
        ("Metz", "de Metz", "à Metz"),
        ("Le Thillot", "du Thillot", "au Thillot"),
        ("Les Islettes", "des Islettes", "aux Islettes"),
        ("La Bresse", "de La Bresse", "à La Bresse"),
        ("L’Hôpital", "de L’Hôpital", "à L’Hôpital"),
        ("Yutz", "de Yutz", "à Yutz"),
        ("Haguenau", "de Haguenau", "à Haguenau"),
        ("Œuilly", "d’Œuilly", "à Œuilly"),
    ],
)
def test_names_of_communes_in_a_sentence(name: str, of: str, at: str) -> None:
    assert (toponyms.of(name), toponyms.at(name)) == (of, at)


@pytest.mark.parametrize(
    ("km", "said"),
    [(0.02, "moins de 100 m"), (0.5, "0,5 km"), (3.04, "3 km"), (3.21, "3,2 km"), (9.96, "10 km"), (25.4, "25 km")],
)
def test_distances_in_french(km: float, said: str) -> None:
    assert toponyms.kilometres(km).replace("\u00a0", " ") == said
