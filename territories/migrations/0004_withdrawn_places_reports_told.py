from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("territories", "0003_referents_confirmed")]

    operations = [
        migrations.AddField(
            model_name="site",
            name="withdrawn_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="retiré par l’organisme le"
            ),
        ),
        migrations.AddField(
            model_name="sheetreport",
            name="told_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="annoncée le"),
        ),
    ]
