"""One year day by day by a real worker that is killed, against the same year that nothing disturbed (R12).

PostgreSQL, Valkey and Celery are real. The worker of the calendar and of the letters is killed (SIGKILL) in the middle
of a pass, while letters are drawn, or stays down for days; the worker of the mails lives the whole year, as on another
machine. People do the same things on the same days. At the end: same timeline, same letters, same mails, one of each.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.core import mail as locmem
from django.core.management import call_command
from django.db import connection

from core.models import OutboxMail
from core.outbox import deliver_waiting
from recognition.letters.waiting import draw_waiting
from recognition.models import Act, Candidature, Letter, PassDay, Recognition
from recognition.services.day import run_day
from recognition.simulation.checks import breaches
from territories.models import Site
from tests.conftest import _act_as
from tests.recognition import year

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds for one day, on a machine that does many things at once
KILLS = 9
DOWN = (3, 2)  # days of the two long stops
DIGEST = re.compile(r"[0-9a-f]{64}")  # of a content that holds identifiers
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def told() -> dict[str, Any]:
    """What is left of the year; identifiers drawn at random are not compared."""
    acts = Act.objects.select_related("candidature__organisation", "recognition__organisation", "campaign")
    letters = Letter.objects.order_by("number")
    return {
        "timeline": sorted(
            (str(act.at), act.kind, act.text, str(act.candidature or ""), str(act.recognition or ""),
             str(act.campaign or ""), act.actor_label, act.shown, act.automatic)
            for act in acts
        ),
        "letters": [
            (letter.number, letter.kind, letter.subject, str(letter.dated_on), letter.state, letter.pages,
             _anonymous(letter.content))
            for letter in letters
        ],
        "mails": sorted(OutboxMail.objects.values_list("to", "subject", "attempts")),
        "dossiers": sorted(Candidature.objects.values_list("organisation__name", "campaign__year", "kind", "state")),
        "rights": sorted(
            (str(right), right.end_reason, right.kept_until_decision, str(right.term_on))
            for right in Recognition.objects.select_related("organisation")
        ),
        "directory": sorted(Site.objects.values_list("organisation__name", "name", "listed")),
    }  # fmt: skip


def _anonymous(value: Any) -> str:
    return DIGEST.sub("<digest>", UUID.sub("<uuid>", repr(value)))


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


# --- The year that nothing disturbs


def undisturbed() -> tuple[dict[str, Any], Counter[tuple[str, str, str]], set[dt.date]]:
    """What is told at the end, the mails that left (to, subject, words), the days on which the pass did something."""
    year.build()
    locmem.outbox = []
    eventful = set()
    for day in year.days():
        if run_day(day):
            eventful.add(day)
        if Letter.objects.filter(state=Letter.State.WRITTEN).exists():
            draw_waiting(year.on(day.isoformat(), 8))
        year.people(day)
        while deliver_waiting():
            pass
    if Letter.objects.filter(state=Letter.State.WRITTEN).exists():
        draw_waiting(year.on(year.LAST.isoformat(), 20))
    while deliver_waiting():
        pass
    left = Counter((mail.to[0], mail.subject, _anonymous(mail.body.strip())) for mail in locmem.outbox)
    return told(), left, eventful


# --- The year of a worker that is killed


class Workers:
    """Processes of Celery on the database and the broker of the test."""

    def __init__(self, address: str, folder: Path) -> None:
        parts = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
        self.folder = folder
        self.given = os.environ | {
            "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "REDIS_URL": address,
            "SPRO_LOCAL": str(folder), "MEDIA_ROOT": str(folder / "media"), "EMAIL_URL": "", "LOG_LEVEL": "CRITICAL",
        }  # fmt: skip
        self.celery = Celery("year", broker=address)
        self.calendar: subprocess.Popen[str] | None = None
        self.mails = self._start("mail")

    def _start(self, queues: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "celery", "-A", "spro", "worker", "-P", "solo", "-Q", queues, "-l", "critical",
                   "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
        return subprocess.Popen(command, cwd=ROOT, env=self.given, stdout=subprocess.DEVNULL, text=True)

    def alive(self) -> subprocess.Popen[str]:
        """The worker of the calendar; another one when it was killed."""
        if self.calendar is None or self.calendar.poll() is not None:
            self.calendar = self._start("calendar,documents")
        return self.calendar

    def kill(self) -> None:
        if self.calendar is not None:
            self.calendar.kill()
            self.calendar.wait()

    def stop(self) -> None:
        self.kill()
        self.mails.terminate()
        self.mails.wait(20)

    # --- what the beat would send

    def day(self, day: dt.date) -> None:
        self.celery.send_task("recognition.tasks.recognition_day", args=[day.isoformat()], queue="calendar")

    def letters(self) -> None:
        self.celery.send_task("recognition.tasks.draw_letters", queue="documents")

    def deliver(self) -> None:
        self.celery.send_task("core.tasks.deliver_outbox", queue="mail")


@contextmanager
def workers(address: str, folder: Path) -> Iterator[Workers]:
    made = Workers(address, folder)
    try:
        yield made
    finally:
        made.stop()


def until(done: Callable[[], bool], again: Callable[[], None]) -> None:
    """Wait for `done`; what was asked may have died with a worker: ask `again` now and then, as the beat does."""
    deadline, asked = time.monotonic() + PATIENCE, time.monotonic()
    while not done():
        assert time.monotonic() < deadline, "the worker did nothing"
        if time.monotonic() > asked + 12:
            again()
            asked = time.monotonic()
        time.sleep(0.004)


def passed(day: dt.date) -> Callable[[], bool]:
    return lambda: PassDay.objects.filter(on=day).exists()


def drawn() -> bool:
    return not Letter.objects.filter(state__in=[Letter.State.WRITTEN, Letter.State.DRAWN]).exists()


def delivered() -> bool:
    return not OutboxMail.objects.filter(sent_at=None).exists()


def disturbed(team: Workers, eventful: set[dt.date], dated: set[dt.date]) -> int:
    """Play the year; how many times the worker was killed. `dated`: the days on which letters or rights begin."""
    year.build()
    rng = random.Random(2027)
    killed_on = set(rng.sample(sorted(eventful), KILLS))
    down = _stops(rng, eventful, dated)
    kills = 0
    for day in year.days():
        if day in down:  # neither worker nor beat: what was due that day is for the next one
            team.kill()
            kills += 1
            continue
        team.alive()
        acts = Act.objects.count()
        team.day(day)
        if day in killed_on:
            _kill_in_the_middle(team, rng, acts)
            kills += 1
            team.alive()
            team.day(day)
        until(passed(day), lambda day=day: team.day(day))  # type: ignore[misc]
        kills += _letters(team, rng, day in killed_on)
        year.people(day)
        if not delivered():
            team.deliver()
            until(delivered, team.deliver)
    kills += _letters(team, rng, kill=False)
    until(delivered, team.deliver)
    return kills


def _dated(calm: dict[str, Any]) -> set[dt.date]:
    """The days whose acts are not as of a day that was due."""
    due = {"campaign_opened", "campaign_closed", "carried", "reminder", "piece_due", "referral", "late_step",
           "renewal_reminder"}  # fmt: skip
    acts = {dt.date.fromisoformat(line[0][:10]) for line in calm["timeline"] if line[1] not in due}
    return acts | {dt.date.fromisoformat(letter[3]) for letter in calm["letters"]}


def _stops(rng: random.Random, eventful: set[dt.date], dated: set[dt.date]) -> set[dt.date]:
    """Runs of days without anything, in which the calendar has something to do and people do nothing: what they would
    do meanwhile changes what is due, and the two years would rightly differ. So would they where a letter leaves or a
    right begins: it is dated of the true day (R8, R14; `test_true_days`)."""
    down: set[dt.date] = set()
    for length in DOWN:
        runs = [
            [first + dt.timedelta(days=number) for number in range(length)]
            for first in sorted(eventful)
            if first > year.FIRST
        ]
        free = [run for run in runs if not {*run, run[-1] + dt.timedelta(days=1)} & (year.busy() | down | dated)]
        down |= set(rng.choice(free))
    return down


def _kill_in_the_middle(team: Workers, rng: random.Random, acts: int) -> None:
    """Once the first act of the day is written, or after a while drawn at random."""
    if rng.random() < 0.6:
        deadline = time.monotonic() + 20
        while Act.objects.count() == acts and time.monotonic() < deadline:
            time.sleep(0.001)
    else:
        time.sleep(rng.random() * 0.3)
    team.kill()


def _letters(team: Workers, rng: random.Random, kill: bool) -> int:
    if drawn():
        return 0
    team.letters()
    if kill:
        time.sleep(rng.random() * 0.5)
        team.kill()
        team.alive()
        team.letters()
    until(drawn, team.letters)
    return int(kill)


def left(folder: Path) -> Counter[tuple[str, str, str]]:
    """The mails on the disk, as the worker of the mails wrote them."""
    texts = [path.read_bytes() for path in sorted((folder / "mail").glob("*.log"))]
    parts = [part.strip() for text in texts for part in text.split(b"-" * 79) if part.strip()]
    read = [email.message_from_bytes(part, policy=email.policy.default) for part in parts]
    return Counter(
        (str(mail["To"]), str(mail["Subject"]).strip(" "), _anonymous(mail.get_content().strip())) for mail in read
    )


def forget() -> None:
    """Empty tables whose keys begin at 1: mails name some of them."""
    _act_as("DATABASE_OWNER_URL")
    call_command("flush", verbosity=0, interactive=False)
    _act_as("DATABASE_URL")


@pytest.mark.django_db(transaction=True)
def test_R12_a_year_with_a_worker_killed_at_random_ends_as_the_undisturbed_one(
    files: Path,
    broker: str,
    settings: Any,
) -> None:
    settings.SITE_URL_KNOWN = True
    forget()
    calm, calm_mails, eventful = undisturbed()
    kinds = {line[1] for line in calm["timeline"]}
    assert {
        "campaign_opened", "campaign_closed", "carried", "reminder", "piece_due", "referral", "notified", "entered",
        "left", "kept", "lapsed", "renewed", "renewal_open",
    } <= kinds  # fmt: skip
    assert breaches(year.LAST) == []
    forget()
    with workers(broker, files) as team:
        kills = disturbed(team, eventful, _dated(calm))
    rough = told()
    for name, expected in calm.items():
        assert rough[name] == expected, name
    assert left(files) == calm_mails
    assert breaches(year.LAST) == []
    assert kills >= KILLS + sum(DOWN)
    for letter in Letter.objects.all():
        with letter.file.open("rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == letter.sha256
    assert run_day(year.LAST) == []
