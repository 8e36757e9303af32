"""What remains to be done of a bilan, in words, and where saving brings back (B2, E4, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bilans.models import Bilan
from tests.bilans.test_writing_pages import at, ready, text
from tests.bilans.world import accepted, bilan, campaign, indicator, moment, returned, value

pytestmark = [pytest.mark.usefixtures("february"), pytest.mark.django_db]


def test_B2_what_remains_is_told_in_words_beside_the_answers(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 3)
    for key in "bc":
        indicator(key)
    indicator("d", required=False)
    ready(row)
    Bilan.objects.filter(pk=row.pk).update(better="")
    said = text(page.get(at(row)))
    assert "1 réponse sur 4" in said
    assert "Pour déposer, il reste 3 choses à faire\u00a0: 2 chiffres et 1 question." in said
    assert "Une réponse facultative est vide\u00a0: elle n’empêche pas de déposer." in said
    assert f'href="{at(row, "accueil/")}#v--b"' in said  # goes on where the first thing to do is
    assert "2 chiffres et 1 question" in text(page.get(at(row, "relire/")))


def test_B2_a_part_all_answered_that_awaits_a_comment_is_not_done(page: Client, row: Bilan) -> None:
    found = indicator("a")
    before = bilan(subject=row.organisation, of=campaign(2024))
    value(before, found, 10)
    accepted(before)
    value(row, found, 100)
    ready(row)
    said = text(page.get(at(row)))
    assert "1 sur 1, 1 à faire" in said
    assert "il reste une chose à faire\u00a0: 1 commentaire." in said


def test_B2_with_nothing_left_the_overview_leads_to_handing_in(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 3)
    ready(row)
    said = text(page.get(at(row)))
    assert "Rien ne manque" in said
    assert "Continuer le bilan" not in said
    assert "Commencer le bilan" not in said


@pytest.mark.parametrize("tail", ["accueil/", "questions/"])
def test_S4_without_script_saving_comes_back_to_the_top_where_it_is_told(page: Client, row: Bilan, tail: str) -> None:
    # A form without action keeps the fragment that led to a field: the message would be out of sight.
    indicator("a")
    said = text(page.get(at(row, tail)))
    assert f'<form method="post" action="{at(row, tail)}" class="bilan-form" autocomplete="off"' in said


def test_E4_the_first_page_tells_what_is_late_and_what_comes_back(page: Client, row: Bilan, time_machine: Any) -> None:
    indicator("a")
    assert "à rendre le" in text(page.get("/pro/"))
    time_machine.move_to(moment(2026, 4, 20), tick=False)
    assert "c’était à rendre le" in text(page.get("/pro/"))
    returned(row, reason="Revoyez vos chiffres.")
    assert "à déposer de nouveau au plus tard le" in text(page.get("/pro/"))


@pytest.mark.parametrize("tail", ["accueil/", "questions/", "relire/"])
def test_B2_a_page_printed_says_whose_bilan_it_is(page: Client, row: Bilan, tail: str) -> None:
    # The breadcrumb is not on paper: the head of the page names the bilan.
    indicator("a")
    said = text(page.get(at(row, tail)))
    assert "Les Iris, bilan 2025" in said[said.index("page-head") : said.index("</h1>")]
