"""Sources on their schedule, read by a real worker from a real server; what fails is kept for another try (A6)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.models import OutboxMail
from events import demo_agendas
from events.importers.ics import read_ics
from events.importers.openagenda import read_openagenda
from events.models import Event, ImportRun, Source
from events.services.reading import ReadError, claim_due, purge_runs, read_source
from members.models import Mandate
from tests.events.importing import calendar, trusted, vevent, written
from tests.factories import organisation, person
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """Serves `pages` by path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}

    def source(self, path: str, content: str, **fields: Any) -> Source:
        self.pages[path] = content
        known = {"slug": "essai", "name": "Essai", "format": "ics", "organisation": None} | fields
        known["organisation"] = known["organisation"] or trusted()
        return Source.objects.create(url=self.url + path, **known)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.SOURCE_PRIVATE_HOSTS = ["127.0.0.1"]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = made.pages.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write((content or "").encode())

        def log_message(self, *_: Any) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Server(f"http://127.0.0.1:{http.server_port}")
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield made
    http.shutdown()
    http.server_close()


@pytest.mark.django_db
def test_A6_a_source_is_read_again_and_follows(server: Server) -> None:
    source = server.source("/a.ics", calendar(vevent("a"), vevent("b")), page_url="https://exemple.invalid/agenda")
    assert read_source(source).created == 2
    assert set(Event.objects.values_list("source", "source_url")) == {(source.pk, "https://exemple.invalid/agenda")}
    assert read_source(source).unchanged == 2
    server.pages["/a.ics"] = calendar(vevent("a", STATUS="CANCELLED"))
    report = read_source(source)
    assert (report.updated, report.withdrawn) == (1, 1)
    assert source.failures == 0
    assert source.next_run_at > timezone.now() + timedelta(minutes=50)


@pytest.mark.django_db
def test_A6_a_source_that_fails_is_tried_later_and_later_and_its_managers_told_once(server: Server) -> None:
    house = trusted()
    Mandate.objects.create(user=person("gere@exemple.invalid"), organisation=house, role=Mandate.Role.MANAGER)
    source = server.source("/a.ics", calendar(vevent("a")), organisation=house)
    read_source(source)
    del server.pages["/a.ics"]
    waits = []
    for _ in range(7):
        with pytest.raises(ReadError, match="404"):
            read_source(source)
        waits.append(round((source.next_run_at - source.last_run_at) / timedelta(hours=1)))
    assert (waits[0], waits[1], source.failures) == (2, 4, 7)
    assert max(waits) <= 26
    assert OutboxMail.objects.count() == 0
    Source.objects.filter(pk=source.pk).update(last_success_at=timezone.now() - timedelta(days=1, hours=1))
    source.refresh_from_db()
    for _ in range(3):
        with pytest.raises(ReadError):
            read_source(source)
    assert list(OutboxMail.objects.values_list("to", "subject")) == [
        ("gere@exemple.invalid", "L’agenda « Essai » n’est plus lu"),
    ]
    assert list(Event.objects.values_list("state", flat=True)) == ["published"]
    assert ImportRun.objects.filter(outcome="failed").count() == 10


@pytest.mark.django_db
def test_A6_an_empty_agenda_withdraws_nothing_and_is_looked_at_again(server: Server) -> None:
    source = server.source("/a.ics", calendar(*(vevent(f"n{number}") for number in range(8))))
    read_source(source)
    server.pages["/a.ics"] = calendar()
    assert read_source(source).withdrawn == 0
    assert (source.last_error[:26], source.body_digest) == ("L’agenda ne donne plus 8 d", "")
    assert read_source(source, withdraw=True).withdrawn == 8


@pytest.mark.django_db
def test_A6_each_due_source_is_given_once(server: Server) -> None:
    source = server.source("/a.ics", calendar())
    server.source("/b.ics", calendar(), slug="pause", active=False)
    server.source("/c.ics", calendar(), slug="tard", next_run_at=timezone.now() + timedelta(hours=1))
    assert (claim_due(), claim_due()) == ([source.pk], [])


@pytest.mark.django_db
def test_S2_reports_of_readings_are_kept_for_their_days(server: Server) -> None:
    read_source(server.source("/a.ics", calendar(vevent("a"))))
    ImportRun.objects.update(started_at=timezone.now() - timedelta(days=91))
    assert (purge_runs(92), purge_runs(90)) == (0, 1)


def command(*words: str) -> list[str]:
    out = StringIO()
    call_command("import_events", *words, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_A6_the_command_says_what_it_did_line_by_line(tmp_path: Path, server: Server) -> None:
    house = trusted(slug="maison")
    path = written(tmp_path, calendar(vevent("a"), vevent("b", SUMMARY=None), vevent("a")))
    words = ("--file", str(path), "--format", "ics", "--organisation", house.slug)
    refused = ["b – (sans titre) : sans titre", "a – Atelier a : même identifiant qu’un autre évènement du fichier"]
    counts = ["created: 1", "updated: 0", "unchanged: 0", "withdrawn: 0", "rejected: 2"]
    assert command(*words, "--dry-run") == [*counts, *refused]
    assert Event.objects.count() == 0
    assert command(*words) == [*counts, *refused]
    assert command(*words)[:3] == ["created: 0", "updated: 0", "unchanged: 1"]
    source = server.source("/a.ics", calendar(vevent("z")))
    assert command("--source", source.slug, "--dry-run")[0] == "created: 1"
    assert command("--source", source.slug)[0] == "created: 1"
    assert command("--source", source.slug)[:3] == ["created: 0", "updated: 0", "unchanged: 1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Donnez --source"),
        (("--source", "inconnue"), "Source inconnue"),
        (("--file", "x.ics", "--format", "pdf", "--organisation", "maison"), "Format inconnu"),
        (("--file", "x.ics", "--format", "ics", "--organisation", "personne"), "Organisme inconnu"),
        (("--file", "absent.ics", "--format", "ics", "--organisation", "maison"), "Fichier introuvable"),
    ],
)
def test_S4_the_command_says_in_french_what_is_wrong(words: tuple[str, ...], said: str) -> None:
    organisation(slug="maison")
    with pytest.raises(CommandError, match=said):
        command(*words)


def test_A6_the_agendas_of_the_demonstration_are_right_and_follow_the_days(tmp_path: Path) -> None:
    today = timezone.localdate()
    for shift in (0, 3, 40):
        day = today + timedelta(days=shift)
        ics = list(read_ics(written(tmp_path, demo_agendas.calendar(day)[0])))
        oa = list(read_openagenda(written(tmp_path, demo_agendas.rencontres(day)[0], "oa.json")))
        assert [item.problems for item in (*ics, *oa) if item.problems] == []
        assert (len(ics), len(oa)) == (10, 9)
    assert {item.uid for item in ics} != set()


@pytest.mark.django_db(transaction=True)
def test_A6_two_sources_are_read_on_schedule_by_a_real_worker(server: Server, broker: str, tmp_path: Path) -> None:
    today = timezone.localdate()
    server.source("/a.ics", demo_agendas.calendar(today)[0])
    server.source("/b.json", demo_agendas.rencontres(today)[0], slug="b", format="openagenda")
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
    given = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "REDIS_URL": broker,
        "SPRO_LOCAL": str(tmp_path), "EMAIL_URL": "", "LOG_LEVEL": "ERROR", "SOURCE_PRIVATE_HOSTS": "127.0.0.1",
    }  # fmt: skip
    words = ["-A", "spro", "worker", "-P", "solo", "-Q", "imports,calendar", "-l", "error"]
    with subprocess.Popen([sys.executable, "-m", "celery", *words], cwd=ROOT, env=given, text=True) as worker:
        try:
            Celery("test", broker=broker).send_task("events.tasks.read_sources", queue="calendar")
            until(lambda: ImportRun.objects.count() == 2, worker)
        finally:
            worker.terminate()
            worker.wait(20)
    assert dict(Event.objects.values_list("source__slug").annotate(n=_count()).values_list("source__slug", "n")) == {
        "essai": 10, "b": 9,
    }  # fmt: skip
    assert set(ImportRun.objects.values_list("outcome", "error")) == {("done", "")}


def _count() -> Any:
    from django.db.models import Count

    return Count("pk")


@pytest.mark.django_db
def test_A6_an_export_that_has_no_page_left_is_whole(server: Server) -> None:
    body = json.dumps({"events": [], "after": [3]})
    source = server.source("/b.json", body, format="openagenda")
    assert read_source(source).counts == dict.fromkeys(("created", "updated", "unchanged", "withdrawn", "rejected"), 0)
