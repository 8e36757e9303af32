import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recognition", "0002_pass_day")]

    operations = [
        migrations.AddField(
            model_name="recognition",
            name="suspended_sites",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
