"""The Region names heads and draws perimeters; its desk shows no case (D1, D8, D13, S3, issue 6)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from openpyxl import load_workbook

from accounts.models import User
from core import desk
from core.models import JournalEntry
from psad import context, models
from psad.lists import Role, Side
from psad.models import Case, Figure, Grant, KitItem, Platform, PlatformCommune, Publication
from psad.services.cases import PARIS
from psad.services.publishing import publish_due, publish_quarter
from tests.factories import officer, person, region_staff, town
from tests.psad import world
from tests.psad.test_figures import NOW, Q3, four_quarters, place, received

pytestmark = pytest.mark.django_db
CANARY = "Canarivec"
DESK = {Platform, PlatformCommune, Grant, KitItem, Publication}
# What tells of a young person, of who works on their case or of who read it.
SEALED = sorted(
    model._meta.db_table for model in vars(models).values() if isinstance(model, type) and model not in DESK | {Figure}
)


@pytest.fixture
def region(client: Client) -> User:
    staff = region_staff()
    client.force_login(staff)
    return staff


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send back of the form of a page of the desk."""
    form = answer.context["adminform"].form
    sent = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        value = value() if callable(value) else value
        if value not in (None, False):
            sent[name] = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value
    return sent


# --- No case


def test_D8_no_case_is_registered_at_the_desk() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "psad"}
    assert registered == DESK


def test_D8_every_page_of_the_desk_asks_nothing_of_a_case_and_shows_nobody(client: Client, region: User) -> None:
    """Every list, form, history, export and other page of the desk, of every room."""
    made, head = place("troyes")
    row = world.case(made, head, world.young(CANARY, "Zoé"))
    received(made, head, 6)
    period = publish_quarter(Q3, NOW)
    assert period is not None
    with context.task("grants"):
        grant = Grant.objects.get(user=head)
        tool = KitItem.objects.create(title="Courrier")
    keys = {Platform: made.pk, PlatformCommune: made.communes.get().pk, Grant: grant.pk, KitItem: tool.pk}
    keys[Publication] = period.pk
    paths = ["/admin/", f"/admin/recherche/?q={CANARY[:6]}", "/admin/imports/"]
    paths += [f"/admin/psad/publication/{period.pk}/tout.{form}" for form in ("csv", "xlsx")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"{name}_{page}") for page in ("changelist", "add")]
        paths += [f"{reverse(f'{name}_changelist')}?q={CANARY[:6]}"]
        if key := keys.get(model):
            paths += [reverse(f"{name}_{page}", args=[key]) for page in ("change", "history", "delete")]
    for path in paths:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = client.get(path, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert CANARY.encode() not in body, path
        assert str(row.pk).encode() not in body, path
        asked = {table for table in SEALED for query in seen if f'"{table}"' in query["sql"]}
        assert asked == set(), path


@pytest.mark.parametrize("model", sorted(SEALED))
def test_D8_the_context_of_the_desk_reads_no_row_of_a_case(model: str) -> None:
    made, head = place("troyes")
    world.case(made, head)
    with context.task("grants"), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f'SELECT count(*) FROM "{model}"')
                count = cursor.fetchone()[0]
        except DatabaseError:
            return
    assert count == 0


@pytest.mark.parametrize("name", ["case", "casegrant", "note", "access", "share", "figurecount"])
def test_D8_no_address_of_the_desk_leads_to_a_case(client: Client, region: User, name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:psad_{name}_changelist")
    assert client.get(f"/admin/psad/{name}/").status_code == 404


# --- Platforms


def test_D1_a_platform_is_made_with_its_perimeter(client: Client, region: User) -> None:
    here, there = town("Troyes"), town("Sainte-Savine")
    page = "/admin/psad/platform/add/"
    sent = form_of(client.get(page)) | {
        "name": "PSAD de Troyes", "slug": "troyes", "communes": f"{here.pk} Troyes\n\n{there.pk}\n",
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Platform.objects.get()
    assert sorted(made.communes.values_list("commune", flat=True)) == sorted([here.pk, there.pk])
    assert JournalEntry.objects.filter(target_type="psad.platform").count() == 2


def test_D1_a_commune_of_another_platform_is_refused_in_plain_words(client: Client, region: User) -> None:
    taken, _ = place("romilly")
    made, _ = place("troyes")
    commune = taken.communes.get().commune
    page = f"/admin/psad/platform/{made.pk}/change/"
    sent = form_of(client.get(page))
    sent["communes"] += f"\n{commune.pk}\n99999"
    answer = client.post(page, sent)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["communes"] == [
        "Aucune commune de la région n’a ce code\u00a0: 99999.",
        (
            f"Une commune n’est que dans une plateforme\u00a0: {commune.name} (PSAD de Romilly). Retirez-la d’abord de "
            "l’autre périmètre."
        ),
    ]
    assert f"{commune.pk}\n99999" in answer.content.decode()
    assert PlatformCommune.objects.get(pk=commune.pk).platform == taken


def test_D1_the_database_refuses_it_too() -> None:
    taken, _ = place("romilly")
    made, _ = place("troyes")
    commune = taken.communes.get().commune
    with context.task("grants"), pytest.raises(DatabaseError), transaction.atomic():
        PlatformCommune.objects.create(platform=made, commune=commune)


def test_D1_a_commune_left_out_leaves_the_perimeter(client: Client, region: User) -> None:
    made, _ = place("troyes")
    page = f"/admin/psad/platform/{made.pk}/change/"
    answer = client.post(page, form_of(client.get(page)) | {"communes": ""})
    assert answer.status_code == 302
    assert not PlatformCommune.objects.exists()


def test_D9_checks_at_three_and_six_months_stay(client: Client, region: User) -> None:
    made, _ = place("troyes")
    page = f"/admin/psad/platform/{made.pk}/change/"
    answer = client.post(page, form_of(client.get(page)) | {"check_months": "1,12"})
    assert list(answer.context["adminform"].form.errors) == ["check_months"]


@pytest.mark.parametrize("slug", ["partenaire", "signaler", "partage"])
def test_D1_no_platform_takes_the_address_of_a_page(client: Client, region: User, slug: str) -> None:
    made, _ = place("troyes")
    page = f"/admin/psad/platform/{made.pk}/change/"
    answer = client.post(page, form_of(client.get(page)) | {"slug": slug})
    assert list(answer.context["adminform"].form.errors) == ["slug"]


# --- Heads


def named(client: Client, **fields: Any) -> Any:
    page = "/admin/psad/grant/add/"
    return client.post(page, form_of(client.get(page)) | {"reason": "Nommée par la direction"} | fields)


def test_D13_the_region_names_a_head_who_then_works_there(client: Client, region: User) -> None:
    made = world.platform("troyes")
    chosen = person()
    answer = named(client, platform=made.pk, user=chosen.pk, side=Side.CIO)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    with context.task("grants"):
        grant = Grant.objects.get()
    assert (grant.user, grant.role, grant.given_by) == (chosen, Role.HEAD, region)
    client.force_login(chosen)
    assert client.get("/psad/troyes/").status_code == 200
    entry = JournalEntry.objects.get(target_type="psad.grant")
    assert "reason" not in entry.changes


def test_D1_one_head_a_side(client: Client, region: User) -> None:
    made, _ = place("troyes")
    answer = named(client, platform=made.pk, user=person().pk, side=Side.CIO)
    assert answer.status_code == 200
    assert "Ce côté de la plateforme a déjà une personne responsable." in answer.content.decode()


def test_D13_a_reason_is_asked(client: Client, region: User) -> None:
    made = world.platform("troyes")
    answer = named(client, platform=made.pk, user=person().pk, side=Side.CIO, reason="")
    assert list(answer.context["adminform"].form.errors) == ["reason"]


def test_D13_a_head_who_is_ended_reads_nothing_from_the_next_page_on(client: Client, region: User) -> None:
    made, head = place("troyes")
    with context.task("grants"):
        key = Grant.objects.get().pk
    client.post("/admin/psad/grant/", {"action": "put_an_end", "_selected_action": [str(key)]})
    client.force_login(head)
    assert client.get(f"/psad/{made.slug}/").status_code == 404


def test_D13_the_team_of_a_head_is_not_at_the_desk(client: Client, region: User) -> None:
    made, _ = place("troyes")
    adviser = world.member(made, Role.ADVISER, Side.ML)
    with context.task("grants"):
        key = Grant.objects.get(user=adviser).pk
    assert adviser.email not in client.get("/admin/psad/grant/").content.decode()
    assert client.get(f"/admin/psad/grant/{key}/change/").status_code == 404


def test_platforms_without_their_two_heads_wait_for_the_region(region: User) -> None:
    made, _ = place("troyes")
    lines = {line["key"]: line["count"] for line in desk.waiting("region", region)}
    assert lines["psad-heads"] == 1
    world.member(made, Role.HEAD, Side.ML)
    assert "psad-heads" not in {line["key"] for line in desk.waiting("region", region)}


@pytest.mark.parametrize("page", ["platform", "grant", "platformcommune", "kititem", "publication"])
def test_S3_an_officer_of_an_agency_has_none_of_it(client: Client, page: str) -> None:
    client.force_login(officer())
    assert client.get(f"/admin/psad/{page}/").status_code == 403


# --- Figures


def test_D9_the_region_reads_the_published_tables_and_takes_them_away(client: Client, region: User) -> None:
    four_quarters(*place("troyes"))
    four_quarters(*place("reims", "51"), (9, 9, 9, 9))
    year = next(row for row in publish_due(NOW) if row.kind == "year")
    page = f"/admin/psad/publication/{year.pk}/change/"
    answer = client.get(page)
    assert [key for key, _, _ in answer.context["groups"]][:2] == ["", "received"]
    assert [table.key for table in answer.context["shown"][2]] == ["etapes", "durabilite"]
    assert client.get(page, {"mesure": "autre"}).status_code == 404
    found = client.get(f"/admin/psad/publication/{year.pk}/received-sex.csv")
    rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Niveau", "Territoire", "Féminin", "Masculin ou non renseigné"]
    assert rows[1] == ["Région", "Région", "32", "28"]
    assert [row[0] for row in rows[1:]] == ["Région", "Département", "Plateforme", "Département", "Plateforme"]
    book = load_workbook(io.BytesIO(client.get(f"/admin/psad/publication/{year.pk}/tout.xlsx").content))
    assert book.active is not None
    assert book.active.max_row > 100
    assert client.get(f"/admin/psad/publication/{year.pk}/rien.csv").status_code == 404
    assert client.get(f"/admin/psad/publication/{year.pk}/tout.pdf").status_code == 404


def test_D8_a_hidden_cell_is_hidden_in_every_form(client: Client, region: User) -> None:
    received(*place("troyes"), 3)
    received(*place("reims", "51"), 8)
    received(*place("nancy", "54"), 9)
    period = publish_quarter(Q3, NOW)
    assert period is not None
    page = client.get(f"/admin/psad/publication/{period.pk}/change/")
    lines = {line.name: line.cells[0] for table in page.context["shown"][2] for line in table.lines}
    assert lines["PSAD de Troyes"] == lines["PSAD de Reims"] == "n.c."
    assert (lines["Région"], lines["PSAD de Nancy"]) == (20, 9)
    told = client.get(f"/admin/psad/publication/{period.pk}/etapes.csv").content.decode("utf-8-sig")
    assert "Plateforme;PSAD de Troyes;n.c." in told


def test_what_the_pages_of_the_desk_cost(
    client: Client, region: User, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    for slug in ("troyes", "romilly"):
        four_quarters(*place(slug))
    year = next(row for row in publish_due(NOW) if row.kind == "year")
    for path in ("platform/", "grant/", "platformcommune/", "kititem/", "publication/",
                 f"publication/{year.pk}/change/"):  # fmt: skip
        client.get(f"/admin/psad/{path}")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/admin/psad/{path}").status_code == 200
        told = [query["sql"] for query in seen if "set_config" not in query["sql"] and "SAVEPOINT" not in query["sql"]]
        assert len(told) <= 20, (path, told)


# --- A platform's own page


def test_D9_a_head_reads_the_counts_of_the_platform_as_they_are(
    client: Client, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    made, head = place("troyes")
    today = dt.datetime.now(PARIS).date()
    received(made, head, 3, today)
    received(*place("reims", "51"), 9, today)
    client.force_login(head)
    client.get("/psad/troyes/chiffres/")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get("/psad/troyes/chiffres/")
    told = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
    counts = answer.context["counts"]
    assert counts["now"][0] == ("Reçu", 3)
    assert counts["flows"]["rows"][0][1][0] == 3
    assert counts["people"][0]["classes"] == [("Féminin", 2), ("Masculin ou non renseigné", 1)]
    assert counts["people"][1]["classes"] == [("16-17 ans", 3), ("18-20 ans", 0), ("21 ans et plus", 0)]
    assert (answer["Cache-Control"], len(told) <= 12) == ("private, no-store, max-age=0", True), told


def test_D9_the_median_and_what_lasts_are_counted(client: Client) -> None:
    made, head = place("troyes")
    today = dt.datetime.now(PARIS)
    for row, days in zip(received(made, head, 3, today.date() - dt.timedelta(days=60)), (10, 20, 40), strict=True):
        with context.acting(head):
            joined = today - dt.timedelta(days=60 - days)
            Case.objects.filter(pk=row.pk).update(first_contact_at=joined)
    client.force_login(head)
    delay = client.get("/psad/troyes/chiffres/").context["counts"]["delay"]
    assert (delay["people"], delay["median"], [count for _, count in delay["classes"]]) == (3, 20, [1, 1, 1])


def test_D8_an_adviser_has_no_count_of_cases_they_do_not_read(client: Client) -> None:
    made, _ = place("troyes")
    client.force_login(world.member(made, Role.ADVISER, Side.ML))
    assert client.get("/psad/troyes/chiffres/").status_code == 403


def test_D8_a_head_reads_the_published_rows_of_the_platform_its_department_the_region(client: Client) -> None:
    made, head = place("troyes")
    four_quarters(made, head)
    four_quarters(*place("reims", "51"), (9, 9, 9, 9))
    four_quarters(*place("romilly"), (9, 9, 9, 9))
    year = next(row for row in publish_due(NOW) if row.kind == "year")
    client.force_login(head)
    answer = client.get(f"/psad/troyes/chiffres/{year.pk}/")
    assert [line.name for line in answer.context["tables"][0].lines][::2] == ["Région", "PSAD de Troyes"]
    told = client.get(f"/psad/troyes/chiffres/{year.pk}/tout.csv").content.decode("utf-8-sig")
    assert "PSAD de Troyes" in told
    assert "PSAD de Romilly" not in told
    assert "PSAD de Reims" not in told
