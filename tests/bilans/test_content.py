"""What the documents of the four kinds say: the shape of a content, its determinism, what it hides (B3, B4, B5, D8)."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bilans.content import content_of
from bilans.models import Bilan, Indicator, Kind
from events.models import Session
from tests.bilans.test_prefilling import event
from tests.bilans.whole_year import whole_year
from tests.bilans.world import accepted, bilan, campaign, indicator, moment, submitted, value
from tests.factories import agency, network, organisation

pytestmark = pytest.mark.django_db
AT = dt.date(2026, 6, 1)
NB = "\u00a0"
TEXT, WHOLE = str, (str, type(None))
FIGURE = {
    "key": TEXT, "label": TEXT, "unit": TEXT, "decimals": int, "value": WHOLE, "said": TEXT, "state": TEXT,
    "previous": WHOLE, "previous_said": TEXT, "comparable": (list, type(None)), "change": (dict, type(None)),
    "comment": TEXT, "answered": int, "expected": int, "missing": list, "breakdowns": list,
}  # fmt: skip
TABLE = {"key": TEXT, "title": TEXT, "note": TEXT, "header": list, "rows": list, "numeric": list, "total": bool}
CHART = {"key": TEXT, "kind": TEXT, "title": TEXT, "unit": TEXT, "series": list, "text": TEXT}
MAP = {"key": TEXT, "title": TEXT, "unit": TEXT, "level": TEXT, "values": dict, "text": TEXT}
SECTION = {"key": TEXT, "title": TEXT, "intro": TEXT, "figures": list, "tables": list, "charts": list, "maps": list}
CONTENT = {
    "format": int, "kind": TEXT, "year": int, "subject": dict, "state": dict, "completeness": dict, "commentary": TEXT,
    "headlines": list, "questions": list, "sections": list, "definitions": list, "notes": list,
}  # fmt: skip
# What a sentence made by hand never has: two spaces, a plain space before « : » or « ; », an empty quotation…
WRONG = re.compile(r"  |None|\{|\}| [:;!?%]|\(\)|«\u00a0\u00a0»|\bde [aeéiouAEÉIOU]|, \.|\.\.|\b1 \w+s\b")


def said(of: Bilan, **more: Any) -> dict[str, Any]:
    return content_of(Bilan.objects.select_related("campaign").get(pk=of.pk), at=AT, **more)


def fits(found: dict[str, Any], shape: dict[str, Any]) -> None:
    assert set(found) == set(shape)
    for key, kind in shape.items():
        assert isinstance(found[key], kind), key


def check(content: dict[str, Any]) -> None:
    """The shape that the docstring of `bilans/content.py` promises, down to each cell."""
    fits(content, CONTENT)
    assert len(content["headlines"]) <= 6
    assert [one["title"] for one in content["questions"]] == [title for _, title, _ in Bilan.QUESTIONS]
    keys = [section["key"] for section in content["sections"]]
    assert len(keys) == len(set(keys))
    for one in content["headlines"]:
        fits(one, FIGURE)
    drawn = []
    for section in content["sections"]:
        fits(section, SECTION)
        assert any(section[part] for part in ("intro", "figures", "tables", "charts", "maps")), section["key"]
        for one in section["figures"]:
            fits(one, FIGURE)
            assert one["state"] in ("answered", "partial", "unavailable", "missing", "hidden")
            assert (one["value"] is None) == (one["state"] not in ("answered", "partial")), one
        for one in section["tables"]:
            fits(one, TABLE)
            assert {len(row) for row in one["rows"]} | {len(one["numeric"])} == {len(one["header"])}, one["key"]
            assert all(isinstance(cell, str) for row in one["rows"] for cell in row)
        for one in section["charts"]:
            fits(one, CHART)
            assert one["kind"] in ("bars", "pairs", "stack")
            for series in one["series"]:
                assert series["points"]
                assert all(set(point) == {"label", "value", "said"} for point in series["points"])
        for one in section["maps"]:
            fits(one, MAP)
        drawn += [one["key"] for one in section["charts"]]
        for text in [section["intro"], *(one["text"] for one in (*section["charts"], *section["maps"]))]:
            assert not WRONG.search(text), (text, WRONG.search(text))
    assert len(drawn) == len(set(drawn))
    json.dumps(content, allow_nan=False)


def test_B3_the_documents_of_the_four_kinds_have_their_shape_and_the_same_data_give_the_same() -> None:
    year = whole_year(organisations=6, platforms=2)
    for kind in Kind.values:
        of = Bilan.objects.filter(campaign=year, kind=kind).order_by("pk")[0]
        content = said(of)
        assert (content["kind"], content["year"], content["state"]["said"]) == (kind, 2025, "Définitif")
        check(content)
        again = content_of(Bilan.objects.get(pk=of.pk), at=AT + dt.timedelta(days=3))
        assert json.dumps(again, sort_keys=True) == json.dumps(content, sort_keys=True), kind
    region = said(Bilan.objects.get(campaign=year, kind=Kind.REGION))
    assert region["completeness"]["missing"] == ["Maison 2"]
    assert (region["completeness"]["expected"], region["completeness"]["received"]) == (20, 19)
    told = json.dumps(region, ensure_ascii=False)
    for inside in Indicator.objects.filter(public=False):  # the region's document is to be published (H, `unfit`)
        assert inside.key not in told


@pytest.mark.parametrize("kind", Kind.values)
def test_B3_a_bilan_without_an_answer_is_readable_and_says_what_is_missing(kind: str) -> None:
    asked = indicator(filled_by=kind, label="Personnes reçues", headline=1)
    content = said(bilan(kind, of=campaign(2025)))
    check(content)
    assert content["completeness"]["blank"] == ["Personnes reçues"]
    assert content["headlines"][0]["said"] == "non renseigné"
    assert content["state"]["said"] == f"Provisoire{NB}: en cours de saisie"
    assert [one["key"] for one in content["definitions"]] == [asked.key]


def test_B3_unavailable_is_neither_missing_nor_zero() -> None:
    asked = indicator()
    of = bilan(of=campaign(2025))
    value(of, asked, unavailable=True)
    content = said(of)
    assert (content["sections"][0]["figures"][0]["state"], content["completeness"]["blank"]) == ("unavailable", [])
    assert content["sections"][-1]["intro"].startswith(f"Est déclaré non disponible{NB}:")


def test_B2_what_moved_much_is_told_with_its_comment() -> None:
    asked, house = indicator(label="Entretiens"), organisation()
    before, now = (bilan(Kind.ORGANISATION, house, of=campaign(year)) for year in (2024, 2025))
    value(before, asked, 100)
    submitted(before)
    value(now, asked, 150, comment="Une permanence de plus.")
    (table,) = next(one for one in said(now)["sections"] if one["key"] == "comments")["tables"]
    assert table["rows"] == [["Entretiens", f"+{NB}50{NB}% par rapport à 2024", "Une permanence de plus."]]


def test_B5_the_three_questions_are_told_as_they_were_written() -> None:
    of = bilan(of=campaign(2025), happened="  Beaucoup.\n", judged="", better="Plus tôt.")
    assert [one["text"] for one in said(of)["questions"]] == ["Beaucoup.", "", "Plus tôt."]


def test_D8_a_small_class_of_a_territory_is_told_whole_to_whom_may_read_it_alone() -> None:
    asked = indicator(filled_by=Kind.TERRITORY, unit="people", of_people=True, breakdowns=["sex"])
    of = bilan(Kind.TERRITORY, of=campaign(2025))
    value(of, asked, 40)
    for key, amount in (("f", 30), ("h", 3), ("non-renseigne", 7)):
        value(of, asked, amount, "sex", key)
    for bilan_ in (of, accepted(of)):
        closed, whole = (said(bilan_, whole=reads)["sections"][0]["figures"][0] for reads in (False, True))
        shown = {cell["key"]: cell["said"] for cell in closed["breakdowns"][0]["cells"]}
        assert (shown["h"], list(shown.values()).count("n.c.")) == ("n.c.", 2), bilan_.state
        assert [cell["said"] for cell in whole["breakdowns"][0]["cells"]] == ["30", "3", "7"]


def test_D8_an_organisation_reads_its_own_small_counts() -> None:
    asked = indicator(unit="people", of_people=True)
    of = bilan(of=campaign(2025))
    value(of, asked, 3)
    assert said(accepted(of))["sections"][0]["figures"][0]["said"] == f"3{NB}personnes"


@pytest.mark.parametrize(("others", "told"), [((50, 60), True), ((1, 2), False), ((50,), False)])
def test_D8_an_organisation_is_set_beside_its_network_only_where_nobody_else_is_recognised(
    others: tuple[int, ...], told: bool
) -> None:
    asked = indicator(unit="people", of_people=True, headline=1)
    year, family = campaign(2025), network()
    rows = []
    for amount in (40, *others):
        of = bilan(Kind.ORGANISATION, organisation(network=family), of=year)
        value(of, asked, amount)
        rows.append(accepted(of))
    sections = {one["key"]: one for one in said(rows[0])["sections"]}
    assert ("network" in sections) is told
    if "network" in sections:
        assert sections["network"]["tables"][0]["rows"][0][2:] == (
            [
                f"{40 + sum(others)}{NB}personnes",
                f"{round(4000 / (40 + sum(others)))}{NB}%",
                f"{1 + len(others)} sur {1 + len(others)}",
            ]
        )


@pytest.mark.parametrize(
    ("outside", "last"),
    [((30, 40), ("Organismes sans réseau", "70")), ((), ("Dragon", "50")), ((2,), None)],
)
def test_D8_the_bars_of_the_networks_and_what_is_outside_them_make_the_total_or_nobody_is_recognised(
    outside: tuple[int, ...], last: tuple[str, str] | None
) -> None:
    indicator("recues", unit="people", of_people=True, headline=1, order=1)
    asked, year = Indicator.objects.get(), campaign(2025)
    for name, amounts in (("Abeille", (60, 70)), ("Dragon", (20, 30)), (None, outside)):
        family = network(name=name) if name else None
        for amount in amounts:
            of = bilan(Kind.ORGANISATION, organisation(network=family), of=year)
            value(of, asked, amount)
            accepted(of)
    found = said(bilan(Kind.REGION, of=year))
    charts = {chart["key"]: chart for section in found["sections"] for chart in section["charts"]}
    points = charts["recues-network"]["series"][0]["points"] if "recues-network" in charts else []
    told = [(one["label"], one["said"]) for one in points]
    total = next(one["value"] for one in found["headlines"])
    if last:
        assert told[-1] == last
        assert sum(float(one["value"]) for one in points) == float(total) == 180 + sum(outside)
    else:
        assert total is None or "n.c." in [said_ for _, said_ in told] or not told
        assert "Organismes sans réseau" not in [label for label, _ in told]


def test_B3_what_the_region_counts_besides_those_that_answered_is_said_where_they_are_added_up() -> None:
    given = indicator("tenus", label="Évènements tenus", source="events_held", unit="events")
    counted = indicator("tous", label="Tous", source="events_held", unit="events", filled_by=Kind.REGION)
    year = campaign(2025)
    house, region = bilan(of=year), bilan(Kind.REGION, of=year)
    value(house, given, 35)
    value(region, counted, 39)
    accepted(house)
    intro = {one["key"]: one["intro"] for one in said(region)["sections"]}
    words = f"«{NB}Évènements tenus{NB}»{NB}: le portail en compte 39{NB}évènements en tout, "
    assert intro["organisations-1"] == words + "avec ceux de qui n’a pas rendu son bilan."
    region.values.filter(indicator=counted).update(amount=35)
    intro = {one["key"]: one["intro"] for one in said(region)["sections"]}
    assert intro["organisations-1"] == ""


def test_the_queries_of_a_document_do_not_grow_with_the_year() -> None:
    asked, year = indicator(breakdowns=["agency"], unit="people", of_people=True, headline=1), campaign(2025)
    family = network()
    region = bilan(Kind.REGION, of=year)

    def cost(of: Bilan) -> int:
        with CaptureQueriesContext(connection) as queries:
            said(of)
        return len(queries)

    def more(count: int) -> Bilan:
        for _ in range(count):
            of = bilan(Kind.ORGANISATION, organisation(network=family), of=year)
            value(of, asked, 20)
            accepted(of)
        return of

    one = more(1)
    first = cost(one), cost(region)
    more(3)
    assert (cost(one), cost(region)) == first


def test_the_events_held_are_named_and_neither_the_cancelled_nor_those_of_another_year() -> None:
    house = organisation()
    indicator()
    of = bilan(Kind.ORGANISATION, house, of=campaign(2025))
    forum = event(house, moment(2025, 3, 1), moment(2025, 3, 2))
    event(house, moment(2024, 3, 1))
    Session.objects.filter(event=event(house, moment(2025, 5, 1))).update(status="cancelled")
    event(organisation(), moment(2025, 5, 1))
    (table,) = next(one for one in said(of)["sections"] if one["key"] == "events")["tables"]
    assert [row[:2] for row in table["rows"]] == [[f"1er mars (et 1{NB}autre date)", forum.title]]


def test_D9_the_steps_of_a_psad_are_drawn_with_what_is_published_and_say_what_lasts() -> None:
    of = bilan(Kind.PSAD, of=campaign(2025))
    for order, (source, amount) in enumerate(
        [("psad_received", 40), ("psad_prepared", None), ("psad_contacted", 30), ("psad_solved", 12), ("psad_held3", 9),
         ("psad_lost3", 3)]
    ):  # fmt: skip
        asked = indicator(
            filled_by=Kind.PSAD, unit="people", of_people=True, adding="distinct", source=source, order=order
        )
        value(of, asked, amount, hidden=amount is None)
    charts = {one["key"]: one for section in said(of)["sections"] for one in section["charts"]}
    assert charts["funnel"]["text"] == (
        f"40{NB}jeunes sont entré·es dans l’accompagnement. 30{NB}jeunes ont été joint·es dans l’année. 12{NB}jeunes "
        "ont commencé une solution. Les étapes marquées n.c. comptent trop peu de jeunes pour être communiquées."
    )
    assert [point["said"] for point in charts["funnel"]["series"][0]["points"]] == ["40", "n.c.", "30", "12"]
    assert charts["lasting"]["text"] == (
        f"À 3 mois, 75{NB}% (9 sur 12) des jeunes dont la solution a été vérifiée y sont toujours."
    )


def test_D9_a_platform_owes_no_answer_for_flows_that_nobody_published() -> None:
    """« 1 indicateur renseigné sur 1 »: what the portal alone counts is neither asked of it, nor defined."""
    of = bilan(Kind.PSAD, of=campaign(2025))
    indicator(filled_by=Kind.PSAD, unit="people", of_people=True, adding="distinct", source="psad_received")
    asked = indicator(filled_by=Kind.PSAD, label="Réunions")
    value(of, asked, 3)
    found = said(of)
    assert (found["completeness"]["answered"], found["completeness"]["asked"]) == (1, 1)
    assert [one["label"] for one in found["definitions"]] == ["Réunions"]


def test_B1_the_region_tells_a_pack_whose_indicators_have_other_keys() -> None:
    """Its sentences name indicators by key: without them they go, and the pack's own key figures come first."""
    year = campaign(2025)
    visits = indicator("visites", label="Visites", unit="people", of_people=True, headline=1)
    towns = indicator("villes", label="Villes", filled_by=Kind.REGION, adding="distinct")
    of, region = bilan(Kind.ORGANISATION, organisation(), of=year), bilan(Kind.REGION, of=year)
    value(of, visits, 1200)
    accepted(of)
    value(region, towns, 7)
    accepted(region)
    found = said(region)
    check(found)
    assert [(one["label"], one["said"]) for one in found["headlines"]] == [("Visites", f"1\u202f200{NB}personnes")]
    assert "summary" not in [section["key"] for section in found["sections"]]


def test_B3_a_territory_says_apart_what_organisations_declare_there() -> None:
    place = agency(name="Épinal")
    asked = indicator(unit="people", of_people=True, breakdowns=["agency"], label="Personnes reçues")
    indicator(filled_by=Kind.TERRITORY)
    year = campaign(2025)
    house = organisation()
    of = bilan(Kind.ORGANISATION, house, of=year)
    value(of, asked, 100)
    value(of, asked, 60, "agency", place.slug)
    value(of, asked, 40, "agency", "hors-territoire")
    accepted(of)
    found = {one["key"]: one for one in said(bilan(Kind.TERRITORY, place, of=year))["sections"]}
    assert found["declared"]["tables"][0]["rows"] == [
        ["Personnes reçues", f"60{NB}personnes", f"100{NB}personnes", f"60{NB}%", "1 sur 1"]
    ]
    assert found["declared"]["tables"][0]["header"][1] == "Territoire d’Épinal"
