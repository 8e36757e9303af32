"""`import.rio`: a RIO list of fifty thousand lines matched against two hundred thousand cases of its platform, beside
the same SQL without row-level security nor encryption.

Run by the benchmark in the environment of the portal: `python -m benchmarks.psad_lists <lines> <cases> [floor]`;
prints `{"spent": s, "rss": MB grown, "counts": {…}}` as JSON. The floor is the very same import as the owner of the
tables, whom no policy holds, with values written as they are instead of sealed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection

from benchmarks.unsealed import unsealed

KNOWN = 10  # one line in so many is of somebody whom a former list brought
CASES = """
INSERT INTO psad_case (id, platform_id, log_key, sealed_key, identity, safe_contact, match_key, also_keys, sound_key,
    word_keys, elsewhere_key, source, origin, sex, birth_month, commune_id, left_on, school_uai, step, disposition,
    due_on, due_what, received_on, closing_reason, version, updated_at)
SELECT gen_random_uuid(), %(platform)s, gen_random_uuid(), repeat('k', 140), decode(repeat(md5(i::text), 8), 'hex'), '',
    decode(md5('m' || i), 'hex'), '{}', decode(md5('s' || i %% 60000), 'hex'),
    ARRAY(SELECT decode(md5('w' || (i * 7 + part * 31) %% 20000), 'hex') FROM generate_series(1, 10) part),
    decode(md5('e' || i), 'hex'), 'rio', '', '', DATE '2008-01-01', NULL, NULL, '', 'received', 'to_contact',
    DATE '2026-11-01', 'prepare', DATE '2026-10-01', '', 0, now()
FROM generate_series(1, %(cases)s) i
"""
_SURNAMES = ("Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent")
_GIVEN = ("Léa", "Hugo", "Zoé", "Tom", "Ana", "Jade", "Noé", "Lou", "Inès", "Théo")


def rows(first: int, last: int) -> Iterator[str]:
    """Lines of a list, always the same: a person for each number."""
    for number in range(first, last):
        letters = "".join(chr(97 + number // 26**place % 26) for place in range(4))
        born = dt.date(2007, 1, 1) + dt.timedelta(days=number % 900)
        yield (
            f";{_SURNAMES[number % 10]}{letters};{_GIVEN[number // 10 % 10]};{born:%d/%m/%Y};F;{number % 90} rue Neuve;"
            f"10000;Troyes;06{number % 10**8:08d};p{number}@exemple.invalid;0100001A;Lycée;CAP;2026-06-30;scolaire;\n"
        )


def main(lines: int, cases: int, *, floor: bool) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    if floor:
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    django.setup()
    if floor:
        unsealed("psad.services.opening", "psad.services.importing", "psad.services.absorbing")
    from django.utils import timezone

    from psad import context
    from psad.intake.rio import COLUMNS
    from psad.services import importing

    platform, user = _platform(cases, f"{'plancher' if floor else 'banc'}-{lines}")
    header = ";".join(COLUMNS) + "\n"
    known = lines // KNOWN

    def brought(first: int, last: int) -> dict[str, int]:
        content = (header + "".join(rows(first, last))).encode()
        batch = importing.bring(platform=platform, content=content, file_name="", by=user, at=timezone.now())
        with context.acting(user):
            return importing.outcome(batch)[0]

    brought(0, known)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.monotonic()
    counts = brought(0, lines)
    spent = time.monotonic() - begin
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(json.dumps({"spent": round(spent, 2), "rss": round(grown), "counts": counts}))


def _platform(cases: int, slug: str) -> tuple[Any, Any]:
    """A platform that answers for Troyes, its head, and `cases` of them."""
    import psycopg

    from accounts.models import User
    from psad import context
    from psad.models import Grant, Platform, PlatformCommune

    user = User.objects.create_user(f"{slug}@exemple.invalid", None)
    with context.task("grants"):
        platform = Platform.objects.create(slug=slug, name=slug)
        PlatformCommune.objects.filter(commune_id="10387").delete()
        PlatformCommune.objects.create(commune_id="10387", platform=platform)
        Grant.objects.create(platform=platform, user=user, role="head", side="cio", reason="Banc")
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(CASES, {"platform": platform.pk, "cases": cases})
        owner.execute("VACUUM (ANALYZE) psad_case")
    connection.close()
    return platform, user


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), floor="floor" in sys.argv[3:])
