"""The pages where a bilan is filled: who opens them, what comes back, what attackers try (B2, S4)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from bilans.models import Bilan, Kind, Value, Writer
from tests.bilans.world import accepted, bilan, campaign, indicator, moment, returned, submitted, value, writer
from tests.factories import officer, organisation, person, professional, region_staff

pytestmark = [pytest.mark.usefixtures("february"), pytest.mark.django_db]


def at(of: Bilan, tail: str = "") -> str:
    return f"/pro/bilans/{of.public_id}/{tail}"


def text(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def scripted(client: Client, url: str, read: dict[str, str] | None = None, **typed: str) -> Any:
    data = {name.replace("__", ":"): content for name, content in typed.items()} | {"lu": json.dumps(read or {})}
    return client.post(url, data, headers={"X-Autosave": "1"})


PAGES = ("", "accueil/", "questions/", "relire/")
FORMS = ("accueil/", "questions/", "deposer/", "reprendre/")


@pytest.mark.parametrize("tail", PAGES)
def test_B2_its_people_and_the_region_read_every_page(client: Client, row: Bilan, tail: str) -> None:
    value(row, indicator("a", breakdowns=["sex", "agency"]), 3)
    for user in (writer(row), region_staff()):
        client.force_login(user)
        assert client.get(at(row, tail)).status_code == 200


@pytest.mark.parametrize("tail", sorted({*PAGES, *FORMS}))
def test_S3_another_s_bilan_does_not_exist(client: Client, row: Bilan, tail: str) -> None:
    indicator("a")
    for user in (professional(), officer(), person()):
        client.force_login(user)
        for method in ("get", "head", "post", "put", "delete", "patch", "options"):
            taken = (method in {"get", "head"} and tail in PAGES) or (method == "post" and tail in FORMS)
            assert (method, getattr(client, method)(at(row, tail)).status_code) == (method, 404 if taken else 405)
    client.logout()
    assert client.get(at(row, tail)).status_code == 302


@pytest.mark.parametrize("tail", FORMS)
def test_S3_the_region_reads_and_does_not_write_for_a_house(client: Client, row: Bilan, tail: str) -> None:
    value(row, indicator("a"), 3)
    client.force_login(region_staff())
    assert client.post(at(row, tail), {"v:a": "4", "t:happened": "x"}).status_code == 403
    assert Value.objects.get().amount == 3


def test_S3_a_get_changes_nothing(page: Client, row: Bilan) -> None:
    assert [page.get(at(row, tail)).status_code for tail in ("deposer/", "reprendre/")] == [405, 405]


def test_an_unknown_bilan_or_part_is_not_found(page: Client, row: Bilan) -> None:
    indicator("a")
    urls = (f"/pro/bilans/{uuid4()}/", at(row, "autre-theme/"), "/pro/bilans/pas-un-uuid/")
    assert [page.get(url).status_code for url in urls] == [404, 404, 404]


def test_B2_before_the_campaign_opens_there_is_nothing(client: Client) -> None:
    row = bilan(subject=organisation(), of=campaign(2026, opened=False))
    client.force_login(writer(row))
    assert client.get(at(row)).status_code == 404


@pytest.mark.parametrize(("typed", "amount"), [
    ("12", 12), (" 1 234 ", 1234), ("1\u202f234", 1234), ("1\u00a0234", 1234), ("0", 0), ("", None), ("12,0", 12),
])  # fmt: skip
def test_S4_french_numbers_are_understood(page: Client, row: Bilan, typed: str, amount: int | None) -> None:
    value(row, indicator("a"), 7)
    page.post(at(row, "accueil/"), {"v:a": typed, "lu": '{"v:a": "7"}'})
    assert Value.objects.get().amount == amount


def test_S4_decimals_are_understood_where_the_indicator_has_some(page: Client, row: Bilan) -> None:
    indicator("a", decimals=2, unit="fte")
    page.post(at(row, "accueil/"), {"v:a": "1.234,5 "})
    assert Value.objects.get().amount == Decimal("1234.50")
    assert 'value="1\u202f234,50"' in text(page.get(at(row, "accueil/")))


@pytest.mark.parametrize("typed", [
    "douze", "-3", "−3", "1e5", "0x10", "٣", "1,2,3", "NaN", "Infinity", "1" * 40, "9" * 100_000, "<script>",
])  # fmt: skip
def test_S4_what_is_not_a_number_comes_back_beside_its_field_and_the_rest_is_saved(
    page: Client, row: Bilan, typed: str
) -> None:
    value(row, indicator("a"), 7)
    indicator("b")
    answer = page.post(at(row, "accueil/"), {"v:a": typed, "v:b": "5", "lu": '{"v:a": "7"}'})
    assert answer.status_code == 400
    assert dict(row.values.values_list("indicator__key", "amount")) == {"a": 7, "b": 5}
    assert '<ul class="errorlist" id="e-v--a"><li>' in text(answer)
    assert typed == "<script>" or f'value="{typed}"' in text(answer)
    assert "<script>&" not in text(answer)


def test_S2_a_comment_with_a_script_is_text(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 7)
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page.post(at(row, "accueil/"), {"v:a:mot": bad})
    page.post(at(row, "questions/"), {"t:happened": bad})
    for tail in PAGES:
        assert "<script>alert" not in text(page.get(at(row, tail)))
        assert "<img src=x" not in text(page.get(at(row, tail)))


def test_S4_a_text_of_100_kB_comes_back_with_a_message(page: Client, row: Bilan) -> None:
    answer = page.post(at(row, "questions/"), {"t:happened": "é" * 50_000, "t:judged": "Gardé."})
    row.refresh_from_db()
    assert (answer.status_code, row.happened, row.judged) == (400, "", "Gardé.")
    assert "trop long" in text(answer)
    assert "é" * 50_000 in text(answer)


@pytest.mark.parametrize("read", ["", "[]", "null", "{", "[" * 9_000, '{"v:a": {}}', '"x"'])
def test_S4_what_was_read_cannot_be_forged_into_an_error(page: Client, row: Bilan, read: str) -> None:
    value(row, indicator("a"), 7)
    answer = page.post(at(row, "accueil/"), {"v:a": "8", "lu": read})
    assert answer.status_code == 409  # nobody knows what was read: nothing is overwritten
    assert Value.objects.get().amount == 7


def test_B1_a_field_of_another_page_or_bilan_is_not_written_here(page: Client, row: Bilan) -> None:
    indicator("a")
    indicator("ailleurs", theme="Autre thème")
    indicator("psad", filled_by=Kind.PSAD)
    page.post(at(row, "accueil/"), {"v:ailleurs": "3", "v:psad": "3", "t:happened": "x", "state": "accepted"})
    row.refresh_from_db()
    assert (Value.objects.count(), row.happened, row.state) == (0, "", "draft")


def test_the_portal_s_figure_is_taken_in_one_click(page: Client, row: Bilan) -> None:
    value(row, indicator("a", source="sites"), unavailable=True, proposed=Decimal(12))
    assert "Proposé par le portail" in text(page.get(at(row, "accueil/")))
    page.post(at(row, "accueil/"), {"v:a": "", "v:a:nd": "1", "reprendre": "v:a", "lu": '{"v:a:nd": "1"}'})
    said = Value.objects.get()
    assert said.amount == 12
    assert said.unavailable is False


def test_S4_without_script_a_part_is_saved_and_leads_on(page: Client, row: Bilan) -> None:
    indicator("a")
    indicator("b", theme="Les lieux", theme_order=2)
    assert page.post(at(row, "accueil/"), {"v:a": "1"})["Location"] == at(row, "accueil/")
    answer = page.post(at(row, "accueil/"), {"v:a": "2", "suite": "1", "lu": '{"v:a": "1"}'})
    assert answer["Location"] == at(row, "les-lieux/")
    assert page.post(at(row, "les-lieux/"), {"suite": "1"})["Location"] == at(row, "questions/")
    assert page.post(at(row, "questions/"), {"suite": "1"})["Location"] == at(row, "relire/")


# --- Saved as typed


def test_B2_the_script_is_told_what_is_saved_and_when(page: Client, row: Bilan) -> None:
    past, asked = bilan(subject=row.organisation, of=campaign(2024)), indicator("a")
    value(past, asked, 100)
    submitted(past)
    said = scripted(page, at(row, "accueil/"), v__a="1 000", v__a__mot="").json()
    assert (said["state"], said["at"], said["lu"]["v:a"]) == ("saved", "14\u00a0h\u00a002", "1000")
    assert (said["answered"], said["asked"]) == (1, 1)
    assert "2024" in said["notes"]["a"]
    assert "data-asks" in said["notes"]["a"]


def test_S4_the_script_is_told_what_is_wrong(page: Client, row: Bilan) -> None:
    indicator("a")
    answer = scripted(page, at(row, "accueil/"), v__a="douze", v__a__mot="gardé")
    said = answer.json()
    assert (answer.status_code, said["state"], list(said["errors"]), "v:a" in said["lu"]) == (
        200,
        "wrong",
        ["v:a"],
        False,
    )
    assert Value.objects.get().comment == "gardé"


def test_B2_two_at_once_both_answers_are_shown(page: Client, row: Bilan) -> None:
    other = Client()
    other.force_login(writer(row, name="Karim Thouvenin"))
    value(row, indicator("a"), 1)
    read = {"v:a": "1"}
    scripted(other, at(row, "accueil/"), read, v__a="2", v__a__mot="")
    answer = scripted(page, at(row, "accueil/"), read, v__a="3", v__a__mot="mon mot")
    said = answer.json()
    assert (answer.status_code, said["state"], said["by"]) == (409, "conflict", "Karim Thouvenin")
    assert said["conflict"] == [{"name": "v:a", "theirs": "2", "typed": "2", "mark": "2"}]
    kept = Value.objects.get()
    assert kept.amount == 2
    assert kept.comment == "mon mot"
    mine = scripted(
        page, at(row, "accueil/"), {"v:a": "2", "v:a:mot": said["lu"]["v:a:mot"]}, v__a="3", v__a__mot="mon mot"
    )
    assert mine.status_code == 200
    assert Value.objects.get().amount == 3


def test_B2_without_script_both_answers_are_shown_and_saving_again_chooses(page: Client, row: Bilan) -> None:
    other = Client()
    other.force_login(writer(row, name="Karim Thouvenin"))
    other.post(at(row, "questions/"), {"t:happened": "Ce que dit Karim."})
    answer = page.post(at(row, "questions/"), {"t:happened": "Ce que je dis.", "t:judged": "Bien."})
    assert answer.status_code == 409
    assert "<blockquote>Ce que dit Karim.</blockquote>" in text(answer)
    assert ">Ce que je dis.</textarea>" in text(answer)
    assert "Karim Thouvenin écrit aussi, à l’instant" in text(answer)
    page.post(at(row, "questions/"), {
        "t:happened": "Ce que je dis.", "t:judged": "Bien.", "lu": json.dumps(json.loads(answer.context["marks"])),
    })  # fmt: skip
    row.refresh_from_db()
    assert (row.happened, row.judged) == ("Ce que je dis.", "Bien.")


def test_S4_once_submitted_what_was_typed_comes_back_and_is_not_saved(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 1)
    submitted(row)
    said = scripted(page, at(row, "accueil/"), {"v:a": "1"}, v__a="2")
    assert (said.status_code, said.json()["state"]) == (409, "refused")
    assert "déposé" in said.json()["message"]
    answer = page.post(at(row, "accueil/"), {"v:a": "2", "lu": '{"v:a": "1"}'})
    assert answer.status_code == 409
    assert Value.objects.get().amount == 1
    assert "Rien n’est enregistré" in text(answer)


# --- Handing in


def ready(row: Bilan) -> None:
    Bilan.objects.filter(pk=row.pk).update(
        happened="Une année pleine.", judged="Plutôt bien fait.", better="En écoutant plus."
    )


def test_B2_what_is_missing_leads_to_each_field(page: Client, row: Bilan) -> None:
    value(row, indicator("a", label="Jeunes reçus"), None)
    answer = page.post(at(row, "deposer/"))
    assert answer.status_code == 400
    assert f'href="{at(row, "accueil/")}#v--a"' in text(answer)
    assert f'href="{at(row, "questions/")}#t--better"' in text(answer)
    row.refresh_from_db()
    assert row.state == "draft"


def test_B2_what_is_read_to_its_end_is_handed_in_there(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 3)
    assert "deposer/" not in text(page.get(at(row, "relire/")))  # nobody answered the questions
    ready(row)
    said = text(page.get(at(row, "relire/")))
    assert said.count(f'action="{at(row, "deposer/")}"') == 2
    assert said.rindex("Déposer le bilan") > said.index("Plutôt bien fait.")


def test_B1_a_breakdown_that_does_not_add_up_leads_to_its_cells(page: Client, row: Bilan) -> None:
    found = indicator("a", breakdowns=["sex"])
    value(row, found, 30)
    value(row, found, 12, "sex", "f")
    said = text(page.get(at(row, "accueil/")))
    assert 'href="#v--a--sex-cases"' in said
    assert 'id="v--a--sex-cases"' in said


def test_B2_submitted_then_taken_back_then_submitted(page: Client, row: Bilan) -> None:
    ready(row)
    value(row, indicator("a"), 3)
    assert "Déposer le bilan" in text(page.get(at(row, "relire/")))
    assert page.post(at(row, "deposer/"))["Location"] == at(row)
    assert "Déposé le 3 février 2026 à 14\u00a0h\u00a002" in text(page.get(at(row))).replace("&nbsp;", "\u00a0")
    assert page.post(at(row, "deposer/")).status_code == 302  # twice: one act
    assert [act.done for act in row.acts.all()] == ["submitted"]
    page.post(at(row, "reprendre/"))
    row.refresh_from_db()
    assert row.state == "draft"


def test_B2_the_history_names_who_of_the_team_handed_it_in_and_calls_nobody_an_account(
    page: Client, row: Bilan
) -> None:
    ready(row)
    indicator("a")
    user = User.objects.get()
    User.objects.update(name="Blandine Aumercier")
    page.post(at(row, "accueil/"), {"v:a": "3"})
    page.post(at(row, "deposer/"))
    assert "<b>Déposé</b> (Blandine Aumercier)" in text(page.get(at(row)))
    Writer.objects.filter(user=user).delete()
    said = text(page.get(at(row)))
    assert "<b>Déposé</b></p>" in said
    assert "(compte)" not in said


def test_B2_the_reason_of_a_return_stands_on_every_page(page: Client, row: Bilan) -> None:
    indicator("a")
    returned(row, "Précisez les effectifs.")
    for tail in PAGES:
        assert "Précisez les effectifs." in text(page.get(at(row, tail)))


@pytest.mark.parametrize("tail", PAGES)
def test_B2_an_accepted_or_closed_bilan_is_read_only_and_says_why(page: Client, row: Bilan, tail: str) -> None:
    value(row, indicator("a"), 3)
    row.campaign.closed_at = moment(2026, 5, 1)
    row.campaign.save()
    said = text(page.get(at(row, tail)))
    assert "clos depuis le" in said
    assert "data-autosave" not in said
    accepted(row)
    said = text(page.get(at(row, tail)))
    assert "Accepté le" in said
    assert "data-autosave" not in said


def test_D8_what_is_too_small_is_said_n_c_and_is_no_field(client: Client) -> None:
    from tests.psad.world import member, platform

    where = platform("troyes")
    row = bilan(Kind.PSAD, where)
    value(row, indicator("flux", filled_by="psad", source="psad_x", correctable=False), hidden=True)
    client.force_login(member(where))
    said = text(client.get(at(row, "accueil/")))
    assert "n.c." in said
    assert "non communiqué" in said
    assert 'name="v:flux"' not in said


def test_the_region_fills_its_own_bilan_and_an_officer_their_territory_s(client: Client) -> None:
    indicator("a", filled_by=Kind.REGION)
    indicator("b", filled_by=Kind.TERRITORY)
    region = bilan(Kind.REGION)
    client.force_login(region_staff())
    client.post(at(region, "accueil/"), {"v:a": "4"})
    user = officer()
    territory = bilan(Kind.TERRITORY, user.officer_mandates.get().agency)
    client.force_login(user)
    client.post(at(territory, "accueil/"), {"v:b": "5"})
    assert dict(Value.objects.values_list("indicator__key", "amount")) == {"a": 4, "b": 5}
    assert client.get(at(region)).status_code == 404


# --- One's own


def test_E4_one_s_bilans_year_by_year_with_what_is_answered(page: Client, row: Bilan) -> None:
    value(row, indicator("a"), 3)
    value(row, indicator("b"), unavailable=True)
    value(row, indicator("c"))
    indicator("psad", filled_by=Kind.PSAD)
    accepted(bilan(subject=row.organisation, of=campaign(2024, closed_at=moment(2025, 5, 1))))
    bilan(subject=organisation(name="Chez les voisins"))
    said = text(page.get("/pro/bilans/"))
    assert "2 réponses sur 3" in said
    assert said.index("Année 2025") < said.index("Année 2024")
    assert "Chez les voisins" not in said


def test_E4_the_list_opens_to_who_works_in_the_spro(client: Client) -> None:
    assert client.get("/pro/bilans/").status_code == 302
    client.force_login(person())
    assert client.get("/pro/bilans/").status_code == 403
    for user in (professional(), officer(), region_staff()):
        client.force_login(user)
        assert client.get("/pro/bilans/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_forms_ask_the_same_number_of_queries(
    page: Client, row: Bilan, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        value(row, indicator(f"i{number}", breakdowns=["agency", "sex"]), 3)
        accepted(bilan(subject=row.organisation, of=campaign(2024 - number)))
    page.get("/pro/bilans/")
    with django_assert_num_queries(BUDGET["list"]):
        page.get("/pro/bilans/")
    with django_assert_num_queries(BUDGET["part"]):
        page.get(at(row, "accueil/"))


BUDGET = {"list": 10, "part": 15}
