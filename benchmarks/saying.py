"""What a bench says: lines of the report, words on the terminal, what a process of its own found."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.race import BenchmarkError
from spro.embedded import BASE_DIR

Line = dict[str, float | int | str]


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def said(environment: dict[str, str], module: str, *words: str) -> dict[str, Any]:
    """What `python -m benchmarks.<module>` prints, as JSON. Raises `BenchmarkError` with its last words."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *words]
    done = subprocess.run(command, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
