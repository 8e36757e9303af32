"""`generate_bilans` killed three times (SIGKILL) in its middle, then left to end: as if nothing had happened (B4).

The processes are real; so is what they draw.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bilans.models import Campaign, Document, Production
from bilans.services.producing import pdf_of
from tests.bilans import world

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = 9
# Processes of each run that is killed: two leave children who end what they hold, one dies in the middle of a document.
KILLED = (2, 1, 1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _year(settings: Any, tmp_path: Path) -> Campaign:
    settings.MEDIA_ROOT = tmp_path / "media"
    made = world.campaign(2025)
    asked = world.indicator("accueillies")
    for number in range(DOCUMENTS - 1):
        house = world.bilan(of=made, name=f"Maison {number}")
        world.value(house, asked, 10 * number)
        world.submitted(house)
    world.bilan("region", of=made, name="Région")
    return made


def started(tmp_path: Path, jobs: int = 2) -> subprocess.Popen[str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    given = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "SPRO_LOCAL": str(tmp_path),
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    words = [sys.executable, "manage.py", "generate_bilans", "--year", "2025", "--jobs", str(jobs)]
    return subprocess.Popen(
        words, cwd=ROOT, env=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip


def killed(jobs: int, tmp_path: Path) -> None:
    """Killed as soon as it says how far it is."""
    process = started(tmp_path, jobs)
    assert process.stdout is not None
    for line in process.stdout:
        if re.match(rf"\d+/{DOCUMENTS} ", line):
            break
    process.kill()
    _, wrong = process.communicate(timeout=60)
    assert (process.returncode, wrong) == (-9, "")


def to_its_end(tmp_path: Path) -> str:
    process = started(tmp_path)
    said, wrong = process.communicate(timeout=120)
    assert (process.returncode, wrong) == (0, "")
    return said


def made() -> dict[str, tuple[int, str, str]]:
    found = {}
    for document in Document.objects.select_related("bilan"):
        assert document.bilan.name not in found, "a document was made twice"
        assert pdf_of(document)[:5] == b"%PDF-"
        found[document.bilan.name] = (document.number, document.digest, document.sha256)
    return found


def test_B4_a_run_killed_three_times_ends_with_the_documents_of_an_undisturbed_one(tmp_path: Path) -> None:
    for jobs in KILLED:
        killed(jobs, tmp_path)
        assert Production.objects.filter(finished_at=None).count() == 1
    said = to_its_end(tmp_path)
    assert "Reprise de la production" in said
    assert f"0 document produit, {DOCUMENTS} inchangés," in said
    disturbed = made()
    assert len(disturbed) == DOCUMENTS
    assert set(Production.objects.values_list("items__state", flat=True)) <= {"drawn", "same"}

    Production.objects.all().delete()
    Document.objects.all().delete()
    assert f"{DOCUMENTS} documents produits, 0 inchangé," in to_its_end(tmp_path)
    assert made() == disturbed
