"""Who is recognised, and what a certificate is worth: open to everyone, as it stands today (R8-R11, O2)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client

from core import desk, panels
from recognition.models import Candidature, Recognition
from recognition.services import ending
from tests.recognition import letter_world
from tests.recognition import sittings as world
from tests.recognition.life_world import (
    SIGNED,
    TERM,
    TOLD,
    after,
    decided,
    fresh,
    granted,
    manager,
    paris,
    recognised,
    renewal_of,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LIST = "/reconnaissances/"


def on(moment: dt.datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def read(client: Client, url: str, moment: dt.datetime = TOLD, **query: str) -> str:
    with on(moment):
        answer = client.get(url, query)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def state(client: Client, right: Recognition, moment: dt.datetime) -> str:
    with on(moment):
        page = client.get(right.get_absolute_url()).content.decode()
    return unescape(re.search(r'standing-word">([^<]+)<', page)[1])  # type: ignore[index]


def names(client: Client, moment: dt.datetime = TOLD, **query: str) -> list[str]:
    with on(moment):
        page = client.get(LIST, query).content.decode()
    return [unescape(name) for name in re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]+)</a>', page)]


def rows(client: Client, moment: dt.datetime = TOLD, **query: str) -> list[dict[str, str]]:
    with on(moment):
        answer = client.get(f"{LIST}liste.csv", query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_R8_the_page_tells_the_live_state(client: Client) -> None:
    right = recognised()
    assert state(client, right, TOLD) == "En vigueur"
    ending.suspend(recognition=right, grounds="Un contrôle.", urgency="Y", at=after(5), actor=None, **SIGNED)
    assert state(client, right, after(5)) == "Suspendue"
    ending.resume(recognition=right, at=after(6), actor=None, **SIGNED)
    assert state(client, right, after(6)) == "En vigueur"
    assert state(client, right, paris(TERM, 23)) == "En vigueur"
    ending.lapse(recognition=right, at=paris(TERM + DAY))
    assert state(client, right, paris(TERM + DAY)) == "Terminée"


def test_R9_one_kept_alive_says_so_publicly(client: Client) -> None:
    right = recognised()
    renewal_of(right)
    ending.keep_alive(recognition=right, at=paris(TERM))
    moment = paris(dt.date(2029, 3, 1))
    assert state(client, right, moment) == "Maintenue jusqu’à la décision"
    text = read(client, right.get_absolute_url(), moment)
    assert "Son terme était le 31 décembre 2028." in text
    assert "9999" not in text
    assert rows(client, moment)[0]["jusqu_au"] == ""
    assert "9999" not in read(client, LIST, moment)


@pytest.mark.parametrize(("kind", "label"), [("repeal", "Abrogée"), ("withdrawal", "Retirée")])
def test_R14_annulled_it_says_so_the_very_day(client: Client, kind: str, label: str) -> None:
    right = recognised()
    made = ending.give_notice(recognition=right, kind=kind, grounds="Fermé.", at=after(1), actor=None)
    assert state(client, right, after(2)) == "En vigueur"
    ending.annul(notice=made, grounds="Fermé.", at=after(40), actor=None, **SIGNED)
    assert state(client, right, after(40)) == label
    assert names(client, after(40)) == []
    assert names(client, after(40), etat="toutes") == [str(right.organisation)]


def test_R9_the_page_of_a_renewed_one_leads_to_the_next(client: Client) -> None:
    from recognition.services.notifying import notify

    right = recognised()
    asked = renewal_of(right, "granted")
    made = letter_world.decision("grant", asked, grounds="", sitting=None, plan=world.plan(2029, 2033))
    told = paris(dt.date(2028, 12, 10))
    notify(decision=made, at=told)
    new = Recognition.objects.get(candidature=asked)
    with on(told):
        page = client.get(right.get_absolute_url()).content.decode()
    assert f'href="{new.get_absolute_url()}"' in page
    assert state(client, right, told) == "Terminée"


def test_R11_the_list_holds_those_of_today_by_name_department_and_agency(client: Client) -> None:
    first, second = recognised(name="Étoile des Vosges"), recognised(name="La Cabane")
    site = first.candidature.sites.first()
    assert names(client) == ["La Cabane", "Étoile des Vosges"]
    assert names(client, q="etoile") == ["Étoile des Vosges"]
    assert names(client, agence=site.commune.agency.slug) == ["Étoile des Vosges"]
    assert names(client, departement="88") == ["La Cabane", "Étoile des Vosges"]
    assert names(client, departement="zz") == ["La Cabane", "Étoile des Vosges"]
    assert names(client, q="rien de tel") == []
    assert names(client, paris(TERM + DAY)) == []
    assert names(client, paris(TERM + DAY), etat="toutes") == ["La Cabane", "Étoile des Vosges"]
    assert second.pk


@pytest.mark.parametrize(
    "query",
    [
        {"page": "zz"},
        {"page": "-3"},
        {"q": "%_\\'"},
        {"agence": "x" * 300},
        {"departement": "88' OR 1=1"},
        {"q": "é" * 300},
    ],
)
def test_R11_bad_values_are_forgiven(client: Client, query: dict[str, str]) -> None:
    recognised()
    with on(TOLD):
        assert client.get(LIST, query).status_code == 200
        assert client.get(f"{LIST}liste.csv", query).status_code == 200


def test_R11_the_file_holds_the_same_rows_and_runs_no_formula(client: Client) -> None:
    right = recognised(name="=1+1 La Cabane")
    assert rows(client) == [{
        "organisme": "'=1+1 La Cabane", "identifiant": str(right.public_id), "etat": "en vigueur",
        "depuis_le": "2027-12-15", "jusqu_au": "2028-12-31", "terme_notifie": "2028-12-31", "plan": "Plan 2024-2028",
        "deliberation": "27CP-1234", "lieux": "1", "departements": "Vosges",
        "page": f"http://127.0.0.1:8000/reconnaissances/{right.public_id}/",
    }]  # fmt: skip


def test_O2_nothing_of_a_candidature_is_on_a_public_page(client: Client) -> None:
    right = recognised()
    asked = renewal_of(right)
    Candidature.objects.filter(pk=asked.pk).update(presentation="SECRET-DOSSIER", contact_email="secret@x.invalid")
    refused = decided("refusal", "Refusée en secret")
    pages = read(client, LIST) + read(client, right.get_absolute_url()) + str(rows(client))
    for word in ("SECRET", "secret", "renouvellement est demandé", str(refused.candidature.organisation)):
        assert word not in pages
    with on(TOLD):
        assert client.get(f"{LIST}{asked.public_id}/").status_code == 404


def test_R8_an_unknown_certificate_is_not_found(client: Client) -> None:
    assert client.get(f"{LIST}5f0f6a0c-3f5e-4d0e-9f5b-0d6a8a2f6b11/").status_code == 404


def test_R11_query_budgets(client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        recognised(name=f"Maison {number}", sites=2)
    with on(TOLD), django_assert_max_num_queries(6):
        client.get(LIST)
    with on(TOLD), django_assert_max_num_queries(3):
        client.get(f"{LIST}liste.csv")
    with on(TOLD), django_assert_max_num_queries(4):
        client.get(Recognition.objects.first().get_absolute_url())  # type: ignore[union-attr]


def test_R11_the_page_of_an_organisation_says_since_when(client: Client) -> None:
    right = recognised()
    text = read(client, fresh(right).organisation.get_absolute_url())
    assert "Reconnu par la Région depuis le 15 décembre 2027, jusqu’au 31 décembre 2028." in text


def test_R9_who_manages_is_told_when_the_renewal_may_be_asked(rf: Any) -> None:
    right = recognised()
    user = manager(right)
    lines = lambda: [line["key"] for line in desk.waiting("pro", user)]  # noqa: E731
    with on(paris(dt.date(2028, 1, 31))):
        assert "recognition-renewal" not in lines()
    with on(paris(dt.date(2028, 2, 1))):
        assert "recognition-renewal" in lines()
    renewal_of(right)
    with on(paris(dt.date(2028, 2, 1))):
        assert "recognition-renewal" not in lines()
        shown = panels.collect("pro", rf.get("/pro/"), user)
    assert "Votre reconnaissance" in [panel["title"] for panel in shown]


def test_R8_a_certificate_leads_to_its_page() -> None:
    right = granted()
    letter = right.letters.get(kind="certificate")
    assert letter.content["public_url"] == f"http://127.0.0.1:8000/reconnaissances/{right.public_id}/"
