"""Two servers side by side, asked in turn by one client."""

from __future__ import annotations

import gc
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.questions import Case
from spro.embedded import BASE_DIR

WORKERS = 2
READY_SECONDS = 60


class BenchmarkError(RuntimeError):
    """A server did not answer, or not with 200: its figures would mean nothing."""


class Server:
    """A server on the loopback, and the connection to it that is kept for as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, path: str) -> tuple[float, int]:
        """Milliseconds and bytes of one answer. Raises `BenchmarkError` unless it is a 200."""
        begin = time.perf_counter()
        self.connection.request("GET", path, headers={"Accept": "*/*"})
        response = self.connection.getresponse()
        body = response.read()
        spent = (time.perf_counter() - begin) * 1000
        if response.status != 200:
            raise BenchmarkError(f"{path} : {response.status} {body[:300]!r}")
        return spent, len(body)


@contextmanager
def serve(environment: dict[str, str], application: str, *options: str) -> Iterator[Server]:
    """gunicorn with two synchronous workers, as a Region would run it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [sys.executable, "-m", "gunicorn", application, *options, "-w", str(WORKERS), "-b", f"127.0.0.1:{port}"]
    log = f"{environment['SPRO_LOCAL']}/{application.split(':', maxsplit=1)[0]}.log"
    with open(log, "a") as out:  # noqa: PTH123 (a path made of two words)
        process = subprocess.Popen(words, env=environment, cwd=BASE_DIR, stdout=out, stderr=out)
    try:
        _wait(process, port, log)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchmarkError(f"{' '.join(map(str, process.args))} ne démarre pas : voir {log}")  # type: ignore[arg-type]


def race(ours: Server, floor: Server, case: Case, seconds: float) -> tuple[float, float, int]:
    """Median milliseconds of ours and of the floor, asked one after the other for `seconds`, and how many of each."""
    for path in (*case.ours, *case.ours):
        ours.ask(path)
    for path in (*case.floor, *case.floor):
        floor.ask(path)
    mine: list[float] = []
    theirs: list[float] = []
    gc.collect()
    gc.disable()
    try:
        end, turn = time.monotonic() + seconds, 0
        while time.monotonic() < end or turn < len(case.ours):
            theirs.append(floor.ask(case.floor[turn % len(case.floor)])[0])
            mine.append(ours.ask(case.ours[turn % len(case.ours)])[0])
            turn += 1
    finally:
        gc.enable()
    return median(mine), median(theirs), turn
