"""`/candidature/`: who opens what, what is saved by the button and by the script, what is refused (R1-R5, O2)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Mandate, Organisation
from recognition.clock import day_of
from recognition.models import Campaign, CandidateSite, Candidature, Message
from recognition.services.depositing import deposit
from recognition.services.messaging import send_message
from recognition.services.transitions import locked, move
from tests import factories as make
from tests.recognition import dossiers as d

pytestmark = pytest.mark.django_db
PAGES = (
    "candidature", "candidature_organisation", "candidature_sites", "candidature_site_add", "candidature_criteria",
    "candidature_files", "candidature_deposit", "candidature_receipt", "candidature_messages", "candidature_complete",
    "candidature_withdraw",
)  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dt.datetime]:
    """Sets the clock of the portal (« 2027-06-02 00:00:00 », in Paris)."""

    def turn(text: str) -> dt.datetime:
        moment = d.paris(text)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(dt.UTC))
        return moment

    return turn


@pytest.fixture
def now(clock: Callable[[str], dt.datetime]) -> dt.datetime:
    """A day when dossiers may be deposited."""
    d.charter()
    return clock("2027-03-15 10:00:00")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(dossier: Candidature, name: str, *args: Any) -> str:
    return reverse(name, args=[dossier.public_id, *args])


def deposited(now: Any) -> Candidature:
    dossier = d.whole(at=now)
    return deposit(candidature=dossier, user=d.manager_of(dossier), name="Une Personne", title="Directrice", at=now)


# --- who opens what


@pytest.mark.parametrize("name", PAGES)
def test_O2_a_dossier_opens_for_its_team_and_nobody_else(now: Any, name: str) -> None:
    dossier = d.whole(at=now)
    stranger = d.manager_of(d.started(at=now))
    url = at(dossier, name)
    assert Client().get(url).status_code == 302
    for user in (make.person(), stranger, make.officer(), make.region_staff()):
        assert signed_in(user).get(url).status_code == 404
    for user in (d.manager_of(dossier), d.colleague(dossier.organisation)):
        assert signed_in(user).get(url).status_code == 200
    left = d.colleague(dossier.organisation)
    Mandate.objects.filter(user=left).update(starts_on="2020-01-01", ends_on="2020-02-01")
    assert signed_in(left).get(url).status_code == 404


def test_O2_a_file_and_a_site_of_another_dossier_do_not_open(now: Any) -> None:
    one, other = d.whole(at=now), d.whole(at=now)
    client = signed_in(d.manager_of(one))
    file, site = other.attachments.all()[0], d.first_site(other)
    assert client.get(at(one, "candidature_file", file.public_id)).status_code == 404
    assert client.get(at(one, "candidature_site", site.pk)).status_code == 404
    assert client.post(at(one, "candidature_site_remove", site.pk)).status_code == 404
    assert client.post(at(one, "candidature_file_remove", file.public_id)).status_code == 404
    assert (other.sites.count(), other.attachments.count()) == (1, 3)


def test_S2_the_call_is_public_and_writes_nothing() -> None:
    answer = Client().get("/candidature/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")
    assert not Campaign.objects.exists()


def test_S2_a_file_leaves_as_a_file_and_never_as_a_page(now: Any) -> None:
    dossier = d.whole(at=now)
    file = dossier.attachments.get(kind="note")
    answer = signed_in(d.manager_of(dossier)).get(at(dossier, "candidature_file", file.public_id))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert b"".join(answer).startswith(b"%PDF-")


# --- beginning

BEGUN = {"organisation_name": "Une association", "not_signatory": "on"}


def test_R1_somebody_begins_a_dossier_online(now: Any) -> None:
    user = make.person()
    client = signed_in(user)
    answer = client.post("/candidature/commencer/", BEGUN | {"siret": d.siret()})
    dossier = Candidature.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, dossier.get_absolute_url())
    assert client.get("/candidature/").context["dossiers"] == [dossier]


def test_R1_refusals_stand_beside_the_form(now: Any) -> None:
    client = signed_in(make.person())
    answer = client.post("/candidature/commencer/", BEGUN | {"siret": "123"})
    assert answer.context["form"].errors == {"siret": ["Ce numéro n’est pas un SIRET\u00a0: vérifiez ses 14 chiffres."]}
    assert not Candidature.objects.exists()


def test_R1_a_member_by_right_reads_that_it_has_nothing_to_lodge(now: Any) -> None:
    house = make.organisation(name="La signataire", status=Organisation.Status.SIGNATORY)
    answer = signed_in(d.colleague(house)).get("/candidature/commencer/")
    assert answer.context["by_right"] == [house]
    assert "organisation" not in answer.context["form"].fields


def test_R1_who_begins_declares_not_to_be_a_signatory(now: Any) -> None:
    client = signed_in(make.person())
    answer = client.post("/candidature/commencer/", {"organisation_name": "Une association", "siret": d.siret()})
    assert list(answer.context["form"].errors) == ["not_signatory"]
    assert not Candidature.objects.exists()


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Mission Locale de Troyes et environs", "Mission locale de Troyes"),
        ("Mision locale de troyes", "Mission locale de Troyes"),
        ("CIBC Aube Centre de bilans", "CIBC Aube"),
        ("La Ligue", "Ligue de l’enseignement"),
    ],
)
def test_R1_a_name_close_to_that_of_a_member_is_asked_about(now: Any, typed: str, known: str) -> None:
    house = make.organisation(name=known, status=Organisation.Status.SIGNATORY)
    make.organisation(name="Mission locale de Nancy", status=Organisation.Status.SIGNATORY)
    make.organisation(name="Mission locale de Metz", status=Organisation.Status.SIGNATORY)
    client, sent = signed_in(make.person()), BEGUN | {"organisation_name": typed, "siret": d.siret()}
    answer = client.post("/candidature/commencer/", sent)
    assert answer.context["form"].near == [house]
    assert list(answer.context["form"].errors) == ["distinct"]
    assert f'<a href="{house.get_absolute_url()}">' in answer.content.decode()
    assert not Candidature.objects.exists()
    assert client.post("/candidature/commencer/", sent | {"distinct": "on"}).status_code == 302


def test_R1_a_name_that_is_like_no_other_is_not_asked_about(now: Any) -> None:
    for town in ("Nancy", "Metz", "Troyes"):
        make.organisation(name=f"Mission locale de {town}", status=Organisation.Status.SIGNATORY)
    client = signed_in(make.person())
    sent = BEGUN | {"organisation_name": "Mission jeunes de Saverne", "siret": d.siret()}
    assert client.post("/candidature/commencer/", sent).status_code == 302


# --- saving


def organisation_form(client: Client, dossier: Candidature, **changed: str) -> dict[str, str]:
    form = client.get(at(dossier, "candidature_organisation")).context["form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in said.items()} | changed


def test_R3_the_button_saves_and_says_it_is_not_deposited(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    answer = client.post(
        at(dossier, "candidature_organisation"), organisation_form(client, dossier, presentation="Nous"), follow=True
    )
    dossier.refresh_from_db()
    assert dossier.presentation == "Nous"
    assert [str(message) for message in answer.context["messages"]] == ["C’est enregistré. Il n’est pas encore déposé."]


def test_R3_what_cannot_be_kept_is_said_and_the_rest_is_saved(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = organisation_form(client, dossier, presentation="Nous", contact_email="pas une adresse", siret="123")
    answer = client.post(at(dossier, "candidature_organisation"), data)
    assert sorted(answer.context["form"].errors) == ["contact_email", "siret"]
    before = dossier.siret
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.contact_email, dossier.siret) == ("Nous", "", before)


def test_R3_the_script_saves_again_and_again(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    data = organisation_form(client, dossier)
    for text in ("N", "No", "Nous"):
        data["presentation"] = text
        answer = client.post(at(dossier, "candidature_organisation"), data, headers={"X-Autosave": "1"})
        said = answer.json()
        assert (answer.status_code, said["state"], said["errors"]) == (200, "saved", {})
        data |= {"version": said["version"], "seen": said["seen"]}
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.version) == ("Nous", 4)


def test_R3_two_colleagues_see_both_texts_and_lose_nothing(now: Any) -> None:
    dossier = d.started(at=now)
    one, other = signed_in(d.manager_of(dossier)), signed_in(d.colleague(dossier.organisation))
    url = at(dossier, "candidature_organisation")
    mine, theirs = organisation_form(one, dossier), organisation_form(other, dossier)
    assert other.post(url, theirs | {"presentation": "Le leur", "team": "Cinq"}).status_code == 302
    script = one.post(url, mine | {"presentation": "Le mien"}, headers={"X-Autosave": "1"})
    assert (script.status_code, script.json()["conflict"][0]["theirs"]) == (409, "Le leur")
    answer = one.post(url, mine | {"presentation": "Le mien", "offer": "Tout"})
    assert answer.status_code == 409
    both = answer.context["attempt"].conflict
    assert [(line["theirs"], line["mine"]) for line in both] == [("Le leur", "Le mien")]
    form = answer.context["form"]
    assert (form["presentation"].value(), form["offer"].value()) == ("Le mien", "Tout")
    again = {name: form[name].value() or "" for name in form.fields}
    assert one.post(url, again).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.offer, dossier.team) == ("Le mien", "Tout", "Cinq")


def test_R3_after_a_merge_the_script_undoes_nobody(now: Any) -> None:
    dossier = d.started(at=now)
    one, other = signed_in(d.manager_of(dossier)), signed_in(d.colleague(dossier.organisation))
    url = at(dossier, "candidature_organisation")
    mine, theirs = organisation_form(one, dossier), organisation_form(other, dossier)
    other.post(url, theirs | {"team": "Cinq"})
    for text in ("N", "Nous"):
        mine["presentation"] = text
        said = one.post(url, mine, headers={"X-Autosave": "1"}).json()
        mine |= {"version": said["version"], "seen": said["seen"]}
    assert said["brought"] == ["team"]
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.team) == ("Nous", "Cinq")


def site_form(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    context = client.get(url).context
    said = {name: context["form"][name].value() for name in context["form"].fields}
    said |= {bound.html_name: bound.value() for bound in context["grid"]}
    return {name: value for name, value in said.items() if value not in (None, False)} | changed


def test_R3_a_site_is_added_then_written_with_its_commune_and_hours(now: Any) -> None:
    dossier = d.started(at=now)
    town = make.town("Épinal", postal_codes=["88000"])
    client = signed_in(d.manager_of(dossier))
    answer = client.post(at(dossier, "candidature_site_add"), {"name": "Accueil central"})
    site = d.first_site(dossier)
    assert (answer.status_code, site.name, site.services) == (302, "Accueil central", [])
    url = at(dossier, "candidature_site", site.pk)
    data = site_form(
        client,
        url,
        commune="Épinal",
        services=d.OWED,
        perimeter="Le bassin",
        **{"h-1-0-start": "9h", "h-1-0-end": "12h"},
    )
    said = client.post(url, data, headers={"X-Autosave": "1"}).json()
    assert (said["state"], said["errors"]) == ("saved", {})
    site.refresh_from_db()
    assert (site.commune, site.lat, site.hours) == (town, town.lat, {"1": [["09:00", "12:00"]]})
    assert site.services == sorted(d.OWED)
    data |= {"version": said["version"], "seen": said["seen"], "h-1-0-end": "8h", "address": "1 rue"}
    said = client.post(url, data, headers={"X-Autosave": "1"}).json()
    assert (said["state"], sorted(said["errors"])) == ("wrong", ["h-1-0-end"])
    site.refresh_from_db()
    assert (site.address, site.hours) == ("1 rue", {"1": [["09:00", "12:00"]]})


def test_R3_a_commune_nobody_knows_is_asked_and_nothing_is_lost(now: Any) -> None:
    dossier = d.whole(at=now)
    site = d.first_site(dossier)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_site", site.pk)
    answer = client.post(url, site_form(client, url, commune="Nullepart", perimeter="Autre"))
    assert "commune" in answer.context["form"].errors
    kept = CandidateSite.objects.get(pk=site.pk)
    assert (kept.commune_id, kept.perimeter) == (site.commune_id, "Autre")


def test_R3_each_criterion_is_saved_alone_by_the_script(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_criteria")
    data = {"gratuite-text": "Tout est gratuit.", "gratuite-evidence": "", "gratuite-version": "0", "gratuite-seen": ""}
    said = client.post(url, data, headers={"X-Autosave": "1"}).json()
    assert (said["state"], said["version"]) == ("saved", 1)
    assert dossier.answers.get().text == "Tout est gratuit."


def test_R3_the_button_saves_every_answer(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_criteria")
    data = {f"{key}-text": key for key in ("gratuite", "membre-coordination")}
    data |= {f"{key}-version": "0" for key in ("gratuite", "membre-coordination")}
    assert client.post(url, data).status_code == 302
    assert list(dossier.answers.values_list("text", flat=True)) == ["gratuite", "membre-coordination"]


def test_R3_a_form_that_lies_about_what_it_read_loses_nothing_of_others(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_organisation")
    answers = []
    for seen in ("[]", "{", json.dumps({"presentation": ["x"]}), "9" * 50):
        data = organisation_form(client, dossier, presentation=seen)
        answers.append(client.post(url, data | {"seen": seen, "version": "1"}).status_code)
    assert answers == [302, 409, 409, 409], "what another may have written since is shown, never written over"


# --- files


def test_R3_a_program_called_pdf_is_refused_in_the_page(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    answer = client.post(
        at(dossier, "candidature_files"), {"kind": "note", "file": d.upload("note.pdf", b"MZ\x90\x00" + b"0" * 100)}
    )
    assert answer.context["form"].errors["file"] == [
        "Ce fichier est un programme, quel que soit son nom. Donnez un PDF, ou une image JPEG ou PNG."
    ]
    assert not dossier.attachments.exists()


def test_R3_a_file_of_300_megabytes_is_refused_before_it_is_read(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    answer = client.post(
        at(dossier, "candidature_files"), {"kind": "note", "file": d.upload()}, CONTENT_LENGTH="300000000"
    )
    assert answer.status_code == 400
    assert "20\u00a0Mo" in answer.content.decode()
    assert not dossier.attachments.exists()


def test_R3_the_three_files_then_one_for_a_criterion(now: Any) -> None:
    dossier = d.started(at=now)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_files")
    for kind in ("note", "activity", "accounts"):
        assert client.post(url, {"kind": kind, "file": d.upload(f"{kind}.pdf")}).status_code == 302
    answer = client.post(url, {"kind": "evidence", "critere": "gratuite", "file": d.upload("tarifs.pdf")})
    assert answer["Location"] == f"{at(dossier, 'candidature_criteria')}#critere-gratuite"
    assert sorted(dossier.attachments.values_list("kind", flat=True)) == ["accounts", "activity", "evidence", "note"]
    assert client.post(url, {"kind": "inconnue", "file": d.upload()}).context["form"].errors["file"] == [
        "Cette sorte de pièce n’existe pas."
    ]


# --- deposit


def declaration(**changed: str) -> dict[str, str]:
    return {"name": "Une Personne", "title": "Directrice", "certified": "on"} | changed


def test_R2_the_check_page_names_the_site_and_the_service(now: Any) -> None:
    dossier = d.whole(at=now, sites=20)
    site = dossier.sites.order_by("order")[7]
    CandidateSite.objects.filter(pk=site.pk).update(services=d.OWED[:2])
    answer = signed_in(d.manager_of(dossier)).get(at(dossier, "candidature_deposit"))
    messages = [gap.message for group in answer.context["groups"] for gap in group["gaps"]]
    assert messages == [f"{site.name}\u00a0: le premier conseil n’est pas coché."]
    assert [line["site"].pk for line in answer.context["grid"] if not all(line["owed"])] == [site.pk]


def test_R14_a_manager_deposits_and_reads_the_receipt(now: Any) -> None:
    dossier = d.whole(at=now)
    client = signed_in(d.manager_of(dossier))
    answer = client.post(at(dossier, "candidature_deposit"), declaration())
    assert answer["Location"] == at(dossier, "candidature_receipt")
    page = client.get(answer["Location"])
    dossier.refresh_from_db()
    assert dossier.state == "deposited"
    assert len(page.context["files"]) == 3
    for text in (dossier.receipt_number, dossier.attachments.get(kind="note").sha256, "Une Personne, Directrice"):
        assert text in page.content.decode()


def test_R14_a_double_click_leads_to_the_one_receipt(now: Any) -> None:
    dossier = d.whole(at=now)
    client = signed_in(d.manager_of(dossier))
    places = [client.post(at(dossier, "candidature_deposit"), declaration())["Location"] for _ in range(2)]
    assert places == [at(dossier, "candidature_receipt")] * 2
    assert dossier.snapshots.count() == 1


def test_R14_without_the_declaration_nothing_is_deposited(now: Any) -> None:
    dossier = d.whole(at=now)
    data = declaration()
    del data["certified"]
    answer = signed_in(d.manager_of(dossier)).post(at(dossier, "candidature_deposit"), data)
    assert answer.context["form"].errors == {"certified": ["Cochez la déclaration pour déposer."]}
    dossier.refresh_from_db()
    assert dossier.state == "draft"


def test_R1_a_colleague_who_does_not_manage_cannot_deposit(now: Any) -> None:
    dossier = d.whole(at=now)
    client = signed_in(d.colleague(dossier.organisation))
    assert client.get(at(dossier, "candidature_deposit")).context["signs"] is False
    client.post(at(dossier, "candidature_deposit"), declaration())
    dossier.refresh_from_db()
    assert dossier.state == "draft"


def test_R4_a_deposit_one_second_late_is_offered_to_next_year(now: Any, clock: Callable[[str], dt.datetime]) -> None:
    dossier = d.whole(at=now)
    clock("2027-06-02 00:00:00")
    answer = signed_in(d.manager_of(dossier)).post(at(dossier, "candidature_deposit"), declaration(), follow=True)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.campaign.year, dossier.attachments.count()) == ("draft", 2028, 3)
    assert "campagne 2028" in str(next(iter(answer.context["messages"])))


def test_R4_a_deposited_dossier_is_read_and_no_longer_written(now: Any) -> None:
    dossier = deposited(now)
    client = signed_in(d.manager_of(dossier))
    for name in ("candidature_organisation", "candidature_criteria", "candidature_files", "candidature_sites"):
        assert b"<textarea" not in client.get(at(dossier, name)).content
    client.post(at(dossier, "candidature_organisation"), {"presentation": "Autre", "version": "1"})
    client.post(at(dossier, "candidature_files"), {"kind": "extra", "file": d.upload()})
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.attachments.count()) == ("Nous accueillons.", 3)


# --- back and forth


def test_R5_messages_are_read_when_somebody_says_so(now: Any) -> None:
    dossier = deposited(now)
    send_message(candidature=dossier, side="region", text="Une question", author=make.region_staff(), at=now)
    client = signed_in(d.colleague(dossier.organisation))
    url = at(dossier, "candidature_messages")
    assert client.get(url).context["unread"] == 1
    assert client.get(url).context["unread"] == 1
    client.post(url, {"lus": "1"})
    assert client.get(url).context["unread"] == 0
    assert Message.objects.get().read_at is not None


def test_R5_what_the_region_asks_is_answered_online(now: Any) -> None:
    from recognition.models import PieceRequest

    dossier = deposited(now)
    move(locked(dossier, {"deposited"}), "incomplete", kind="asked", text="Demande.", at=now, actor=None)
    PieceRequest.objects.create(
        candidature=dossier, items=["Les comptes"], reason="Illisibles.", asked_at=now, due_on=day_of(now)
    )
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_complete")
    assert client.get(url).context["piece_request"].items == ["Les comptes"]
    assert client.post(url, {"text": "Voilà."})["Location"] == dossier.get_absolute_url()
    dossier.refresh_from_db()
    assert (dossier.state, dossier.requests.get().answer) == ("deposited", "Voilà.")


def test_R13_a_deposited_dossier_is_withdrawn_with_a_reason(now: Any) -> None:
    dossier = deposited(now)
    client = signed_in(d.manager_of(dossier))
    url = at(dossier, "candidature_withdraw")
    assert "reason" in client.post(url, {"reason": ""}).context["form"].errors
    client.post(url, {"reason": "Nous fermons."})
    dossier.refresh_from_db()
    assert dossier.state == "withdrawn"


# --- what pages cost


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_same_of_one_site_and_of_twenty(
    now: Any, name: str, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for sites in (1, 20):
        dossier = d.whole(at=now, sites=sites)
        client = signed_in(d.manager_of(dossier))
        client.get(at(dossier, name))
        with django_assert_max_num_queries(32) as asked:
            client.get(at(dossier, name))
        counts.append(len(asked))
    assert counts[0] == counts[1]
