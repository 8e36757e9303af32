"""The young person's own page: what its session reads and writes, who read their case, who is told (D7, D8)."""

from django.db import migrations, models
from django.db.models import F, Q

MEANS = [
    ("phone", "Téléphone"), ("text", "SMS"), ("email", "Courriel"), ("letter", "Courrier"), ("visit", "Visite"),
    ("meeting", "Rendez-vous"),
]  # fmt: skip
OUTCOMES = [("done", "C’est fait"), ("told", "Ce n’est pas possible, et la personne sait pourquoi")]

READ = ("attempt", "interview", "check", "obligation", "guardian", "letter", "file", "transfer")
WRITTEN = ("move", "share")  # an opposition takes back what was shared, and each act writes its line
MINE = "case_id = (SELECT psad_young())"

SQL = """
-- A link that was used, confirmed, and not revoked since: the session ends with it, at once.
CREATE OR REPLACE FUNCTION psad_young() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT y.case_id FROM psad_younglink y JOIN psad_case c ON c.id = y.case_id
    WHERE y.id = psad_link() AND y.session_ends_at > clock_timestamp() AND y.used_at IS NOT NULL
    AND y.revoked_at IS NULL AND c.anonymised_at IS NULL $$;

-- Who read the person's case and worked on it, by day: structure and function, no name (D8). The keys of cases that
-- were merged into theirs are theirs too.
CREATE FUNCTION psad_my_accesses() RETURNS TABLE (day date, platform text, structure text, role text, side text,
    function text, organisation text, kind text, verb text, times bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.day, l.name, coalesce(o.name, ''), r.role, coalesce(g.side, ''), coalesce(g.role, ''),
        coalesce(p.organisation_name, ''), coalesce(p.kind, ''), r.verb, count(*)
    FROM (SELECT (a.at AT TIME ZONE 'Europe/Paris')::date AS day, a.platform_id, a.actor, a.role, a.verb, a.cases
        FROM psad_access a, psad_case c WHERE c.id = psad_young() AND a.cases && (ARRAY[c.log_key] || ARRAY(
            SELECT (m.data->>'other')::uuid FROM psad_move m WHERE m.case_id = c.id AND m.verb = 'merged'))) r
    JOIN psad_platform l ON l.id = r.platform_id
    LEFT JOIN LATERAL (SELECT t.side, t.role FROM psad_grant t WHERE t.user_id = r.actor
        AND t.platform_id = r.platform_id AND t.starts_on <= r.day ORDER BY t.starts_on DESC LIMIT 1) g ON true
    -- A partner is known by the account that read, or by the share that was read.
    LEFT JOIN LATERAL (SELECT t.organisation_name, t.kind FROM psad_partner t WHERE r.role = 'partner'
        AND (t.user_id = r.actor AND t.platform_id = r.platform_id
        OR t.id IN (SELECT s.partner_id FROM psad_share s WHERE s.id = ANY (r.cases))) LIMIT 1) p ON true
    LEFT JOIN members_organisation o
        ON o.id = CASE g.side WHEN 'cio' THEN l.cio_id WHEN 'ml' THEN l.mission_locale_id END
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1 DESC, 9 LIMIT 400 $$;

-- What was shared of their case: with which structure, why, until when.
CREATE FUNCTION psad_my_shares() RETURNS TABLE (at timestamptz, organisation text, kind text, purpose text,
    items text[], ends_at timestamptz, revoked_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.at, p.organisation_name, p.kind, s.purpose,
        ARRAY(SELECT i.kind::text FROM psad_shareitem i WHERE i.share_id = s.id ORDER BY i.kind), s.ends_at,
        s.revoked_at
    FROM psad_share s JOIN psad_partner p ON p.id = s.partner_id WHERE s.case_id = psad_young() ORDER BY s.at DESC $$;

-- Who accompanies them, or else the heads: who is told of what they ask.
CREATE FUNCTION psad_my_team() RETURNS TABLE (person uuid, side text, function text, follows boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.user_id, g.side::text, g.role::text, coalesce(g.user_id = c.follower_id, false)
    FROM psad_case c JOIN psad_grant g ON g.platform_id = c.platform_id
    WHERE c.id = psad_young() AND g.ended_at IS NULL AND g.starts_on <= psad_today()
    AND (g.ends_on IS NULL OR g.ends_on >= psad_today()) AND (g.user_id = c.follower_id OR g.role = 'head')
    ORDER BY 4 DESC, 2 $$;

CREATE POLICY psad_young ON psad_younglink FOR SELECT USING (id = psad_link());
CREATE POLICY psad_young_changes ON psad_case FOR UPDATE USING (id = (SELECT psad_young()));
CREATE POLICY psad_young_frees ON psad_solution FOR UPDATE USING (EXISTS (SELECT 1 FROM psad_proposal p
    WHERE p.solution_id = psad_solution.id AND p.case_id = (SELECT psad_young())));
"""
POLICIES = "\n".join(
    [f"CREATE POLICY psad_young ON psad_{table} FOR SELECT USING ({MINE});" for table in READ]
    + [f"CREATE POLICY psad_young ON psad_{table} FOR ALL USING ({MINE}) WITH CHECK ({MINE});" for table in WRITTEN]
)
BACK = (
    "\n".join(f"DROP POLICY psad_young ON psad_{table};" for table in (*READ, *WRITTEN))
    + """
DROP POLICY psad_young ON psad_younglink;
DROP POLICY psad_young_changes ON psad_case;
DROP POLICY psad_young_frees ON psad_solution;
DROP FUNCTION psad_my_accesses(), psad_my_shares(), psad_my_team();
"""
)


class Migration(migrations.Migration):
    dependencies = [("psad", "0005_unfindable")]

    operations = [
        migrations.AddField(
            model_name="younglink",
            name="link_by",
            field=models.CharField(choices=MEANS, default="email", max_length=8, verbose_name="lien donné par"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="younglink",
            name="code_by",
            field=models.CharField(choices=MEANS, default="phone", max_length=8, verbose_name="code donné par"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="younglink", name="revoked_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="wish",
            name="outcome",
            field=models.CharField(blank=True, choices=OUTCOMES, max_length=4, verbose_name="suite"),
        ),
        migrations.AddConstraint(
            model_name="younglink",
            constraint=models.UniqueConstraint(
                condition=Q(revoked_at=None), fields=("case",), name="psad_young_link_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="younglink",
            constraint=models.CheckConstraint(condition=~Q(link_by=F("code_by")), name="psad_young_link_two_ways"),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(condition=Q(handled_at=None), fields=["case"], name="psad_wish_waiting"),
        ),
        migrations.RunSQL(SQL + POLICIES, BACK),
    ]
