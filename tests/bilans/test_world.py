"""What the tests of the room stand on holds (B1, B2)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from bilans.models import Bilan, Kind
from tests.bilans.world import accepted, bilan, indicator, returned, submitted, value

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Kind.values)
def test_a_bilan_of_each_kind_may_be_submitted_returned_accepted(kind: str) -> None:
    row = bilan(kind)
    assert (submitted(row).state, returned(row).state, accepted(row).state) == ("submitted", "returned", "accepted")
    assert Bilan.objects.get().kind == kind


def test_B2_an_accepted_bilan_does_not_change() -> None:
    row, asked = bilan(), indicator()
    said = value(row, asked, 12)
    accepted(row)
    said.amount = 13
    with pytest.raises(IntegrityError, match="accepted bilan"), transaction.atomic():
        said.save()
    with pytest.raises(IntegrityError, match="accepted bilan"), transaction.atomic():
        value(row, indicator(), 1)
