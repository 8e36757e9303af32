"""The ROME comes in from a folder, whole or not at all, and a second time changes nothing (L6, J1)."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.packs.report import LoadError
from lorfolio.models import Target
from metiers.loading.rome import load_rome
from metiers.loading.starter import load_starter
from metiers.models import Job, JobInSector, JobInterest, JobName, JobSector, JobSkill, RomeLoad, Skill
from metiers.search import family_of
from tests.lorfolio.people import portfolio
from tests.metiers.rome import FILES, folder

pytestmark = pytest.mark.django_db


def rows() -> dict[str, list[tuple[object, ...]]]:
    models = (Job, JobName, JobInterest, JobSector, JobInSector, Skill, JobSkill)
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


def wrong(where: Path) -> list[str]:
    with pytest.raises(LoadError) as refused:
        load_rome(where)
    return [line.replace("\xa0", " ") for line in refused.value.lines]


def test_J1_the_folder_is_read_whole(tmp_path: Path) -> None:
    load_rome(folder(tmp_path), version="inventée 1")
    job = Job.objects.get(pk="Z1001")
    assert (job.label, job.domain_id, job.riasec_major, job.regulated, job.managerial, job.digital, job.ecology) == (
        "Dompteur / Dompteuse de nuages", "Z10", "R", True, False, None, "vert"
    )  # fmt: skip
    assert job.definition == "Dompte, nourrit et promène des nuages."
    assert list(JobName.objects.order_by("ogr").values_list("ogr", "job", "main", "rare")) == [
        (1, "Z1001", True, False), (2, "Z1001", False, False), (3, "Z1002", True, False), (4, "Z1002", False, True)
    ]  # fmt: skip
    assert list(JobInterest.objects.order_by("job").values_list("job", "main")) == [("Z1001", True), ("Z1002", False)]
    assert list(JobSector.objects.order_by("code").values_list("code", "parent")) == [(10, None), (11, 10)]
    assert RomeLoad.objects.get().version == "inventée 1"


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    where = folder(tmp_path, skills=True)
    load_rome(where, version="1")
    before = rows()
    report = load_rome(where, version="1")
    assert not report.changed
    assert rows() == before
    assert RomeLoad.objects.count() == 1


def test_a_metier_that_a_newer_version_has_no_more_is_closed_and_stays_aimed_at(tmp_path: Path) -> None:
    load_rome(folder(tmp_path), version="1")
    aimed = Target.objects.create(portfolio=portfolio(), title="Accorder", job_id="Z1002")
    lines = FILES["metiers.csv"].splitlines(keepends=True)
    without = {
        "metiers": "".join(lines[:2]), "definitions": "metier,definition\nZ1001,Autre.\n",
        "appellations": "ogr,label,metier,main,rare\n1,Dompteur / Dompteuse de nuages,Z1001,1,0\n",
        "interest_metiers": "interest,metier,main\n1,Z1001,1\n",
    }  # fmt: skip
    report = load_rome(folder(tmp_path, **without), version="2")
    assert list(Job.objects.order_by("code").values_list("code", "active")) == [("Z1001", True), ("Z1002", False)]
    assert list(JobName.objects.values_list("ogr", flat=True)) == [1]
    aimed.refresh_from_db()
    assert aimed.job_id == "Z1002"
    assert "métiers fermés, absents de cette version\xa0: 1" in report.remarks
    assert [load.version for load in RomeLoad.objects.all()] == ["2", "1"]
    load_rome(folder(tmp_path), version="3")
    assert Job.objects.get(pk="Z1002").active


@pytest.mark.parametrize(("changed", "said"), [
    ({"metiers": FILES["metiers.csv"].replace("1,0,,vert", "oui,0,,vert")},
     "metiers.csv, ligne 2, colonne regulated : 1, 0 ou rien attendu, « oui » lu"),
    ({"appellations": FILES["appellations.csv"].replace("3,Acc", "1,Acc")},
     "appellations.csv, ligne 4, colonne ogr : doublon de la ligne 2, « 1 »"),
    ({"appellations": FILES["appellations.csv"].replace(",Z1002,1", ",Z9999,1")},
     "appellations.csv, ligne 4, colonne metier : métier inconnu « Z9999 »"),
    ({"interest_metiers": "interest,metier,main\n7,Z1001,1\n"},
     "interest_metiers.csv, ligne 2, colonne interest : centre d’intérêt inconnu « 7 »"),
    ({"professional_domains": "code,label,domain\nZ10,Inventions du soin,Y\n"},
     "professional_domains.csv, ligne 2, colonne domain : grand domaine inconnu « Y »"),
    ({"domains": "code\nZ\n"}, "domains.csv, ligne 1, colonne label : colonne manquante"),
    ({"sectors": ""}, "sectors.csv : fichier vide"),
])  # fmt: skip
def test_S4_a_bad_file_is_refused_with_its_line_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    assert said in wrong(folder(tmp_path, **changed))
    assert (Job.objects.count(), JobName.objects.count(), RomeLoad.objects.count()) == (0, 0, 0)


def test_S4_bytes_that_are_no_text_and_labels_too_long_are_said(tmp_path: Path) -> None:
    where = folder(tmp_path, definitions=f"metier,definition\nZ1001,{'a' * 9_000}\n")
    (where / "domains.csv").write_bytes(b"code,label\nZ,M\xe9tiers\n")
    assert any("domains.csv, ligne 2 : octet 4 (0xE9)" in line for line in wrong(where))
    where = folder(tmp_path, metiers=FILES["metiers.csv"].replace("Dompteur", "D" * 300))
    assert any(line.startswith("metiers.csv, ligne 2, colonne label : ") for line in wrong(where))


def test_L6_skills_of_jobs_come_when_the_folder_has_both_files(tmp_path: Path) -> None:
    load_rome(folder(tmp_path, skills=True))
    assert list(JobSkill.objects.order_by("skill").values_list("job", "skill", "essential")) == [
        ("Z1001", "rome-100", True), ("Z1001", "rome-101", False)
    ]  # fmt: skip
    (tmp_path / "metier_competences.csv").unlink()
    assert wrong(tmp_path) == ["metier_competences.csv : fichier introuvable ou illisible"]
    (tmp_path / "competences.csv").unlink()
    load_rome(tmp_path)
    assert JobSkill.objects.count() == 2  # a folder that does not speak of them takes nothing away


def test_the_command_says_what_it_did_and_refuses_in_french(tmp_path: Path) -> None:
    out = StringIO()
    call_command("load_rome", str(folder(tmp_path)), "--version", "4.0 inventée", stdout=out)
    assert "métiers – créés\xa0: 2," in out.getvalue()
    assert RomeLoad.objects.get().version == "4.0 inventée"
    with pytest.raises(CommandError) as refused:
        call_command("load_rome", str(tmp_path / "rien"), stdout=out)
    assert str(refused.value).splitlines()[0] == "Rien n’a été chargé."


def test_L6_the_family_of_a_metier_is_the_longest_beginning(tmp_path: Path) -> None:
    load_rome(folder(tmp_path))
    files = tmp_path / "listes"
    files.mkdir()
    (files / "skills.csv").write_text(
        "slug,label,group,kind,question,synonyms\nsiffler,Siffler,Souffler,savoir-faire,Sifflez-vous ?,sifflet\n"
    )
    (files / "families.csv").write_text(
        "slug,label,sector,rome,examples,essential,useful\nciel,Ciel,,Z,Nuagiste,siffler,\n"
        "nuages,Nuages,,Z1001,Dompteur·euse,siffler,\n"
    )
    load_starter(files)
    named = {job.pk: getattr(family_of(job), "slug", None) for job in Job.objects.all()}
    assert named == {"Z1001": "nuages", "Z1002": "ciel"}
