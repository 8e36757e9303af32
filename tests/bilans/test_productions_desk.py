"""Bulk runs at the desk: asked for, followed, stopped, what failed tried again (B4, S3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bilans import kinds
from bilans.models import Campaign, Item, Production
from bilans.services import bulk
from core.desk import waiting
from core.models import JournalEntry
from tests import factories as make
from tests.bilans import world

pytestmark = pytest.mark.django_db
LIST = "/admin/bilans/production/"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.region_staff())
    return client


def year(**fields: Any) -> Campaign:
    """2025, with two houses, a territory and the region."""
    made = world.campaign(2025, **fields)
    for kind in ("organisation", "organisation", "territory", "region"):
        world.bilan(kind, of=made)
    return made


def said(desk: Client, run: Production, query: str = "") -> str:
    html = desk.get(f"{LIST}{run.pk}/change/{query}").content.decode()
    html = re.sub(r"</?b( [^>]*)?>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("&nbsp;", " ").split())


def verbs(run: Production) -> list[str]:
    found = JournalEntry.objects.filter(target_type="bilans.production", target_key=str(run.pk))
    return list(found.order_by("pk").values_list("verb", flat=True))


def test_B4_the_desk_asks_for_a_year_or_for_some_sorts(desk: Client) -> None:
    one = year()
    answer = desk.post(f"{LIST}add/", {"campaign": one.pk, "sorts": ["region", "organisation"]})
    run = Production.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{run.pk}/change/")
    assert (run.kinds, run.items.count(), verbs(run)) == ("organisation,region", 3, ["production.ask"])
    assert [item.bilan.kind for item in run.items.order_by("order")] == ["organisation", "organisation", "region"]
    assert "0 %, en cours : 0 document sur 3." in said(desk, run)

    refused = desk.post(f"{LIST}add/", {"campaign": one.pk, "sorts": ["region"]})
    assert refused.status_code == 200
    assert bulk.BUSY.encode() in refused.content
    assert Production.objects.count() == 1


def test_S4_a_run_is_named_by_its_year_and_its_day_in_paris(desk: Client) -> None:
    run = Production(campaign=year(), asked_at=world.moment(2026, 3, 12, 0, 30))
    assert str(run) == "Documents des bilans 2025, demandés le 12/03/2026"


def test_S4_what_is_made_is_what_is_ticked_and_the_button_says_it(desk: Client) -> None:
    one = year()
    html = desk.get(f"{LIST}add/").content.decode()
    assert 'type="submit" value="Produire les documents"' in html
    assert "Enregistrer" not in html
    assert re.findall(r'name="sorts" value="(\w+)"[^>]* checked', html) == kinds.names()

    nothing = desk.post(f"{LIST}add/", {"campaign": one.pk})
    assert "Cochez au moins une sorte de bilans." in nothing.content.decode()
    assert Production.objects.count() == 0

    desk.post(f"{LIST}add/", {"campaign": one.pk, "sorts": kinds.names()})
    run = Production.objects.get()
    assert (run.kinds, run.items.count()) == ("", 4)
    assert "Sortes de bilans : Toutes." in said(desk, run)


def test_B4_a_year_that_is_not_opened_is_not_offered(desk: Client) -> None:
    closed = world.campaign(2024, opened=False)
    answer = desk.post(f"{LIST}add/", {"campaign": closed.pk, "sorts": ["region"]})
    assert (answer.status_code, Production.objects.count()) == (200, 0)


def test_B4_a_year_without_bilans_says_so(desk: Client) -> None:
    answer = desk.post(f"{LIST}add/", {"campaign": world.campaign(2024).pk, "sorts": ["region"]}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert bulk.NOTHING.encode() in answer.content
    assert Production.objects.count() == 0


def test_B4_progress_failures_and_documents_are_seen(desk: Client) -> None:
    run = bulk.start(year(), at=timezone.now())
    first, second, *_ = run.items.order_by("order")
    run.items.filter(pk=first.pk).update(state=Item.State.DRAWN, done_at=timezone.now())
    run.items.filter(pk=second.pk).update(
        state=Item.State.FAILED, attempts=3, error="ValueError : <b>rien</b>", done_at=timezone.now()
    )
    html = desk.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "&lt;b&gt;rien&lt;/b&gt;" in html
    assert "<b>rien</b>" not in html
    assert '<progress value="2" max="4"' in html
    assert "50 %, en cours : 2 documents sur 4. 1 produit, 0 inchangé, 1 en échec." in said(desk, run)
    assert "Une fois la production finie, ceux-ci se retentent." in said(desk, run)


def test_S1_the_page_comes_back_by_itself_only_when_asked_and_while_it_runs(desk: Client) -> None:
    run = bulk.start(year(), at=timezone.now())
    assert "Refresh" not in desk.get(f"{LIST}{run.pk}/change/").headers
    assert desk.get(f"{LIST}{run.pk}/change/?suivre=1")["Refresh"] == "5"
    Production.objects.update(finished_at=timezone.now())
    assert "Refresh" not in desk.get(f"{LIST}{run.pk}/change/?suivre=1").headers
    assert desk.post(f"{LIST}{run.pk}/change/").status_code == 405


def test_B4_a_run_is_stopped_then_taken_up(desk: Client) -> None:
    run = bulk.start(year(), at=timezone.now())
    assert "Arrêter la production" in said(desk, run)
    assert desk.post(f"{LIST}{run.pk}/arreter/").status_code == 302
    run.refresh_from_db()
    assert run.stopped_at is not None
    assert "Reprendre la production" in said(desk, run)
    again = desk.post(f"{LIST}{run.pk}/arreter/", follow=True)
    assert "n’est pas en cours" in again.content.decode()
    assert desk.post(f"{LIST}{run.pk}/reprendre/").status_code == 302
    run.refresh_from_db()
    assert run.stopped_at is None
    assert verbs(run) == ["production.ask", "production.stop", "production.resume"]


def test_B4_what_failed_is_tried_again_and_nothing_else(desk: Client) -> None:
    run = bulk.start(year(), at=timezone.now())
    run.items.update(state=Item.State.SAME, attempts=1, done_at=timezone.now())
    bad = run.items.order_by("order")[1]
    Item.objects.filter(pk=bad.pk).update(state=Item.State.FAILED, attempts=3, error="ValueError")
    Production.objects.update(finished_at=timezone.now())
    desk.post(f"{LIST}{run.pk}/echecs/")
    bad.refresh_from_db()
    run.refresh_from_db()
    assert (bad.state, bad.attempts, bad.error, run.finished_at) == ("waiting", 0, "", None)
    assert bulk.progress(run).same == 3
    answer = desk.post(f"{LIST}{run.pk}/echecs/", follow=True)
    assert "Aucun document n’est en échec." in answer.content.decode()


def test_B4_a_stopped_run_is_not_taken_up_while_another_goes_on(desk: Client) -> None:
    one = year()
    first = bulk.start(one, at=timezone.now())
    bulk.stop(first, user=None, at=timezone.now())
    bulk.start(one, ["region"], at=timezone.now())
    answer = desk.post(f"{LIST}{first.pk}/reprendre/", follow=True)
    assert bulk.BUSY in answer.content.decode()
    first.refresh_from_db()
    assert first.stopped_at is not None


def test_B4_a_quiet_run_has_its_workers_woken(settings: Any) -> None:
    now = timezone.now()
    run = bulk.start(year(), at=now)
    assert bulk.wake_quiet(now) == 0
    assert bulk.wake_quiet(now + 2 * bulk.QUIET_AFTER) == 1
    run.items.filter(order=1).update(state=Item.State.SAME, claimed_at=now, done_at=now + bulk.QUIET_AFTER)
    assert bulk.wake_quiet(now + 1.5 * bulk.QUIET_AFTER) == 0


def test_S3_the_list_and_the_page_ask_the_same_number_of_queries_whatever_they_show(desk: Client) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address).status_code == 200
        return len(seen)

    one = year()
    run = bulk.start(one, at=timezone.now())
    few = (asked(LIST), asked(f"{LIST}{run.pk}/change/"))
    for other in (2023, 2024):
        bulk.start(_with_bilan(other), at=timezone.now())
    for order in (5, 6, 7):
        run.items.create(bilan=world.bilan(of=one), order=order)
    assert (asked(LIST), asked(f"{LIST}{run.pk}/change/")) == few


def _with_bilan(of: int) -> Campaign:
    made = world.campaign(of)
    world.bilan("region", of=made)
    return made


def test_S3_an_officer_neither_asks_nor_stops(client: Client) -> None:
    run = bulk.start(year(), at=timezone.now())
    client.force_login(make.officer())
    for address in (f"{LIST}add/", *(f"{LIST}{run.pk}/{act}/" for act in ("arreter", "reprendre", "echecs"))):
        assert client.post(address, {"campaign": run.campaign_id, "sorts": ["region"]}).status_code == 403
    run.refresh_from_db()
    assert (run.stopped_at, Production.objects.count()) == (None, 1)


def test_B4_what_failed_waits_on_the_first_page_until_it_is_taken_up() -> None:
    one, user = year(), make.region_staff()

    def lines(of: Any = user) -> list[tuple[int, str, str, bool]]:
        found = [line for line in waiting("region", of) if line["key"] == "bilans-failed"]
        return [(line["count"], line["title"], line["url"], line["late"]) for line in found]

    run = bulk.start(one, [], user, at=timezone.now(), wake=False)
    run.items.filter(order__lte=2).update(state=Item.State.FAILED, error="Disque plein")
    assert lines() == []  # it may still be tried again by itself
    run.items.filter(order__gt=2).update(state=Item.State.SAME)
    Production.objects.update(finished_at=timezone.now())
    assert lines() == [(2, "Documents de bilan en échec", f"{LIST}{run.pk}/change/#echecs", True)]
    assert lines(make.person()) == []
    again = bulk.start(one, ["territory"], user, at=timezone.now(), wake=False)
    assert lines()[0][0] == 2  # that run leaves them as they were
    Production.objects.filter(pk=again.pk).update(finished_at=timezone.now())
    bulk.start(one, ["organisation"], user, at=timezone.now(), wake=False)
    assert lines() == []
