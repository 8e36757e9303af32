# The digest of what was confirmed, the answer « name withdrawn », the waves of mails to managers.

import django.db.models.deletion
from django.db import migrations, models

OUTCOMES = [
    ("confirmed", "Confirmée"),
    ("corrected", "Corrigée"),
    ("left", "N’est plus référent·e"),
    ("withdrawn", "Nom retiré"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_invitations_amendments"),
        ("territories", "0002_confirmations_closures_reports"),
    ]
    operations = [
        migrations.AddField(
            "referent", "contact_digest",
            models.CharField(blank=True, default="", editable=False, max_length=64), preserve_default=False,
        ),
        migrations.AlterField(
            "referentcheck", "outcome",
            models.CharField("réponse", blank=True, choices=OUTCOMES, max_length=10),
        ),
        migrations.CreateModel(
            "OrganisationCheck",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_on", models.DateField("demandée le")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referent_checks",
                        to="members.organisation", verbose_name="organisme",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande aux gestionnaires",
                "verbose_name_plural": "demandes aux gestionnaires",
                "ordering": ["-sent_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "sent_on"), name="organisation_check_once_a_day")
                ],
            },
        ),
    ]  # fmt: skip
