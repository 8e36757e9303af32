"""Extensions (all of them trusted: the owner of the database may create them) and French search without accents."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

SEARCH = """
CREATE TEXT SEARCH CONFIGURATION public.fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION public.fr
  ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, french_stem;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(SEARCH, "DROP TEXT SEARCH CONFIGURATION public.fr"),
    ]
