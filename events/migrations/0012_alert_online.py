from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0011_fewer_blocks")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="with_online",
            field=models.BooleanField(default=False, verbose_name="aussi en ligne"),
        ),
    ]
