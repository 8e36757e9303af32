from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("territories", "0004_withdrawn_places_reports_told")]

    operations = [
        migrations.AlterField(
            model_name="sheetreport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("site", "Lieu"),
                    ("organisation", "Organisme"),
                    ("network", "Réseau"),
                    ("territory", "Territoire"),
                    ("event", "Évènement"),
                ],
                max_length=20,
                verbose_name="sorte de fiche",
            ),
        ),
        migrations.AlterField(
            model_name="sheetreport",
            name="subject",
            field=models.CharField(
                choices=[
                    ("date", "La date ou l’heure"),
                    ("adresse", "L’adresse ou la carte"),
                    ("contact", "Le téléphone, le courriel ou le site"),
                    ("horaires", "Les horaires"),
                    ("services", "Ce que l’on y propose"),
                    ("acces", "L’accessibilité"),
                    ("personne", "Une personne qui n’est plus là"),
                    ("ferme", "Le lieu ou l’organisme n’existe plus"),
                    ("autre", "Autre chose"),
                ],
                max_length=20,
                verbose_name="ce qui ne va pas",
            ),
        ),
    ]
