import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lorfolio", "0002_selection_seen")]

    operations = [
        migrations.AddField(
            model_name="personalsite",
            name="with_place",
            field=models.BooleanField(default=False, verbose_name="montrer ma commune"),
        ),
        migrations.AddField(
            model_name="personalsite",
            name="with_links",
            field=models.BooleanField(default=False, verbose_name="montrer mes pages ailleurs"),
        ),
        migrations.CreateModel(
            name="RetiredAddress",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("retired_on", models.DateField()),
                (
                    "portfolio",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lorfolio.portfolio",
                    ),
                ),
            ],
        ),
    ]
