"""Published figures of the demonstration: those of its invented cases, counted as the real ones are (D9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from psad.services.publishing import publish_due


def publish(at: dt.datetime, say: Callable[[str], object]) -> None:
    """Publish the quarters that are over and their years; `say` is told how many. To be called once every case is made:
    what is published is never counted again, in the demonstration either."""
    if periods := publish_due(at):
        say(f"PSAD\u00a0: chiffres publiés pour {len(periods)} périodes.")
