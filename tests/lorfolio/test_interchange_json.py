"""JSON Resume in, then out: every field of the schema is kept, what is no field of it is listed (L10)."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.text import fold
from lorfolio import content
from lorfolio.interchange import json_reading, json_resume
from lorfolio.interchange.json_fields import SCHEMA
from lorfolio.models import Experience, Extra, Language, Portfolio, Skill
from lorfolio.services import importing
from tests.lorfolio.people import NOW, portfolio

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent / "samples" / "resume_full.json"
ITEMS = (Experience, Skill, Language, Extra)


def brought(owner: Portfolio, document: Any, **options: Any) -> int:
    incoming = json_reading.read(document)
    values = {"chosen": None, "replace_person": True} | options
    return importing.apply(portfolio=owner, incoming=incoming, actor=owner.user, at=NOW, **values)


def taken(owner: Portfolio) -> dict[str, Any]:
    fresh = Portfolio.objects.select_related("commune").get(pk=owner.pk)
    return json_resume.export(content.whole(fresh, content.person_of(fresh)), everything=True)


def in_one_order(document: dict[str, Any]) -> dict[str, Any]:
    """The lists of the document sorted: a portfolio tells its path by dates, whatever the order of the file."""
    return {
        key: sorted(value, key=lambda item: json.dumps(item, sort_keys=True)) if isinstance(value, list) else value
        for key, value in document.items()
    }


def test_L10_a_full_json_resume_comes_out_as_it_came_in() -> None:
    document = json.loads(SAMPLE.read_text(encoding="utf-8"))
    owner = portfolio()
    brought(owner, copy.deepcopy(document))
    assert in_one_order(taken(owner)) == in_one_order(document)
    assert json_reading.read(document).unknown == []


# --- The schema, as a strategy: any text that people type, in any field, none asked for.

LETTERS = st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"))
WORDS = st.text(LETTERS, min_size=1, max_size=200).filter(lambda text: bool(text.strip()))
TITLES = st.one_of(st.sampled_from(["Vendeuse", "Aide à domicile", "电工", "عامل"]), WORDS)
DATES = st.one_of(
    st.dates().map(lambda day: day.isoformat()), st.dates().map(lambda day: day.isoformat()[:7]),
    st.integers(1000, 2999).map(str), st.just("2019-13-40"),
)  # fmt: skip
URLS = st.sampled_from(
    ["https://exemple.invalid/a", "http://exemple.invalid", "javascript:alert(1)", "pas une adresse"]
)
LISTED = st.lists(WORDS, min_size=1, max_size=3)


def an_item(**fields: Any) -> Any:
    return st.fixed_dictionaries({}, optional=fields)


def items(**fields: Any) -> Any:
    kept = st.lists(an_item(**fields).filter(bool), max_size=3)
    return kept.filter(lambda rows: len({json_resume_key(row) for row in rows}) == len(rows))


def json_resume_key(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


LIVED = {"url": URLS, "startDate": DATES, "endDate": DATES, "summary": WORDS, "highlights": LISTED}
RESUMES = st.fixed_dictionaries({}, optional={
    "basics": an_item(
        name=WORDS, label=WORDS, image=URLS, email=st.just("a@exemple.invalid"), phone=WORDS, url=URLS, summary=WORDS,
        location=an_item(address=WORDS, postalCode=WORDS, city=TITLES, countryCode=WORDS, region=WORDS).filter(bool),
        profiles=st.lists(an_item(network=WORDS, username=WORDS, url=st.just("https://a.invalid")).filter(bool),
                          min_size=1, max_size=2),
    ).filter(bool),
    "work": items(name=TITLES, location=WORDS, description=WORDS, position=TITLES, **LIVED),
    "volunteer": items(organization=TITLES, position=TITLES, **LIVED),
    "education": items(institution=TITLES, url=URLS, area=TITLES, studyType=TITLES, startDate=DATES, endDate=DATES,
                       score=WORDS, courses=LISTED),
    "awards": items(title=TITLES, date=DATES, awarder=TITLES, summary=WORDS),
    "certificates": items(name=TITLES, date=DATES, url=URLS, issuer=TITLES),
    "publications": items(name=TITLES, publisher=TITLES, releaseDate=DATES, url=URLS, summary=WORDS),
    "skills": st.lists(an_item(name=TITLES, level=st.one_of(WORDS, st.just("je découvre")), keywords=LISTED),
                       max_size=3).filter(lambda rows: all(row.get("name") for row in rows) and len(
                           {fold(row["name"]) or row["name"].strip().casefold() for row in rows}) == len(rows)),
    "languages": items(language=TITLES, fluency=st.one_of(WORDS, st.sampled_from(["b1", "Native", "C2"]))),
    "interests": items(name=TITLES, keywords=LISTED),
    "references": items(name=TITLES, reference=WORDS),
    "projects": items(name=TITLES, description=WORDS, highlights=LISTED, keywords=LISTED, startDate=DATES,
                      endDate=DATES, url=URLS, roles=LISTED, entity=TITLES,
                      type=st.one_of(WORDS, st.sampled_from(["proche", "passion"]))),
}).filter(bool)  # fmt: skip


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(RESUMES)
def test_L10_any_json_resume_comes_out_as_it_came_in_and_twice_adds_nothing(document: dict[str, Any]) -> None:
    owner = portfolio()
    Portfolio.objects.filter(pk=owner.pk).update(given_name="", family_name="", email="")
    expected = in_one_order({key: value for key, value in document.items() if value})
    brought(owner, copy.deepcopy(document))
    made = taken(owner)
    ours = {"$schema": made.pop("$schema"), "meta": made.pop("meta")}
    assert in_one_order(made) == expected
    assert ours == {"$schema": SCHEMA, "meta": {"version": "v1.0.0"}}
    counts = [model.objects.filter(portfolio=owner).count() for model in ITEMS]
    assert brought(owner, copy.deepcopy(document)) == 0
    assert brought(owner, taken(owner)) == 0
    assert [model.objects.filter(portfolio=owner).count() for model in ITEMS] == counts
    assert taken(owner) == made | ours
