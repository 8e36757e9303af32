"""Lists show an event at its next date that holds: whether a date does is told by its row (`events/search/traits.py`)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from events.search.traits import BITS, HOLDS

_TOLD = f"""
UPDATE events_listing l
SET traits = (l.traits & ~{HOLDS}::bigint)
    | CASE WHEN s.status IN ('cancelled', 'postponed') THEN 0
           WHEN s."full" THEN {BITS["tenue", "held"]} ELSE {HOLDS} END
FROM events_session s WHERE s.id = l.session_id
"""  # noqa: S608 - numbers of ours


def tell(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(_TOLD)


class Migration(migrations.Migration):
    dependencies = [("events", "0005_near_a_place")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
