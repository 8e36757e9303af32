"""The criteria of the charter at the desk: their filters speak French, and open what they say."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from members.admin import FRENCH
from members.models import Charter, QualityCriterion
from tests import factories

PACK = Path(__file__).resolve().parents[2] / "data" / "grand-est"


@pytest.mark.parametrize(
    ("name", "column"), [("quality_criteria", "kind"), ("quality_criteria", "applies_to"), ("funding_criteria", "kind")]
)
def test_every_word_of_the_pack_is_read_in_french(name: str, column: str) -> None:
    with (PACK / f"{name}.csv").open(encoding="utf-8") as file:
        words = {row[column] for row in csv.DictReader(file)}
    assert sorted(words - FRENCH.keys()) == []


@pytest.mark.django_db
def test_a_filter_shows_french_words_and_opens_the_lines_it_names(client: Client) -> None:
    charter = Charter.objects.create(version="charte", title="Charte")
    values: dict[str, Any] = {"charter": charter, "article": "2", "applies_to": "member", "text": "Un texte."}
    QualityCriterion.objects.create(**values, key="a", order=1, title="Un", kind="premises")
    QualityCriterion.objects.create(**values, key="b", order=2, title="Deux", kind="dossier_piece")
    client.force_login(factories.region_staff())
    url = "/admin/members/qualitycriterion/"
    shown = client.get(url).content.decode()
    assert [word in shown for word in ("Locaux", "Pièce du dossier", "Organisme membre", ">premises<")] == [
        True, True, True, False,
    ]  # fmt: skip
    found = client.get(f"{url}?kind=premises")
    assert (found.status_code, [row.key for row in found.context["cl"].result_list]) == (200, ["a"])
