"""What people type finds what they mean: accents, plurals, synonyms, typos (L3, L6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from metiers import search
from metiers.loading.rome import load_rome
from metiers.loading.starter import load_starter
from metiers.models import Skill
from tests.metiers.rome import folder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists(tmp_path: Path) -> None:
    load_starter(Path(settings.BASE_DIR) / "data" / "competences")
    load_rome(folder(tmp_path / "rome"))


@pytest.mark.parametrize(("typed", "meant"), [
    ("cuisiner", "cuisiner"), ("CUISINÉR", "cuisiner"), ("kuisiner", "cuisiner"), ("caisse", "encaisser"),
    ("caise", "encaisser"), ("rendre la monnaie", "encaisser"), ("exel", "tableur"), ("soudur", "souder"),
    ("BAFA", "animer-activite-enfants"), ("baby sitting", "garder-enfants"), ("garder enfants", "garder-enfants"),
    ("cariste", "chariot-elevateur"), ("premier secour", "premiers-secours"), ("téléfone", "repondre-telephone"),
])  # fmt: skip
def test_L3_a_skill_is_found_first_whatever_the_spelling(typed: str, meant: str) -> None:
    assert [row.slug for row in search.skills(typed)][:1] == [meant]


@pytest.mark.parametrize("typed", ["", " ", "a", "zzzzqqqq", "%", "__", "\\", "é", "'; DROP TABLE", "🙂🙂"])
def test_L3_what_means_nothing_finds_nothing_or_little_and_never_fails(typed: str) -> None:
    assert len(search.suggested_skills(typed)) <= search.MOST
    assert len(search.suggested_jobs(typed)) <= search.MOST


def test_L3_a_skill_no_longer_proposed_is_not_found() -> None:
    Skill.objects.filter(pk="encaisser").update(active=False)
    assert "encaisser" not in [row.slug for row in search.skills("caisse")]


def test_L6_a_metier_comes_once_and_a_rare_name_last() -> None:
    assert [row.value for row in search.suggested_jobs("berger")] == ["metier/Z1001", "metier/Z1002"]
    assert [(row.label, row.hint) for row in search.suggested_jobs("berger")] == [
        ("Berger / Bergère de brouillard", "Métier\u00a0: Dompteur / Dompteuse de nuages"),
        ("Berger / Bergère de tempêtes", "Métier\u00a0: Accordeur / Accordeuse de vents"),
    ]
    assert [row.value for row in search.suggested_jobs("dompteuze de nuage")] == ["metier/Z1001"]


@pytest.mark.parametrize(("typed", "value", "text"), [
    ("caissière", "famille/vente-magasin", "Caissier·ère"), ("caissier", "famille/vente-magasin", "Caissier·ère"),
    ("plombière", "famille/second-oeuvre", "Plombier·ère"), ("vendeuses", "famille/vente-magasin", ""),
    ("aide a domicile", "famille/aide-a-domicile", "Aide à domicile"), ("kuisinier", "famille/cuisine", ""),
])  # fmt: skip
def test_L6_without_the_rome_families_answer_in_both_genders(typed: str, value: str, text: str) -> None:
    found = search.suggested_jobs(typed)[0]
    assert found.value == value
    assert found.text == text


def test_L6_what_a_form_sends_back_is_read_or_ignored() -> None:
    job, _ = search.job_of("metier/Z1001")
    assert job is not None
    assert job.pk == "Z1001"
    _, family = search.job_of("famille/cuisine")
    assert family is not None
    assert family.slug == "cuisine"
    assert [search.job_of(value) for value in ("", "metier/Z9", "famille/x", "autre/1", "metier/")] == [
        (None, None)
    ] * 5
