"""How many statements a page asks, and how many blocks of PostgreSQL they read: counted, not timed.

Run by the benchmark in the environment of the measured portal: `python -m benchmarks.statements <path>…`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def buffers(plan: dict[str, Any]) -> int:
    return int(plan.get("Shared Hit Blocks", 0)) + int(plan.get("Shared Read Blocks", 0))


def main(paths: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    lines = []
    for path in paths:
        client.get(path)  # what a process learns once
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path)
        read, spent = [], 0.0
        for query in asked.captured_queries:
            if not query["sql"].lstrip().upper().startswith(("SELECT", "WITH")):
                continue
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query["sql"].replace("%", "%%"), [])
                plan = cursor.fetchone()[0]
            plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]
            read.append(buffers(plan["Plan"]))
            spent += plan["Execution Time"] + plan["Planning Time"]
        lines.append({"path": path, "queries": len(asked.captured_queries), "buffers": read, "ms": round(spent, 2)})
    sys.stdout.write(json.dumps(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
