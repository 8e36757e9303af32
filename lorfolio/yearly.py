"""What a yearly account may know of the portfolios: how many there are. Nothing else leaves this room (L1)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from lorfolio.models import Portfolio


def accounts(until: dt.date) -> int:
    """Portfolios opened by the end of that day and still there: a bare count."""
    ends = timezone.make_aware(dt.datetime.combine(until + dt.timedelta(days=1), dt.time()))
    return Portfolio.objects.filter(created_at__lt=ends).count()
