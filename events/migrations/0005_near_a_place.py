"""The index of places serves places only: the planner took it for dates alone, and read all of it."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_what_lists_read")]

    operations = [
        migrations.RemoveIndex(model_name="listing", name="listing_near"),
        migrations.AddIndex(
            model_name="listing",
            index=django.contrib.postgres.indexes.GistIndex(
                condition=models.Q(("position__isnull", False), ("shown", True)),
                fields=["position", "starts_at"],
                name="listing_near",
            ),
        ),
    ]
