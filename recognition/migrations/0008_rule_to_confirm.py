from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recognition", "0007_draft_dropped")]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="to_confirm",
            field=models.BooleanField(default=False, verbose_name="à confirmer par la Région"),
        ),
    ]
