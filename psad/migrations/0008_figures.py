"""Figures counted once a quarter, published for good; the one function that counts cases for them (D8, D9)."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
-- What happened in a quarter, by platform: counts, and medians of the first contact. It answers the task « figures »
-- alone, for a whole quarter that ended fifteen days ago and that was never published: no other date, no filter.
CREATE FUNCTION psad_figures(quarter date) RETURNS TABLE (platform bigint, department text, measure text,
    dimension text, category text, people bigint, days integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE next date := (quarter + interval '3 months')::date;
BEGIN
    IF psad_task() <> 'figures' THEN
        RAISE EXCEPTION 'psad: figures are counted by their task' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF quarter <> date_trunc('quarter', quarter)::date OR psad_today() < next + 15 THEN
        RAISE EXCEPTION 'psad: a whole quarter, once it is over' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT 1 FROM psad_publication p WHERE p.kind = 'quarter' AND p.starts_on >= quarter) THEN
        RAISE EXCEPTION 'psad: this quarter is published' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN QUERY
    WITH place AS (
        SELECT p.id, coalesce((SELECT mode() WITHIN GROUP (ORDER BY c.department_id) FROM psad_platformcommune pc
            JOIN territories_commune c ON c.insee = pc.commune_id WHERE pc.platform_id = p.id), '')::text AS department
        FROM psad_platform p),
    person AS (
        SELECT c.id, c.platform_id, c.received_on, c.solution_on, c.closed_on, c.closing_reason,
            (c.first_contact_at AT TIME ZONE 'Europe/Paris')::date AS contacted_on,
            CASE WHEN c.sex = 'f' THEN 'f' ELSE 'other' END AS sex,
            CASE WHEN age(c.received_on, c.birth_month) < interval '18 years' THEN '16'
                WHEN age(c.received_on, c.birth_month) < interval '21 years' THEN '18' ELSE '21' END AS age,
            CASE WHEN c.origin IN ('scolaire', 'apprentissage') THEN c.origin ELSE 'other' END AS origin,
            CASE WHEN c.source = 'rio' THEN 'rio' ELSE 'other' END AS source
        FROM psad_case c WHERE c.closing_reason <> 'merged' AND c.received_on < next),
    started AS (  -- what the person is in: the latest that began
        SELECT DISTINCT ON (p.case_id) p.case_id, p.id, p.started_on, s.kind FROM psad_proposal p
        JOIN psad_solution s ON s.id = p.solution_id WHERE p.started_on < next ORDER BY p.case_id, p.started_on DESC),
    event AS (
        SELECT id, 'received' AS measure, 'source' AS own, source AS class FROM person
            WHERE received_on >= quarter
        UNION ALL SELECT p.id, 'prepared', NULL, NULL FROM person p JOIN (
            SELECT t.case_id, min(t.at) AS at FROM (
                SELECT m.case_id, m.at FROM psad_move m WHERE m.verb = 'prepare'
                UNION ALL SELECT a.case_id, a.at FROM psad_attempt a) t GROUP BY t.case_id) f ON f.case_id = p.id
            WHERE (f.at AT TIME ZONE 'Europe/Paris')::date >= quarter
            AND (f.at AT TIME ZONE 'Europe/Paris')::date < next
        UNION ALL SELECT id, 'contacted', 'delay', CASE WHEN contacted_on - received_on <= 15 THEN '15'
            WHEN contacted_on - received_on <= 30 THEN '30' ELSE '31' END FROM person
            WHERE contacted_on >= quarter AND contacted_on < next
        UNION ALL SELECT p.id, 'proposed', NULL, NULL FROM person p JOIN (
            SELECT o.case_id, (min(o.at) AT TIME ZONE 'Europe/Paris')::date AS day FROM psad_proposal o
            GROUP BY o.case_id) f ON f.case_id = p.id WHERE f.day >= quarter AND f.day < next
        UNION ALL SELECT p.id, 'solved', 'kind', CASE WHEN s.kind IN ('school', 'micro') THEN 'school'
            WHEN s.kind = 'apprenticeship' THEN 'apprentice' WHEN s.kind IN ('region', 'e2c', 'epide') THEN 'training'
            ELSE 'other' END FROM person p LEFT JOIN started s ON s.case_id = p.id
            WHERE p.solution_on >= quarter AND p.solution_on < next
        UNION ALL SELECT id, 'closed', 'reason', CASE WHEN closing_reason IN ('lasting', 'solved') THEN 'solved'
            WHEN closing_reason = 'unreachable' THEN 'unreached' ELSE 'other' END FROM person
            WHERE closed_on >= quarter AND closed_on < next
        UNION ALL SELECT p.id, CASE WHEN EXISTS (SELECT 1 FROM psad_check k WHERE k.proposal_id = s.id
                AND k.months >= m.months AND k.result IN ('holds', 'other')) THEN 'held' ELSE 'lost' END || m.months,
            NULL, NULL FROM (VALUES (3), (6)) m(months)
            JOIN psad_proposal s ON (s.started_on + make_interval(months => m.months))::date >= quarter
            AND (s.started_on + make_interval(months => m.months))::date < next
            JOIN person p ON p.id = s.case_id
            WHERE NOT EXISTS (SELECT 1 FROM psad_proposal o WHERE o.case_id = s.case_id
                AND (o.started_on, o.id) > (s.started_on, s.id)
                AND (o.started_on + make_interval(months => m.months))::date < next))
    SELECT p.platform_id, place.department, e.measure, d.dimension, d.class, count(*), NULL::integer
        FROM event e JOIN person p ON p.id = e.id JOIN place ON place.id = p.platform_id
        CROSS JOIN LATERAL (VALUES ('', ''), ('sex', p.sex), ('age', p.age), ('origin', p.origin), (e.own, e.class))
            d(dimension, class)
        WHERE d.dimension IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT p.platform_id, place.department, 'used', '', '', 1, NULL
        FROM person p JOIN place ON place.id = p.platform_id GROUP BY 1, 2
    UNION ALL SELECT p.platform_id, place.department, 'delay', '', '', count(*),
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY p.contacted_on - p.received_on))::integer
        FROM person p JOIN place ON place.id = p.platform_id WHERE p.contacted_on >= quarter AND p.contacted_on < next
        GROUP BY GROUPING SETS ((p.platform_id, place.department), (place.department), ());
END $$;

CREATE POLICY psad_known ON psad_publication FOR SELECT USING (true);
CREATE POLICY psad_task_figures ON psad_publication FOR INSERT WITH CHECK (psad_task() = 'figures');
CREATE POLICY psad_known ON psad_figure FOR SELECT USING (true);
CREATE POLICY psad_task_figures ON psad_figure FOR INSERT WITH CHECK (psad_task() = 'figures');
CREATE POLICY psad_task_figures ON psad_figurecount FOR SELECT USING (psad_task() = 'figures');
CREATE POLICY psad_task_counts ON psad_figurecount FOR INSERT WITH CHECK (psad_task() = 'figures');
ALTER TABLE psad_publication ENABLE ROW LEVEL SECURITY;
ALTER TABLE psad_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE psad_figurecount ENABLE ROW LEVEL SECURITY;
"""
BACK = "DROP FUNCTION psad_figures(date);"


def own_key():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("psad", "0007_partners")]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", own_key()),
                ("kind", models.CharField(choices=[("quarter", "Trimestre"), ("year", "Année")], max_length=7,
                                          verbose_name="période")),
                ("starts_on", models.DateField(verbose_name="à partir du")),
                ("published_at", models.DateTimeField(verbose_name="publiés le")),
            ],
            options={
                "verbose_name": "chiffres d’une période",
                "verbose_name_plural": "chiffres des PSAD",
                "ordering": ("-starts_on", "-kind"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "starts_on"), name="psad_published_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureCount",
            fields=[
                ("id", own_key()),
                ("department", models.CharField(blank=True, max_length=3)),
                ("measure", models.CharField(max_length=10)),
                ("dimension", models.CharField(blank=True, max_length=10)),
                ("category", models.CharField(blank=True, max_length=14)),
                ("count", models.PositiveIntegerField()),
                ("publication", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="counts",
                                                  to="psad.publication")),
                ("platform", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                               to="psad.platform")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "platform", "measure", "dimension", "category"), name="psad_counted_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", own_key()),
                ("level", models.CharField(choices=[
                    ("region", "Région"), ("department", "Département"), ("platform", "Plateforme"),
                ], max_length=10)),
                ("unit", models.CharField(blank=True, max_length=80)),
                ("department", models.CharField(blank=True, max_length=3)),
                ("measure", models.CharField(max_length=10)),
                ("dimension", models.CharField(blank=True, max_length=10)),
                ("category", models.CharField(blank=True, max_length=14)),
                ("value", models.PositiveIntegerField(null=True)),
                ("publication", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="figures",
                                                  to="psad.publication")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "level", "unit", "measure", "dimension", "category"),
                        name="psad_figure_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]  # fmt: skip
