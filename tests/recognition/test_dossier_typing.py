"""What a person types is saved, and said where they look: a conflict holds its field alone, a button saves (R3)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from recognition.models import CandidateSite
from tests import factories as make
from tests.recognition import dossiers as d
from tests.recognition.test_dossier_pages import at, organisation_form, signed_in, site_form

pytestmark = pytest.mark.django_db
AUTO = {"X-Autosave": "1"}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    d.charter()
    moment = d.paris("2027-03-15 10:00:00")
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(dt.UTC))
    return moment


def two(dossier: Any) -> tuple[Client, Client]:
    return signed_in(d.manager_of(dossier)), signed_in(d.colleague(dossier.organisation))


def in_conflict(dossier: Any) -> tuple[Client, str, dict[str, str], dict[str, Any]]:
    """One wrote « Le mien » where the other saved « Le leur », and changed the legal form too; the script's answer."""
    one, other = two(dossier)
    url = at(dossier, "candidature_organisation")
    mine, theirs = organisation_form(one, dossier), organisation_form(other, dossier)
    other.post(url, theirs | {"coordination": "Le leur"})
    mine |= {"coordination": "Le mien", "legal_form": "Association"}
    return one, url, mine, one.post(url, mine, headers=AUTO).json()


# --- two at once


def test_R3_a_conflict_holds_its_field_and_the_rest_is_saved(now: Any) -> None:
    dossier = d.started(at=now)
    one, url, mine, said = in_conflict(dossier)
    dossier.refresh_from_db()
    assert (dossier.legal_form, dossier.coordination) == ("Association", "Le leur")
    assert (said["state"], [line["name"] for line in said["conflict"]]) == ("conflict", ["coordination"])
    mine |= {"version": said["version"], "seen": said["seen"], "team": "Cinq"}
    again = one.post(url, mine, headers=AUTO)  # held as long as its person has not chosen
    dossier.refresh_from_db()
    assert (again.status_code, dossier.team, dossier.coordination) == (409, "Cinq", "Le leur")


@pytest.mark.parametrize("kept", ["Le mien", "Le leur"])
def test_R3_the_person_in_conflict_says_which_words_stay(now: Any, kept: str) -> None:
    dossier = d.started(at=now)
    one, url, mine, said = in_conflict(dossier)
    line = said["conflict"][0]
    assert (line["theirs"], line["mine"], line["raw"]) == ("Le leur", "Le mien", {"coordination": "Le leur"})
    seen = json.dumps(json.loads(said["seen"]) | line["seen"])
    answer = one.post(url, mine | {"version": "0", "seen": seen, "coordination": kept}, headers=AUTO)
    dossier.refresh_from_db()
    assert (answer.status_code, answer.json()["state"], dossier.coordination) == (200, "saved", kept)


def test_R3_the_place_of_a_site_is_held_whole(now: Any) -> None:
    dossier = d.whole(at=now)
    site = d.first_site(dossier)
    one, other = two(dossier)
    url = at(dossier, "candidature_site", site.pk)
    make.town("Épinal", postal_codes=["88000"])
    nancy = make.town("Nancy", postal_codes=["54000"])
    mine, theirs = site_form(one, url, commune="Épinal"), site_form(other, url, commune="Nancy")
    assert other.post(url, theirs).status_code == 302
    said = one.post(url, mine | {"perimeter": "Tout le bassin"}, headers=AUTO).json()
    kept = CandidateSite.objects.get(pk=site.pk)
    assert (kept.commune, kept.lat, kept.perimeter) == (nancy, nancy.lat, "Tout le bassin")
    assert [line["name"] for line in said["conflict"]] == ["commune"]
    assert said["conflict"][0]["raw"] == {"commune": f"Nancy ({nancy.department_id})", "point": ""}


def test_R3_without_script_the_rest_is_saved_too(now: Any) -> None:
    dossier = d.started(at=now)
    one, other = two(dossier)
    url = at(dossier, "candidature_organisation")
    mine, theirs = organisation_form(one, dossier), organisation_form(other, dossier)
    other.post(url, theirs | {"presentation": "Le leur"})
    answer = one.post(url, mine | {"presentation": "Le mien", "offer": "Tout"})
    dossier.refresh_from_db()
    assert (answer.status_code, dossier.presentation, dossier.offer) == (409, "Le leur", "Tout")


# --- what the script says


def test_R3_the_counts_follow_what_is_saved(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = organisation_form(client, dossier)
    before = client.get(at(dossier, "candidature_organisation")).context["menu"][1]["lacks"]
    said = client.post(at(dossier, "candidature_organisation"), data | {"presentation": "Nous"}, headers=AUTO).json()
    assert (before, said["lacks"]["organisme"]) == (8, 7)


def test_R3_a_wrong_hour_is_named_by_its_day_and_the_site_says_what_it_lacks(now: Any) -> None:
    dossier = d.whole(at=now)
    site = d.first_site(dossier)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_site", site.pk)
    data = site_form(client, url, perimeter="", **{"h-6-0-start": "9h", "h-6-0-end": "8h"})
    said = client.post(url, data, headers=AUTO).json()
    assert said["labels"] == {"h-6-0-end": "Samedi"}
    assert said["left"] == [[f"{site.name}\u00a0: le périmètre géographique manque.", f"{url}#id_perimeter"]]


# --- the buttons, without script


def test_R3_continuing_saves(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = organisation_form(client, dossier, team="Équipe") | {"suite": "1"}
    answer = client.post(at(dossier, "candidature_organisation"), data)
    dossier.refresh_from_db()
    assert (answer["Location"], dossier.team) == (at(dossier, "candidature_sites"), "Équipe")


def test_R3_what_cannot_be_kept_does_not_continue(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = organisation_form(client, dossier, contact_email="pas une adresse") | {"suite": "1"}
    assert client.post(at(dossier, "candidature_organisation"), data).status_code == 200


def test_R3_joining_a_file_to_an_answer_saves_the_answer(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = {"gratuite-text": "Tout est gratuit.", "gratuite-version": "0", "joindre": "gratuite"}
    answer = client.post(at(dossier, "candidature_criteria"), data)
    assert answer["Location"] == f"{at(dossier, 'candidature_files')}?critere=gratuite#autre"
    assert dossier.answers.get().text == "Tout est gratuit."


def test_R3_a_name_makes_a_site_and_leads_to_its_page(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    form = client.get(at(dossier, "candidature_site_add")).context["form"]
    answer = client.post(at(dossier, "candidature_site_add"), {"name": "Accueil central"})
    assert list(form.fields) == ["name"]
    assert answer["Location"] == at(dossier, "candidature_site", d.first_site(dossier).pk)
