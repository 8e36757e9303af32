"""Bulk runs: one failure stops nothing, a killed worker's document is taken up, two workers share (B4)."""

from __future__ import annotations

import datetime as dt
import resource
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from bilans.content import content_of
from bilans.models import Bilan, Campaign, Document, Item, Production
from bilans.services import bulk, producing, running
from bilans.services.running import work_one
from bilans.tasks import produce_one
from tests.bilans import world

State = Item.State


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def year(db: None) -> Campaign:
    """2025: two houses that answered, their territory, the region."""
    made = world.campaign(2025)
    asked = world.indicator("accueillies")
    for number in (1, 2):
        house = world.bilan(of=made, name=f"Maison {number}")
        world.value(house, asked, 100 * number)
        world.submitted(house)
    world.bilan("territory", of=made, name="Troyes")
    world.bilan("region", of=made, name="Région")
    return made


@pytest.fixture
def failing(monkeypatch: Any) -> set[str]:
    """The names of bilans whose content cannot be worked out."""
    names: set[str] = set()

    def failing_content(bilan: Bilan, **how: Any) -> Any:
        if bilan.name in names:
            raise ValueError(f"rien de bon pour {bilan.name}")
        return content_of(bilan, **how)

    monkeypatch.setattr(producing, "content_of", failing_content)
    return names


def states(run: Production) -> dict[str, str]:
    return {item.bilan.name: item.state for item in run.items.select_related("bilan").order_by("order")}


def run_to_the_end(run: Production) -> None:
    while work_one(run.pk):
        pass
    run.refresh_from_db()


def command(**how: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("generate_bilans", "--year", "2025", "--jobs", "1", **how, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_B4_one_failure_says_itself_and_stops_nothing(year: Campaign, failing: set[str]) -> None:
    failing.add("Maison 1")
    run = bulk.start(year, at=timezone.now())
    run_to_the_end(run)
    assert states(run) == {"Maison 1": "failed", "Maison 2": "drawn", "Troyes": "drawn", "Région": "drawn"}
    bad = run.items.get(state=State.FAILED)
    assert (bad.error, bad.attempts) == ("ValueError\u00a0: rien de bon pour Maison 1", running.MAX_ATTEMPTS)
    assert run.finished_at is not None

    failing.clear()
    bulk.retry(run, user=None)
    run_to_the_end(run)
    assert set(states(run).values()) == {"drawn"}
    assert Document.objects.count() == 4


def test_B4_a_stopped_run_begins_nothing_more_and_goes_on_when_told(year: Campaign) -> None:
    run = bulk.start(year, at=timezone.now())
    assert work_one(run.pk) is not None
    bulk.stop(run, user=None, at=timezone.now())
    assert work_one(run.pk) is None
    assert list(states(run).values()) == ["drawn", "waiting", "waiting", "waiting"]
    bulk.resume(run, user=None)
    run_to_the_end(run)
    assert (set(states(run).values()), run.finished_at is not None) == ({"drawn"}, True)


def test_B4_what_a_killed_worker_left_is_taken_up_and_what_kills_every_worker_fails(year: Campaign) -> None:
    run = bulk.start(year, ["organisation"], at=timezone.now())
    left, poison = run.items.order_by("order")
    long_ago = timezone.now() - dt.timedelta(minutes=1)
    Item.objects.filter(pk=left.pk).update(state=State.CLAIMED, claimed_at=long_ago, attempts=1)
    Item.objects.filter(pk=poison.pk).update(state=State.CLAIMED, claimed_at=long_ago, attempts=running.MAX_ATTEMPTS)
    run_to_the_end(run)
    left.refresh_from_db()
    poison.refresh_from_db()
    assert (left.state, left.attempts) == ("drawn", 2)
    assert (poison.state, poison.error) == ("failed", running.KILLED)


def test_B4_what_another_worker_has_just_taken_is_left_to_it(year: Campaign) -> None:
    run = bulk.start(year, ["region"], at=timezone.now())
    run.items.update(state=State.CLAIMED, claimed_at=timezone.now(), attempts=1)
    assert work_one(run.pk) is None
    run.refresh_from_db()
    assert (run.finished_at, Document.objects.count()) == (None, 0)


def test_B4_a_task_makes_one_document(year: Campaign) -> None:
    run = bulk.start(year, ["region"], at=timezone.now())
    assert [produce_one(run.pk), produce_one(run.pk)] == ["drawn", None]
    run.refresh_from_db()
    assert run.finished_at is not None


def test_B4_a_document_that_is_tried_again_leaves_every_other_its_worker(
    year: Campaign, failing: set[str], monkeypatch: Any
) -> None:
    """One task a document: each attempt that fails asks for one more, or the last ones wait until somebody notices."""
    tasks: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda _, **how: tasks.extend(how["args"]))
    failing.add("Maison 1")
    run = bulk.start(year, at=timezone.now(), wake=False)
    bulk.call_workers(run.pk, run.items.count())
    while tasks:
        produce_one(tasks.pop(0))
    run.refresh_from_db()
    assert states(run) == {"Maison 1": "failed", "Maison 2": "drawn", "Troyes": "drawn", "Région": "drawn"}
    assert run.finished_at is not None


def test_B4_a_failure_that_the_region_can_do_something_about_is_told_in_words(year: Campaign) -> None:
    run = bulk.start(year, ["region"], at=timezone.now())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # a disk that takes 4 Ko and no more
    try:
        item = work_one(run.pk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert item is not None
    assert (item.state, item.attempts) == ("waiting", 1)
    assert item.error == "La place manque pour écrire le fichier (OSError\u00a0: [Errno 27] File too large)"
    done = work_one(run.pk)
    assert (done and done.state, done and done.error) == ("drawn", "")


def test_B4_a_second_run_makes_nothing_and_says_so(year: Campaign) -> None:
    said, wrong = command()
    assert ("4 documents produits, 0 inchangé," in said, wrong) == (True, "")
    kept = list(Document.objects.order_by("pk").values_list("pk", "sha256"))
    said, wrong = command()
    assert ("0 document produit, 4 inchangés," in said, wrong) == (True, "")
    assert list(Document.objects.order_by("pk").values_list("pk", "sha256")) == kept
    assert Production.objects.filter(finished_at__isnull=False).count() == 2


def test_B4_a_value_that_changed_draws_what_says_it_and_nothing_else(year: Campaign) -> None:
    command()
    Bilan.objects.get(name="Maison 2").values.update(amount=250)
    said, _ = command()
    drawn = Item.objects.filter(production=Production.objects.first(), state=State.DRAWN)
    assert sorted(drawn.values_list("bilan__name", flat=True)) == ["Maison 2", "Région"]
    assert "2 documents produits, 2 inchangés," in said


def test_B4_the_command_says_each_failure_on_a_line_and_ends_in_error(year: Campaign, failing: set[str]) -> None:
    failing |= {"Maison 1", "Région"}
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="2 documents en échec") as raised:
        call_command("generate_bilans", "--year", "2025", "--jobs", "1", stdout=out, stderr=err)
    assert raised.value.returncode == 1
    assert err.getvalue().splitlines() == [
        "Organisme, Maison 1\u00a0: ValueError\u00a0: rien de bon pour Maison 1",
        "Région, Région\u00a0: ValueError\u00a0: rien de bon pour Région",
    ]
    assert "2 documents produits, 0 inchangé, 2 en échec" in out.getvalue()


def test_B4_the_command_makes_the_sorts_it_is_asked(year: Campaign) -> None:
    said, _ = command(kind=["territory", "region"])
    assert "2 documents produits" in said
    assert sorted(Document.objects.values_list("bilan__kind", flat=True)) == ["region", "territory"]


def test_B4_the_command_takes_up_what_an_earlier_one_left_then_looks_at_everything(year: Campaign) -> None:
    before = bulk.start(year, ["organisation"], at=world.moment(2026, 4, 2))
    Item.objects.filter(production=before, order=1).update(attempts=running.MAX_ATTEMPTS)
    said, _ = command()
    assert said.startswith("Reprise de la production demandée le 02/04/2026.")
    assert "2 documents produits, 0 inchangé," in said
    assert "2 documents produits, 2 inchangés," in said
    before.refresh_from_db()
    assert before.finished_at is not None


@pytest.mark.django_db
def test_B4_a_year_that_nobody_knows_and_a_year_without_bilans_are_said() -> None:
    with pytest.raises(CommandError, match=r"^Il n’y a pas de campagne de bilans 2025. Aucune campagne n’est connue.$"):
        command()
    world.campaign(2024)
    with pytest.raises(CommandError, match="Années connues\u00a0: 2024"):
        command()
    with pytest.raises(CommandError, match="Aucun bilan à produire pour cette année"):
        call_command("generate_bilans", "--year", "2024")
    with pytest.raises(CommandError, match="--jobs"):
        call_command("generate_bilans", "--year", "2024", "--jobs", "0")


@pytest.mark.django_db(transaction=True)
def test_B4_two_workers_at_once_never_make_the_same_document() -> None:
    made = world.campaign(2025)
    for number in range(4):
        world.bilan(of=made, name=f"Maison {number}")
    run = bulk.start(made, at=timezone.now())
    together = threading.Barrier(2)

    def worker() -> None:
        try:
            together.wait(10)
            while work_one(run.pk):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)  # a bound, not a wait: drawing is slow beside others
    assert set(run.items.values_list("state", "attempts")) == {("drawn", 1)}
    assert list(Document.objects.values_list("number", flat=True)) == [1] * 4


@pytest.mark.django_db(transaction=True)
def test_B4_a_document_under_way_is_held_by_its_worker() -> None:
    made = world.campaign(2025)
    world.bilan(of=made)
    run = bulk.start(made, at=timezone.now())
    run.items.update(state=State.CLAIMED, claimed_at=timezone.now() - dt.timedelta(minutes=1), attempts=1)
    found: list[Any] = []

    def other() -> None:
        found.append(work_one(run.pk))
        connection.close()

    with transaction.atomic():
        Item.objects.select_for_update().get(production=run)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert found == [None]
    item = work_one(run.pk)
    assert (item and item.state, item and item.attempts) == ("drawn", 2)
