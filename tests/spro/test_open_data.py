"""O3: everything public can be taken whole, in open formats, with its licence and its date; and nothing else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core import datasets
from core.models import PackLoad
from spro.open_data import cells
from spro.open_data.files import FORMATS, flat_columns, formats
from spro.open_data.tables import TABLES
from spro.open_data.versions import follow, kept_under, version
from spro.views.open_data import FileUse
from territories.models import Commune, Referent, Site
from tests import factories
from tests.events.tools import date_of, published

pytestmark = pytest.mark.django_db
FILES = [f"/donnees/{table.slug}.{form}" for table in TABLES.values() for form in formats(table)]
WHOLE = [*FILES, "/donnees/structures-data-inclusion.json", "/donnees/catalogue.jsonld"]
METADATA = [f"/donnees/{slug}.csv-metadata.json" for slug in TABLES]


@pytest.fixture
def world() -> Site:
    """One object of each sort, a pack in force."""
    PackLoad.objects.create(
        pack="essai",
        title="Essai",
        facts={
            "pack": {"slug": "essai", "licence": "Licence Ouverte 2.0", "region_name": "Essai", "region_insee": "44"},
            "attributions": [{"slug": "charter", "text": "La charte."}, {"slug": "communes", "text": "INSEE."}],
            "charter": {"published_on": "2018-12-01"},
        },
    )
    house = factories.organisation(network=factories.network(), website="www.exemple.org | https://b.example.org/x")
    place = factories.site(
        organisation=house, phone="+33 3 88 00 00 00", services=["accueil", "cep"], channels=["sur-place"],
        hours={"1": [["09:00", "12:00"]]}, provisional=False, address="1 rue des Essais", postal_code="88000",
    )  # fmt: skip
    factories.referent(organisation=house, agency=place.agency)
    factories.rule(place.kind, status="lyceen")
    published(date_of(site=place, label="Groupe A"), organisation=house, sectors=["bois"], website="https://a.example/")
    return place


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows(client: Client, slug: str) -> list[dict[str, Any]]:
    return list(json.loads(body(client.get(f"/donnees/{slug}.json")))["data"])


def lines(client: Client, slug: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client.get(f"/donnees/{slug}.csv")).decode(), newline="")))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("url", [*WHOLE, *METADATA])
def test_O3_a_file_is_open_dated_and_not_sent_twice(client: Client, url: str) -> None:
    response = client.get(url)
    assert (response.status_code, response.streaming, dict(response.cookies)) == (200, True, {})
    assert body(response) != b""
    assert (response["Access-Control-Allow-Origin"], response["Cache-Control"], response["Vary"]) == (
        "*", "public, max-age=60", "Accept-Encoding",
    )  # fmt: skip
    assert '<https://www.etalab.gouv.fr/licence-ouverte-open-licence/>; rel="license"' in response["Link"]
    again = client.get(url, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    since = client.get(url, headers={"if-modified-since": response["Last-Modified"]})
    assert since.status_code == 304
    head = client.head(url)
    assert (head.status_code, body(head), head["ETag"]) == (200, b"", response["ETag"])


@pytest.mark.usefixtures("world")
def test_O3_a_change_makes_another_version_and_a_minute_is_the_longest_wait(client: Client) -> None:
    from django.core.cache import cache

    place = Site.objects.get()
    before = client.get("/donnees/lieux.csv")["ETag"]
    Site.objects.filter(pk=place.pk).update(name="Un autre nom")
    assert client.get("/donnees/lieux.csv")["ETag"] == before  # asked at most once a minute
    tables = {model._meta.db_table for model in TABLES["lieux"].models}
    assert cache.delete(kept_under(tables))
    after = client.get("/donnees/lieux.csv", headers={"if-none-match": before})
    assert (after.status_code, after["ETag"] != before, b"Un autre nom" in body(after)) == (200, True, True)


@pytest.mark.usefixtures("world")
def test_O3_the_date_of_data_outlives_the_cache_and_what_does_not_change_them(
    client: Client, empty_cache: Callable[[], None]
) -> None:
    """A lost cache, an import of something else, rows written again as they were: the data are as old as before."""

    def asked() -> tuple[str, str]:
        answer = client.get("/donnees/lieux.csv")
        return answer["ETag"], answer["Last-Modified"]

    empty_cache()
    before = asked()
    place = Site.objects.get()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):
        empty_cache()
        assert asked() == before
        PackLoad.objects.create(pack="autre", title="Autre", facts=PackLoad.current_facts())
        Site.objects.filter(pk=place.pk).update(name=place.name, pack_values={"name": "Dit par un pack"})
        empty_cache()
        assert asked() == before
        Site.objects.filter(pk=place.pk).update(name="Un autre nom")
        empty_cache()
        changed = asked()
        assert changed[0] != before[0]
        assert parsedate_to_datetime(changed[1]) - parsedate_to_datetime(before[1]) >= dt.timedelta(days=3)
        PackLoad.objects.create(
            pack="autre", title="Autre", facts=PackLoad.current_facts() | {"pack": {"licence": "X"}}
        )
        empty_cache()
        assert asked()[0] != changed[0]  # other terms are another file


@pytest.mark.usefixtures("world")
def test_O3_knowing_the_version_costs_one_look_a_minute(
    django_assert_num_queries: Any, empty_cache: Callable[[], None]
) -> None:
    models = TABLES["lieux"].models
    version(models)
    with django_assert_num_queries(0):
        version(models)
    empty_cache()
    with django_assert_num_queries(2):  # what was touched, what is remembered
        version(models)
    assert follow() == len(TABLES) + 1


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("slug", TABLES)
def test_O3_the_formats_say_the_same_rows_under_the_columns_described(client: Client, slug: str) -> None:
    table = TABLES[slug]
    data, text = rows(client, slug), lines(client, slug)
    assert len(data) == len(text) > 0
    names = [column.name for column in table.described()]
    assert [list(row) for row in data] == [names] * len(data)
    assert list(text[0]) == [column.name for column in flat_columns(table)]
    assert all(column.text for column in flat_columns(table))
    plain = [c.name for c in table.described() if c.kind in {"string", "anyURI"}]
    assert [[cells.restored(line[n]) for n in plain] for line in text] == [
        [row[n] or "" for n in plain] for row in data
    ]
    metadata = json.loads(body(client.get(f"/donnees/{slug}.csv-metadata.json")))
    assert [column["name"] for column in metadata["tableSchema"]["columns"]] == list(text[0])
    assert metadata["url"].endswith(f"/donnees/{slug}.csv")


@pytest.mark.usefixtures("world")
def test_O3_a_file_gives_what_the_api_gives(client: Client) -> None:
    """Same rows, same values; the answers of a search (distance, rank, reason) are not those of a file."""
    english = {
        "lieux": "sites", "organismes": "organisations", "reseaux": "networks", "sortes-de-lieux": "kinds",
        "referents": "referents", "agences": "agencies", "bassins": "basins", "communes": "communes",
        "evenements": "events", "seances": "sessions",
    }  # fmt: skip
    assert set(english) | {"aiguillage"} == set(TABLES)
    for slug, resource in english.items():
        said = client.get(f"/api/v1/{resource}/", {"page_size": 200}).json()["results"]
        shown = [{k: v for k, v in item.items() if k not in TABLES[slug].without | {"url"}} for item in said]
        file = [{k: v for k, v in row.items() if k != "url"} for row in rows(client, slug)]
        key = next(iter(file[0]))
        assert sorted(file, key=lambda r: str(r[key])) == sorted(shown, key=lambda r: str(r[key])), slug


@pytest.mark.usefixtures("world")
def test_O3_each_json_says_its_licence_its_sources_and_its_date(client: Client) -> None:
    said = json.loads(body(client.get("/donnees/communes.json")))
    assert (said["licence"], said["attribution"]) == ("Licence Ouverte 2.0", ["La charte.", "INSEE."])
    assert dt.datetime.fromisoformat(said["modified"]) <= dt.datetime.now(dt.UTC)
    geo = json.loads(body(client.get("/donnees/communes.geojson")))
    assert (geo["type"], geo["licence"], geo["modified"]) == ("FeatureCollection", said["licence"], said["modified"])


def test_O3_a_place_on_the_map_is_where_it_is(client: Client, world: Site) -> None:
    feature = json.loads(body(client.get("/donnees/lieux.geojson")))["features"][0]
    assert (feature["id"], feature["geometry"]) == (
        world.slug, {"type": "Point", "coordinates": [world.lon, world.lat]},
    )  # fmt: skip
    assert {"lat", "lon"} & set(feature["properties"]) == set()
    assert feature["properties"]["provisional"] is False


def test_T3_no_contact_and_no_withdrawn_name_ever_leaves(client: Client, world: Site) -> None:
    Referent.objects.all().delete()
    factories.referent(organisation=world.organisation, name="Nom Gardé", email="garde@exemple.invalid", phone="0611")
    gone = factories.referent(organisation=world.organisation, name="Nom Retiré", email="retire@exemple.invalid")
    Referent.objects.filter(pk=gone.pk).update(withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    whole = "".join(body(client.get(url)).decode() for url in [*WHOLE, *METADATA])
    assert "Nom Gardé" in whole
    assert [word for word in ("Nom Retiré", "@exemple.invalid", "0611") if word in whole] == []
    assert sorted(row["name"] for row in rows(client, "referents")) == ["", "Nom Gardé"]


def test_O2_R11_what_is_not_public_is_in_no_file(client: Client, world: Site) -> None:
    """A candidate, its referents and its rules; a place that is not listed."""
    candidate = factories.organisation(name="Candidat Secret", status="candidate")
    factories.referent(organisation=candidate, name="Référente Secrète")
    factories.rule(candidate)
    factories.site(name="Lieu Secret", listed=False, organisation=world.organisation)
    whole = "".join(body(client.get(url)).decode() for url in WHOLE)
    assert [w for w in ("Candidat Secret", candidate.slug, "Référente Secrète", "Lieu Secret") if w in whole] == []


@pytest.mark.parametrize(
    "url", ["/donnees/rien.csv", "/donnees/reseaux.geojson", "/donnees/lieux.xml", "/donnees/rien.csv-metadata.json"]
)
def test_O1_what_is_not_there_is_refused_in_french(client: Client, url: str) -> None:
    response = client.get(url)
    assert (response.status_code, response.json()) == (404, {"detail": "Aucun fichier ne se trouve à cette adresse."})


@pytest.mark.usefixtures("world")
def test_O3_files_are_read_only_and_a_browser_may_ask_first(client: Client) -> None:
    assert client.post("/donnees/lieux.csv").status_code == 405
    asked = client.options("/donnees/lieux.csv")
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.usefixtures("world")
def test_O1_fair_use_is_counted_and_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileUse, "rate", "2/min")
    codes = [client.get("/donnees/reseaux.csv").status_code for _ in range(3)]
    # The window of a minute may turn between two requests.
    assert codes == [200, 200, 429]
    refused = client.get("/donnees/reseaux.csv")
    assert (1 <= int(refused["Retry-After"]) <= 60, refused["Access-Control-Allow-Origin"]) == (True, "*")
    assert "Trop de fichiers" in refused.json()["detail"]


def _communes(number: int) -> None:
    model = factories.town("Origine", insee="10000")
    Commune.objects.bulk_create(
        Commune(
            insee=f"{20_000 + i}", name=f"Commune {i}", folded_name=f"commune {i}", lat=48.0, lon=6.0,
            department=model.department, basin=model.basin, agency=model.agency,
        )
        for i in range(number)
    )  # fmt: skip


def test_O3_a_long_file_is_written_by_batches_of_short_statements(client: Client) -> None:
    """5,001 rows: one statement a thousand rows, and never more than one batch in hand."""
    _communes(5_000)
    for form in FORMATS:
        client.get(f"/donnees/communes.{form}")  # the version is known for a minute
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = client.get(f"/donnees/communes.{form}")
            chunks = list(response.streaming_content)
        assert len(asked) == 1 + 6, form  # the terms, then six batches
        assert sum("LIMIT 1000" in query["sql"] for query in asked.captured_queries) == 6
        assert len(chunks) == 6 + {"csv": 1, "json": 2, "geojson": 2}[form]
        longest, whole = max(map(len, chunks)), sum(map(len, chunks))
        assert longest < whole / 4
    assert len(rows(client, "communes")) == 5_001
    assert len({line["insee"] for line in lines(client, "communes")}) == 5_001


def test_O3_the_first_rows_leave_before_the_last_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "BATCH", 10)
    _communes(40)
    batches: Iterator[Any] = TABLES["communes"].batches()
    with CaptureQueriesContext(connection) as asked:
        first = next(batches)
    assert (len(first), len(asked)) == (10, 1)


@pytest.mark.usefixtures("world")
def test_O3_a_file_travels_compressed(client: Client) -> None:
    import gzip

    _communes(300)
    plain = body(client.get("/donnees/communes.csv"))
    packed = client.get("/donnees/communes.csv", headers={"accept-encoding": "gzip"})
    sent = body(packed)
    assert (packed["Content-Encoding"], gzip.decompress(sent) == plain, len(sent) < len(plain) / 3) == (
        "gzip", True, True,
    )  # fmt: skip


# --- formulas


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+33 3 88 00 00 00", "+33 3 88 00 00 00"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("  @SUM(A1)", "  '@SUM(A1)"),
        ("accueil;=1+1", "accueil;'=1+1"),
        ("’Espace Info", "’Espace Info"),
        ("'=1", "''=1"),
        ("a = b", "a = b"),
        ("", ""),
    ],
)
def test_O3_no_cell_is_a_formula_and_none_is_corrupted(text: str, written: str) -> None:
    assert (cells.harmless(text), cells.restored(written)) == (written, text)


@given(st.text(alphabet="=+-@'; \t\r\n0a\u00a0\uff1d", max_size=12))
def test_O3_what_is_written_in_a_cell_can_always_be_read_back(text: str) -> None:
    written = cells.harmless(text)
    assert cells.restored(written) == text
    assert not written.lstrip(" \u00a0").startswith(("=", "@", "\t", "\r", "\n", "\uff1d"))


def test_O3_a_formula_in_the_name_of_a_place(client: Client, world: Site) -> None:
    Site.objects.filter(pk=world.pk).update(
        name="=cmd|' /C calc'!A0", description='Dit « "oui", "non" »\nsur deux lignes'
    )
    line, row = lines(client, "lieux")[0], rows(client, "lieux")[0]
    assert (line["name"], row["name"]) == ("'=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0")
    assert (line["description"], line["phone"]) == (row["description"], "+33 3 88 00 00 00")
    assert (line["hours"], line["services"]) == ('{"1":[["09:00","12:00"]]}', "accueil | cep")
    assert line["commune_insee"] == row["commune"]["insee"]


# --- the page


@pytest.mark.usefixtures("world")
def test_O3_the_page_links_every_file_and_explains_every_column(client: Client) -> None:
    import re

    page = client.get("/donnees/").content.decode()
    links = re.findall(r'href="(/donnees/[^"]+)"', page)
    assert set(FILES) | {"/donnees/structures-data-inclusion.json", "/donnees/catalogue.jsonld"} <= set(links)
    assert {url: client.get(url).status_code for url in set(links)} == dict.fromkeys(set(links), 200)
    names = re.findall(r"<dt><code>([^<]+)</code></dt><dd>(\S)", page)
    assert [name for name, _ in names] == [c.name for table in TABLES.values() for c in table.described()]
    assert "Licence Ouverte 2.0" in page


@pytest.mark.usefixtures("world")
def test_the_page_costs_as_many_queries_whatever_is_in_the_tables(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/donnees/")
        return len(asked)

    before = cost()
    _communes(20)
    factories.site()
    assert cost() == before <= 3


def test_the_page_stands_before_any_pack_is_loaded(client: Client) -> None:
    assert client.get("/donnees/").status_code == 200
    assert [client.get(url).status_code for url in WHOLE] == [200] * len(WHOLE)
