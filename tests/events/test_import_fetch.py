"""Agendas fetched over a real network of one machine: what is read, what never is (A6, S2)."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from events.importers.fetch import FetchError, check_address, fetched
from events.importers.openagenda import read_openagenda
from tests.events.importing import calendar, vevent

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A web site: `answers` by path (query left out), `seen` requests."""

    def __init__(self, url: str) -> None:
        self.url, self.answers, self.seen = url, {}, []  # type: ignore[var-annotated]

    def put(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda _: (status, named, content)
        return self.url + path


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    settings.SOURCE_PRIVATE_HOSTS = ["127.0.0.1"]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            made.seen.append((self.path, dict(self.headers)))
            answer: Callable[[Any], Answer] = made.answers.get(path, lambda _: (404, {}, b""))
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


def read(url: str, **options: Any) -> bytes:
    with fetched(url, **{"format": "ics"} | options) as got:
        assert got.path is not None
        return got.path.read_bytes()


def test_A6_an_agenda_is_fetched_and_its_file_goes(site: Site) -> None:
    url = site.put("/a.ics", calendar(vevent()), ETag='"un"', Last_Modified="Mon, 16 Nov 2026 08:00:00 GMT")
    with fetched(url, format="ics") as got:
        path = got.path
        assert path is not None
        assert (path.read_bytes()[:15], got.etag) == (b"BEGIN:VCALENDAR", '"un"')
    assert not Path(path).exists()


def test_A6_what_did_not_change_is_not_fetched_again(site: Site) -> None:
    url = site.put("/a.ics", status=304)
    with fetched(url, format="ics", etag='"un"', last_modified="hier") as got:
        assert (got.unchanged, got.etag) == (True, '"un"')
    headers = site.seen[0][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"un"', "hier")


def test_A6_redirects_are_followed_and_the_end_of_them_is_looked_for(site: Site) -> None:
    site.put("/b.ics", calendar(vevent()))
    url = site.put("/a.ics", status=302, Location="/b.ics")
    assert read(url)[:15] == b"BEGIN:VCALENDAR"
    loop = site.put("/c.ics", status=301, Location="/c.ics")
    with pytest.raises(FetchError, match="sans fin"):
        read(loop)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "http://localhost/",
        "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://[64:ff9b::7f00:1]/",
    ],
)  # fmt: skip
def test_S2_no_private_address_even_by_a_redirect(site: Site, target: str) -> None:
    with pytest.raises(FetchError):
        check_address(target)
    url = site.put("/a.ics", status=302, Location=target)
    with pytest.raises(FetchError):
        read(url)


def test_S2_this_very_machine_is_refused_unless_it_is_named(site: Site, settings: Any) -> None:
    url = site.put("/a.ics", calendar(vevent()))
    settings.SOURCE_PRIVATE_HOSTS = []
    with pytest.raises(FetchError, match="réseau privé"):
        read(url)
    assert site.seen == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://exemple.invalid/a", "https://nom:secret@exemple.invalid/", "https://", "gopher://a"],
)
def test_S4_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError):
        check_address(url)


def test_S4_too_large_is_refused_on_the_way_compressed_or_not(site: Site) -> None:
    large = calendar(vevent(DESCRIPTION="x" * 300_000)).encode()
    with pytest.raises(FetchError, match="dépasse"):
        read(site.put("/a.ics", large), most=100_000)
    bomb = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"0" * 30_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(FetchError, match="dépasse"):
        read(site.put("/b.ics", bomb, Content_Encoding="gzip"), most=100_000)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, "", "404"), (500, "", "500"), (401, "", "mot de passe"), (200, "", "vide"),
        (200, "<!DOCTYPE html><title>x</title>", "page"), (200, '{"events": []}', "JSON"),
    ],
)  # fmt: skip
def test_S4_what_is_no_agenda_is_said_to_its_owner(site: Site, status: int, body: str, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        read(site.put("/a.ics", body, status))


def test_A6_the_pages_of_an_openagenda_follow_each_other(site: Site) -> None:
    timing = {"begin": "2027-03-16T14:00:00+01:00", "end": "2027-03-16T16:00:00+01:00"}

    def page(request: Any) -> Answer:
        number = int(request.path.rpartition("=")[2]) if "after" in request.path else 0
        events = [{"uid": 10 * number + n + 1, "title": "Forum", "timings": [timing]} for n in range(2)]
        said = {"events": events, "after": [number + 1] if number < 2 else None}
        return 200, {}, json.dumps(said).encode()

    site.answers["/events.json"] = page
    with fetched(f"{site.url}/events.json?size=2", format="openagenda") as got:
        assert got.path is not None
        assert [item.uid for item in read_openagenda(got.path)] == [f"oa:{n}" for n in (1, 2, 11, 12, 21, 22)]
    assert [path for path, _ in site.seen] == [
        "/events.json?size=2", "/events.json?size=2&after%5B%5D=1", "/events.json?size=2&after%5B%5D=2",
    ]  # fmt: skip
