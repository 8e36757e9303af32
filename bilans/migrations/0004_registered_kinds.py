"""A kind of bilan is registered, not written in the models: choices come from the registry, a subject may be a key."""

from django.db import migrations, models

import bilans.models.indicator

KINDS = ["organisation", "territory", "psad", "region"]


class Migration(migrations.Migration):
    dependencies = [("bilans", "0003_publication_asked")]

    operations = [
        migrations.AlterField(
            model_name="indicator", name="filled_by",
            field=models.CharField(choices=bilans.models.indicator.kind_choices, max_length=12, verbose_name="rempli par"),
        ),
        migrations.AlterField(
            model_name="bilan", name="kind",
            field=models.CharField(choices=bilans.models.indicator.kind_choices, max_length=12, verbose_name="sorte"),
        ),
        migrations.AddField(
            model_name="bilan", name="subject",
            field=models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="sujet"),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="bilan", name="bilan_of_its_subject"),
        migrations.RemoveConstraint(model_name="bilan", name="bilan_once_a_year"),
        migrations.AddConstraint(
            model_name="bilan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency", None), ("kind", "organisation"), ("organisation__isnull", False), ("platform", None), ("subject", "")),
                    models.Q(("agency__isnull", False), ("kind", "territory"), ("organisation", None), ("platform", None), ("subject", "")),
                    models.Q(("agency", None), ("kind", "psad"), ("organisation", None), ("platform__isnull", False), ("subject", "")),
                    models.Q(("agency", None), ("kind", "region"), ("organisation", None), ("platform", None), ("subject", "")),
                    models.Q(models.Q(("kind__in", KINDS), _negated=True), ("organisation", None), ("platform", None), models.Q(("subject", ""), _negated=True)),
                    _connector="OR",
                ),
                name="bilan_of_its_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="bilan",
            constraint=models.UniqueConstraint(
                fields=("campaign", "kind", "organisation", "agency", "platform", "subject"), name="bilan_once_a_year",
                nulls_distinct=False, violation_error_message="Ce bilan existe déjà.",
            ),
        ),
    ]
