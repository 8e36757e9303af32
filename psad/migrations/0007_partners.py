"""Circle 2: what it reads ends with the case, is logged under its key, and is told to its team (D5, D8)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = """
-- What is shared with the person now: also ended by what happens to the case (closed, opposed, moved to another
-- platform, anonymous), without anybody having to think of it.
CREATE OR REPLACE FUNCTION psad_shares() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(s.id), '{}') FROM psad_share s JOIN psad_partner p ON p.id = s.partner_id
    JOIN psad_case c ON c.id = s.case_id
    WHERE (s.partner_id = ANY (psad_partnerships()) OR s.id = psad_link()) AND s.revoked_at IS NULL
    AND s.ends_at > clock_timestamp() AND p.ended_at IS NULL AND p.starts_on <= psad_today()
    AND (p.ends_on IS NULL OR p.ends_on >= psad_today()) AND c.platform_id = p.platform_id
    AND c.anonymised_at IS NULL AND c.opposed_at IS NULL AND c.step <> 'closed' $$;
-- The partners of the person's own organisation, past ones included: an offer is the organisation's.
CREATE FUNCTION psad_house() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(DISTINCT o.id), '{}') FROM psad_partner p JOIN psad_partner o
    ON o.platform_id = p.platform_id AND (o.id = p.id OR o.organisation_id = p.organisation_id)
    WHERE p.id = ANY (psad_partnerships()) $$;
-- A reading of a share, written for who reads it (or by the door that asks the code): the log names the case and the
-- share, the reader learns the platform alone.
CREATE FUNCTION psad_log_share(shared uuid, verb text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE held psad_case%ROWTYPE;
BEGIN
    IF verb NOT IN ('share.read', 'share.answer') AND psad_task() <> 'door'
        OR NOT (shared = ANY (psad_shares()) OR psad_task() = 'door') THEN
        RAISE EXCEPTION 'psad: not shared' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT c.* INTO held FROM psad_share s JOIN psad_case c ON c.id = s.case_id WHERE s.id = shared;
    IF held.id IS NULL THEN
        RAISE EXCEPTION 'psad: not shared' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM psad_log(held.platform_id, 'partner', verb, 'work', ARRAY[held.log_key, shared]);
    RETURN held.platform_id;
END $$;
-- Who read what of a case's shares, for who sees the case.
CREATE FUNCTION psad_share_readings(of_case uuid) RETURNS TABLE (share uuid, at timestamptz, actor uuid, verb varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT s.id, a.at, a.actor, a.verb FROM psad_case c JOIN psad_share s ON s.case_id = c.id
    JOIN psad_access a ON a.cases @> ARRAY[s.id] AND a.role = 'partner'
    WHERE c.id = of_case AND (c.platform_id = ANY (psad_reads_all_of()) OR c.id = ANY (psad_own_cases()))
    ORDER BY a.at DESC LIMIT 200 $$;

DROP POLICY psad_theirs ON psad_solution;
CREATE POLICY psad_theirs ON psad_solution FOR UPDATE
    USING (platform_id = ANY ((SELECT psad_partner_of())::bigint[])
    AND partner_id = ANY ((SELECT psad_house())::uuid[]));
-- Circle 2 is named by who answers for the platform.
DROP POLICY psad_named ON psad_partner;
CREATE POLICY psad_named ON psad_partner FOR INSERT
    WITH CHECK (platform_id = ANY ((SELECT psad_reads_all_of())::bigint[]));
DROP POLICY psad_changed ON psad_partner;
CREATE POLICY psad_changed ON psad_partner FOR UPDATE
    USING (platform_id = ANY ((SELECT psad_reads_all_of())::bigint[]));
"""
BACK = """
DROP POLICY psad_theirs ON psad_solution;
CREATE POLICY psad_theirs ON psad_solution FOR UPDATE
    USING (platform_id = ANY ((SELECT psad_partner_of())::bigint[])
    AND partner_id = ANY ((SELECT psad_partnerships())::uuid[]));
DROP FUNCTION psad_house(), psad_log_share(uuid, text), psad_share_readings(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("psad", "0006_young"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            "grant", "end_reason",
            models.CharField(blank=True, default="", editable=False, max_length=300, verbose_name="motif de fin"),
            preserve_default=False,
        ),
        migrations.AddField(
            "grant", "ended_by",
            models.ForeignKey(
                editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "meeting", "attendance",
            models.TextField(blank=True, default="", max_length=4000, verbose_name="présences"),
            preserve_default=False,
        ),
        migrations.RunSQL(SQL, BACK),
    ]  # fmt: skip
