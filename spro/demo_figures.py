"""Published figures of the demonstration: those of its invented cases, counted as the real ones are (D9)."""

from __future__ import annotations

import datetime as dt

from psad.services.publishing import publish_due


def publish(at: dt.datetime) -> int:
    """Publish the quarters that are over and their years; how many. To be called once every case is made: what is
    published is never counted again, in the demonstration either."""
    return len(publish_due(at))
