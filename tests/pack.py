"""The real pack of Grand Est, loaded once for the tests of a module and taken back after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core.packs.report import Report

GRAND_EST = Path(__file__).resolve().parent.parent / "data" / "grand-est"


@pytest.fixture(scope="module")
def grand_est(django_db_setup: None, django_db_blocker: Any) -> Iterator[Report]:
    """The report of loading `data/grand-est`; import this fixture in a module to use it."""
    from territories.importers.region_pack import load_region_pack

    with django_db_blocker.unblock(), transaction.atomic():
        yield load_region_pack(GRAND_EST)
        transaction.set_rollback(True)
