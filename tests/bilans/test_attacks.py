"""What attackers try on the bilans, across its rooms: forged acts, others' keys, scripts, formulas, numbers too large,
small counts found by subtraction (S2, S3, B2, D8). What one room alone holds is tried in that room's tests."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bilans.consolidating import consolidate
from bilans.drawing import page_of
from bilans.files import csv_of
from bilans.models import Act, Bilan, Campaign, Kind, Production, Value
from members.models import Mandate, Organisation
from psad.lists import Role
from tests import factories as make
from tests.bilans import public, sample, world
from tests.psad import world as psad

pytestmark = pytest.mark.django_db
State = Bilan.State
HOSTILE = '<script>alert(1)</script><img src="https://ailleurs.invalid/x" onerror=alert(2)>]]></style>'
FORMULA = '=HYPERLINK("https://ailleurs.invalid/";"ici")'
# What people, or the data of a year, put in a content; the rest are keys of our own.
WORDS = {"label", "title", "intro", "said", "text", "note", "hint", "comment", "commentary", "name", "detail",
         "definition", "origin", "previous_said"}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_february(time_machine: Any) -> None:
    time_machine.move_to(world.moment(2026, 2, 3, 14), tick=False)


def member(of: Organisation) -> User:
    user = make.person()
    Mandate.objects.create(user=user, organisation=of, role=Mandate.Role.MANAGER)
    return user


def poisoned(content: Any, word: str, key: str = "") -> Any:
    """`content` with `word` at the head of everything that is words."""
    if isinstance(content, dict):
        return {name: poisoned(one, word, name) for name, one in content.items()}
    if isinstance(content, list):
        return [
            poisoned(one, word, "text" if key in {"rows", "header", "notes", "missing"} else key) for one in content
        ]
    return f"{word}{content}" if isinstance(content, str) and key in WORDS else content


# --- Acts of the desk, forged

_DECIDING = ("accepter", "renvoyer", "rouvrir")
_OF_YEAR = ("ouvrir", "clore", "publier", "retirer")
_OF_RUN = ("arreter", "reprendre", "echecs")


@pytest.fixture
def targets() -> dict[str, str]:
    """Every act of the desk, on things where it could be done."""
    campaign = public.published(2025)
    row = world.submitted(world.bilan(of=campaign))
    run = Production.objects.create(campaign=campaign)
    return (
        {act: f"/admin/bilans/bilan/{row.pk}/{act}/" for act in _DECIDING}
        | {act: f"/admin/bilans/campaign/{campaign.pk}/{act}/" for act in _OF_YEAR}
        | {f"run-{act}": f"/admin/bilans/production/{run.pk}/{act}/" for act in _OF_RUN}
    )


def frozen() -> list[Any]:
    return [
        list(Bilan.objects.order_by("pk").values_list("state", "version", "return_reason")),
        list(Campaign.objects.values_list("opened_at", "closed_at", "published")),
        list(Production.objects.values_list("stopped_at", "finished_at")), Act.objects.count(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"), [(None, 302), ("citizen", 404), ("manager", 404), ("officer", 403)], ids=str
)
def test_S3_a_forged_act_of_the_desk_does_nothing(
    client: Client, targets: dict[str, str], who: str | None, status: int
) -> None:
    if who == "manager":
        client.force_login(member(Bilan.objects.get(kind=Kind.ORGANISATION).organisation))  # type: ignore[arg-type]
    elif who:
        client.force_login({"citizen": make.person, "officer": make.officer}[who]())
    before = frozen()
    data = {"seen": 0, "reason": "Parce que.", "sure": "on"}
    assert {act: client.post(url, data).status_code for act, url in targets.items()} == dict.fromkeys(targets, status)
    assert frozen() == before


def test_S3_a_forged_act_without_the_token_of_its_form_does_nothing(targets: dict[str, str]) -> None:
    """Another site's page, in the browser of somebody of the Region."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.region_staff())
    before = frozen()
    data = {"seen": 0, "reason": "Parce que.", "sure": "on"}
    assert {client.post(url, data).status_code for url in targets.values()} == {403}
    assert frozen() == before


def test_B2_the_region_neither_accepts_nor_returns_its_own_by_a_forged_post(client: Client) -> None:
    """Its own is accepted by publishing it, once the year is settled."""
    row = world.submitted(world.bilan(Kind.REGION))
    client.force_login(make.region_staff())
    for act in ("accepter", "renvoyer"):
        answer = client.post(f"/admin/bilans/bilan/{row.pk}/{act}/", {"seen": 0, "reason": "Parce que."})
        row.refresh_from_db()
        assert (act, answer.status_code, row.state) == (act, 403, State.SUBMITTED)


@pytest.mark.parametrize(
    ("state", "act", "left"),
    [
        ("draft", "accepter", "draft"), ("draft", "renvoyer", "draft"), ("draft", "rouvrir", "draft"),
        ("returned", "accepter", "returned"), ("returned", "rouvrir", "returned"),
        ("accepted", "renvoyer", "accepted"), ("submitted", "rouvrir", "submitted"),
    ],
)  # fmt: skip
def test_B2_an_act_that_comes_too_late_changes_nothing(client: Client, state: str, act: str, left: str) -> None:
    row = world.bilan()
    if state != "draft":
        getattr(world, state)(row)
    client.force_login(make.region_staff())
    acts = row.acts.count()
    answer = client.post(f"/admin/bilans/bilan/{row.pk}/{act}/", {"seen": row.version, "reason": "Autre motif."})
    row.refresh_from_db()
    assert (answer.status_code, row.state, row.acts.count()) == (200, left, acts)


# --- Others' keys

_PAGES = ("", "accueil/", "questions/", "relire/", "document.pdf", "document.csv", "document.xlsx", "document.ods")
_POSTED = ("accueil/", "questions/", "deposer/", "reprendre/", "document/produire/")


def refused(client: Client, row: Bilan) -> set[int]:
    stem = f"/pro/bilans/{row.public_id}/"
    return {client.get(stem + tail).status_code for tail in _PAGES} | {
        client.post(stem + tail, {"happened": "x"}).status_code for tail in _POSTED
    }


def test_S3_a_candidate_and_a_house_that_left_open_nothing(client: Client) -> None:
    world.indicator()
    row = world.bilan(subject=make.organisation())
    public.document(row, sample.organisation())
    client.force_login(member(row.organisation))  # type: ignore[arg-type]
    assert client.get(f"/pro/bilans/{row.public_id}/document.csv").status_code == 200
    for status in set(Organisation.Status) - set(Organisation.objects.public().values_list("status", flat=True)):
        Organisation.objects.filter(pk=row.organisation_id).update(status=status)
        if not Organisation.objects.public().filter(pk=row.organisation_id).exists():
            assert (status, refused(client, row)) == (status, {404})


def test_S3_the_head_of_another_psad_and_who_only_follows_young_people_open_nothing(client: Client) -> None:
    world.indicator(filled_by=Kind.PSAD)
    mine, other = psad.platform("ici"), psad.platform("ailleurs")
    row = world.bilan(Kind.PSAD, mine)
    public.document(row, sample.psad())
    head, far = psad.member(mine, Role.HEAD), psad.member(other, Role.HEAD)
    client.force_login(head)
    assert client.get(f"/pro/bilans/{row.public_id}/").status_code == 200
    client.force_login(far)
    assert refused(client, row) == {404}
    client.force_login(psad.member(mine, Role.ADVISER))
    assert refused(client, row) == {404}


def test_S3_an_officer_looks_at_no_territory_but_theirs(client: Client) -> None:
    world.indicator("recus", of_people=True, breakdowns=["agency"])
    row, far = world.bilan(), make.agency()
    client.force_login(make.officer())
    for tail in ("", "recus/", "recus.csv", "recus.xlsx"):
        url = f"/pro/bilans/{row.campaign.year}/chiffres/{tail}"
        assert (tail, client.get(url).status_code) == (tail, 200)
        assert (tail, client.get(url, {"agence": far.slug}).status_code) == (tail, 404)
        assert (tail, client.get(url, {"agence": "' OR 1=1 --"}).status_code) == (tail, 404)


# --- Numbers too large


@pytest.mark.parametrize("year", ["0", "1", "40000", "99999999", "9" * 30])
def test_S4_a_year_that_cannot_be_is_not_found(client: Client, year: str) -> None:
    client.force_login(make.region_staff())
    for url in (
        f"/bilans/{year}/", f"/bilans/{year}/synthese.pdf", f"/bilans/{year}/synthese.ods",
        f"/donnees/bilans-{year}.csv", f"/pro/bilans/{year}/suivi/", f"/pro/bilans/{year}/chiffres/",
        f"/pro/bilans/{year}/chiffres/recus/", f"/pro/bilans/{year}/suivi/liste.csv",
    ):  # fmt: skip
        assert (url, client.get(url).status_code) == (url, 404)


@pytest.mark.parametrize("typed", ["9" * 40, "1e9", "NaN", "Infinity", "-1", "٣", "0x10", "\x00", "1\x00", "=1+1"])
def test_S4_no_number_but_a_number_is_kept(client: Client, typed: str) -> None:
    asked = world.indicator("a")
    row = world.bilan()
    client.force_login(member(row.organisation))  # type: ignore[arg-type]
    answer = client.post(f"/pro/bilans/{row.public_id}/accueil/", {"v:a": typed, "lu": "{}"})
    assert answer.status_code == 400
    assert not Value.objects.filter(bilan=row, indicator=asked, amount__isnull=False).exists()


# --- Scripts and formulas


@pytest.mark.parametrize("kind", ["organisation", "territory", "psad", "region"])
def test_S2_no_word_of_a_document_is_markup(kind: str) -> None:
    """Neither in its HTML nor in its drawings: WeasyPrint would fetch what an image names."""
    html = page_of(poisoned(getattr(sample, kind)(), HOSTILE)).html
    assert "ailleurs.invalid" in html
    assert ("<script" in html, '<img src="https' in html) == (False, False)


def test_S2_no_word_of_a_synthesis_is_markup(client: Client) -> None:
    public.published(2025, poisoned(public.content(), HOSTILE))
    for url in ("/bilans/", "/bilans/2025/", "/"):
        html = client.get(url).content.decode()
        assert ("ailleurs.invalid" in html or url == "/", "<script>alert" in html, "<img src=\"https" in html) == (
            True, False, False,
        )  # fmt: skip


def test_S2_no_name_nor_answer_is_markup_on_any_page_of_a_bilan(client: Client) -> None:
    row = world.bilan(name=HOSTILE, happened=HOSTILE, judged=HOSTILE, better=HOSTILE, commentary=HOSTILE)
    world.value(row, world.indicator("a", label=HOSTILE, definition=HOSTILE), 12, comment=HOSTILE)
    world.returned(row, HOSTILE)
    client.force_login(make.region_staff())
    year = row.campaign.year
    pages = [f"/pro/bilans/{row.public_id}/{tail}" for tail in _PAGES[:4]]
    pages += [f"/pro/bilans/{year}/suivi/", f"/pro/bilans/{year}/chiffres/", f"/pro/bilans/{year}/chiffres/a/"]
    for url in [*pages, "/admin/bilans/bilan/", f"/admin/bilans/bilan/{row.pk}/change/"]:
        answer = client.get(url)
        html = answer.content.decode()
        assert (url, answer.status_code) == (url, 200)
        assert (url, "<script>alert" in html, '<img src="https' in html) == (url, False, False)


def test_S2_no_cell_of_any_csv_is_a_formula(client: Client) -> None:
    public.published(2025, poisoned(public.content(), FORMULA))
    world.bilan(of=Campaign.objects.get(), name=FORMULA, subject=make.organisation(name=FORMULA))
    client.force_login(make.region_staff())
    texts = [
        client.get("/pro/bilans/2025/suivi/liste.csv").content.decode(),
        b"".join(client.get("/donnees/bilans-2025.csv").streaming_content).decode(),  # type: ignore[attr-defined]
        csv_of(poisoned(sample.organisation(), FORMULA)).decode(),
    ]
    for text in texts:
        cells = [
            cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in text[:60] else ",")
            for cell in row
        ]  # fmt: skip
        assert any("HYPERLINK" in cell for cell in cells)
        assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []


# --- Small counts


def test_D8_a_house_does_not_find_the_small_count_of_the_other_of_its_network() -> None:
    """It knows its own: what its network or the region tells beyond it must not be one to four people."""
    asked = world.indicator("recus", of_people=True, breakdowns=["sex"])
    two, many = make.network(), make.network()
    campaign = world.campaign()
    for network, amounts in ((two, (40, 3)), (many, (50, 60, 70))):
        for amount in amounts:
            row = world.bilan(of=campaign, subject=make.organisation(network=network))
            world.value(row, asked, amount)
            world.submitted(row)
    told = consolidate(campaign, kind=Kind.ORGANISATION, network=two)["recus"]
    assert (told.amount, told.hidden) == (None, True)
    region, other = (consolidate(campaign, kind=Kind.ORGANISATION, network=one)["recus"] for one in (None, many))
    assert region.amount is None or other.amount is None  # one from the other would leave the 43
    assert consolidate(campaign, kind=Kind.ORGANISATION, network=two, whole=True)["recus"].amount == 43


def test_D8_a_house_does_not_find_the_small_count_of_the_others_in_a_class_or_a_territory() -> None:
    asked = world.indicator("recus", of_people=True, breakdowns=["sex"])
    campaign, network = world.campaign(), make.network()
    for women, men in ((40, 30), (3, 50), (0, 60)):
        row = world.bilan(of=campaign, subject=make.organisation(network=network))
        world.value(row, asked, women + men)
        world.value(row, asked, women, "sex", "f")
        world.value(row, asked, men, "sex", "h")
        world.submitted(row)
    told = consolidate(campaign, kind=Kind.ORGANISATION)["recus"]
    classes = {cell.category: cell.amount for cell in told.breakdowns["sex"]}
    assert (told.amount, classes["f"], classes["h"]) == (183, None, None)
