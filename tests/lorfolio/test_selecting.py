"""Choosing and ordering items, and what is said to have changed since (L4, L5, L9)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from lorfolio import content, selecting
from lorfolio.lists import ProofKind, Section
from lorfolio.models import Choice, Portfolio, Proof, Selection
from lorfolio.selecting import Differences
from tests.lorfolio.people import experience, extra, file, language, portfolio, skill

pytestmark = pytest.mark.django_db


def whole(owner: Portfolio) -> content.Content:
    return content.whole(owner, content.person_of(owner))


def differences(selection: Selection) -> Differences:
    return selecting.differences(selection, whole(selection.portfolio))


@pytest.fixture
def owner() -> Portfolio:
    return portfolio()


@pytest.fixture
def selection(owner: Portfolio) -> Selection:
    return Selection.objects.create(portfolio=owner)


def test_L4_the_chosen_items_are_those_asked_for_in_that_order(owner: Portfolio, selection: Selection) -> None:
    first, second, third = experience(owner), skill(owner), language(owner)
    keys = [selecting.key_of(item) for item in (third, first, second)]
    selecting.choose(selection=selection, keys=[*keys, keys[0]])
    assert selecting.keys_of(selection) == keys
    before = set(Choice.objects.values_list("pk", flat=True))
    selecting.choose(selection=selection, keys=keys[1:])
    assert selecting.keys_of(selection) == keys[1:]
    assert set(Choice.objects.values_list("pk", flat=True)) < before, "rows that stay are the same rows"


def test_L1_an_item_of_another_person_is_never_chosen(owner: Portfolio, selection: Selection) -> None:
    theirs = experience(portfolio())
    selecting.choose(selection=selection, keys=[selecting.key_of(theirs), ("skill", uuid4())])
    assert selecting.keys_of(selection) == []
    with pytest.raises(ValueError, match="another"):
        selecting.add(selection=selection, item=theirs)
    assert Choice.objects.count() == 0


def test_L4_adding_twice_adds_once_and_removing_twice_removes_once(owner: Portfolio, selection: Selection) -> None:
    items = [experience(owner), skill(owner), language(owner), extra(owner)]
    for item in [*items, items[0]]:
        selecting.add(selection=selection, item=item)
    assert selecting.keys_of(selection) == [selecting.key_of(item) for item in items]
    for _ in range(2):
        selecting.remove(selection=selection, item=items[1])
    assert selecting.keys_of(selection) == [selecting.key_of(items[at]) for at in (0, 2, 3)]


def test_L7_a_file_of_the_safe_is_chosen_too(
    owner: Portfolio, selection: Selection, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept = file(owner)
    selecting.add(selection=selection, item=kept)
    assert selecting.keys_of(selection) == [("file", kept.pk)]


def test_L4_an_item_moves_among_those_of_its_own_part(owner: Portfolio, selection: Selection) -> None:
    work, study, later = experience(owner), experience(owner, kind="etudes"), experience(owner)
    held = skill(owner)
    for item in (work, study, held, later):
        selecting.add(selection=selection, item=item)
    assert selecting.move(selection=selection, item=later, by=-1)
    in_order = [key for _, key in selecting.keys_of(selection)]
    assert in_order.index(later.pk) < in_order.index(work.pk)
    assert not selecting.move(selection=selection, item=later, by=-1), "it is the first of its part"
    assert not selecting.move(selection=selection, item=study, by=1), "it is alone in its part"
    assert not selecting.move(selection=selection, item=skill(owner), by=1), "it is not chosen"
    assert selecting.move(selection=selection, item=later, by=1)
    in_order = [key for _, key in selecting.keys_of(selection)]
    assert in_order.index(later.pk) > in_order.index(work.pk)


def test_L4_parts_are_all_there_once_whatever_is_asked(selection: Selection) -> None:
    selecting.order_sections(selection=selection, sections=["langues", "inconnu", "langues", "competences"])
    assert selection.sections == [
        Section.LANGUAGES, Section.SKILLS, Section.EXPERIENCES, Section.STUDIES, Section.EXTRAS,
    ]  # fmt: skip


def test_L4_what_was_never_looked_at_has_no_difference(owner: Portfolio, selection: Selection) -> None:
    selecting.add(selection=selection, item=experience(owner))
    assert differences(selection).count == 0


def test_L4_what_changed_appeared_and_vanished_is_said(owner: Portfolio, selection: Selection) -> None:
    kept, edited, gone, hidden = (experience(owner) for _ in range(4))
    held = skill(owner)
    for item in (kept, edited, gone, held):
        selecting.add(selection=selection, item=item)
    selecting.mark_seen(selection=selection, whole=whole(owner))
    assert differences(selection).count == 0
    edited.title = "Autre chose"
    edited.save()
    hidden.title = "Ce que ce CV ne montre pas"
    hidden.save()
    gone.delete()
    new = skill(owner)
    found = differences(selection)
    assert found.changed == (("experience", edited.pk),)
    assert found.appeared == (("skill", new.pk),)
    assert found.vanished == ("experience",)
    assert selecting.differences(selection, whole(owner), appeared=False).appeared == ()
    selecting.mark_seen(selection=selection, whole=whole(owner))
    assert differences(selection).count == 0


def test_L11_a_proof_that_came_is_a_change(owner: Portfolio, selection: Selection) -> None:
    held = skill(owner)
    selecting.add(selection=selection, item=held)
    selecting.mark_seen(selection=selection, whole=whole(owner))
    Proof.objects.create(portfolio=owner, skill=held, kind=ProofKind.LINK, title="Page", url="https://exemple.invalid")
    assert differences(selection).changed == (("skill", held.pk),)


def test_L4_the_persons_own_choices_are_no_difference(owner: Portfolio, selection: Selection) -> None:
    shown, other = experience(owner), experience(owner)
    selecting.add(selection=selection, item=shown)
    selecting.mark_seen(selection=selection, whole=whole(owner))
    selecting.remove(selection=selection, item=shown)
    selecting.add(selection=selection, item=other)
    skill(owner).experiences.add(other)
    assert {kind for kind, _ in differences(selection).appeared} == {"skill"}
    assert differences(selection).changed == ()
    assert differences(selection).vanished == ()


def test_L1_nothing_of_what_went_away_is_kept(owner: Portfolio, selection: Selection) -> None:
    gone = experience(owner, title="Un secret")
    selecting.add(selection=selection, item=gone)
    selecting.mark_seen(selection=selection, whole=whole(owner))
    gone.delete()
    selection.refresh_from_db()
    assert "secret" not in str(selection.seen)


def test_L4_differences_of_a_choice_already_read_ask_nothing(
    owner: Portfolio, selection: Selection, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        selecting.add(selection=selection, item=experience(owner))
    seen = whole(owner)
    selecting.mark_seen(selection=selection, whole=seen)
    choices = list(selection.choices.all())
    with django_assert_num_queries(0):
        assert selecting.differences(selection, seen, choices).count == 0


def test_S4_keys_of_a_form_are_read_with_suspicion() -> None:
    key = uuid4()
    assert selecting.read_keys([f"skill/{key}", "skill/x", "user/1", "", f"skill/{key}/x"]) == [("skill", key)]


def test_L4_the_persons_lines_have_a_digest(owner: Portfolio) -> None:
    person = content.person_of(owner)
    assert selecting.person_digest(person) == selecting.person_digest(content.person_of(owner))
    assert selecting.person_digest(person) != selecting.person_digest(content.person_of(owner, phone="0300000000"))
