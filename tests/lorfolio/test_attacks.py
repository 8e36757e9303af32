"""What an attacker and a regulator tried (issue 7): each found a hole, or makes sure that there is none (L1, L3, S2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lorfolio.interchange.incoming import close
from lorfolio.models import Skill
from lorfolio.services import skills
from lorfolio.skill_keys import skill_key
from tests.lorfolio import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("C", "c"), ("C++", "c++"), ("C#", "c#"), ("C♯", "c#"), ("  c ++ ", "c"), ("C/C++", "c c++"),
        ("C++11", "c++ 11"), ("Notepad++ et F#", "notepad++ et f#"), ("Bac+2", "bac 2"), ("Été à l’École", "ete a l ecole"),
        ("+", "+"), ("#", "#"), ("电工", "电工"), ("x" * 300, "x" * 160),
    ],
)  # fmt: skip
def test_L3_the_key_of_a_skill_keeps_the_signs_of_its_name(label: str, key: str) -> None:
    assert skill_key(label) == key
    assert close("skill", {"label": label}) == ("skill", key)


def test_L3_c_and_c_plus_plus_and_c_sharp_are_three_skills() -> None:
    owner = people.portfolio()
    for label in ("C", "C++", "C#", "c++", "c#", "C"):
        skills.hold(portfolio=owner, label=label)
    assert sorted(Skill.objects.filter(portfolio=owner).values_list("label", flat=True)) == ["C", "C#", "C++"]
    plus = Skill.objects.get(portfolio=owner, label="C++")
    skills.change(skill=plus, facts={"label": "C+", "level": 0, "note": "", "keywords": []}, experiences=[])
    assert Skill.objects.get(pk=plus.pk).folded == "c+"
