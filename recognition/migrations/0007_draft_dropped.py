from django.db import migrations, models


class Migration(migrations.Migration):
    """The Region may drop a draft that holds the SIREN or the organisation of others: it was never deposited."""

    dependencies = [
        ('recognition', '0006_dossiers'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='candidature', name='candidature_deposited'),
        migrations.AddConstraint(
            model_name='candidature',
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ('state__in', ['draft', 'withdrawn', 'dropped']),
                    models.Q(('deposited_at__isnull', False), models.Q(('receipt_number', ''), _negated=True)),
                    _connector='OR',
                ),
                name='candidature_deposited',
            ),
        ),
    ]
