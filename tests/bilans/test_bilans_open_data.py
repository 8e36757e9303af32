"""`/donnees/bilans-<year>.csv`: the figures of a published synthesis, each line with what it is worth (O3, B3, D8)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from bilans.models import Campaign, Unit
from bilans.open_data import STATES, BilanRow, rows_of
from core.models import PackLoad
from tests.bilans import public, world
from tests.factories import agency

pytestmark = pytest.mark.django_db
URL = "/donnees/bilans-2025.csv"


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def lines(client: Client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client.get(URL)).decode(), newline="")))


def test_O3_each_figure_and_each_class_has_its_line(client: Client) -> None:
    """The total, its classes by sex, its territories, its basins, its networks; an indicator that nobody told too."""
    agency(slug="metz", name="Metz")
    said = public.content()
    said["sections"][0]["charts"].append(
        {
            "key": "personnes-recues-network", "kind": "bars", "title": "Par réseau", "unit": "people", "text": "",
            "series": [{"name": "2025", "points": [{"label": "Chambres", "value": "12.5", "said": "12,5"}]}],
        }
    )  # fmt: skip
    public.published(said=said)
    found = [
        tuple(line[name] for name in ("niveau", "code", "nom", "indicateur", "ventilation", "classe", "valeur", "etat"))
        for line in lines(client)
    ]
    who, key = "Région Essai", "personnes-recues"
    assert found == [
        ("region", "", who, key, "", "", "1234", "partiel"),
        ("region", "", who, key, "sex", "f", "700", "connu"),
        ("region", "", who, key, "sex", "h", "", "non-communique"),
        ("region", "", who, key, "sex", "x", "", "non-renseigne"),
        ("territoire", "troyes", "Troyes", key, "", "", "1200", "connu"),
        ("territoire", "metz", "Metz", key, "", "", "", "non-communique"),
        ("region", "", who, "delai", "", "", "", "non-disponible"),
        ("reseau", "", "Chambres", key, "", "", "12.5", "connu"),
        ("bassin", "1", "1", "lieux-par-bassin", "", "", "7", "connu"),
        ("bassin", "2", "2", "lieux-par-bassin", "", "", "", "non-communique"),
    ]
    first = lines(client)[0]
    assert (first["reponses"], first["attendus"], first["valeur_precedente"]) == ("3", "4", "1100")


def test_D8_nothing_hidden_has_a_value_and_nothing_missing_is_a_zero() -> None:
    rows = rows_of(public.content())
    without = {STATES[state] for state in ("hidden", "missing", "unavailable")}
    assert {row["etat"] for row in rows if row["valeur"] is None} <= without
    assert [row for row in rows if row["etat"] in without and row["valeur"] is not None] == []
    assert [row for row in rows if row["valeur"] == 0] == []


def test_O3_a_line_is_never_there_twice() -> None:
    """A map of a figure that is shared out by territory says what its classes say."""
    said = public.content()
    said["sections"][0]["maps"].append(
        {
            "key": "personnes-recues", "title": "Où", "unit": "people", "level": "agency", "text": "",
            "values": {"troyes": {"value": "1200", "said": "1 200"}},
        }
    )  # fmt: skip
    said["sections"] += said["sections"]
    assert len(rows_of(said)) == len(rows_of(public.content()))


def test_O3_the_file_bears_its_date_and_its_licence_and_is_not_sent_twice(client: Client) -> None:
    PackLoad.objects.create(pack="essai", title="Essai", facts={"pack": {"licence": "Licence Ouverte 2.0"}})
    public.published()
    first = client.get(URL)
    assert (first["Content-Type"], first["Content-Disposition"]) == (
        "text/csv; charset=utf-8; header=present", 'attachment; filename="bilans-2025.csv"',
    )  # fmt: skip
    assert first["Last-Modified"] == "Tue, 12 May 2026 07:00:00 GMT"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in first["Link"]
    assert "/donnees/bilans-2025.csv-metadata.json" in first["Link"]
    assert client.get(URL, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_O3_the_version_changes_with_what_is_published_and_with_nothing_else(client: Client) -> None:
    campaign = public.published()
    before = client.get(URL)["ETag"]
    public.published(2024)
    Campaign.objects.filter(pk=campaign.pk).update(word="Autre mot")
    assert client.get(URL)["ETag"] == before
    campaign.refresh_from_db()
    held: Any = campaign.published
    again = public.document(held.bilan, public.content(commentary="Relu."), number=2)
    Campaign.objects.filter(pk=campaign.pk).update(published=again, published_at=world.moment(2026, 6, 1))
    assert client.get(URL)["ETag"] != before


def test_O3_the_columns_are_said_where_the_others_are(client: Client) -> None:
    public.published()
    header = body(client.get(URL)).decode().partition("\r\n")[0].split(",")
    metadata = json.loads(body(client.get("/donnees/bilans-2025.csv-metadata.json")))
    assert [column["name"] for column in metadata["tableSchema"]["columns"]] == header
    assert all(column["dc:description"] for column in metadata["tableSchema"]["columns"])
    whole = json.loads(body(client.get("/donnees/bilans-2025.json")))
    assert ([field["name"] for field in whole["fields"]], len(whole["data"])) == (header, len(lines(client)))


def test_O3_the_page_and_the_catalogue_list_the_years_published_and_no_other(client: Client) -> None:
    page, catalogue = "/donnees/", "/donnees/catalogue.jsonld"
    public.closed(2024)
    first = client.get(catalogue)["ETag"]
    public.published()
    shown = client.get(page).content.decode()
    assert (URL in shown, 'id="bilans-2025"' in shown, "bilans-2024" in shown) == (True, True, False)
    answer = client.get(catalogue)
    datasets = {one["dct:identifier"]: one for one in json.loads(body(answer))["dcat:dataset"]}
    assert ("bilans-2025" in datasets, "bilans-2024" in datasets, answer["ETag"] != first) == (True, False, True)
    assert datasets["bilans-2025"]["dct:accrualPeriodicity"]["@id"].endswith("/frequency/ANNUAL")


@pytest.mark.parametrize("slug", ["bilans-2024", "bilans-25", "bilans-2025-2", "bilans", "bilans-99999"])
def test_S4_a_year_that_is_not_there_is_refused_as_the_others(client: Client, slug: str) -> None:
    public.published()
    answer = client.get(f"/donnees/{slug}.csv")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


def test_O3_each_word_of_a_column_is_explained(client: Client) -> None:
    """« fte », « sites »: a word that a reader would not guess is said in French."""
    told = str(BilanRow().fields["unite"].help_text)
    assert all(f"« {key} », {said}" in told for key, said in Unit.choices)
