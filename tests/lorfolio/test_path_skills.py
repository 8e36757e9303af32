"""What one can do: drawn out by questions, found in the list or said in one's own words; held once (L3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.text import fold
from lorfolio import guide
from lorfolio.lists import Level
from lorfolio.models import Advice, Choice, Comment, Proof, Selection, Skill
from lorfolio.services import skills
from metiers.models import Skill as Reference
from tests.lorfolio.people import NOW, cv, experience, portfolio, skill

pytestmark = pytest.mark.django_db
SKILLS = "/lorfolio/competences/"


def signed_in(owner: Any) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def reference(slug: str, label: str = "", group: str = "S’organiser") -> Reference:
    label = label or slug.capitalize()
    return Reference.objects.create(
        slug=slug, label=label, folded=fold(label), group=group, question=f"Avez-vous déjà su {slug} ?"
    )


@pytest.fixture
def listed() -> list[Reference]:
    return [reference(f"planifier-{n}", f"Planifier {n}") for n in range(8)]


def test_L3_the_questions_draw_skills_out_of_an_experience(listed: list[Reference]) -> None:
    owner = portfolio()
    row = experience(owner, title="Cheffe de rang")
    client = signed_in(owner)
    root = f"/lorfolio/parcours/{row.pk}/questions/"
    assert client.post(root, {"lines": "Je planifiais les services\n\n- J’accueillais"})["Location"] == f"{root}mots/"
    row.refresh_from_db()
    assert row.highlights == ["Je planifiais les services", "J’accueillais"]
    hub = client.get(f"{root}domaines/").content.decode()
    assert f"{root}domaines/sorganiser/1/" in hub
    first = client.get(f"{root}domaines/sorganiser/1/").content.decode()
    assert first.count('name="yes"') == guide.PER_PAGE
    assert "Avez-vous déjà su planifier-0" in first
    answer = client.post(f"{root}domaines/sorganiser/1/", {"yes": ["planifier-0", "planifier-1", "intrus"]})
    assert answer["Location"] == f"{root}domaines/sorganiser/2/"
    assert client.post(f"{root}domaines/sorganiser/2/", {"yes": ["planifier-7"]})["Location"] == f"{root}domaines/"
    assert client.get(f"{root}domaines/sorganiser/3/").status_code == 404
    assert sorted(row.skills.values_list("reference_id", flat=True)) == ["planifier-0", "planifier-1", "planifier-7"]
    client.post(f"{root}a-moi/", {"skills": "Réparer la machine à café\nréparer la machine a cafe"})
    assert row.skills.count() == 4
    held = Skill.objects.get(reference="planifier-0")
    client.post(f"{root}niveau/", {f"level-{held.pk}": "3", "level-nimporte": "4"})
    held.refresh_from_db()
    assert held.level == Level.ALONE


def test_L3_an_answer_taken_back_takes_back_what_nothing_else_holds(listed: list[Reference]) -> None:
    owner = portfolio()
    row, other = experience(owner), experience(owner)
    ask: dict[str, Any] = {"portfolio": owner, "experience": row, "asked": listed[:3]}
    skills.answer(**ask, yes={"planifier-0", "planifier-1", "planifier-2"})
    Skill.objects.get(reference="planifier-1").experiences.add(other)
    Skill.objects.filter(reference="planifier-2").update(note="Un exemple")
    assert skills.answer(**ask, yes=set()) == 0
    assert sorted(Skill.objects.values_list("reference_id", flat=True)) == ["planifier-1", "planifier-2"]
    assert row.skills.count() == 0


def test_L3_the_groups_that_go_with_a_life_come_first_and_the_same_twice_asks_nothing_more() -> None:
    reference("cuire", group="Cuisiner et servir")
    reference("coder", group="Utiliser le numérique")
    owner = portfolio()
    care, study = experience(owner, kind="proche"), experience(owner, kind="etudes")
    assert [group.name for group in guide.groups(care, [])] == ["Cuisiner et servir", "Utiliser le numérique"]
    assert [group.name for group in guide.groups(study, [])] == ["Utiliser le numérique", "Cuisiner et servir"]


def test_L3_ones_own_words_propose_skills_of_the_list() -> None:
    reference("cuisiner", "Cuisiner des repas", group="Cuisiner et servir")
    owner = portfolio()
    row = experience(owner, title="Aide", highlights=["cuisiner pour vingt personnes"])
    row.highlights = ["cuisiner"]
    row.save()
    client = signed_in(owner)
    page = client.get(f"/lorfolio/parcours/{row.pk}/questions/mots/").content.decode()
    assert 'value="cuisiner"' in page
    client.post(f"/lorfolio/parcours/{row.pk}/questions/mots/", {"asked": ["cuisiner"], "yes": ["cuisiner"]})
    assert row.skills.get().reference_id == "cuisiner"


def test_L3_a_skill_is_found_with_a_slip_of_the_keyboard_or_kept_as_it_is_said(listed: list[Reference]) -> None:
    reference("cuisiner", "Cuisiner des repas", group="Cuisiner et servir")
    owner = portfolio()
    client = signed_in(owner)
    found = client.post(f"{SKILLS}ajouter/", {"label": "cuissiner des repas"}).content.decode()
    assert 'name="choice" value="cuisiner"' in found
    assert Skill.objects.count() == 0, "nothing is held before it is chosen"
    client.post(f"{SKILLS}ajouter/", {"label": "cuissiner des repas", "choice": "cuisiner"})
    client.post(f"{SKILLS}ajouter/", {"label": "cuissiner des repas", "reference": "cuisiner"})
    assert Skill.objects.get().label == "Cuisiner des repas"
    client.post(f"{SKILLS}ajouter/", {"label": "Parler aux chevaux", "own": "1"})
    client.post(f"{SKILLS}ajouter/", {"label": "parler aux CHEVAUX", "own": "1"})
    assert sorted(Skill.objects.values_list("label", flat=True)) == ["Cuisiner des repas", "Parler aux chevaux"]


def test_L3_own_words_that_no_letter_makes_are_held_too() -> None:
    owner = portfolio()
    row = skills.hold(portfolio=owner, label="الطبخ")
    assert skills.hold(portfolio=owner, label="الطبخ") == row
    with pytest.raises(ValidationError):
        skills.hold(portfolio=owner, label="   ")


def test_L3_a_skill_says_its_level_an_example_and_where(listed: list[Reference]) -> None:
    owner = portfolio()
    row, lived, foreign = skill(owner, "Vendre"), experience(owner), experience(portfolio())
    client = signed_in(owner)
    typed = {
        "label": "Vendre",
        "level": "4",
        "note": "Au marché",
        "keywords": "caisse,  étal , caisse",
        "label_de": "Verkaufen",
    }
    assert client.post(f"{SKILLS}{row.pk}/", typed | {"experiences": [str(lived.pk)]}).status_code == 302
    row.refresh_from_db()
    assert (row.level, row.note, row.keywords, row.translations) == (
        4, "Au marché", ["caisse", "étal"], {"de": {"label": "Verkaufen"}},
    )  # fmt: skip
    assert list(row.experiences.all()) == [lived]
    refused = client.post(f"{SKILLS}{row.pk}/", typed | {"experiences": [str(foreign.pk)]})
    assert "Choisissez dans la liste." in refused.content.decode()
    skill(owner, "Compter")
    assert "réunir les deux" in client.post(f"{SKILLS}{row.pk}/", typed | {"label": "compter"}).content.decode()


def test_L3_two_that_say_the_same_become_one_with_all_they_held() -> None:
    owner = portfolio()
    kept, gone = skill(owner, "Vendre", note="Un"), skill(owner, "Vente", note="Deux", level=3, keywords=["caisse"])
    first, second = experience(owner), experience(owner)
    kept.experiences.add(first)
    gone.experiences.add(first, second)
    Proof.objects.create(portfolio=owner, kind="lien", skill=gone, title="Vidéo", url="https://exemple.fr")
    both, alone = cv(owner), cv(owner)
    for item in (kept, gone):
        Choice.objects.create(selection=both.selection, skill=item)
    Choice.objects.create(selection=alone.selection, skill=gone)
    advice = Advice.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), digest="b" * 64, until=NOW.date()
    )
    Comment.objects.create(advice=advice, at=NOW, about=f"skill/{gone.pk}", text="Bien")
    answer = signed_in(owner).post(f"{SKILLS}reunir/", {"kept": str(kept.pk), "other": str(gone.pk)})
    assert answer["Location"] == f"{SKILLS}{kept.pk}/"
    kept.refresh_from_db()
    assert (kept.level, kept.note, kept.keywords) == (3, "Un\nDeux", ["caisse"])
    assert (kept.experiences.count(), kept.proofs.count(), Skill.objects.count()) == (2, 1, 1)
    assert sorted(Choice.objects.values_list("selection", "skill")) == sorted(
        [(both.selection_id, kept.pk), (alone.selection_id, kept.pk)]
    )
    assert Comment.objects.get().about == f"skill/{kept.pk}"


def test_L1_nobody_merges_nor_reads_anothers_skills() -> None:
    owner, other = portfolio(), portfolio()
    mine, theirs = skill(owner, "Vendre"), skill(other, "CANARI")
    client = signed_in(owner)
    page = client.post(f"{SKILLS}reunir/", {"kept": str(mine.pk), "other": str(theirs.pk)})
    assert (page.status_code, Skill.objects.count()) == (200, 2)
    with pytest.raises(ValidationError):
        skills.merge(kept=mine, other=theirs)
    paths = [f"{SKILLS}{theirs.pk}/", f"{SKILLS}{theirs.pk}/supprimer/", f"/lorfolio/preuves/competence/{theirs.pk}/"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert "CANARI" not in client.get(SKILLS).content.decode()


def test_L3_the_list_asks_as_much_with_one_as_with_many_and_is_put_together_three_ways() -> None:
    counts = []
    known = reference("vendre", "Vendre", group="Vendre et conseiller")
    for number in (1, 7):
        owner = portfolio()
        for n in range(number):
            row = skill(owner, level=n % 4, reference=known if n == 0 else None)
            row.experiences.add(experience(owner))
            Proof.objects.create(portfolio=owner, kind="lien", skill=row, title="Vidéo", url="https://exemple.fr")
        client = signed_in(owner)
        client.get(SKILLS)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(SKILLS).content.decode()
        counts.append(len(asked))
        assert "Vendre et conseiller" in page
    assert counts[0] == counts[1]
    assert "Je découvre" in client.get(f"{SKILLS}?par=niveau").content.decode()
    assert "Preuve jointe" in client.get(f"{SKILLS}?par=preuve").content.decode()
    assert client.get(f"{SKILLS}?par=nimporte").status_code == 200


def test_L3_the_list_is_browsed_without_an_experience(listed: list[Reference]) -> None:
    owner = portfolio()
    client = signed_in(owner)
    assert "sorganiser/1/" in client.get(f"{SKILLS}parcourir/").content.decode()
    answer = client.post(f"{SKILLS}parcourir/sorganiser/1/", {"yes": ["planifier-2"], "enough": "1"})
    assert answer["Location"] == f"{SKILLS}parcourir/"
    client.post(f"{SKILLS}parcourir/sorganiser/1/", {"yes": []})
    assert Skill.objects.get().reference_id == "planifier-2", "an unticked box takes nothing away here"
