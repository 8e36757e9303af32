"""Addresses that try to lead elsewhere, sites that make one wait: over a real network of one machine (A6, S2, S4)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from events.importers.fetch import FetchError, LargeError, check_address, fetched
from events.models import Source
from events.services.reading import PARTIAL, TRY_LATER, ReadError, preview
from events.views.pro_sources import TryUse
from tests.events.importing import calendar, trusted, vevent
from tests.events.test_import_fetch import Site, read, site  # noqa: F401 (a fixture)
from tests.events.test_import_pro import form, of

REAL = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What a name leads to, one answer each time it is asked; the other names are asked of the system."""
    answers: dict[str, list[str]] = {}

    def asked(host: str, *words: Any, **more: Any) -> Any:
        return REAL(answers[host].pop(0) if host in answers else host, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    return answers


def test_S2_a_name_that_turns_private_is_refused_at_its_next_reading(
    site: Site,  # noqa: F811
    names: dict[str, list[str]],
) -> None:
    names["agenda.invalid"] = ["93.184.216.34", "127.0.0.1"]
    url = site.put("/a.ics", calendar(vevent())).replace("127.0.0.1", "agenda.invalid")
    check_address(url)  # public when it is declared
    with pytest.raises(FetchError, match="réseau privé"):
        read(url)
    assert site.seen == []


def test_S2_the_address_that_was_checked_is_the_one_that_is_spoken_to(
    site: Site,  # noqa: F811
    names: dict[str, list[str]],
    settings: Any,
) -> None:
    settings.SOURCE_PRIVATE_HOSTS = ["agenda.invalid"]
    names["agenda.invalid"] = ["127.0.0.1"]  # a second question would break
    url = site.put("/a.ics", calendar(vevent())).replace("127.0.0.1", "agenda.invalid")
    assert read(url)[:15] == b"BEGIN:VCALENDAR"
    assert site.seen[0][1]["Host"].partition(":")[0] == "agenda.invalid"


def test_S2_a_redirect_to_a_name_that_leads_here_is_refused(
    site: Site,  # noqa: F811
    names: dict[str, list[str]],
) -> None:
    names["voisin.invalid"] = ["127.0.0.1"]
    site.put("/secret.ics", calendar(vevent()))
    port = site.url.rpartition(":")[2]
    url = site.put("/a.ics", status=302, Location=f"http://voisin.invalid:{port}/secret.ics")
    with pytest.raises(FetchError, match="réseau privé"):
        read(url)
    assert [path for path, _ in site.seen] == ["/a.ics"]


def test_S2_a_host_named_with_its_port_opens_this_port_alone(site: Site, settings: Any) -> None:  # noqa: F811
    url = site.put("/a.ics", calendar(vevent()))
    settings.SOURCE_PRIVATE_HOSTS = [site.url.partition("://")[2]]
    assert read(url)[:15] == b"BEGIN:VCALENDAR"
    settings.SOURCE_PRIVATE_HOSTS = ["127.0.0.1:9"]
    with pytest.raises(FetchError, match="réseau privé"):
        read(url)


@pytest.mark.parametrize(("demo", "opened"), [(True, ["/demo/agenda/permanences.ics"]), (False, [])])
def test_A6_the_portal_never_reads_its_own_agendas(
    site: Site,  # noqa: F811
    settings: Any,
    demo: bool,
    opened: list[str],
) -> None:
    settings.SITE_URL, settings.DEMO = site.url, demo
    paths = (
        "/agenda.ics",
        "/sante/",
        "/demo/agenda/permanences.ics",
        "/demo/agenda/../../agenda.ics",
        "/demo/agenda/%2e%2e/x",
    )
    found, said = [], set()
    for path in paths:
        site.put(path, calendar(vevent()))
        try:
            found += [path] if read(site.url + path) else []
        except FetchError as error:
            said.add(str(error)[:29])
    assert said == {"C’est l’adresse de ce portail"}
    assert found == opened
    settings.SITE_URL = "https://agenda.exemple.invalid"
    with pytest.raises(FetchError, match="adresse de ce portail"):
        check_address("https://AGENDA.exemple.invalid:443/agenda.ics")


@pytest.fixture
def slow(settings: Any) -> Iterator[Callable[[bytes], str]]:
    """A site that sends these bytes, then one more from time to time, for ever."""
    settings.SOURCE_PRIVATE_HOSTS = ["127.0.0.1"]
    over, opened = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def serve(head: bytes) -> str:
        def run() -> None:
            link, _ = opened.accept()
            with link:
                try:
                    link.sendall(head)
                    while not over.wait(0.05):
                        link.sendall(b"x")
                except OSError:
                    return

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{opened.getsockname()[1]}/a.ics"

    yield serve
    over.set()
    opened.close()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_S4_a_site_that_drips_is_left_in_time(slow: Callable[[bytes], str], head: bytes) -> None:
    before = time.monotonic()
    with pytest.raises(FetchError), fetched(slow(head), format="ics", seconds=0.5):
        pass
    assert time.monotonic() - before < 3


@pytest.mark.django_db
def test_S4_a_try_reads_so_much_and_no_more(site: Site) -> None:  # noqa: F811
    house = trusted()
    url = site.put("/a.ics", calendar(*(vevent(f"n{number}") for number in range(305))))
    source = Source(slug="x", name="X", format="ics", organisation=house, url=url)
    tried = preview(source, withdraw=False, waiting=True)
    assert (tried.created, tried.suspicious) == (300, PARTIAL.format(count=300))
    source.url = site.put("/b.ics", calendar(vevent(DESCRIPTION="x" * 3_100_000)))
    with pytest.raises(ReadError) as error:
        preview(source, withdraw=False, waiting=True)
    assert str(error.value) == TRY_LATER
    with pytest.raises(LargeError):
        read(source.url, most=1_000)


@pytest.mark.django_db
def test_S4_who_tries_too_often_is_asked_to_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(TryUse, "rate", "1/hour")
    client, url = of(trusted()), site.put("/a.ics", calendar(vevent("a")))
    pages = [client.post("/pro/agenda/sources/ajouter/", form(url=url, essayer="1")) for _ in range(2)]
    assert ["beaucoup d’essais" in page.content.decode() for page in pages] == [False, True]
    assert len(site.seen) == 1


@pytest.mark.django_db
def test_A6_a_reading_that_takes_too_long_is_stopped_and_said(slow: Callable[[bytes], str]) -> None:
    import signal

    from celery.exceptions import SoftTimeLimitExceeded

    from events.services.reading import LEASE, TOO_LONG, read_source
    from events.tasks import read_one_source

    assert 0 < read_one_source.soft_time_limit < read_one_source.time_limit < LEASE.total_seconds()
    source = Source.objects.create(
        slug="x",
        name="X",
        format="ics",
        organisation=trusted(),
        url=slow(b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n"),
    )

    def late(*_: Any) -> None:  # as a worker of Celery does
        raise SoftTimeLimitExceeded

    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(ReadError):
            read_source(source)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    source.refresh_from_db()
    assert (source.last_error, source.failures, source.runs.get().error) == (TOO_LONG, 1, TOO_LONG)
