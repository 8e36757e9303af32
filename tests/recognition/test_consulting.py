"""Whoever reads a dossier at the desk leaves a line in the journal, which says nothing of what was read (S2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from core.acts import known
from core.models import JournalEntry
from recognition import letters
from recognition.clock import morning_of
from tests.factories import region_staff
from tests.recognition import letter_world as world
from tests.recognition.sittings import COUNCIL_DAY, bodies, ready, sitting

pytestmark = pytest.mark.django_db
DESK = "/admin/recognition/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(morning_of(COUNCIL_DAY), tick=False):
        yield


@pytest.fixture
def user() -> User:
    return region_staff()


@pytest.fixture
def staff(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines(*verbs: str) -> list[tuple[str, str]]:
    rows = JournalEntry.objects.filter(verb__in=verbs).order_by("pk")
    return list(rows.values_list("actor_key", "target_key"))


def test_S2_a_dossier_on_a_screen_is_one_line_a_day_for_each_person(staff: Client, user: User) -> None:
    dossier, other = ready(), region_staff()
    for tail in ("change/", "change/", "comparer/", "grille/"):
        assert staff.get(f"{DESK}candidature/{dossier.pk}/{tail}").status_code == 200
    assert lines("candidature.open") == [(str(user.pk), str(dossier.pk))]
    client = Client()
    client.force_login(other)
    client.get(f"{DESK}candidature/{dossier.pk}/comparer/")
    assert lines("candidature.open")[1:] == [(str(other.pk), str(dossier.pk))]


def test_S2_the_sheets_of_a_sitting_are_a_line_for_each_dossier_and_the_minutes_one(staff: Client, user: User) -> None:
    one, two = ready(), ready()
    held = sitting(bodies()[0], COUNCIL_DAY, one, two)
    me = str(user.pk)
    staff.get(f"{DESK}sitting/{held.pk}/fiches.pdf")
    assert sorted(lines("candidature.sheet")) == sorted([(me, str(one.pk)), (me, str(two.pk))])
    staff.get(f"{DESK}sitting/{held.pk}/fiche.pdf?dossier={one.pk}")
    assert lines("candidature.sheet")[2:] == [(me, str(one.pk))]
    staff.get(f"{DESK}sitting/{held.pk}/compte-rendu.pdf")
    assert lines("sitting.minutes") == [(me, str(held.pk))]
    for tail in ("fiche.pdf?dossier=x", "autre.pdf"):
        assert staff.get(f"{DESK}sitting/{held.pk}/{tail}").status_code == 404
    assert len(lines("candidature.sheet", "sitting.minutes")) == 4


def test_S2_a_letter_read_at_the_desk_is_a_line_and_one_that_is_lost_is_none(
    staff: Client, user: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world.rules()
    letter = letters.write(kind="receipt", at=world.TOLD, key="r", candidature=world.dossier("Maison"))
    letter = letters.draw(letter=letter, at=world.TOLD)
    assert staff.get(f"{DESK}letter/{letter.pk}/pdf/").content[:5] == b"%PDF-"
    assert lines("letter.read") == [(str(user.pk), str(letter.pk))]
    Path(letter.file.path).unlink()
    staff.get(f"{DESK}letter/{letter.pk}/pdf/")
    assert len(lines("letter.read")) == 1


def test_S2_the_journal_says_each_of_them_in_words() -> None:
    verbs = ("candidature.open", "candidature.sheet", "sitting.minutes", "letter.read")
    assert [verb for verb in verbs if verb not in known()] == []
