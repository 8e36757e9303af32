"""A bulk run made by processes of one's own, without Celery: `manage.py generate_bilans` (B4).

The parent reads fonts and stylesheets once, then forks; each child has its own connection and does what a worker of
Celery does (`running.work_one`), so that both may share a run. A child ends after `RECYCLED` documents and another
takes its place: what drawing leaves in memory goes with it. A child whose parent was killed ends with its document.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections

from bilans.drawing import STYLESHEETS
from bilans.models import Production
from bilans.services.running import left, work_one
from core.pdf import Page, warm

RECYCLED = 40  # documents of one child
PAUSE = 0.3  # seconds between two looks
_fork: Any = multiprocessing.get_context("fork")


def cores() -> int:
    return len(os.sched_getaffinity(0))


def work(production: Production, jobs: int | None = None, *, tell: Callable[[], None] = lambda: None) -> None:
    """Make what is left of `production` by `jobs` processes (one for each core by default); `tell` is called often.

    Returns when nothing is left, whoever did it, or when the run was stopped. Ctrl-C ends the children first.
    """
    jobs = jobs or cores()
    if jobs == 1:
        _alone(production.pk, tell)
        return
    warm([Page("", STYLESHEETS)])
    children: list[BaseProcess] = []
    gc.collect()
    gc.freeze()  # what is read is never looked at again, neither here nor, page by page copied, in the children
    try:
        while left(production.pk):
            children = [child for child in children if child.is_alive()]
            children += [_child(production.pk) for _ in range(jobs - len(children))]
            wait([child.sentinel for child in children], timeout=PAUSE)
            tell()
        for child in children:
            child.join()
    except BaseException:
        for child in children:
            child.terminate()
        for child in children:
            child.join()
        raise
    finally:
        gc.unfreeze()
        tell()


def _alone(key: int, tell: Callable[[], None]) -> None:
    while True:
        item = work_one(key)
        tell()
        if item is None:
            if not left(key):
                return
            time.sleep(PAUSE)  # others are at what is left


def _child(key: int) -> BaseProcess:
    # A connection is never shared: the child would speak in the middle of its parent's sentences.
    connections.close_all()
    child: BaseProcess = _fork.Process(target=_in_child, args=(key, os.getpid()))
    child.start()
    return child


def _in_child(key: int, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    made = 0
    while made < RECYCLED and os.getppid() == parent:
        if work_one(key) is not None:
            made += 1
            gc.collect()
        elif left(key):
            time.sleep(PAUSE)
        else:
            break
    connections.close_all()
