"""What a person types is saved, and said where they look: a conflict holds its field alone, a button saves (R3)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from core.models import JournalEntry
from recognition.contents import content_of
from recognition.documents.dossier import context_of
from recognition.models import CandidateSite, Candidature, PieceRequest
from recognition.requested import Asked, asked
from recognition.services.depositing import deposit
from recognition.services.starting import start
from recognition.views.dossier import changed_since
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


# --- reading it all again (R13)


def words(dossier: Any, client: Client, query: str = "") -> Any:
    return client.get(at(dossier, "candidature_paper") + query)


def test_R13_the_team_reads_all_that_the_region_will_read(now: Any) -> None:
    dossier = d.whole(at=now, sites=2)
    client = signed_in(d.colleague(dossier.organisation))
    page = client.get(at(dossier, "candidature_read"))
    said = page.context["said"]
    assert ([site["name"] for site in said["sites"]], len(said["answers"]), len(page.context["files"])) == (
        list(dossier.sites.order_by("order").values_list("name", flat=True)), 2, 3
    )  # fmt: skip
    check = client.get(at(dossier, "candidature_deposit")).content.decode()
    assert f'<a href="{at(dossier, "candidature_read")}">une seule page</a>' in check


def test_R13_a_draft_on_paper_says_that_it_is_one_and_nothing_is_journaled(now: Any) -> None:
    dossier = d.whole(at=now)
    client = signed_in(d.manager_of(dossier))
    before = JournalEntry.objects.count()
    answer = words(dossier, client)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer["Content-Disposition"].endswith('-2027-brouillon.pdf"')
    assert context_of(dossier, content_of(dossier), None)["draft"] == "ce dossier n’est pas déposé."
    assert words(dossier, client, "?etat=envoye").status_code == 404
    assert JournalEntry.objects.count() == before


def test_R13_once_deposited_the_page_and_the_paper_are_what_was_sent(now: Any) -> None:
    dossier = d.whole(at=now)
    user = d.manager_of(dossier)
    deposit(candidature=dossier, user=user, name="Une Personne", title="Directrice", at=now)
    Candidature.objects.filter(pk=dossier.pk).update(state="incomplete", presentation="Ce qui se complète")
    client = signed_in(user)
    kept = dossier.snapshots.get()
    assert client.get(at(dossier, "candidature_read")).context["snapshot"] is None
    Candidature.objects.filter(pk=dossier.pk).update(state="complete")
    page = client.get(at(dossier, "candidature_read"))
    assert page.context["snapshot"] == kept
    assert "Ce qui se complète" not in page.content.decode()
    dossier.refresh_from_db()
    answer = words(dossier, client)
    assert answer["Content-Disposition"].endswith(f'-2027-{dossier.receipt_number}.pdf"')


# --- files that are refused, things that are asked


def test_R3_a_refused_file_is_said_first_and_leads_to_its_slot(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    page = client.post(
        at(dossier, "candidature_files"), {"kind": "accounts", "file": d.upload("comptes.pdf", b"MZ" + b"0" * 99)}
    )
    said = page.content.decode()
    assert page.context["refused"] == {"label": "Comptes de l’année 2026", "anchor": "id_accounts_file"}
    assert said.count("autofocus") == 1
    assert 'id="id_accounts_file"' in said


def test_R3_a_file_too_heavy_leads_back_to_its_page(now: Any) -> None:
    dossier = d.started(at=now)
    url = at(dossier, "candidature_files")
    client = signed_in(d.manager_of(dossier))
    answer = client.post(url, {"kind": "note", "file": d.upload()}, CONTENT_LENGTH="25000000")
    assert (answer.status_code, f'href="{url}"' in answer.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("item", "part", "anchor"),
    [
        ("Les comptes de l’année 2026, signés", "pieces", "piece-accounts"),
        ("Le rapport d’activité", "pieces", "piece-activity"),
        ("Les horaires du mercredi", "sites", ""),
        ("Votre réponse sur la neutralité", "criteres", ""),
        ("Le SIRET de l’établissement", "organisme", ""),
        ("Appelez-nous", "", ""),
    ],
)
def test_R5_what_is_asked_leads_to_its_part(item: str, part: str, anchor: str) -> None:
    assert asked([item]) == [Asked(item, part, anchor)]


def test_R5_the_part_asked_for_is_marked(now: Any) -> None:
    dossier = d.whole(at=now)
    user = d.manager_of(dossier)
    deposit(candidature=dossier, user=user, name="Une Personne", title="Directrice", at=now)
    Candidature.objects.filter(pk=dossier.pk).update(state="incomplete")
    PieceRequest.objects.create(
        candidature=dossier, items=["Les comptes"], reason="Illisibles.", asked_at=now, due_on=now.date()
    )
    context = signed_in(user).get(at(dossier, "candidature_files")).context
    assert [line["key"] for line in context["menu"] if line.get("asked")] == ["pieces"]
    assert [(slot["kind"], slot["asked"], slot["given"]) for slot in context["slots"] if slot["asked"]] == [
        ("accounts", True, False)
    ]


# --- beginning again, giving up


def test_R1_a_known_siret_is_not_asked_again(now: Any) -> None:
    dossier = d.started(at=now)
    user = d.manager_of(dossier)
    client = signed_in(user)
    client.post(at(dossier, "candidature_withdraw"))
    page = client.get("/candidature/commencer/")
    assert page.context["form"]["siret"].value() == dossier.siret
    assert page.context["another"] is False


def test_R13_abandoning_a_draft_asks_nothing(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    assert list(client.get(at(dossier, "candidature_withdraw")).context["form"].fields) == []
    client.post(at(dossier, "candidature_withdraw"))
    dossier.refresh_from_db()
    assert dossier.state == "withdrawn"


def test_R1_who_has_a_dossier_is_led_to_it_first(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    assert client.get("/candidature/").context["open_dossier"] == dossier
    assert client.get("/candidature/commencer/").context["another"] is True


def test_R9_what_a_year_does_not_hand_down_is_not_a_change(now: Any) -> None:
    dossier = d.whole(at=now)
    user = d.manager_of(dossier)
    deposit(candidature=dossier, user=user, name="Une Personne", title="Directrice", at=now)
    Candidature.objects.filter(pk=dossier.pk).update(state="withdrawn")
    again = start(user=user, siret=dossier.siret, organisation=dossier.organisation, at=now)
    assert changed_since(again) == []
