"""Telling one's path: a title is enough, a form sent twice is one, nothing of somebody else opens (L1, L2)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lorfolio.forms.path import ExperienceForm
from lorfolio.models import Experience, Extra, Language, Skill
from lorfolio.periods import partial_words, period_words
from lorfolio.views.path import timeline
from tests.lorfolio.people import experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db
PATH, ADD = "/lorfolio/parcours/", "/lorfolio/parcours/ajouter/"


def signed_in(owner: Any) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def typed(**fields: str) -> dict[str, str]:
    return {"kind": "emploi", "title": "Vendeuse"} | fields


def test_L2_a_title_is_enough() -> None:
    owner = portfolio()
    answer = signed_in(owner).post(ADD, typed())
    row = Experience.objects.get(portfolio=owner)
    assert answer["Location"] == f"{PATH}{row.pk}/"
    assert (row.title, row.starts, row.ends, row.highlights, row.translations) == ("Vendeuse", "", "", [], {})


def test_L2_the_questions_come_next_when_one_wants() -> None:
    owner = portfolio()
    answer = signed_in(owner).post(ADD, typed(questions="1"))
    assert answer["Location"] == f"{PATH}{Experience.objects.get().pk}/questions/"


def test_L2_a_form_sent_twice_makes_one_and_anothers_key_is_not_taken() -> None:
    owner, key = portfolio(), str(uuid.uuid4())
    client = signed_in(owner)
    first, second = client.post(ADD, typed(key=key)), client.post(ADD, typed(key=key))
    assert first["Location"] == second["Location"] == f"{PATH}{key}/"
    assert Experience.objects.count() == 1
    other = portfolio()
    answer = signed_in(other).post(ADD, typed(key=key, title="Autre"))
    assert Experience.objects.get(portfolio=other).pk != uuid.UUID(key)
    assert answer.status_code == 302
    assert Experience.objects.get(portfolio=owner).title == "Vendeuse"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"starts_mois": "09", "starts_annee": "2024"}, ("2024-09", "")),
        ({"starts_annee": "2022", "ends_annee": "2024"}, ("2022", "2024")),
        ({"starts_mois": "09", "starts_annee": "2024", "ends_annee": "2024"}, ("2024-09", "2024")),
    ],
)
def test_L2_a_date_is_what_one_knows_of_it(given: dict[str, str], kept: tuple[str, str]) -> None:
    signed_in(portfolio()).post(ADD, typed(**given))
    row = Experience.objects.get()
    assert (row.starts, row.ends) == kept


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"starts_mois": "09"}, "Choisissez aussi l’année."),
        ({"starts_mois": "13", "starts_annee": "2020"}, "Choisissez le mois et l’année dans les listes."),
        ({"starts_annee": "20x0"}, "Choisissez le mois et l’année dans les listes."),
        ({"starts_annee": "2024", "ends_annee": "2019"}, "La fin vient avant le début."),
        ({"title": " "}, "Donnez un titre, même simple."),
        ({"title": "x" * 161}, "C’est un peu long"),
        ({"kind": "roi"}, "Choisissez dans la liste."),
    ],
)
def test_S4_what_is_wrong_is_said_and_the_rest_kept(given: dict[str, str], words: str) -> None:
    page = signed_in(portfolio()).post(ADD, typed(organisation="Boulangerie Exemple", **given) | given)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert 'value="Boulangerie Exemple"' in page.content.decode()
    assert Experience.objects.count() == 0


def test_L2_a_day_that_a_file_brought_stays_while_its_month_does() -> None:
    owner = portfolio()
    row = experience(owner, starts="1949-09-30", ends="")
    client = signed_in(owner)
    page = client.get(f"{PATH}{row.pk}/modifier/").content.decode()
    assert '<option value="1949" selected>1949</option>' in page
    client.post(f"{PATH}{row.pk}/modifier/", typed(starts_mois="09", starts_annee="1949", starts_jour="1949-09-30"))
    row.refresh_from_db()
    assert row.starts == "1949-09-30"
    client.post(f"{PATH}{row.pk}/modifier/", typed(starts_mois="10", starts_annee="1949", starts_jour="1949-09-30"))
    row.refresh_from_db()
    assert row.starts == "1949-10"


def test_L4_words_in_german_stand_beside_and_other_languages_stay() -> None:
    owner = portfolio()
    row = experience(owner, translations={"en": {"title": "Clerk"}, "de": {"title": "Alt", "place": "Straßburg"}})
    signed_in(owner).post(f"{PATH}{row.pk}/modifier/", typed(title_de="Verkäuferin", highlights_de="- Kasse\n• Lager"))
    row.refresh_from_db()
    assert row.translations == {
        "en": {"title": "Clerk"},
        "de": {"title": "Verkäuferin", "place": "Straßburg", "highlights": ["Kasse", "Lager"]},
    }


def test_L2_what_goes_on_comes_first_and_what_has_no_date_last() -> None:
    rows = [
        Experience(title="ancienne", starts="2010", ends="2012-05"), Experience(title="sans date"),
        Experience(title="en cours", starts="2020"), Experience(title="récente", starts="2011", ends="2024"),
        Experience(title="plus ancien début", starts="2009", ends="2012-05"),
    ]  # fmt: skip
    assert [(year.words, [row.title for row in year.rows]) for year in timeline(rows)] == [
        ("Aujourd’hui", ["en cours"]), ("2024", ["récente"]), ("2012", ["ancienne", "plus ancien début"]),
        ("Sans date", ["sans date"]),
    ]  # fmt: skip


def test_L2_periods_as_people_say_them() -> None:
    assert partial_words("2024-09-01") == "1er\u00a0septembre\u00a02024"
    assert [period_words(*pair) for pair in (("", ""), ("2024", ""), ("", "2019"), ("2021", "2021"), ("2019",
    "2022"))] == [
        "", "depuis 2024", "jusqu’en 2019", "en 2021", "2019\u20132022",
    ]  # fmt: skip
    assert period_words("2022-10", "2024-06") == "d’octobre\u00a02022 à juin\u00a02024"
    assert (
        period_words("2022-09-01", "2024-06-30")
        == "du\u00a01er\u00a0septembre\u00a02022 au\u00a030\u00a0juin\u00a02024"
    )


def test_L2_the_timeline_asks_as_much_with_one_as_with_many() -> None:
    counts = []
    for number in (1, 6):
        owner = portfolio()
        for _ in range(number):
            skill(owner).experiences.add(experience(owner))
            extra(owner)
            language(owner, name=f"Langue {_}")
        client = signed_in(owner)
        client.get(PATH)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get(PATH)
        assert page.status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_L1_another_persons_things_answer_as_if_they_were_not() -> None:
    other, client = portfolio(), signed_in(portfolio())
    lived, said, more = experience(other, title="CANARI"), language(other), extra(other)
    paths = [
        f"{PATH}{lived.pk}/{end}"
        for end in (
            "",
            "modifier/",
            "supprimer/",
            "questions/",
            "questions/mots/",
            "questions/domaines/",
            "questions/a-moi/",
            "questions/niveau/",
            "questions/domaines/s-organiser/1/",
        )
    ]
    paths += [f"{PATH}langues/{said.pk}/", f"{PATH}langues/{said.pk}/supprimer/", f"{PATH}plus/{more.pk}/"]
    paths += [f"{PATH}plus/{more.pk}/supprimer/"]
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert {client.post(path, typed()).status_code for path in paths} == {404, 405}, "405: a page that only shows"
    assert (Experience.objects.count(), Language.objects.count(), Extra.objects.count()) == (1, 1, 1)
    assert {Client().get(path).status_code for path in paths} == {302}


def test_L2_what_is_removed_leaves_its_skills() -> None:
    owner = portfolio()
    row = experience(owner)
    skill(owner, "Vendre").experiences.add(row)
    client = signed_in(owner)
    assert "Oui, retirer" in client.get(f"{PATH}{row.pk}/supprimer/").content.decode()
    assert client.post(f"{PATH}{row.pk}/supprimer/")["Location"] == PATH
    assert (Experience.objects.count(), Skill.objects.count()) == (0, 1)


def test_L2_a_language_is_held_once() -> None:
    owner = portfolio()
    client = signed_in(owner)
    client.post(f"{PATH}langues/ajouter/", {"name": "Allemand", "level": "B1"})
    client.post(f"{PATH}langues/ajouter/", {"name": "allemand", "level": "B2"})
    row = Language.objects.get()
    assert row.level == "B2"
    client.post(f"{PATH}langues/ajouter/", {"name": "Arabe", "level": ""})
    refused = client.post(f"{PATH}langues/{row.pk}/", {"name": "ARABE", "level": ""})
    assert "déjà dans votre liste" in refused.content.decode()
    client.post(f"{PATH}langues/{row.pk}/supprimer/")
    assert [held.name for held in Language.objects.all()] == ["Arabe"]


def test_L2_a_thing_besides_is_kept_changed_and_taken_off() -> None:
    owner = portfolio()
    client = signed_in(owner)
    key = str(uuid.uuid4())
    for _ in range(2):
        client.post(
            f"{PATH}plus/ajouter/", {"kind": "certificat", "title": "Permis B", "key": key, "date_annee": "2021"}
        )
    row = Extra.objects.get()
    assert (str(row.pk), row.date) == (key, "2021")
    client.post(f"{PATH}plus/{row.pk}/", {"kind": "certificat", "title": "Permis BE", "title_de": "Führerschein BE"})
    row.refresh_from_db()
    assert (row.title, row.translations) == ("Permis BE", {"de": {"title": "Führerschein BE"}})
    client.post(f"{PATH}plus/{row.pk}/supprimer/")
    assert Extra.objects.count() == 0


def test_L2_an_address_that_is_no_page_is_refused() -> None:
    form = ExperienceForm(typed(url="javascript:alert(1)"))
    assert not form.is_valid()
    assert list(form.errors) == ["url"]


def test_S4_names_of_every_script_stay_as_they_are() -> None:
    owner = portfolio()
    client = signed_in(owner)
    client.post(ADD, typed(title="👩‍🍳 طاهية", organisation="<script>alert(1)</script> מאפייה"))
    row = Experience.objects.get()
    page = client.get(f"{PATH}{row.pk}/").content.decode()
    assert row.title == "👩‍🍳 طاهية"
    assert "<script>alert" not in page
    assert "👩‍🍳 طاهية" in page


def test_L2_what_goes_on_is_first_and_what_has_no_date_last() -> None:
    owner = portfolio()
    for title, starts, ends in (("Sans date", "", ""), ("Finie", "2015", "2019"), ("En cours", "2010", "")):
        experience(owner, title=title, starts=starts, ends=ends)
    assert [row.title for row in owner.experiences.all()] == ["En cours", "Finie", "Sans date"]
