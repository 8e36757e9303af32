"""What every part stands on: one portfolio a person, sealed files, one reading of what was chosen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.utils import IntegrityError

from core.encryption import Undecipherable
from lorfolio import content
from lorfolio.lists import Act
from lorfolio.models import Choice, Experience, Operation, Portfolio, Selection
from lorfolio.services import safe
from lorfolio.services.opening import open_portfolio
from tests.factories import person
from tests.lorfolio.people import NOW, PDF, experience, file, portfolio, skill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_L1_a_person_has_one_portfolio() -> None:
    user = person()
    first = open_portfolio(user=user, today=NOW.date())
    assert open_portfolio(user=user, today=NOW.date()) == first
    assert Portfolio.objects.count() == 1


def test_L10_only_the_fifteenth_birthday_is_kept() -> None:
    young = open_portfolio(user=person(), born_on=dt.date(2013, 3, 1), today=NOW.date())
    assert young.minor_until == dt.date(2028, 3, 1)
    grown = open_portfolio(user=person(), born_on=dt.date(2011, 11, 22), today=NOW.date())
    assert grown.minor_until is None, "fifteen on the day"
    with pytest.raises(ValidationError):
        open_portfolio(user=person(), born_on=dt.date(2027, 1, 1), today=NOW.date())


def test_L7_a_file_of_the_safe_is_sealed_and_traced() -> None:
    owner = portfolio()
    row = file(owner, name="../é<vil>.exe", data=PDF)
    stored = safe.storage().open(row.stored).read()
    assert PDF[:8] not in stored
    facts, data = safe.read(file=row, portfolio=owner, act=Act.DOWNLOAD, by=safe.OWNER, at=NOW)
    assert (facts.name, facts.media_type, data) == ("évil.pdf", "application/pdf", PDF)
    assert list(Operation.objects.values_list("act", flat=True)) == [Act.DOWNLOAD, Act.DEPOSIT]
    owner.refresh_from_db()
    assert owner.used_bytes == len(PDF)


def test_L7_the_trace_is_neither_changed_nor_taken_out() -> None:
    owner = portfolio()
    file(owner)
    for act in (lambda: Operation.objects.update(by="personne"), lambda: Operation.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    Portfolio.objects.update(erasing=True)
    owner.user.delete()
    assert Operation.objects.count() == 0


def test_L7_an_altered_file_does_not_open() -> None:
    owner = portfolio()
    row = file(owner)
    place = Path(safe.storage().path(row.stored))
    with place.open("r+b") as kept:
        kept.seek(20)
        kept.write(b"\0")
    with pytest.raises(Undecipherable):
        safe.read(file=row, portfolio=owner, act=Act.READ, by=safe.OWNER, at=NOW)


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"<html>", b"PK\x03\x04 anything.zip", b"MZ\x90\0"])
def test_L7_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        file(portfolio(), name="photo.jpg", data=data)
    assert list(refused.value.message_dict) == ["file"]


def test_L7_a_full_safe_says_so_and_keeps_nothing(settings: Any) -> None:
    settings.LORFOLIO_QUOTA_BYTES = len(PDF)
    owner = portfolio()
    file(owner)
    with pytest.raises(ValidationError, match="plein"):
        file(owner)
    assert len(safe.storage().listdir("")[1]) == 1


def test_L4_a_selection_shows_what_was_chosen_in_its_order(django_assert_max_num_queries: Any) -> None:
    owner = portfolio()
    first, second, hidden = experience(owner), experience(owner), experience(owner)
    held = skill(owner)
    held.experiences.set([first, hidden])
    chosen = Selection.objects.create(portfolio=owner)
    for position, item in enumerate([second, first]):
        Choice.objects.create(selection=chosen, position=position, experience=item)
    Choice.objects.create(selection=chosen, position=9, skill=held)
    with django_assert_max_num_queries(3):
        seen = content.of_selection(chosen, content.person_of(owner))
    assert [row.title for row in seen.experiences] == [second.title, first.title]
    assert seen.skills[0].experiences == (first.title,), "what was not chosen is not even named"


def test_L2_the_database_refuses_an_end_before_its_start() -> None:
    owner = portfolio()
    experience(owner, starts="2024-09", ends="2024")
    with pytest.raises(IntegrityError), transaction.atomic():
        experience(owner, starts="2024-09", ends="2024-08")
    assert Experience.objects.count() == 1
