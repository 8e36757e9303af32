"""`psad.queue`: the queue of a platform of five thousand cases, beside the same SQL without row-level security nor
decryption.

Run by the benchmark in the environment of the portal: `python -m benchmarks.psad_queue <cases> [floor]`; prints
`{"ms": median of one page, "queries": n}` as JSON. The floor is the very same page as the owner of the tables, whom no
policy holds, with identities written as they are instead of sealed.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import Any

from django.db import connection, transaction

from benchmarks.unsealed import unsealed

TIMES = 40
WARM = 5


def main(cases: int, *, floor: bool) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    if floor:
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    django.setup()
    if floor:
        unsealed("psad.identity", "psad.reading", "psad.services.opening", "spro.demo_young")
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from psad import context, queue
    from psad.models import Grant

    platform, user = _platform(cases, "file-plancher" if floor else "file-banc")

    def page() -> None:
        with context.acting(user):
            grant = Grant.objects.get(user=user)
            queue.page(platform, grant, queue.Filters(), timezone.localdate())
            queue.counts(platform, grant, queue.Filters(), timezone.localdate())

    taken = []
    for _ in range(WARM + TIMES):
        begin = time.perf_counter()
        page()
        taken.append((time.perf_counter() - begin) * 1000)
    with CaptureQueriesContext(connection) as asked:
        page()
    sys.stdout.write(json.dumps({"ms": round(statistics.median(taken[WARM:]), 2), "queries": len(asked)}))


def _platform(cases: int, slug: str) -> tuple[Any, Any]:
    """A platform that answers for Troyes, its head, and invented cases in every step."""
    import psycopg

    from accounts.models import User
    from psad import context
    from psad.models import Grant, Platform, PlatformCommune
    from spro import demo_young

    user = User.objects.create_user(f"{slug}@exemple.invalid", None)
    with context.task("grants"):
        platform = Platform.objects.create(slug=slug, name=slug)
        PlatformCommune.objects.filter(commune_id="10387").delete()
        PlatformCommune.objects.create(commune_id="10387", platform=platform)
        Grant.objects.create(platform=platform, user=user, role="head", side="cio", reason="Banc")
    with transaction.atomic(), context.acting(user):
        demo_young.make(platform, user, first=0, last=cases)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) psad_case")
    return platform, user


if __name__ == "__main__":
    main(int(sys.argv[1]), floor="floor" in sys.argv[2:])
