"""« In this very commune » (a distance of 0) reads its dates in order, whatever else takes place around."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0008_distinct_pair")]

    operations = [
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["commune_id", "starts_at", "session"],
                name="listing_commune",
            ),
        ),
    ]
