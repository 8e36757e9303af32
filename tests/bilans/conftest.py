"""A bilan being filled, and who fills it: what several modules begin with."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bilans.models import Bilan
from tests.bilans.world import bilan, moment, writer
from tests.factories import organisation


@pytest.fixture
def february(time_machine: Any) -> None:
    """The campaign of 2025 runs."""
    time_machine.move_to(moment(2026, 2, 3, 14, 2), tick=False)


@pytest.fixture
def row() -> Bilan:
    return bilan(subject=organisation(name="Les Iris"))


@pytest.fixture
def page(client: Client, row: Bilan) -> Client:
    """The browser of somebody who may write in `row`."""
    client.force_login(writer(row))
    return client
