"""What leaves the desk on paper: the whole dossier, its archive, one-page sheets, minutes (R5, R6, R13)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from core.reference import Status
from members.models import QualityCriterion
from recognition import letters
from recognition.clock import PARIS
from recognition.documents import dossier_pdf, dossier_zip, minutes_pdf, sheet_pdf
from recognition.documents.archive import archive_name
from recognition.models import (
    OWED,
    AgendaItem,
    Answer,
    Assessment,
    Attachment,
    CandidateSite,
    Candidature,
    PrivateNote,
    Recusal,
    Sitting,
)
from tests import factories as make
from tests import pdf
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db
LONG = "Le lieu ouvre à toutes et à tous, sans rendez-vous le matin ; l’équipe y reçoit, informe et conseille. "


@pytest.fixture(autouse=True)
def _world(db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world.rules()


def big(name: str = "La grande maison", sites: int = 20) -> Candidature:
    """A dossier of many sites and many words, partly examined, with a private note."""
    made = world.dossier(name, presentation=LONG * 40, offer=LONG * 20, team="Cinq personnes.")
    town = make.town("Saint-Dié-des-Vosges")
    criteria = [
        QualityCriterion.objects.create(
            charter=made.charter, key=f"c-{made.pk}-{number}", order=number, title=f"Critère {number}", text="Texte.",
            article="2.a", kind="value", applies_to="all",
        )
        for number in range(10)
    ]  # fmt: skip
    for number in range(sites):
        site = CandidateSite.objects.create(
            candidature=made, order=number, name=f"Antenne numéro {number} de la maison de l’orientation des Vosges",
            address="2 place du Marché", postal_code="88100", commune=town, services=list(OWED),
            publics=[Status.LYCEEN], hours={"1": [["09:00", "12:00"]]}, has_reception=True, has_internet=True,
        )  # fmt: skip
        if number < 10:
            Assessment.objects.create(
                candidature=made, criterion=criteria[number], site=site, level="unmet" if number % 2 else "met",
                comment=LONG * 5, assessed_at=world.DEPOSIT,
            )  # fmt: skip
    for criterion in criteria:
        Answer.objects.create(
            candidature=made, criterion=criterion, text=f"Réponse {criterion.order}.", evidence="Le règlement."
        )
    PrivateNote.objects.create(candidature=made, text="Note entre nous", written_at=world.DEPOSIT)
    return made


def given(candidature: Candidature, name: str, data: bytes, **fields: Any) -> Attachment:
    values = {
        "candidature": candidature, "kind": "extra", "name": name, "mime": "application/pdf", "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(), "added_at": world.DEPOSIT,
    }  # fmt: skip
    file = Attachment(**values | fields)
    file.file.save("", ContentFile(data, name="x"), save=True)
    return file


# --- the dossier


def test_R5_the_whole_dossier_is_on_paper() -> None:
    dossier = big()
    data = dossier_pdf(dossier)
    said = pdf.read_aloud(data)
    for number in range(20):
        assert said.count(f"Antenne numéro {number} de la maison") == 1
    for number in range(10):
        assert said.count(f"Réponse {number}.") == 1
    for file in dossier.attachments.all():
        assert said.replace(" ", "").count(file.sha256) == 1
    assert "Lundi : 9h-12h" in said
    assert "Note entre nous" not in said
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert opened.open_metadata()["pdfuaid:part"] == "1"


def test_R13_a_snapshot_is_printed_as_it_was() -> None:
    dossier = world.dossier(presentation="Avant.")
    kept = dossier.snapshots.get()
    dossier.presentation = "Après."
    dossier.save()
    was, now = pdf.words(dossier_pdf(dossier, kept)), pdf.words(dossier_pdf(dossier))
    assert ("Avant." in was, "Après." in was, "tel que déposé" in was) == (True, False, True)
    assert ("Avant." in now, "Après." in now, "tel qu’il est aujourd’hui" in now) == (False, True, True)
    assert kept.sha256 in was.replace(" ", "")


def test_an_empty_draft_can_be_printed() -> None:
    dossier = Candidature.objects.create(
        organisation=make.organisation(name="Vide"), campaign=world.world.campaign(),
        charter=world.world.campaign().charter, siret="12345678900000", created_at=world.DEPOSIT,
    )  # fmt: skip
    said = pdf.words(dossier_pdf(dossier))
    assert "pas encore déposé" in said
    assert "Aucun lieu n’est encore décrit." in said


def test_a_dossier_of_twenty_sites_asks_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    for dossier in (big("Petite", 1), big("Grande", 20)):
        again = Candidature.objects.select_related("organisation", "campaign", "charter").get(pk=dossier.pk)
        with django_assert_max_num_queries(4):
            dossier_pdf(again)


# --- the archive


def test_R5_the_archive_holds_every_file_and_its_digest() -> None:
    dossier = world.dossier(files=0)
    note = given(dossier, "../../Note d’été.pdf", b"%PDF-1 note", kind="note")
    same = given(dossier, "Note.pdf", b"%PDF-1 annexe")
    twin = given(dossier, "Note.pdf", b"%PDF-1 autre annexe")
    old = given(dossier, "Vieille.pdf", b"%PDF-1 vieille", replaced_at=world.DEPOSIT)
    letter = letters.draw(
        letter=letters.write(kind="receipt", at=world.TOLD, key="k", candidature=dossier), at=world.TOLD
    )
    pieces = list(dossier_zip(dossier))
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        listed = dict(
            reversed(line.split("  ", 1)) for line in archive.read("empreintes-sha256.txt").decode().splitlines()
        )
        digests = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in listed}
    assert digests == listed
    assert sorted(listed.values()) == sorted(file.sha256 for file in (note, same, twin, old, letter))
    assert [name for name in names if name not in listed] == ["dossier.pdf", "empreintes-sha256.txt"]
    assert not [name for name in names if ".." in name or name.startswith("/")]
    assert sorted({name.partition("/")[0] for name in listed}) == ["lettres", "pieces", "pieces-remplacees"]
    assert archive_name(dossier) == "dossier-2027-maison-de-l-orientation-des-vosges.zip"
    assert names[2:] == [
        "pieces/01-note-de-presentation-Note d_été.pdf", "pieces/02-autre-piece-Note.pdf",
        "pieces/03-autre-piece-Note.pdf", "pieces-remplacees/04-autre-piece-Vieille.pdf",
        f"lettres/2027-12-15-accuse-de-reception-{dossier.receipt_number}.pdf",
    ]  # fmt: skip


def test_R13_the_archive_is_dated_of_what_it_holds() -> None:
    dossier = world.dossier(files=0)
    kept = dossier.snapshots.get()
    with zipfile.ZipFile(io.BytesIO(b"".join(dossier_zip(dossier)))) as archive:
        dates = {info.filename: info.date_time for info in archive.infolist()}
    local = kept.taken_at.astimezone(PARIS)
    assert dates == dict.fromkeys(["dossier.pdf", "empreintes-sha256.txt"], local.timetuple()[:6])


def test_R15_the_paper_gives_each_criterion_its_own_words() -> None:
    dossier = world.dossier()
    shared = "Les engagements des membres"
    texts = ["Prendre part à la coordination régionale", "S’engager dans la démarche d’évaluation " + "du SPRO " * 20]
    for order, text in enumerate(texts):
        criterion = QualityCriterion.objects.create(
            charter=dossier.charter, key=f"e-{order}", order=order, title=shared, text=text.strip(), article="3.b",
            kind="engagement", applies_to="candidate",
        )  # fmt: skip
        Answer.objects.create(candidature=dossier, criterion=criterion, text=f"Réponse {order}.")
    said = pdf.words(dossier_pdf(dossier))
    assert shared not in said
    assert "Prendre part à la coordination régionale article 3.b" in said
    assert " ".join(texts[1].split()) in said


def test_the_archive_never_holds_the_whole_in_memory() -> None:
    dossier = world.dossier(files=0)
    given(dossier, "grand.pdf", b"%PDF-1 " + b"x" * 3_000_000)
    assert max(len(piece) for piece in dossier_zip(dossier)) < 600_000


def test_a_lost_file_is_told_before_anything_is_sent() -> None:
    dossier = world.dossier(files=0)
    file = given(dossier, "note.pdf", b"%PDF-1")
    Path(file.file.path).unlink()
    with pytest.raises(ValidationError, match="ne sont plus sur le disque"):
        dossier_zip(dossier)


# --- sheets


def test_R6_each_dossier_is_one_page_whatever_it_holds() -> None:
    long = world.dossier("X" * 290, presentation="y" * 8000, legal_representative="z" * 200, legal_form="w" * 120)
    large, small = big(), world.dossier("Petite maison", presentation="Court.")
    world.opinions(large)
    data = sheet_pdf([large, long, small], title="Conseil d’Orientation, 20 septembre 2027")
    assert pdf.pages(data) == 3
    first, last = pdf.words(data, 1), pdf.words(data, 3)
    assert "La grande maison" in first
    assert "21 lieux d’accueil" in first
    assert "avis favorable. Un accueil solide." in first
    assert "Note entre nous" not in first
    assert "Petite maison" in last
    assert "fiche 3 sur 3" in last
    assert pdf.widest(data) <= 595


def test_R6_one_dossier_alone_and_none() -> None:
    assert pdf.pages(sheet_pdf(world.dossier())) == 1
    assert pdf.pages(sheet_pdf([])) == 1


# --- minutes


def test_R6_minutes_say_who_was_there_and_what_was_said() -> None:
    dossier, other = world.dossier("Première"), world.dossier("Seconde")
    world.opinions(dossier)
    sitting = Sitting.objects.get(body__slug="crefop")
    sitting.present, sitting.minutes = "Ada, Organisme A\nBob, Organisme B", "On a parlé.\nLonguement."
    sitting.starts_at, sitting.chair = dt.time(9, 30), "Camille Exemple"
    sitting.save()
    for order, one in enumerate((dossier, other), 1):
        AgendaItem.objects.create(sitting=sitting, candidature=one, order=order)
    Recusal.objects.create(sitting=sitting, candidature=dossier, person="Bob", reason="il préside l’organisme.")
    data = minutes_pdf(sitting)
    said = pdf.read_aloud(data)
    places = [
        said.find(mark)
        for mark in (
            "18 octobre 2027 à 09 h 30", "Personnes présentes (2)", "Ada, Organisme A", "1. Première",
            "Bob quitte la séance", "Avis réservé.", "2. Seconde", "Aucun avis n’est saisi.", "On a parlé.",
            "Compte rendu en préparation",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert places[0] > 0
