"""A CV is made filled, copied, kept apart from its items (L4)."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from lorfolio import content, selecting
from lorfolio.lists import CvModel, Kind, ProofKind, Section
from lorfolio.models import Cv, Experience, Portfolio, Proof, Selection, Skill
from lorfolio.sample import sample
from lorfolio.services import cvs
from tests.lorfolio.people import NOW, experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Portfolio:
    return portfolio(headline="Vendeuse", phone="03 00 00 00 00")


def whole(owner: Portfolio) -> content.Content:
    return content.whole(owner, content.person_of(owner))


def make(owner: Portfolio, model: CvModel = CvModel.CHRONOLOGICAL, **more: Any) -> Cv:
    return cvs.make(portfolio=owner, model=model, at=NOW, **more)


def test_L4_a_new_cv_shows_what_is_recent_first(owner: Portfolio) -> None:
    undated = experience(owner, starts="", ends="", title="Un jour")
    old = experience(owner, starts="2010", ends="2012", title="Ancien")
    recent = experience(owner, starts="2015", ends="2024-08", title="Récent")
    current = experience(owner, starts="2021-09", title="En cours")
    chosen = [key for _, key in selecting.keys_of(make(owner).selection)]
    assert chosen == [current.pk, recent.pk, old.pk, undated.pk]


def test_L4_a_new_cv_holds_what_a_page_holds(owner: Portfolio) -> None:
    for number in range(30):
        experience(owner, starts=f"{1990 + number}", ends=f"{1990 + number}")
        skill(owner)
        extra(owner, kind="interet")
        language(owner)
    recipe = cvs.RECIPES[CvModel.CHRONOLOGICAL]
    chosen = selecting.keys_of(make(owner).selection)
    assert len([1 for kind, _ in chosen if kind == "experience"]) == recipe.lived
    assert len([1 for kind, _ in chosen if kind == "skill"]) == recipe.skills
    assert len([1 for kind, _ in chosen if kind == "language"]) == cvs.LANGUAGES
    assert len([1 for kind, _ in chosen if kind == "extra"]) == cvs.EXTRAS


def test_L11_skills_that_are_attested_come_first(owner: Portfolio) -> None:
    taught = skill(owner, level=4)
    sure = skill(owner, level=1)
    Proof.objects.create(
        portfolio=owner, skill=sure, kind=ProofKind.ATTESTATION, title="Oui", answered_at=NOW, confirmed=True
    )
    assert [key for _, key in selecting.keys_of(make(owner).selection)] == [sure.pk, taught.pk]


def test_L4_somebody_without_a_job_has_a_german_cv_all_the_same(owner: Portfolio) -> None:
    lived = experience(owner, kind=Kind.CARE)
    assert selecting.keys_of(make(owner, CvModel.LEBENSLAUF).selection) == [("experience", lived.pk)]
    experience(owner, kind=Kind.WORK)
    assert ("experience", lived.pk) not in selecting.keys_of(make(owner, CvModel.LEBENSLAUF).selection)


def test_L4_skills_first_begins_with_skills(owner: Portfolio) -> None:
    made = make(owner, CvModel.SKILLS)
    assert made.selection.sections[0] == Section.SKILLS
    assert made.name == "CV par compétences, novembre 2026"


def test_L4_the_same_click_makes_one_cv(owner: Portfolio) -> None:
    click = uuid4()
    assert make(owner, key=click).pk == make(owner, key=click).pk == click
    other = portfolio()
    theirs = make(other, key=click)
    assert theirs.pk != click, "the key of another's click gives nothing of theirs"
    assert Cv.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_L4_two_clicks_at_once_make_one_cv() -> None:
    owner, click = portfolio(), uuid4()
    gate = threading.Barrier(2)

    def clicked() -> None:
        gate.wait()
        make(owner, key=click)
        connection.close()

    threads = [threading.Thread(target=clicked) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(Cv.objects.values_list("pk", flat=True)) == [click]
    assert Selection.objects.count() == 1


def test_L4_there_is_an_end_to_cvs(owner: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvs, "MOST", 2)
    click = uuid4()
    make(owner)
    make(owner, key=click)
    assert make(owner, key=click).pk == click
    with pytest.raises(ValidationError, match="supprimez"):
        make(owner)
    with pytest.raises(ValidationError, match="supprimez"):
        cvs.copy(cv=Cv.objects.all()[0], at=NOW)
    assert Cv.objects.count() == 2


def test_L4_a_copy_is_another_cv(owner: Portfolio) -> None:
    shown = experience(owner)
    first = make(owner)
    Cv.objects.filter(pk=first.pk).update(headline="Un titre", accent="prune", name="x" * 120)
    second = cvs.copy(cv=Cv.objects.get(pk=first.pk), at=NOW)
    assert (second.headline, second.accent, second.name) == ("Un titre", "prune", f"{'x' * 112} (copie)")
    selecting.remove(selection=second.selection, item=shown)
    assert selecting.keys_of(first.selection) == [("experience", shown.pk)]
    assert selecting.keys_of(Selection.objects.get(pk=second.selection_id)) == []


def test_L4_deleting_a_cv_keeps_the_path(owner: Portfolio) -> None:
    experience(owner)
    skill(owner)
    made = make(owner)
    for _ in range(2):
        cvs.delete(cv=made)
    assert (Cv.objects.count(), Selection.objects.count()) == (0, 0)
    assert (Experience.objects.count(), Skill.objects.count()) == (1, 1)


def test_L4_a_fresh_cv_has_nothing_changed(owner: Portfolio) -> None:
    experience(owner)
    made = make(owner)
    assert cvs.differences(made, whole(owner)).count == 0
    assert not cvs.lines_changed(made)


def test_L4_a_change_of_phone_is_told(owner: Portfolio) -> None:
    made = make(owner)
    Portfolio.objects.filter(pk=owner.pk).update(phone="06 00 00 00 00")
    found = Cv.objects.select_related("portfolio__commune", "selection").get(pk=made.pk)
    assert cvs.lines_changed(found)
    cvs.look(cv=found, whole=whole(owner), at=NOW + dt.timedelta(days=1))
    assert not cvs.lines_changed(Cv.objects.get(pk=made.pk))


def test_L4_a_model_is_sketched_without_addresses(owner: Portfolio) -> None:
    Portfolio.objects.filter(pk=owner.pk).update(url="https://exemple.invalid")
    owner.refresh_from_db()
    shown = experience(owner)
    drawn = cvs.sketched(whole(owner), CvModel.CHRONOLOGICAL)
    assert [row.id for row in drawn.experiences] == [shown.pk]
    assert (drawn.person.email, drawn.person.phone, drawn.person.url) == ("", "", "")


@pytest.mark.parametrize("model", CvModel)
def test_L4_the_invented_person_fills_every_model(model: CvModel) -> None:
    drawn = cvs.sketched(sample(), model)
    assert drawn.experiences
    assert drawn.skills
