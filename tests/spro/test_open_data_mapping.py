"""O3: our closed lists in the words of the national ones, and sheets of every sort made valid."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from data_inclusion.schema import v1
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import PackLoad
from core.reference import Channel, Service, Status
from spro.open_data import national
from tests import factories

pytestmark = pytest.mark.django_db


def whole(client: Client) -> dict[str, Any]:
    response = client.get("/donnees/structures-data-inclusion.json")
    return dict(json.loads(b"".join(response.streaming_content)))


def test_O3_our_lists_are_mapped_to_values_that_exist() -> None:
    assert set(national.PUBLICS.values()) | {national.EVERYBODY} <= {public.value for public in v1.Public}
    assert set(Status) - set(national.PUBLICS) == {Status.BENEVOLE, Status.PROFESSIONNEL}  # no equivalent
    assert set(national.TYPES.values()) <= {kind.value for kind in v1.TypeService}
    assert {t for themes in national.THEMES.values() for t in themes} <= {theme.value for theme in v1.Thematique}
    assert set(Service) - set(national.THEMES) == {Service.ACCUEIL, Service.VAE}  # no equivalent
    assert set(national.WELCOME) == set(Channel)
    assert set(national.WELCOME.values()) == {mode.value for mode in v1.ModeAccueil}


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([], ["tous-publics"], None),
        (["lyceen", "collegien"], ["jeunes"], "D’abord pour\u00a0: Collégien·ne, Lycéen·ne."),
        (["benevole"], None, "D’abord pour\u00a0: Bénévole."),
    ],
)
def test_O3_publics(ours: list[str], theirs: list[str] | None, said: str | None) -> None:
    assert (national.publics(ours), national.publics_said(ours)) == (theirs, said)


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("03 88 00 00 00", "+33388000000"), ("+33 (0)3 88 00 00 00", "+33388000000"), ("3949", "3949"),
        ("03.26.00.00.00 / 06 00 00 00 00", "+33326000000"), ("à demander", None), ("", None),
    ],
)  # fmt: skip
def test_O3_one_telephone_number(published: str, shown: str | None) -> None:
    assert national.phone(published) == shown


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        ({}, None),
        ({"1": [["09:00", "12:00"], ["14:00", "17:00"]]}, "Mo 09:00-12:00,14:00-17:00"),
        (
            {
                "1": [["09:00", "12:00"]],
                "2": [["09:00", "12:00"]],
                "4": [["09:00", "12:00"]],
                "5": [["08:00", "10:00"]],
            },
            "Mo-Tu 09:00-12:00; Th 09:00-12:00; Fr 08:00-10:00",
        ),
        ({str(day): [["08:30", "18:00"]] for day in range(1, 8)}, "Mo-Su 08:30-18:00"),
    ],
)
def test_O3_hours_as_openstreetmap_writes_them(hours: Any, shown: str | None) -> None:
    assert national.opening_hours(hours) == shown


def test_O3_a_place_known_in_full_is_said_in_full(client: Client) -> None:
    place = factories.site(
        name="Maison de l’orientation.", provisional=False, address="1 rue des Essais", postal_code="88000",
        phone="03 29 00 00 00", email="accueil@ville-essai.fr", website="https://www.ville-essai.fr/",
        hours={"1": [["09:00", "12:00"]]}, services=["cep"], channels=["sur-place", "visio"], publics=["salarie"],
        description="On vous y reçoit avec ou sans rendez-vous.",
    )  # fmt: skip
    said = whole(client)
    (structure,), (service,) = said["structures"], said["services"]
    v1.Structure.model_validate(structure, context={"ignore_warnings": False})
    v1.Service.model_validate(service, context={"ignore_warnings": False})
    assert {name: structure[name] for name in ("nom", "adresse", "telephone", "horaires_accueil", "latitude")} == {
        "nom": "Maison de l’orientation", "adresse": "1 rue des Essais", "telephone": "+33329000000",
        "horaires_accueil": "Mo 09:00-12:00", "latitude": place.lat,
    }  # fmt: skip
    assert {name: service[name] for name in service if name.startswith("mo") or name in ("frais", "publics")} == {
        "frais": "gratuit", "publics": ["actifs"], "modes_accueil": ["a-distance", "en-presentiel"],
        "modes_mobilisation": ["envoyer-un-courriel", "se-presenter", "telephoner"],
        "mobilisable_par": ["professionnels", "usagers"],
    }  # fmt: skip


def test_O3_what_cannot_be_valid_is_left_out(client: Client) -> None:
    """A postcode, a number, an address of mail or a site that the schema refuses: the rest of the sheet stays."""
    factories.site(provisional=False, postal_code="880", phone="voir l’accueil", email="a@demo.invalid")
    factories.site(name="Ij")
    (structure,) = whole(client)["structures"]
    v1.Structure.model_validate(structure)
    assert {"code_postal", "telephone", "courriel", "site_web", "adresse"} & set(structure) == set()


def test_O3_as_many_queries_for_one_place_as_for_three(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            whole(client)
        return len(asked)

    factories.site(services=["cep"])
    whole(client)
    before = cost()
    factories.site(services=["accueil"])
    factories.site(services=["accueil", "cep"])
    assert cost() == before == 4  # the terms, their sources, the structures, the services


def test_T2_loading_a_file_again_makes_nothing_fresher(client: Client) -> None:
    """The date is that of the facts: confirmed, updated by a directory, or the charter's."""
    PackLoad.objects.create(pack="essai", title="Essai", facts={"charter": {"published_on": "2018-12-01"}})
    day = dt.date
    factories.site(slug="charte", pack_values={"name": "x"})
    factories.site(slug="annuaire", pack_values={"name": "x"}, source_updated_on=day(2024, 8, 29))
    factories.site(slug="confirme", source_updated_on=day(2024, 8, 29), confirmed_on=day(2026, 2, 1))
    factories.site(slug="ajoute")
    said = {each["id"].split("--")[1]: each["date_maj"] for each in whole(client)["structures"]}
    assert said == {
        "charte": "2018-12-01", "annuaire": "2024-08-29", "confirme": "2026-02-01",
        "ajoute": dt.datetime.now(dt.UTC).date().isoformat(),
    }  # fmt: skip


def test_O3_the_directory_that_completed_a_place_is_cited(client: Client) -> None:
    factories.site(external_id="d-1", source="Annuaire de l’administration (DILA), Licence Ouverte 2.0")
    factories.site(external_id="d-2", source="Annuaire de l’administration (DILA), Licence Ouverte 2.0")
    factories.site(source="Charte")
    assert whole(client)["attribution"] == ["Annuaire de l’administration (DILA), Licence Ouverte 2.0"]
