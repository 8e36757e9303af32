"""The desk's first page by task: every count is that of the list it opens, an officer's desk is theirs alone (S3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from core.models import ImportDraft, JournalEntry, OutboxMail, PackLoad
from core.outbox import MAX_ATTEMPTS, queue_raw
from members.models import Invitation, Mandate
from territories.models import Agency, OfficerMandate, SheetReport, Site
from tests.factories import agency, officer, organisation, person, professional, referent, region_staff, site, town

pytestmark = pytest.mark.django_db
YEAR_AGO = dt.timedelta(days=400)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def everything_due(served: Agency) -> Site:
    """One of each thing that may wait, in one territory."""
    commune = town(agency=served)
    house = organisation(name=f"Maison de {served}")
    waiting = site(commune=commune, organisation=house, listed=False, proposed_at=timezone.now())
    site(commune=commune, organisation=house, address="", hours={})
    referent(agency=served, name="", organisation=house)
    referent(agency=served, organisation=house, confirmed_on=None)
    referent(agency=served, organisation=house, confirmed_on=timezone.localdate() - YEAR_AGO)
    for age in (0, 10):
        report = SheetReport.objects.create(
            kind="site", key=waiting.slug, title=f"Lieu de {served}", organisation=house, agency=served,
            subject="horaires", message="Fermé le lundi.",
        )  # fmt: skip
        SheetReport.objects.filter(pk=report.pk).update(created_at=timezone.now() - dt.timedelta(days=age))
    return waiting


def lines(client: Client) -> dict[str, dict[str, Any]]:
    """What waits, by key."""
    waiting = client.get("/admin/").context["waiting"]
    return {line["key"]: line for line in waiting}


OF_A_TERRITORY = {
    "reports-late": 1, "reports": 2, "proposed": 1, "vacant": 1, "referents-old": 1, "referents-never": 1,
    "address": 1, "hours": 1, "unconfirmed": 1, "referents-unasked": 2,
}  # fmt: skip


def test_S3_an_officer_never_sees_another_s_desk_in_any_count_nor_behind_any_link() -> None:
    user = officer()
    mine, other = OfficerMandate.objects.get().agency, agency(name="Ailleurs")
    everything_due(mine)
    elsewhere = everything_due(other)
    client = signed_in(user)
    found = lines(client)
    assert {key: line["count"] for key, line in found.items()} == OF_A_TERRITORY
    for line in found.values():
        page = client.get(line["url"])
        assert (page.status_code, page.context["cl"].result_count) == (200, line["count"]), line["key"]
        assert "Ailleurs" not in page.content.decode(), line["key"]
    html = client.get("/admin/").content.decode()
    assert ("Ailleurs" in html, elsewhere.name in html) == (False, False)
    assert [row["agency"] for row in client.get("/admin/").context["vacancies"]] == [mine]


def test_S3_the_desk_of_an_officer_without_anything_due_is_empty() -> None:
    user = officer()
    everything_due(agency())
    assert lines(signed_in(user)) == {}


def test_S3_the_region_s_counts_are_those_of_the_lists_they_open() -> None:
    client = signed_in(region_staff())
    for served in (agency(), agency()):
        everything_due(served)
    queue_raw(key="a", to="ines@exemple.invalid", subject="Objet", text="Texte")
    OutboxMail.objects.update(attempts=MAX_ATTEMPTS)
    Invitation.objects.create(
        organisation=organisation(), email="a@exemple.invalid", digest="d", expires_at=timezone.now() - YEAR_AGO
    )
    ImportDraft.objects.create(kind="pack", filename="a.zip", size=1, sha256="0", state="ready")
    PackLoad.objects.create(
        pack="p",
        title="P",
        report=["sites – créés\u00a0: 1, mis à jour", "gardé\u00a0: a", "gardé\u00a0: b"],
    )
    found = lines(client)
    own = {"mails": 1, "invitations": 1, "imports": 1, "pack": 2, "no-manager": 3, "organisations-unconfirmed": 3}
    assert {key: line["count"] for key, line in found.items()} == own | {
        key: 2 * count for key, count in OF_A_TERRITORY.items()
    }
    for key, line in found.items():
        page = client.get(line["url"])
        assert page.status_code == 200, key
        if "cl" in page.context:
            assert page.context["cl"].result_count == line["count"], key
        elif key == "imports":
            assert page.context["page"].paginator.count == line["count"]
    assert [line["key"] for line in client.get("/admin/").context["waiting"]][:2] == ["mails", "reports-late"]


def test_S3_vacancies_are_told_by_territory_and_lead_to_their_list() -> None:
    client = signed_in(region_staff())
    here = agency(name="Sedan")
    referent(agency=here, name="")
    referent(agency=None, name="")
    rows = client.get("/admin/").context["vacancies"]
    assert [(str(row["agency"]), row["count"]) for row in rows] == [("Sedan", 1), ("Toute la région", 1)]
    for row in rows:
        assert client.get(row["url"]).context["cl"].result_count == 1


def test_an_organisation_with_a_manager_in_force_is_not_told() -> None:
    client = signed_in(region_staff())
    professional(Mandate.Role.MANAGER)
    assert "no-manager" not in lines(client)
    Mandate.objects.update(ends_on=timezone.localdate() - dt.timedelta(days=1), starts_on=dt.date(2020, 1, 1))
    assert lines(client)["no-manager"]["count"] == 1


def test_lists_are_grouped_by_trade_and_every_list_is_in_one() -> None:
    page = signed_in(region_staff()).get("/admin/")
    trades = {trade["name"]: [model["model"]._meta.label_lower for model in trade["models"]]
              for trade in page.context["app_list"]}  # fmt: skip
    assert list(trades)[:3] == ["Annuaire", "Membres et charte", "Pages"] or list(trades)[:2] == [
        "Annuaire", "Membres et charte",
    ]  # fmt: skip
    assert {"Territoires", "Comptes et droits", "Système"} <= set(trades)
    shown = [label for labels in trades.values() for label in labels]
    registered = [each.opts.label_lower for each in admin.site._registry.values()]
    assert sorted(shown) == sorted(registered)


def test_the_rooms_of_the_code_lead_to_the_first_page() -> None:
    client = signed_in(region_staff())
    assert client.get("/admin/territories/")["Location"] == "/admin/"
    assert client.get("/admin/nothing/").status_code == 404
    assert signed_in(officer()).get("/admin/members/").status_code == 403


def test_S3_the_region_reads_recent_acts_and_an_officer_their_own_only() -> None:
    staff, user = region_staff(name="Thomas"), officer(name="Maëlle")
    for who, what in ((staff, organisation(name="Vue de la Région")), (user, organisation(name="Vu d’ici"))):
        JournalEntry.objects.create(
            actor_key=str(who.pk), actor_label="x", verb="admin.change", target_type="members.organisation",
            target_key=str(what.pk),
        )  # fmt: skip
    assert [act.name for act in signed_in(staff).get("/admin/").context["acts"]] == ["Vu d’ici", "Vue de la Région"]
    assert [act.name for act in signed_in(user).get("/admin/").context["acts"]] == ["Vu d’ici"]


def test_the_first_page_costs_the_same_with_one_row_and_with_three(django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(region_staff())
    everything_due(agency())
    client.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        client.get("/admin/")
    for _ in range(2):
        everything_due(agency())
    with django_assert_num_queries(len(one)):
        client.get("/admin/")


# --- proposed places


def propose(**fields: Any) -> Site:
    return site(listed=False, proposed_at=timezone.now(), **fields)


def test_S3_proposed_places_are_listed_by_the_action_journaled_and_found() -> None:
    staff = region_staff()
    client = signed_in(staff)
    waiting, kept_out = propose(), site(listed=False)
    keys = [waiting.pk, kept_out.pk]
    client.post("/admin/territories/site/", {"action": "list_places", "_selected_action": keys})
    for each in (waiting, kept_out):
        each.refresh_from_db()
    assert (waiting.listed, waiting.proposed_at, kept_out.listed) == (True, None, False)
    line = JournalEntry.objects.get(verb="site.list")
    assert (line.actor_key, line.target_key) == (str(staff.pk), str(waiting.pk))
    assert Client().get(f"/lieux/{waiting.slug}/").status_code == 200


def test_S3_an_officer_who_forges_the_number_of_another_agency_s_place_lists_nothing() -> None:
    user = officer()
    other = propose()
    client = signed_in(user)
    client.post("/admin/territories/site/", {"action": "list_places", "_selected_action": [other.pk]})
    other.refresh_from_db()
    assert (other.listed, JournalEntry.objects.exists()) == (False, False)


def test_S3_windows_to_choose_show_an_officer_their_territory_only() -> None:
    user = officer()
    mine = OfficerMandate.objects.get().agency
    here, elsewhere = town("Ici", agency=mine), town("Ailleurs")
    site(commune=here, organisation=organisation(name="Organisme d’ici"))
    site(commune=elsewhere, organisation=organisation(name="Organisme d’ailleurs"))
    client = signed_in(user)
    assert client.get("/admin/members/organisation/?_popup=1").status_code == 403
    form = client.get(f"/admin/territories/site/{Site.objects.get(commune=here).pk}/change/").content.decode()
    assert ("Organisme d’ici" in form, "Organisme d’ailleurs" in form) == (True, False)


# --- search


def test_S3_the_search_finds_what_one_may_see_and_nothing_else() -> None:
    user = officer()
    mine = OfficerMandate.objects.get().agency
    site(name="Lieu Rosalie", commune=town(agency=mine))
    site(name="Autre Rosalie")
    organisation(name="Maison Rosalie")
    person("rosalie@exemple.invalid")
    referent(name="Rosalie Test", agency=mine)

    def found(client: Client) -> list[list[str]]:
        groups = client.get("/admin/recherche/", {"q": "rosalie"}).context["groups"]
        return [[row["text"] for row in group["rows"]] for group in groups]

    assert found(signed_in(user)) == [["Lieu Rosalie"], ["Rosalie Test"]]
    assert found(signed_in(region_staff())) == [
        ["Maison Rosalie"], ["Autre Rosalie", "Lieu Rosalie"], ["Rosalie Test"], ["rosalie@exemple.invalid"],
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["", " ", "%", "'; DROP TABLE", "a" * 500, "\u202e"])
def test_the_search_bears_anything(words: str) -> None:
    assert signed_in(region_staff()).get("/admin/recherche/", {"q": words}).status_code == 200


@pytest.mark.parametrize("make", [person, professional])
def test_the_search_of_the_desk_is_not_for_others(make: Any) -> None:
    assert signed_in(make()).get("/admin/recherche/?q=a").status_code == 404
