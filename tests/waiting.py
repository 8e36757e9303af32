"""Waiting for what a worker that is a process of its own does in its time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 90  # seconds, on a machine that does many things at once


def until(true: Callable[[], Any], worker: subprocess.Popen[str]) -> Any:
    """What `true` answers once it holds; the test fails if the worker stops, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not (found := true()):
        assert worker.poll() is None, "le worker s’est arrêté"
        assert time.monotonic() < deadline, "le worker n’a rien fait"
        time.sleep(0.05)
    return found
