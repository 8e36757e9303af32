"""What the workers of a bulk run hold in memory while they draw `LONG` documents: those of `generate_bilans`, replaced
every few documents, then those of Celery, replaced once they pass a bound.

Run by the benchmark: `python -m benchmarks.bilans_memory <processes | celery | one> …`; prints JSON. The workers are
the real ones, in a process of their own; this one looks at its children from outside, and asks the database how far
they are. `work` is what it has that process do.

The peak of a process is the kernel's own (`VmHWM`, which Celery's bound reads too): nothing falls between two looks. It
counts pages shared with the other workers; « private » is what ends with the process, at the looks.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bilans_year import AT, bilans, touch
from spro.embedded import BASE_DIR

LONG = 500
LOOK = 0.1  # seconds between two looks
QUIET = 120  # seconds without a document: the workers are dead
MEGABYTE = 1e6


def main(what: str, *words: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    django.setup()
    if what == "work":
        return _work(int(words[0]))
    found = {"processes": processes, "celery": by_celery, "one": one}[what](*map(int, words))
    sys.stdout.write(json.dumps(found))
    return None


def processes(count: int = LONG) -> dict[str, Any]:
    """The processes of `generate_bilans`, year after year until `count` documents are drawn."""
    seen, first = Seen(), 0
    for asked in _runs(count):
        with _process("-m", "benchmarks.bilans_memory", "work", str(asked.pk)) as working:
            _watch(asked, working, seen)
            working.wait(QUIET)
        first += _jobs()
    return seen.told(count, first)


def by_celery(count: int = LONG, bound: int = 0) -> dict[str, Any]:
    """A worker of Celery on the queue of documents, each child replaced once it passes `bound` (kilobytes)."""
    from celery import current_app

    words = ["-m", "celery", "-A", "spro", "worker", "-Q", "documents", "-c", str(_jobs()), "-l", "error"]
    seen = Seen()
    with _process(*words, "--max-memory-per-child", str(bound or _half())) as working:
        for asked in _runs(count):
            for _ in range(asked.items.count()):
                current_app.send_task("bilans.tasks.produce_one", args=[asked.pk], queue="documents")
            _watch(asked, working, seen)
    return seen.told(count, _jobs())


def _half() -> int:
    """Half of what a child may hold in production (kilobytes): five hundred documents would not fill the whole."""
    from django.conf import settings

    return int(settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD) // 2


def one() -> dict[str, Any]:
    """Megabytes that the largest document, that of the region, adds at its worst to a process that drew another; and
    the bound of `by_celery`."""
    from bilans.drawing import page_of
    from bilans.services.producing import said_of
    from core.pdf import draw_page

    first, *_, last = sorted(bilans(), key=lambda bilan: bilan.kind == "region")
    draw_page(page_of(said_of(first, at=AT)))
    before = _status(os.getpid())["VmRSS"]
    draw_page(page_of(said_of(last, at=AT)))
    most = _status(os.getpid())["VmHWM"]
    return {"one_mb": round((most - before) / MEGABYTE), "half_mb": round(_half() * 1024 / MEGABYTE)}


def _work(key: int) -> None:
    from bilans.models import Production
    from bilans.services.workers import work

    work(Production.objects.get(pk=key), _jobs())


def _jobs() -> int:
    """Two at least: by one alone, `generate_bilans` draws in its own process."""
    from bilans.services.workers import cores

    return max(2, cores())


# --- runs


def _runs(count: int) -> Iterator[Any]:
    """Runs of whole years that say each time something else; the last is cut so that `count` documents are drawn."""
    from django.utils import timezone

    from bilans.services import bulk

    year, left, turn = bilans()[0].campaign, count, time.time_ns()
    while left:
        turn += 1
        touch(turn)
        asked = bulk.start(year, at=timezone.now(), wake=False)
        kept = asked.items.order_by("-order")[:left].values_list("pk", flat=True)  # the region's among them
        asked.items.exclude(pk__in=list(kept)).delete()
        left -= asked.items.count()
        yield asked
        done = bulk.progress(asked)
        if done.drawn != done.total:
            raise SystemExit(f"{done.drawn} documents dessinés sur {done.total}, {done.failed} en échec")


@contextlib.contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python of our own, whatever it says on our error stream; ended as a service is."""
    working = subprocess.Popen([sys.executable, *words], cwd=BASE_DIR, stdout=sys.stderr)
    try:
        yield working
    finally:
        if working.poll() is None:
            working.send_signal(signal.SIGTERM)
        working.wait(60)


# --- looking


@dataclass
class Seen:
    """The peak of each child there was, and the most private memory one held."""

    peaks: dict[int, int] = field(default_factory=dict)
    looks: Counter[int] = field(default_factory=Counter)
    private: int = 0

    @property
    def workers(self) -> int:
        """Those that lived for a second: what a library runs to find its files did not."""
        return sum(looks * LOOK >= 1 for looks in self.looks.values())

    def look(self, parent: int) -> None:
        for child in _children(parent):
            with contextlib.suppress(OSError, KeyError):  # it ends as we look
                self.peaks[child] = max(self.peaks.get(child, 0), _status(child)["VmHWM"])
                self.private = max(self.private, _private(child))
                self.looks[child] += 1

    def told(self, count: int, first: int) -> dict[str, Any]:
        """`first`: the workers that took nobody's place."""
        return {
            "n": count, "workers": self.workers, "replaced": self.workers - first,
            "peak_mb": round(max(self.peaks.values()) / MEGABYTE), "private_mb": round(self.private / MEGABYTE),
        }  # fmt: skip


def _watch(asked: Any, working: subprocess.Popen[bytes], seen: Seen) -> None:
    """Look at the children of `working` until the run is over."""
    from bilans.services import bulk

    last, since = -1, time.monotonic()
    while True:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            seen.look(working.pid)
            time.sleep(LOOK)
        progress = bulk.progress(asked)
        if not progress.left:
            return
        if progress.done != last:
            last, since = progress.done, time.monotonic()
        if working.poll() is not None or time.monotonic() - since > QUIET:
            raise SystemExit(f"Les ouvriers se sont arrêtés après {progress.done} documents.")


def _children(parent: int) -> list[int]:
    """Those that any thread of `parent` made."""
    found: list[int] = []
    for told in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, told.read_text().split())
    return found


def _status(process: int) -> dict[str, int]:
    """Bytes, by name."""
    return _kilobytes(Path(f"/proc/{process}/status"))


def _private(process: int) -> int:
    read = _kilobytes(Path(f"/proc/{process}/smaps_rollup"))
    return read["Private_Clean"] + read["Private_Dirty"]


def _kilobytes(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if words[2:] == ["kB"]}


if __name__ == "__main__":
    main(*sys.argv[1:])
