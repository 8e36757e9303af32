from django.db import migrations, models


class Migration(migrations.Migration):
    """Withdrawals kept back are told apart from a file that was cut: only the first can be asked for."""

    dependencies = [
        ("events", "0009_in_a_commune"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="withheld",
            field=models.BooleanField(default=False, editable=False, verbose_name="retraits retenus"),
        ),
    ]
