"""What a piece of work holds at once, in bytes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable


def held_at_once(work: Callable[[], object], times: int = 2) -> int:
    """The smallest peak of `times` runs: `tracemalloc` counts every thread, and whatever else runs only adds to it."""
    peaks = []
    for _ in range(times):
        tracemalloc.start()
        work()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return min(peaks)
