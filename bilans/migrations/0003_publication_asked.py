import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bilans", "0002_meaning_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="publication_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="publication demandée le"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="publication_asked_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="publication demandée par",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="publication_attempts",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="essais de publication"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="publication_error",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="échec de la publication"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("publication_asked_at__isnull", False),
                    models.Q(("publication_asked_by", None), ("publication_attempts", 0), ("publication_error", "")),
                    _connector="OR",
                ),
                name="bilans_publication_asked_at_a_time",
            ),
        ),
    ]
