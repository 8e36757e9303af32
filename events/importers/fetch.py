"""Fetches an agenda from its address without lending our network to anybody (A6).

Only http and https, only public addresses (each name resolved once, each hop of a redirect checked, the address that
was checked is the one that is spoken to), a size counted after decompression, short waits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import certifi
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

CONNECT, SILENCE, WHOLE = 5, 20, 300  # seconds: to connect, without a byte, for everything
MOST_HOPS, MOST_PAGES, BETWEEN_PAGES = 5, 500, 0.2
PIECE, LARGEST_PAGE = 1 << 16, 8_000_000  # bytes
SLOW = "L’agenda met trop de temps à venir."
_REDIRECTS = {301, 302, 303, 307, 308}
AGENT = "SPRO-agenda/1.0 (+{site})"


class FetchError(Exception):
    """The agenda could not be fetched; the message is French and may be shown to its owner."""


class LargeError(FetchError):
    """It is larger than what may be read."""


@dataclass(frozen=True)
class Fetched:
    """What came: a temporary file, or nothing new (`unchanged`)."""

    path: Path | None
    etag: str = ""
    last_modified: str = ""
    digest: str = ""

    @property
    def unchanged(self) -> bool:
        return self.path is None


@contextmanager
def fetched(
    url: str,
    *,
    format: str,  # noqa: A002 (the word of the interface)
    etag: str = "",
    last_modified: str = "",
    most: int = 0,
    seconds: float = WHOLE,
    more: bool = True,
) -> Iterator[Fetched]:
    """The agenda at `url` in a file that goes when the block ends. Raises `FetchError`.

    `most` bytes at most (`SOURCE_MAX_BYTES` when 0), all in `seconds`; the next pages of an OpenAgenda when `more`.
    """
    most = most or settings.SOURCE_MAX_BYTES
    deadline = time.monotonic() + seconds
    with NamedTemporaryFile(prefix="agenda-", suffix=".tmp") as file:
        digest = hashlib.sha256()
        response = _get(url, {"If-None-Match": etag, "If-Modified-Since": last_modified}, deadline)
        with response:
            if response.status_code == 304:
                yield Fetched(None, etag, last_modified)
                return
            said = response.headers
            size = _copy(response, file, digest, most, deadline)
        if format == "openagenda" and more:
            size += _more_pages(url, file, digest, most - size, deadline)
        file.flush()
        if not size:
            raise FetchError("L’adresse répond, mais sans rien\u00a0: le fichier est vide.")
        path = Path(file.name)
        _sniff(path, format)
        yield Fetched(path, said.get("ETag", "")[:200], said.get("Last-Modified", "")[:60], digest.hexdigest())


def check_address(url: str) -> None:
    """Raises `FetchError` when `url` may not be read from here."""
    _resolved(url)


# --- One exchange


def _get(url: str, headers: dict[str, str], deadline: float) -> requests.Response:
    """The answer, redirects followed one by one, its body not read yet."""
    sent = {name: value for name, value in headers.items() if value}
    sent |= {"User-Agent": AGENT.format(site=settings.SITE_URL), "Accept-Encoding": "gzip, deflate"}
    for _ in range(MOST_HOPS + 1):
        if time.monotonic() > deadline:
            raise FetchError("L’agenda met trop de temps à répondre.")
        address = _resolved(url)
        response = _exchange(url, address, sent, deadline)
        if response.status_code in _REDIRECTS and (target := response.headers.get("Location")):
            response.close()
            url = urljoin(url, target)
            continue
        if response.status_code in {200, 304}:
            return response
        response.close()
        raise FetchError(
            _STATUSES.get(response.status_code, f"L’adresse répond par une erreur ({response.status_code}).")
        )
    raise FetchError("L’adresse renvoie sans fin vers une autre.")


_STATUSES = {
    401: "L’adresse demande un mot de passe\u00a0: donnez une adresse publique.",
    403: "L’adresse refuse la lecture (403)\u00a0: l’agenda est-il public\u202f?",
    404: "Rien à cette adresse (404)\u00a0: l’agenda a peut-être été déplacé.",
    410: "L’agenda n’existe plus à cette adresse (410).",
    429: "Le site demande d’attendre avant de relire (429).",
}


def _exchange(url: str, address: str, headers: dict[str, str], deadline: float) -> requests.Response:
    session = requests.Session()
    session.trust_env = False  # no proxy, no password of this machine
    left = max(deadline - time.monotonic(), 0.1)
    pinned = _Pinned(address, left)
    session.mount(urlsplit(url).scheme + "://", pinned)
    waits = (min(CONNECT, left), min(SILENCE, left))
    response: requests.Response | None = None
    try:
        response = session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=waits)
    except requests.exceptions.SSLError as error:
        raise FetchError("Le certificat de sécurité du site n’est pas valable.") from error
    except requests.exceptions.Timeout as error:
        raise FetchError("L’agenda met trop de temps à répondre.") from error
    except (requests.exceptions.RequestException, HTTPError, ValueError) as error:
        raise FetchError("L’adresse ne répond pas.") from error
    finally:
        if response is None:
            _stop(pinned.clocks)
    # The connection itself is closed once the headers are read: the clock goes with the answer.
    closing = response.close

    def close() -> None:
        _stop(pinned.clocks)
        closing()

    response.close = close  # type: ignore[method-assign]
    return response


class _Pinned(HTTPAdapter):
    """Speaks to the address that was checked, under the name that was asked (no second resolution)."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address, self._seconds = address, seconds
        self.clocks: _Clocks = []
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        more: dict[str, Any] = {}
        if parts.scheme == "https":
            more = {"assert_hostname": host, "server_hostname": host, "cert_reqs": "CERT_REQUIRED",
                    "ca_certs": certifi.where()}  # fmt: skip
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        pool = self.poolmanager.connection_from_host(self._address, port, scheme=parts.scheme, pool_kwargs=more or None)
        pool.ConnectionCls = _ended(pool.ConnectionCls, self._seconds, self.clocks)  # type: ignore[misc, assignment]
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:
        parts = urlsplit(request.url)
        return str(urlunsplit(("", "", parts.path or "/", parts.query, "")))


_Clocks = list[tuple[threading.Timer, socket.socket]]


def _ended(known: type[Any], seconds: float, clocks: _Clocks) -> type[Any]:
    """`known` connections, cut after `seconds` whatever happens: a site may send one byte from time to time."""

    class Ended(known):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            made: socket.socket = super()._new_conn()
            same = made.dup()  # TLS takes the first one away
            clock = threading.Timer(seconds, _cut, [same])
            clock.daemon = True
            clock.start()
            clocks.append((clock, same))
            return made

    return Ended


def _stop(clocks: _Clocks) -> None:
    while clocks:
        clock, connection = clocks.pop()
        clock.cancel()
        connection.close()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _resolved(url: str) -> str:
    """The address of the host of `url`, when it may be spoken to. Raises `FetchError`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise FetchError("Cette adresse n’est pas lisible.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise FetchError("Une adresse en https:// (ou http://) est attendue.")
    if parts.username or parts.password:
        raise FetchError("L’adresse ne doit porter ni nom ni mot de passe.")
    named = {host, f"{host}:{port or (443 if parts.scheme == 'https' else 80)}"}
    if _is_ours(parts) and not (settings.DEMO and _DEMONSTRATION.fullmatch(parts.path)):
        raise FetchError("C’est l’adresse de ce portail\u00a0: ses propres agendas ne s’y ajoutent pas.")
    try:
        found = socket.getaddrinfo(host, port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError("Ce site n’existe pas, ou son nom est mal écrit.") from error
    addresses = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
    if named.intersection(settings.SOURCE_PRIVATE_HOSTS):
        return addresses[0]
    # One private address among others is enough to refuse: the name is not to be trusted.
    if not addresses or not all(_is_public(address) for address in addresses):
        raise FetchError("Cette adresse mène à un réseau privé\u00a0: elle ne peut pas être lue d’ici.")
    return addresses[0]


def _is_ours(parts: SplitResult) -> bool:
    """Whether this is the portal itself: read by itself, its agenda would come back for ever."""
    ours = urlsplit(settings.SITE_URL)
    ports = {"http": 80, "https": 443}
    if parts.hostname != ours.hostname:
        return False
    return ours.hostname not in _LOOPBACK or (parts.port or ports[parts.scheme]) == (ours.port or ports[ours.scheme])


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}  # a machine of work holds other sites
_DEMONSTRATION = re.compile(r"/demo/agenda/[\w-]+(?:\.[\w-]+)*")  # what the demonstration reads of itself


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            found = inner
        elif found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


# --- What came


def _copy(response: requests.Response, file: IO[bytes], digest: Any, most: int, deadline: float) -> int:
    """Write the body, decompressed piece by piece; how many bytes. Raises `FetchError` beyond `most`."""
    size = 0
    try:
        for piece in response.raw.stream(PIECE, decode_content=True):
            size += len(piece)
            if size > most:
                raise LargeError(f"L’agenda dépasse {settings.SOURCE_MAX_BYTES / 1_000_000:g}\u00a0Mo.")
            if time.monotonic() > deadline:
                raise FetchError(SLOW)
            digest.update(piece)
            file.write(piece)
    except (HTTPError, OSError, requests.exceptions.RequestException) as error:
        late = time.monotonic() > deadline
        raise FetchError(SLOW if late else "La lecture s’est interrompue en chemin.") from error
    if time.monotonic() > deadline:  # cut by us: what came may not be all
        raise FetchError(SLOW)
    return size


def _more_pages(url: str, file: IO[bytes], digest: Any, most: int, deadline: float) -> int:
    """The next pages of an OpenAgenda (`after`), written one after the other, without haste; how many bytes."""
    import orjson

    size, start = 0, 0
    for _ in range(MOST_PAGES):
        file.flush()
        if file.seek(0, 2) - start > LARGEST_PAGE:  # an export in one piece
            return size
        file.seek(start)
        page = file.read()
        try:
            said = orjson.loads(page)
        except orjson.JSONDecodeError:
            return size  # the reader will say so
        after = said.get("after") if isinstance(said, dict) else None
        if not after or not said.get("events"):
            return size
        time.sleep(BETWEEN_PAGES)
        start = file.seek(0, 2)
        with _get(_after(url, after), {}, deadline) as response:
            size += _copy(response, file, digest, most - size, deadline)
    raise FetchError("L’agenda a trop de pages.")


def _after(url: str, after: Any) -> str:
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not name.startswith("after")
    ]
    marks = after if isinstance(after, list) else [after]
    return urlunsplit(parts._replace(query=urlencode([*kept, *(("after[]", str(mark)) for mark in marks)])))


def _sniff(path: Path, format: str) -> None:  # noqa: A002
    """Raises `FetchError` when what came is a page of the web, or of another format."""
    with path.open("rb") as file:
        head = file.read(2_048).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise FetchError(
            "Cette adresse est celle d’une page, pas d’un agenda\u00a0: cherchez sur le site le lien iCalendar (.ics) "
            "ou l’export JSON."
        )
    if format == "ics" and head.startswith((b"{", b"[")):
        raise FetchError("Cette adresse donne du JSON, pas un calendrier iCalendar.")
    if format == "openagenda" and head.startswith(b"begin:vcalendar"):
        raise FetchError("Cette adresse donne un calendrier iCalendar, pas un export OpenAgenda.")
