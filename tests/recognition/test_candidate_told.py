"""What an organisation is told of its recognition, live: dossier, espace pro, public page (R10, R11, M1)."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from core import search
from members import pro_pages, waiting
from members.models import Mandate, Organisation
from recognition.models import Recognition
from recognition.services import ending
from tests import factories as make
from tests.recognition.dossiers import colleague
from tests.recognition.life_world import SIGNED, TOLD, after, decided, fresh, granted, manager, recognised
from tests.recognition.test_life_visits import criterion, done, gap

pytestmark = pytest.mark.django_db


def read(user: Any, url: str, at: dt.datetime = TOLD) -> str:
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(user)
        answer = client.get(url)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def settled(right: Recognition) -> Any:
    """Its manager, at work since before."""
    user = manager(right)
    user.mandates.update(starts_on="2026-01-01")
    return user


def test_R10_a_granted_dossier_tells_the_live_state_until_when_and_its_public_page() -> None:
    right = recognised()
    user, page = settled(right), right.candidature.get_absolute_url()
    assert "Reconnaissance en vigueur. Notifiée le 15 décembre 2027, jusqu’au 31 décembre 2028." in read(user, page)
    assert f'href="{right.get_absolute_url()}"' in _source(user, page)
    ending.suspend(recognition=right, grounds="Local fermé.", urgency="Un danger.", at=after(5), actor=None, **SIGNED)
    said = read(user, page, after(6))
    assert "Reconnaissance suspendue depuis le 20 décembre 2027." in said
    assert "Reconnu." not in said


def _source(user: Any, url: str) -> str:
    client = Client()
    with time_machine.travel(TOLD, tick=False):
        client.force_login(user)
        return client.get(url).content.decode()


def test_R8_before_its_letter_a_granted_dossier_is_not_called_recognised() -> None:
    dossier = decided().candidature
    assert dossier is not None
    said = read(colleague(dossier.organisation), dossier.get_absolute_url())
    assert "Décision prise. La Région vous écrit\u00a0: la reconnaissance commence le jour de sa lettre." in said
    assert "Reconnaissance en vigueur" not in said


def test_R10_the_page_of_a_suspended_organisation_says_so_to_its_team() -> None:
    right = recognised()
    user = settled(right)
    ending.suspend(recognition=right, grounds="Local fermé.", urgency="Un danger.", at=after(5), actor=None, **SIGNED)
    said = read(user, f"/pro/organisme/{right.organisation.slug}/", after(6))
    assert "Suspendue Reconnaissance suspendue depuis le 20 décembre 2027" in said


def test_R10_a_gap_found_by_a_visit_is_read_with_its_day_until_it_is_mended() -> None:
    right = recognised()
    user = settled(right)
    done(right, gap(criterion(right)))
    day = after(60).date()
    wanted = f"Écart mineur Accueil (article 2.b) Ouvrir un bureau. À corriger avant le {day.day} février 2028"
    pages = (right.candidature.get_absolute_url(), "/pro/", f"/pro/organisme/{right.organisation.slug}/")
    for page in pages:
        assert wanted in read(user, page, after(12)).replace("\u00a0", " ")
    right.visits.get().findings.update(resolved_on=after(13).date(), resolution="Fait.")
    for page in pages:
        assert "Ouvrir un bureau" not in read(user, page, after(14))


def test_M1_the_sheet_of_a_new_member_begins_with_what_its_dossier_says(monkeypatch: pytest.MonkeyPatch) -> None:
    indexed: list[Any] = []
    monkeypatch.setattr(search, "index", indexed.extend)
    right = granted(website="https://maison.invalid/", presentation="Nous accueillons tout le monde.")
    Organisation.objects.filter(pk=right.organisation_id).update(presentation="Écrite par elle.")
    from recognition.services import directory

    directory.enter(recognition=right, at=TOLD)
    house = fresh(right).organisation
    assert (house.presentation, house.website, house.place) == ("Écrite par elle.", "https://maison.invalid/", "Épinal")
    assert (house.legal_representative, house.legal_representative_title) == ("Dominique Exemple", "présidente")
    assert house.confirmed_on is None
    assert house.display_name in [entry.title for entry in indexed]


def test_E4_a_candidate_is_not_asked_for_the_sheet_of_a_member() -> None:
    house = make.organisation(status=Organisation.Status.CANDIDATE)
    user = colleague(house, Mandate.Role.MANAGER)
    assert waiting.with_sheet(user) == []
    assert [tab["label"] for tab in pro_pages.tabs(house.slug, "/", candidate=True)] == [
        "Vue d’ensemble", "Équipe", "Historique",
    ]  # fmt: skip
    client = Client()
    client.force_login(user)
    for page in ("/pro/", f"/pro/organisme/{house.slug}/"):
        said = client.get(page).content.decode()
        assert "parties sur" not in said
        assert "Référent·es" not in said


def test_R11_the_list_of_those_that_hold_leaves_out_the_suspended(client: Client) -> None:
    right = recognised()
    ending.suspend(recognition=right, grounds="Local fermé.", urgency="Un danger.", at=after(5), actor=None, **SIGNED)
    with time_machine.travel(after(6), tick=False):
        assert client.get("/reconnaissances/").context["lines"] == []
        assert len(client.get("/reconnaissances/?etat=toutes").context["lines"]) == 1


def test_R11_the_public_page_gives_the_siret_and_does_not_vouch_for_each_day(client: Client) -> None:
    right = recognised(siret="81234567800017")
    with time_machine.travel(TOLD, tick=False):
        page = client.get(right.get_absolute_url()).content.decode()
    assert "812\u00a0345\u00a0678\u00a000017" in page
    assert "respecte le cahier des charges" not in page
