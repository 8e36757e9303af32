"""What the address of the agenda says: each parameter, each refusal, one canonical form (A2, S4)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.http import QueryDict
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from events.search import days
from events.search.filters import Search, read, read_api
from events.search.sentence import sentence
from territories import routing
from territories.models import FormerCommune
from tests import factories
from tests.events.tools import paris

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _epinal() -> None:
    agency = factories.agency(slug="epinal", name="Épinal")
    town = factories.town("Épinal", insee="88160", lat=48.17, lon=6.45, postal_codes=["88000"], agency=agency)
    FormerCommune.objects.create(former_insee="88999", commune=town)
    routing.rules_changed()


def asked(query: str) -> Search:
    return read(QueryDict(query))


EVERY = (
    "acces=lsf&acces=pmr&agence=epinal&au=2027-03-31&commune=88160&du=2027-03-01&public=cadre&public=lyceen&q=bois"
    "&rayon=20&secteur=bois&secteur=industrie&type=atelier&type=forum&vue=mois"
)


def test_A2_every_state_is_one_canonical_address() -> None:
    search = asked(EVERY)
    assert (search.errors, search.query_string()) == ({}, EVERY)
    shuffled = "&".join(reversed(EVERY.split("&"))) + "&du=&organisme=&saisie=1&inconnu=3"
    assert asked(shuffled.replace("public=cadre", "statut=cadre")).query_string() == EVERY
    assert asked(search.query_string()).parameters() == search.parameters()


def test_A2_a_search_changes_one_thing_at_a_time() -> None:
    search = asked("type=atelier&type=forum&en-ligne=1")
    assert search.url(type=["forum"]) == "/agenda/?en-ligne=1&type=forum"
    assert search.url(en_ligne="", type="") == "/agenda/"


@pytest.mark.parametrize("typed", ["88160", "88999", "88000", "Épinal", "epinal", "Épinal (88)", "88000 Épinal"])
def test_A2_a_place_is_understood_however_it_is_written(typed: str) -> None:
    search = asked(f"commune={typed}")
    assert (search.town and search.town.insee, search.reach, search.errors) == ("88160", 30, {})


@pytest.mark.parametrize(
    ("query", "name", "kept"),
    [
        ("type=fete", "type", "fete"), ("secteur=luxe", "secteur", "luxe"), ("public=elu", "public", "elu"),
        ("statut=elu", "statut", "elu"), ("acces=velo", "acces", "velo"), ("agence=paris", "agence", "paris"),
        ("bassin=0", "bassin", "0"), ("reseau=x", "reseau", "x"), ("organisme=x", "organisme", "x"),
        ("rayon=100.5", "rayon", "100.5"), ("rayon=101", "rayon", "101"), ("rayon=٣٠", "rayon", "٣٠"),
        ("rayon=-3", "rayon", "-3"),
        ("du=hier", "du", "hier"), ("du=2027-02-30", "du", "2027-02-30"), ("du=1901-01-01", "du", "1901-01-01"),
        ("au=9999-12-31", "au", "9999-12-31"), ("au=2027-13-01", "au", "2027-13-01"), ("vue=frise", "vue", "frise"),
        ("commune=Atlantide", "commune", "Atlantide"), ("commune=00000", "commune", "00000"),
    ],
)  # fmt: skip
def test_S4_what_cannot_be_read_is_said_and_kept(query: str, name: str, kept: str) -> None:
    search = asked(query)
    assert (list(search.errors), search.said) == ([name], {name: kept})
    assert search.errors[name][-1] in ".\u202f?"
    assert search.view == "liste"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("du=2027-03-10&au=2027-03-01", "La date de fin vient avant la date de début."),
        ("au=2001-01-01", "Cette date est passée\u00a0: donnez aussi une date de début."),
    ],
)
def test_S4_days_in_the_wrong_order(query: str, said: str) -> None:
    search = asked(query)
    assert (search.errors, search.ends) == ({"au": said}, None)


@pytest.mark.parametrize("query", ["q=%00", "q=" + "é" * 5000, "du=%00", "commune=%F0%9F%98%80", "type=" + "x" * 9000,
                                   "rayon=9e9", "q=%27%22%3B--", "commune=%25%25", "organisme=%00a"])  # fmt: skip
def test_S4_nothing_typed_is_an_error_of_the_server(query: str) -> None:
    search = asked(query)
    assert len(search.q) <= 200
    assert all(len(value) <= 80 for value in search.said.values())


def test_A2_days_are_of_paris_and_inclusive() -> None:
    window = asked("du=2027-03-28&au=2027-03-28").window()  # the day has 23 hours
    assert window == (paris("2027-03-28 00:00"), paris("2027-03-29 00:00"))
    assert window[1] is not None
    assert window[1].timestamp() - window[0].timestamp() == 23 * 3600
    assert asked("du=16/03/2027").starts == date(2027, 3, 16)
    now = timezone.now()
    assert Search().window(now) == (now, None)


@pytest.mark.parametrize(
    ("day", "spans"),
    [
        # A Wednesday: the week-end is ahead.
        (
            "2026-11-25",
            ["Aujourd’hui 25-25", "Cette semaine 25-29", "Ce week-end 28-29", "Ce mois-ci 25-30", "30 jours 25-25"],
        ),
        # A Saturday: what is left of the week is the week-end.
        (
            "2026-11-28",
            [
                "Aujourd’hui 28-28",
                "Ce week-end 28-29",
                "La semaine prochaine 30-06",
                "Ce mois-ci 28-30",
                "30 jours 28-28",
            ],
        ),
        # A Sunday is also the end of the week; the last day of a month, the end of the month: each is said once.
        ("2026-11-29", ["Aujourd’hui 29-29", "La semaine prochaine 30-06", "Ce mois-ci 29-30", "30 jours 29-29"]),
        ("2026-11-30", ["Aujourd’hui 30-30", "Cette semaine 30-06", "Ce week-end 05-06", "30 jours 30-30"]),
    ],
)
def test_A2_shortcuts_of_dates(day: str, spans: list[str]) -> None:
    found = [f"{s.label} {s.starts.day:02}-{s.ends.day:02}" for s in days.shortcuts(date.fromisoformat(day))]
    assert found == spans


@pytest.mark.parametrize(("now", "day"), [
    ("2026-11-21T22:59:00+00:00", date(2026, 11, 21)), ("2026-11-21T23:00:00+00:00", date(2026, 11, 22)),
    ("2027-06-30T21:59:00+00:00", date(2027, 6, 30)), ("2027-06-30T22:00:00+00:00", date(2027, 7, 1)),
])  # fmt: skip
def test_A2_today_is_that_of_paris(now: str, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(now))
    assert days.today() == day


def test_A2_the_search_in_plain_french() -> None:
    query = "q=robotique&type=atelier&type=forum&commune=88160&du=2027-05-03&au=2027-05-07&secteur=bois&public=lyceen"
    assert sentence(asked(query)) == (
        "Forums et ateliers «\u00a0robotique\u00a0», à moins de 30\u00a0km d’Épinal, secteur Bois,"
        " public\u00a0: Lycéen·ne, du 3 au 7 mai 2027"
    )
    assert sentence(asked("")) == "Évènements"
    assert sentence(asked("en-ligne=1&du=2027-01-01")) == "Évènements, en ligne, à partir du 1er janvier 2027"


def test_O1_the_api_has_its_own_names() -> None:
    query = "q=bois&from=2027-03-01&to=2027-03-31&type=forum&sector=bois&public=cadre&commune=88160&radius=20"
    search = read_api(QueryDict(query + "&agency=epinal&online=1&accessibility=lsf&du=1901-01-01"))
    assert search.query_string() == (
        "acces=lsf&agence=epinal&au=2027-03-31&commune=88160&du=2027-03-01&en-ligne=1&public=cadre&q=bois&rayon=20"
        "&secteur=bois&type=forum"
    )
    assert read_api(QueryDict("status=cadre")).publics == ("cadre",)
    near = read_api(QueryDict("near=48.17,6.45"))
    assert near.start is not None
    assert (near.start.lat, near.start.lon, near.reach) == (48.17, 6.45, 30)


@pytest.mark.parametrize("query", ["from=x", "to=x", "type=x", "sector=x", "public=x", "status=x", "radius=x",
                                   "agency=x", "basin=x", "network=x", "organisation=x", "accessibility=x",
                                   "near=x", "near=nan,1", "near=91,0", "near=1", "commune=Atlantide"])  # fmt: skip
def test_O1_the_api_refuses_in_french_under_the_name_given(query: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_api(QueryDict(query))
    assert isinstance(caught.value.detail, dict)
    assert list(caught.value.detail) == [query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("commune=88160&rayon=0", "Évènements, à Épinal"),
        ("commune=88160&rayon=0&en-ligne=1", "Évènements, en ligne et à Épinal"),
        ("commune=88160&rayon=1", "Évènements, à moins de 1\u00a0km d’Épinal"),
        ("rayon=0", "Évènements"),
    ],
)
def test_A2_a_distance_of_0_is_the_very_commune(query: str, said: str) -> None:
    search = asked(query)
    assert (search.errors, sentence(search), search.query_string()) == ({}, said, "&".join(sorted(query.split("&"))))
    assert (search.within, search.start is None) == (
        ("88160", True) if query.startswith("commune=88160&rayon=0") else ("", not search.town)
    )


def test_O1_a_distance_of_0_around_a_point_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        read_api(QueryDict("near=48.17,6.45&radius=0"))
    assert caught.value.detail == {"radius": ["Une distance de 0 veut une commune, pas une position."]}
