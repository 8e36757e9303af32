from django.db import migrations, models

KINDS = [
    ("receipt", "Accusé de réception"),
    ("completed", "Accusé de réception d’un complément"),
    ("grant", "Notification de reconnaissance"),
    ("refusal", "Notification de refus"),
    ("certificate", "Attestation de reconnaissance"),
    ("renewal", "Avis de renouvellement"),
    ("lapse", "Fin de la reconnaissance"),
    ("notice", "Procédure contradictoire"),
    ("suspension", "Suspension"),
    ("resumption", "Fin de suspension"),
    ("withdrawal", "Retrait"),
    ("repeal", "Abrogation"),
]


class Migration(migrations.Migration):
    dependencies = [("recognition", "0009_heard_and_in_order")]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=12, verbose_name="lettre"),
        ),
        migrations.AlterField(
            model_name="lettertemplate",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=12, unique=True, verbose_name="lettre"),
        ),
    ]
