"""Lists and calendars of one type read their rows in the index alone, and each stored text in two blocks."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models

_LIST = ("event_id", "ends_at", "traits", "previous_at", "later")


class Migration(migrations.Migration):
    dependencies = [("events", "0010_withheld")]

    operations = [
        migrations.RemoveIndex(model_name="listing", name="listing_kind"),
        migrations.RemoveIndex(model_name="listing", name="listing_kind_agency"),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["kind", "starts_at", "session"],
                include=(*_LIST, "changed_at"),
                name="listing_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["kind", "agency_id", "starts_at", "session"],
                include=_LIST,
                name="listing_kind_agency",
            ),
        ),
        migrations.AddIndex(
            model_name="rendering",
            index=django.contrib.postgres.indexes.HashIndex(fields=["session"], name="rendering_session"),
        ),
    ]
