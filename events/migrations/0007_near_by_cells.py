"""« Near a place » reads a few squares of the map, each in order of date: twenty pages where the index of places cost
two thousand."""

from __future__ import annotations

from django.db import migrations, models

import events.models.listing


class Migration(migrations.Migration):
    dependencies = [("events", "0006_what_holds")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="cell",
            field=models.GeneratedField(
                db_persist=True,
                expression=events.models.listing.MapCell(models.F("lat"), models.F("lon")),
                output_field=models.IntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("position__isnull", False), ("shown", True)),
                fields=["cell", "starts_at", "session"],
                include=(
                    "event_id",
                    "ends_at",
                    "traits",
                    "previous_at",
                    "later",
                    "position",
                    "lat",
                    "lon",
                    "commune_id",
                ),
                name="listing_cell",
            ),
        ),
    ]
