"""The pages that bring a CV in and take everything out: what is shown is what is added, what leaves is whole (L10)."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import secrets
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import etree

from core.models import JournalEntry
from lorfolio.interchange.reading import of_file
from lorfolio.lists import Act
from lorfolio.models import Choice, Experience, Operation, Portfolio, Skill
from lorfolio.services import safe, taking
from tests.factories import person
from tests.lorfolio.people import NOW, PDF, cv, experience, extra, file, language, portfolio, skill
from tests.lorfolio.test_interchange_json import SAMPLE
from tests.memory import held_at_once

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/lorfolio/importer/", "/lorfolio/export.zip"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(client: Client) -> Portfolio:
    made = portfolio()
    client.force_login(made.user)
    return made


def given(client: Client, data: bytes, name: str = "cv.json") -> Any:
    return client.post(IMPORT, {"act": "file", "file": SimpleUploadedFile(name, data)})


def ticked(page: Any) -> dict[str, Any]:
    """What the form of the preview sends when nothing is touched."""
    text = page.content.decode()
    document = re.search(r'name="document" value="([^"]*)"', text)
    assert document
    boxes = re.findall(r'name="item" value="([^"]+)" checked', text)
    return {"act": "add", "document": html.unescape(document[1]), "item": boxes}


def test_L10_a_cv_is_shown_then_added_once(client: Client, owner: Portfolio) -> None:
    page = given(client, SAMPLE.read_bytes())
    assert page.status_code == 200
    assert Experience.objects.count() == 0, "nothing is written before the person says so"
    sent = ticked(page)
    assert len(sent["item"]) == 16
    answer = client.post(IMPORT, sent)
    assert (answer.status_code, answer["Location"]) == (302, "/lorfolio/parcours/")
    assert (Experience.objects.count(), Skill.objects.count()) == (6, 2)
    client.post(IMPORT, sent)
    assert (Experience.objects.count(), Skill.objects.count()) == (6, 2), "a second click adds nothing"
    assert JournalEntry.objects.filter(verb="lorfolio.import").count() == 1
    again = given(client, SAMPLE.read_bytes())
    assert ticked(again)["item"] == []


def test_L10_what_was_unticked_is_not_added(client: Client, owner: Portfolio) -> None:
    sent = ticked(given(client, SAMPLE.read_bytes()))
    client.post(IMPORT, sent | {"item": ["work.1", "work.99", "autre"]})
    assert list(Experience.objects.values_list("title", flat=True)) == ["Entrepôt Exemple"]


def test_L10_what_the_person_wrote_is_kept_unless_they_say_otherwise(client: Client, owner: Portfolio) -> None:
    sent = ticked(given(client, SAMPLE.read_bytes()))
    client.post(IMPORT, sent)
    owner.refresh_from_db()
    assert (owner.family_name, owner.headline) == ("Exemple", "Vendeuse en boulangerie")
    client.post(IMPORT, sent | {"replace": "on"})
    owner.refresh_from_db()
    assert owner.family_name == "Exemple-Martin"


def test_L10_something_alike_is_said_and_not_ticked(client: Client, owner: Portfolio) -> None:
    experience(owner, title="vendeuse", organisation="Boulangerie exemple", starts="2019")
    skill(owner, "Tenir une caisse")
    page = given(client, SAMPLE.read_bytes())
    assert "work.0" not in ticked(page)["item"]
    assert "Ressemble à «\u00a0vendeuse\u00a0»" in html.unescape(page.content.decode())
    assert 'value="work.0">' in page.content.decode()


def test_L10_unknown_fields_are_listed(client: Client, owner: Portfolio) -> None:
    page = given(client, json.dumps({"work": [{"position": "Aide", "équipe": "B"}], "autre": 1}).encode())
    assert re.findall(r"<code>(.*?)</code>", page.content.decode()) == ["autre", "work[0].équipe"]


def test_L10_a_pasted_list_is_read(client: Client, owner: Portfolio) -> None:
    page = client.post(IMPORT, {"act": "paste", "what": "parcours", "text": "• 2019-2022 Vendeuse, Boulangerie\n---"})
    assert ticked(page)["item"] == ["work.0"]
    client.post(IMPORT, ticked(page))
    row = Experience.objects.get()
    assert (row.title, row.organisation, row.starts, row.ends) == ("Vendeuse", "Boulangerie", "2019", "2022")
    skills = client.post(IMPORT, {"act": "paste", "what": "competences", "text": "Cuisiner\nCuisiner\nCoudre"})
    assert client.post(IMPORT, ticked(skills))["Location"] == "/lorfolio/competences/"
    assert set(Skill.objects.values_list("label", flat=True)) == {"Cuisiner", "Coudre"}


NO_CV = (
    b"",
    b"%PDF-1.7",
    b"{",
    b"[1]",
    b"null",
    b'{"a": 1}',
    b"<a/>",
    b"<Candidate",
    b"PK\x03\x04zip",
    b"\xff\xfe\x00",
)


@pytest.mark.parametrize("data", NO_CV)
def test_S4_what_is_no_cv_is_refused_beside_the_field(client: Client, owner: Portfolio, data: bytes) -> None:
    page = given(client, data)
    assert page.status_code == 422
    assert list(page.context["file"].errors) == ["file"]


def test_S4_what_was_pasted_stays(client: Client, owner: Portfolio) -> None:
    page = client.post(IMPORT, {"act": "paste", "what": "rien", "text": "Vendeuse"})
    assert page.status_code == 422
    assert ">\nVendeuse</textarea>" in page.content.decode()
    assert list(page.context["paste"].errors) == ["what"]


def test_S4_a_file_too_heavy_is_refused_before_it_is_read(client: Client, owner: Portfolio) -> None:
    page = given(client, b" " * 8_000_001)
    assert page.context["file"].errors["file"][0].startswith("Ce fichier est trop lourd")


def test_L10_a_preview_is_asked_of_few_queries(
    client: Client, owner: Portfolio, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        experience(owner)
    with django_assert_max_num_queries(9):
        given(client, SAMPLE.read_bytes())


# --- Out


def exported(client: Client) -> Any:
    return client.get(EXPORT)


def archive_of(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def rich() -> Portfolio:
    made = portfolio(headline="Vendeuse", summary="J’aime le contact.")
    lived, held = experience(made, title="Vendeuse"), skill(made, "Accueillir", level=3)
    held.experiences.add(lived)
    language(made)
    extra(made)
    first = cv(made, name="Boulangerie")
    Choice.objects.create(selection=first.selection, experience=lived)
    file(made, name="diplôme.pdf")
    return made


def test_L10_everything_leaves_with_its_hashes_and_comes_back(client: Client) -> None:
    made = rich()
    client.force_login(made.user)
    response = client.get(EXPORT)
    assert response["Content-Type"] == "application/zip"
    archive = archive_of(response)
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert [row["path"] for row in manifest["files"]] == [
        "LISEZMOI.html", "resume.json", "europass.xml", "portfolio.json", "cv/boulangerie.pdf", "cv/boulangerie.docx",
        "cv/boulangerie.json", "cv/boulangerie.xml", "coffre/documents/diplôme.pdf", "coffre/trace.csv",
    ]  # fmt: skip
    assert manifest["unreadable"] == []
    for row in manifest["files"]:
        data = archive.read(row["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (row["size"], row["sha256"])
    assert archive.read("coffre/documents/diplôme.pdf") == PDF
    assert archive.read("cv/boulangerie.pdf")[:5] == b"%PDF-"
    assert Operation.objects.filter(act=Act.EXPORT).count() == 1
    newcomer = portfolio()
    other = Client()
    other.force_login(newcomer.user)
    whole = b"".join(exported(client).streaming_content)
    page = given(other, whole, "lorfolio.zip")
    other.post(IMPORT, ticked(page))
    assert list(newcomer.experiences.values_list("title", flat=True)) == ["Vendeuse"]
    assert list(newcomer.skills.values_list("label", "level")) == [("Accueillir", 3)]


def test_L10_every_table_is_taken_out_or_said_elsewhere() -> None:
    tables = {model.__name__ for model in apps.get_app_config("lorfolio").get_models() if not model._meta.auto_created}
    assert tables == set(taking.OWNED) | set(taking.ELSEWHERE)


def test_L10_no_key_nor_digest_of_a_link_leaves(client: Client) -> None:
    made = rich()
    said = taking.as_json(taking.tables_of(made, NOW)).decode()
    for secret in (made.sealed_key, made.safefiles.get().stored, made.safefiles.get().stored_sha256):
        assert secret not in said
    assert "diplôme.pdf" in said


def test_L7_an_altered_document_is_named_and_takes_no_other_with_it(client: Client) -> None:
    made = rich()
    stored = made.safefiles.get().stored
    file(made, name="autre.pdf")
    with Path(safe.storage().path(stored)).open("r+b") as kept:
        kept.seek(30)
        kept.write(b"\0\0\0\0")
    client.force_login(made.user)
    archive = archive_of(client.get(EXPORT))
    assert json.loads(archive.read("manifest.json"))["unreadable"] == ["coffre/documents/diplôme.pdf"]
    assert archive.read("coffre/documents/autre.pdf") == PDF


def test_L10_a_cv_as_data_says_what_it_shows_and_no_more(client: Client) -> None:
    made = rich()
    Portfolio.objects.filter(pk=made.pk).update(
        email="cachee@exemple.invalid", phone="0999999999", place="Ville-Canari",
        details={"location": {"address": "1 rue Canari", "postalCode": "98765"}, "image": "https://canari.invalid/"},
    )  # fmt: skip
    hidden = experience(made, title="Expérience-canari")
    shown = cv(made, with_email=False, with_phone=False, with_place=False)
    Choice.objects.create(selection=shown.selection, experience=made.experiences.get(title="Vendeuse"))
    client.force_login(made.user)
    as_json = client.get(reverse("lorfolio_cv_json", args=[shown.pk]))
    as_xml = client.get(reverse("lorfolio_cv_xml", args=[shown.pk]))
    assert json.loads(as_json.content)["work"] == [{"position": "Vendeuse", "startDate": "2024-09"}]
    assert etree.fromstring(as_xml.content).tag == "{http://www.europass.eu/1.0}Candidate"
    for words in ("cachee@", "0999999999", "anari", "98765", hidden.title):
        assert words not in as_json.content.decode() + as_xml.content.decode()


@pytest.mark.parametrize("name", ["lorfolio_cv_json", "lorfolio_cv_xml"])
def test_L1_the_cv_of_another_does_not_exist(client: Client, owner: Portfolio, name: str) -> None:
    assert client.get(reverse(name, args=[cv(portfolio()).pk])).status_code == 404


PAGES = (IMPORT, EXPORT, "/lorfolio/emporter/", "/lorfolio/resume.json", "/lorfolio/europass.xml")


@pytest.mark.parametrize("path", PAGES)
def test_L1_the_pages_are_their_owner_s(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/comptes/connexion/")
    client.force_login(person())
    assert client.get(path)["Location"] == "/lorfolio/ouvrir/"
    client.force_login(portfolio().user)
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store, max-age=0")


def test_L10_the_archive_is_asked_of_as_many_queries_whatever_there_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    made = portfolio()
    for _ in range(12):
        skill(made).experiences.add(experience(made))
        extra(made)
    client.force_login(made.user)
    with django_assert_max_num_queries(55):
        b"".join(exported(client).streaming_content)
    assert of_file(b'{"work": []}').incoming.rows == []


def test_L7_a_big_safe_leaves_one_document_at_a_time(client: Client, settings: Any) -> None:
    """300 documents of 200 kB: what is held at once does not grow with their number."""
    settings.LORFOLIO_QUOTA_BYTES = 10**9
    made = portfolio()
    for number in range(300):
        file(made, name=f"document-{number}.pdf", data=PDF + number.to_bytes(4) + secrets.token_bytes(200_000))
    client.force_login(made.user)

    def sent() -> int:
        return sum(len(piece) for piece in exported(client).streaming_content)

    assert sent() > 60_000_000
    assert held_at_once(sent) < 12_000_000
