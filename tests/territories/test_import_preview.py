"""The three files of the desk: the preview writes nothing, says every change, holds what applying writes (M6, T3)."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import imports
from core.journal import UNSAID
from core.models import ImportDraft, JournalEntry, OutboxMail
from core.packs.report import LoadError
from territories.importers import pack_zip
from territories.importers.pack_zip import unpack
from territories.importers.region_pack import load_region_pack
from territories.models import Referent, RoutingRule, Site
from tests.factories import region_staff
from tests.packs import STRUCTURE_COLUMNS, changed, write_pack
from tests.territories.test_load_referents import BOB, COLUMNS, VACANT
from tests.territories.test_load_structures import line
from tests.territories.test_region_pack import figures, versions

State = ImportDraft.State
pytestmark = pytest.mark.django_db
OWN = {"JournalEntry"}  # that a file was given, and a decision asked for, is journaled


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(imports, "_wake_worker", lambda _: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def zipped(folder: Path, root: str = "") -> bytes:
    path = folder.parent / "pack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, f"{root}{each.relative_to(folder)}")
    return path.read_bytes()


def give(kind: str, name: str, content: bytes) -> ImportDraft:
    draft = imports.keep(kind=kind, upload=SimpleUploadedFile(name, content), actor=region_staff())
    imports.work(draft.pk)
    draft.refresh_from_db()
    return draft


def decide(draft: ImportDraft) -> ImportDraft:
    imports.ask_to_apply(draft=draft, digest=draft.digest, actor=region_staff(name="Thomas"))
    imports.work(draft.pk)
    draft.refresh_from_db()
    return draft


def without_own(rows: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rows.items() if name not in OWN}


def told(draft: ImportDraft) -> list[tuple[str, ...]]:
    return list(draft.changes.values_list("act", "key", "field", "before", "after"))


@pytest.mark.parametrize("root", ["", "grand-est/"])
def test_M6_the_preview_of_a_whole_pack_writes_nothing_and_applying_writes_what_the_command_would(
    folder: Path, root: str
) -> None:
    before = without_own(versions())
    draft = give("pack", "pack.zip", zipped(folder, root))
    assert (draft.state, draft.errors) == (State.READY, [])
    assert without_own(versions()) == before
    assert draft.count == draft.changes.count() > 20
    assert decide(draft).state == State.APPLIED
    by_the_desk = without_own(figures())
    assert JournalEntry.objects.get(verb="pack.load").actor_label == "Région"
    assert Site.objects.exclude(card="").exists()
    report = load_region_pack(folder)
    assert (report.changed, without_own(figures())) == (False, by_the_desk)


def test_M6_the_preview_says_each_field_before_and_after_and_where_the_file_says_it(folder: Path) -> None:
    load_region_pack(folder)
    write_pack(folder, **changed("sites", "Mission locale d’Amont", "Mission locale d’En-Haut"))
    draft = give("pack", "pack.zip", zipped(folder))
    assert told(draft) == [
        ("update", "ml-amont", "nom", "Mission locale d’Amont", "Mission locale d’En-Haut"),
    ]
    change = draft.changes.get()
    assert (change.file, change.line) == ("sites.csv", 3)
    assert Site.objects.get(slug="ml-amont").name == "Mission locale d’Amont"
    decide(draft)
    assert Site.objects.get(slug="ml-amont").name == "Mission locale d’En-Haut"


def test_S3_the_history_of_an_object_says_which_import_changed_it_who_decided_before_and_after(
    folder: Path, client: Client
) -> None:
    load_region_pack(folder)
    site = Site.objects.get(slug="ml-amont")
    mine = JournalEntry.objects.filter(target_type="territories.site", target_key=str(site.pk))
    assert list(mine.values_list("verb", "actor_label")) == [("import.add", "système")]
    write_pack(folder, **changed("sites", "Mission locale d’Amont", "Mission locale d’En-Haut"))
    draft = decide(give("pack", "pack.zip", zipped(folder)))
    line = mine.get(verb="import.change")
    assert (line.actor_key, line.actor_label) == (draft.decided_key, "Région")
    assert line.changes == {
        "name": ["Mission locale d’Amont", "Mission locale d’En-Haut"], "imported_file": [None, "sites.csv"],
    }  # fmt: skip
    ImportDraft.objects.all().delete()  # as the purge does: the history stays
    client.force_login(region_staff(name="Zoé"))
    page = client.get(reverse("admin:territories_site_history", args=[site.pk])).content.decode()
    assert "Thomas (Région)" in page
    assert "a modifié, par un import" in page
    assert "Mission locale d’En-Haut" in page
    assert "Fichier importé" in page
    load_region_pack(folder)
    assert mine.count() == 2


def test_S2_an_import_of_contacts_leaves_in_histories_that_they_changed_and_no_value(folder: Path) -> None:
    load_region_pack(folder)
    give_and_apply = decide(give("referents", "contacts.csv", "\n".join([COLUMNS, BOB, VACANT]).encode()))
    assert give_and_apply.state == State.APPLIED
    bob = Referent.objects.get(pack_key="t-1")
    line = JournalEntry.objects.get(verb="import.change", target_type="territories.referent", target_key=str(bob.pk))
    assert line.changes == {
        "email": [UNSAID, UNSAID], "phone": [UNSAID, UNSAID], "imported_file": [None, "contacts.csv"],
    }  # fmt: skip


def test_S3_what_an_import_removes_leaves_its_values_in_the_journal(folder: Path) -> None:
    load_region_pack(folder)
    rule = RoutingRule.objects.order_by("pk").first()
    assert rule is not None
    text = (folder / "routing.csv").read_text().splitlines()
    (folder / "routing.csv").write_text("\n".join([text[0], *text[2:]]) + "\n")
    gone = set(map(str, RoutingRule.objects.values_list("pk", flat=True)))
    load_region_pack(folder)
    gone -= set(map(str, RoutingRule.objects.values_list("pk", flat=True)))
    line = JournalEntry.objects.get(verb="import.remove")
    assert {line.target_key} == gone
    assert {after for _, after in line.changes.values()} == {None}


def test_M6_a_field_edited_between_the_preview_and_the_decision_is_kept_and_nothing_is_written(folder: Path) -> None:
    load_region_pack(folder)
    write_pack(folder, **changed("sites", "Mission locale d’Amont", "Mission locale d’En-Haut"))
    draft = give("pack", "pack.zip", zipped(folder))
    Site.objects.filter(slug="ml-amont").update(name="Notre nom")
    assert decide(draft).state == State.READY
    assert (draft.notice, told(draft)) == (imports.CHANGED_SINCE, [])
    assert Site.objects.get(slug="ml-amont").name == "Notre nom"


def test_M6_what_changed_elsewhere_does_not_stand_in_the_way(folder: Path) -> None:
    load_region_pack(folder)
    write_pack(folder, **changed("sites", "Mission locale d’Amont", "Mission locale d’En-Haut"))
    draft = give("pack", "pack.zip", zipped(folder))
    Site.objects.exclude(slug="ml-amont").update(phone="01 99 00 00 09")
    assert decide(draft).state == State.APPLIED


def test_M6_errors_of_a_pack_name_the_file_the_line_and_the_column(folder: Path) -> None:
    write_pack(folder, **changed("sites", "97001", "00000"))
    draft = give("pack", "pack.zip", zipped(folder))
    assert draft.state == State.REFUSED
    assert draft.errors[0].startswith("sites.csv, ligne 2, colonne insee\u00a0: ")


def test_a_directory_of_structures_is_previewed_and_applied(folder: Path) -> None:
    load_region_pack(folder)
    before = without_own(versions())
    draft = give("structures", "annuaire.csv", f"{STRUCTURE_COLUMNS}\n{line()}\n".encode())
    assert without_own(versions()) == before
    fields = {change[2]: change[3:] for change in told(draft)}
    assert fields["adresse"] == ("–", "1 rue d’Amont")
    assert fields["horaires"] == ("–", "lundi 09:00-12:00\u00a0; mardi 09:00-12:00")
    assert draft.changes.first().file == "annuaire.csv"
    assert decide(draft).state == State.APPLIED
    assert Site.objects.get(slug="ml-amont").address == "1 rue d’Amont"


def test_T3_contacts_never_show_in_a_preview_nor_in_the_journal(folder: Path) -> None:
    load_region_pack(folder)
    draft = give("referents", "contacts.csv", "\n".join([COLUMNS, BOB, VACANT]).encode())
    assert draft.state == State.READY
    assert {change[3:] for change in told(draft)} == {("valeur personnelle, non montrée",) * 2}
    assert {change[2] for change in told(draft)} == {"courriel professionnel", "téléphone professionnel"}
    decide(draft)
    assert Referent.objects.get(pack_key="t-1").email == "b.modele@ml-amont.example"
    kept = [str(list(model.objects.values())) for model in (ImportDraft, JournalEntry, OutboxMail)]
    kept.append(str(list(draft.changes.values())))
    assert [text for text in kept if "modele" in text.lower() or "99 00 00 01" in text] == []
    assert not draft.file


def test_T3_a_contact_that_changed_in_between_is_seen_although_it_is_not_shown(folder: Path) -> None:
    load_region_pack(folder)
    draft = give("referents", "contacts.csv", "\n".join([COLUMNS, BOB]).encode())
    Referent.objects.filter(pack_key="t-1").update(email="autre@ml-amont.example")
    assert decide(draft).state == State.READY
    assert draft.notice == imports.CHANGED_SINCE
    assert Referent.objects.get(pack_key="t-1").email == "autre@ml-amont.example"


# --- archives that mean harm


def archive(path: Path, write: Callable[[zipfile.ZipFile], Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("pack.toml", "format = 1")
        write(made)
    return path


def link(made: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("sites.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    made.writestr(info, "/etc/passwd")


HARMFUL: dict[str, tuple[Callable[[zipfile.ZipFile], Any], str]] = {
    "climbs": (lambda made: made.writestr("../../sites.csv", "x"), "sort de son dossier"),
    "absolute": (lambda made: made.writestr("/etc/sites.csv", "x"), "sort de son dossier"),
    "windows": (lambda made: made.writestr("C:\\sites.csv", "x"), "sort de son dossier"),
    "link": (link, "lien"),
    "many": (lambda made: [made.writestr(f"{n}.txt", "") for n in range(pack_zip.MAX_ENTRIES + 1)], "plus de"),
    "bomb": (lambda made: made.writestr("sites.csv", b"\0" * 3_000_000), "une fois ouverte"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_an_archive_that_means_harm_is_refused_and_nothing_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(pack_zip, "MAX_BYTES", 2_000_000)
    write, reason = HARMFUL[name]
    path = archive(tmp_path / "p.zip", write)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(LoadError, match=reason):
        unpack(path, folder)
    assert {each.relative_to(tmp_path).parts[0] for each in tmp_path.rglob("*")} == {"p.zip", "out"}
    assert sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) <= 2_000_000


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "p.zip", lambda made: [made.writestr("sites.csv", text) for text in ("a", "b")])
    with pytest.raises(LoadError, match="deux fois"):
        unpack(path, tmp_path)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"not a zip", b"\0" * 100])
def test_what_is_not_an_archive_is_refused_with_words(content: bytes) -> None:
    draft = give("pack", "pack.zip", content)
    assert (draft.state, len(draft.errors)) == (State.REFUSED, 1)
    assert "archive zip lisible" in draft.errors[0]


@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
@pytest.mark.parametrize("harm", [b"\xff" * 40, b"\x00" * 40, bytes(range(40))])
def test_a_damaged_archive_is_told_whatever_its_way_of_compressing(tmp_path: Path, way: int, harm: bytes) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", way) as made:
        made.writestr("pack.toml", "x = 1\n" * 400 + "".join(map(chr, range(200, 900))))
    for at in (45, 60, 80):
        whole = bytearray(path.read_bytes())
        whole[at : at + len(harm)] = harm
        damaged, folder = tmp_path / f"{at}.zip", tmp_path / f"out-{at}"
        damaged.write_bytes(bytes(whole))
        folder.mkdir()
        with pytest.raises(LoadError, match="archive zip lisible"):
            unpack(damaged, folder)


def test_what_is_no_file_of_a_pack_stays_in_the_archive_and_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "p.zip", lambda made: made.writestr("lisez-moi.exe", "x"))
    folder = tmp_path / "out"
    folder.mkdir()
    assert unpack(path, folder) == ["fichiers de l’archive laissés de côté\u00a0: lisez-moi.exe"]
    assert [each.name for each in folder.iterdir()] == ["pack.toml"]
