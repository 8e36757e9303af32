"""Lists worked by batches in the name of who gave them, cases merged, people of the PSAD known to the gate."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

WHO = """
-- The platform of the list at work: told only in the name of who gave it, while they hold a grant there.
CREATE FUNCTION psad_importing() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT i.platform_id FROM psad_import i WHERE i.id = psad_link() AND psad_task() = 'import'
    AND i.given_by_id = psad_user() AND i.state IN ('waiting', 'running') AND i.platform_id = ANY (psad_member_of()) $$;
-- Lists whose worker may have died: their keys, nothing of what they hold.
CREATE FUNCTION psad_waiting_lists(since timestamptz) RETURNS TABLE (id uuid, given_by uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT i.id, i.given_by_id FROM psad_import i WHERE psad_task() = 'intake' AND i.given_by_id IS NOT NULL
    AND i.state IN ('waiting', 'running') AND i.given_at > since ORDER BY i.given_at $$;
-- Whether somebody works in a PSAD today, in either circle: the gate asks them for a second factor.
CREATE FUNCTION psad_works(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT 1 FROM psad_grant g WHERE g.user_id = person AND g.ended_at IS NULL
    AND g.starts_on <= psad_today() AND (g.ends_on IS NULL OR g.ends_on >= psad_today()))
    OR EXISTS (SELECT 1 FROM psad_partner p WHERE p.user_id = person AND p.ended_at IS NULL
    AND p.starts_on <= psad_today() AND (p.ends_on IS NULL OR p.ends_on >= psad_today())) $$;
-- As before, and the keys of cases that were merged into another.
CREATE OR REPLACE FUNCTION psad_match(platform bigint, keys bytea[]) RETURNS TABLE (match_key bytea, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.match_key, c.id FROM psad_case c WHERE c.platform_id = $1 AND c.match_key = ANY ($2)
    AND c.anonymised_at IS NULL AND $1 = ANY (psad_member_of())
    UNION ALL SELECT k.key, c.id FROM psad_case c, unnest(c.also_keys) k(key) WHERE c.platform_id = $1
    AND c.also_keys <> '{}' AND c.also_keys && $2 AND k.key = ANY ($2) AND c.anonymised_at IS NULL
    AND $1 = ANY (psad_member_of()) $$;
CREATE POLICY psad_importing ON psad_case FOR ALL USING (platform_id = (SELECT psad_importing()))
    WITH CHECK (platform_id = (SELECT psad_importing()));
CREATE POLICY psad_importing ON psad_move FOR INSERT
    WITH CHECK (psad_platform_of(case_id) = (SELECT psad_importing()));
CREATE POLICY psad_importing ON psad_note FOR INSERT
    WITH CHECK (psad_platform_of(case_id) = (SELECT psad_importing()));
CREATE POLICY psad_importing ON psad_import FOR SELECT USING (platform_id = (SELECT psad_importing()));
"""
BACK = """
DROP POLICY psad_importing ON psad_case;
DROP POLICY psad_importing ON psad_move;
DROP POLICY psad_importing ON psad_note;
DROP POLICY psad_importing ON psad_import;
DROP FUNCTION psad_importing(), psad_waiting_lists(timestamptz), psad_works(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("psad", "0002_who_sees_what"),
        ("territories", "0005_reports_of_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="import",
            name="psad_list_once",
        ),
        migrations.AddField(
            model_name="case",
            name="also_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BinaryField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="content",
            field=models.BinaryField(default=b""),
        ),
        migrations.AddField(
            model_name="line",
            name="disposition",
            field=models.CharField(
                blank=True,
                choices=[
                    ("to_contact", "À contacter"),
                    ("already", "Déjà accompagné·e"),
                    ("solved", "A trouvé une solution"),
                    ("moved", "A déménagé"),
                    ("unreachable", "Injoignable"),
                    ("wrong", "Inscrit·e par erreur"),
                ],
                max_length=12,
                verbose_name="réponse à la liste",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="facts",
            field=models.BinaryField(default=b""),
        ),
        migrations.AddField(
            model_name="line",
            name="match_key",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="case",
            name="closing_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lasting", "Raccrochage durable"),
                    ("solved", "Solution trouvée par la personne"),
                    ("unreachable", "Injoignable"),
                    ("refused", "Ne souhaite pas d’accompagnement"),
                    ("opposed", "S’est opposé·e au traitement"),
                    ("moved", "A déménagé"),
                    ("transferred", "Transmis à une autre plateforme"),
                    ("wrong", "Inscrit·e par erreur"),
                    ("department", "Transmis au conseil départemental (16-18 ans)"),
                    ("merged", "Réuni à un autre dossier de la même personne"),
                ],
                max_length=12,
                verbose_name="motif de clôture",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("also_keys", []), _negated=True), fields=["also_keys"], name="psad_case_also"
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("match_key", b""), _negated=True),
                fields=["batch", "match_key"],
                name="psad_line_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "previewed", "running"])),
                fields=("platform", "digest"),
                name="psad_list_once_at_a_time",
                violation_error_message="Cette liste est déjà en cours de traitement.",
            ),
        ),
        migrations.RunSQL(WHO, BACK),
    ]
