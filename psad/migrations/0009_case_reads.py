"""Who reads a case may know who else did (D8): the lines of its log, by the key that the log knows it by."""

from django.db import migrations

SQL = """
CREATE FUNCTION psad_case_reads(one uuid, latest integer) RETURNS TABLE (at timestamptz, actor uuid, verb text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.at, a.actor, a.verb::text FROM psad_case c JOIN psad_access a ON a.cases @> ARRAY[c.log_key]
    WHERE c.id = one AND (c.platform_id = ANY (psad_reads_all_of()) OR c.id = ANY (psad_own_cases()))
    AND a.platform_id = c.platform_id ORDER BY a.at DESC LIMIT latest $$;
"""


class Migration(migrations.Migration):
    dependencies = [("psad", "0008_figures")]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION psad_case_reads(uuid, integer);")]
