from django.db import migrations


class Migration(migrations.Migration):
    """The desk calls it as everyone does: a dossier."""

    dependencies = [
        ('recognition', '0005_opinions_in_order'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='candidature',
            options={'ordering': ['-campaign__year', 'organisation__sort_key', 'pk'], 'verbose_name': 'dossier'},
        ),
    ]
