"""What is kept, and until when (D13): archived cases leave their team, months of the log are closed then dropped, what
was altered is told. Who owns the tables is watched by witnesses sealed outside of the database.
"""

import django.db.models.deletion
from django.db import migrations, models

HEADS = "platform_id = ANY ((SELECT psad_heads())::bigint[])"
ALL_OF = "platform_id = ANY ((SELECT psad_reads_all_of())::bigint[])"
OWN = "id = ANY ((SELECT psad_own_cases())::uuid[])"
# An archived case is read by a head alone, who opened it with a reason (an access of 24 hours at most).
CASE = f"archived_at IS NULL AND ({ALL_OF} OR {OWN}) OR archived_at IS NOT NULL AND {HEADS} AND {OWN}"
BEFORE = f"{ALL_OF} OR {OWN}"

TASK = "psad_task() = 'retention'"
# What the end of an account or of a case touches besides the tables that know the task already.
TOUCHED = ("grant", "partner", "meeting", "reportlink", "shareitem", "shareanswer", "solution")
POLICIES = "\n".join(
    f"CREATE POLICY psad_task_retention ON psad_{table} FOR ALL USING ({TASK}) WITH CHECK ({TASK});"
    for table in TOUCHED
)

SQL = """
DROP POLICY psad_team ON psad_case;
DROP POLICY psad_changed ON psad_case;
CREATE POLICY psad_team ON psad_case FOR SELECT USING (@CASE@);
CREATE POLICY psad_changed ON psad_case FOR UPDATE USING (@CASE@);
@POLICIES@
CREATE POLICY psad_task_retention_kept ON psad_pastcase FOR SELECT USING (@TASK@);
-- Closures are written by the functions below alone.
DROP POLICY psad_task_retention ON psad_logclosure;
ALTER TABLE psad_witness ENABLE ROW LEVEL SECURITY;
CREATE POLICY psad_task_retention ON psad_witness FOR SELECT USING (@TASK@);
CREATE POLICY psad_task_retention_says ON psad_witness FOR INSERT WITH CHECK (@TASK@);

-- An account that is forgotten leaves the accesses it gave, which stay.
CREATE OR REPLACE FUNCTION psad_casegrant_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.case_id, NEW.user_id, NEW.kind, NEW.reason, NEW.starts_at)
        IS DISTINCT FROM (OLD.case_id, OLD.user_id, OLD.kind, OLD.reason, OLD.starts_at)
        OR (NEW.given_by_id IS DISTINCT FROM OLD.given_by_id AND NOT (NEW.given_by_id IS NULL AND @TASK@))
        OR NEW.ends_at IS NULL AND OLD.ends_at IS NOT NULL OR NEW.ends_at > OLD.ends_at THEN
        RAISE EXCEPTION 'psad: an access only ends' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Nor does a transfer forget its answer when the account that gave it goes.
CREATE OR REPLACE FUNCTION psad_transfer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF psad_as_owner(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.asked OR NEW.accepted_at IS NOT NULL THEN
            RAISE EXCEPTION 'psad: a transfer is accepted by its own door' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.to_id, NEW.asked, NEW.accepted_at) IS DISTINCT FROM (OLD.to_id, OLD.asked, OLD.accepted_at)
        OR NEW.accepted_by_id IS NOT NULL AND NEW.accepted_by_id IS DISTINCT FROM OLD.accepted_by_id
        OR NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id
        -- Two cases made one: by who sees both, under their own policies.
        OR NEW.case_id <> OLD.case_id AND (SELECT count(*) <> 2
            OR count(DISTINCT c.platform_id) <> 1 FROM psad_case c WHERE c.id IN (NEW.case_id, OLD.case_id))
    THEN
        RAISE EXCEPTION 'psad: a transfer is accepted by its own door' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- A report of the very person of an archived case brings it back to the team: who sorts reports, logged.
CREATE FUNCTION psad_take_out(archived uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE held psad_case%ROWTYPE;
BEGIN
    SELECT * INTO held FROM psad_case c WHERE c.id = archived AND c.archived_at IS NOT NULL AND c.anonymised_at IS NULL
        AND c.platform_id = ANY (psad_reads_all_of()) FOR UPDATE;
    IF held.id IS NULL THEN RETURN false; END IF;
    PERFORM psad_log(held.platform_id, 'member', 'case.taken_out', 'work', ARRAY[held.log_key]);
    UPDATE psad_case c SET archived_at = NULL, warned_at = NULL, version = version + 1 WHERE c.id = held.id;
    RETURN true;
END $$;

-- Every fault of the log of a platform: the row, and what happened there.
CREATE FUNCTION psad_log_faults(platform bigint) RETURNS TABLE (seq bigint, what text) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        SELECT (h.value->>0)::bigint AS seq, decode(h.value->>1, 'hex') AS digest FROM psad_logclosure l,
            jsonb_each(l.heads) h WHERE l.dropped_at IS NOT NULL AND h.key = $1::text ORDER BY 1 DESC LIMIT 1),
    start AS (
        SELECT coalesce((SELECT g.seq FROM gone g), 0) AS seq,
            coalesce((SELECT g.digest FROM gone g), ''::bytea) AS digest),
    kept AS (
        SELECT a.seq, a.previous, a.digest, coalesce(lag(a.seq) OVER w, s.seq) AS before,
            coalesce(lag(a.digest) OVER w, s.digest) AS told, a.digest IS DISTINCT FROM psad_digest(a.previous, a.seq,
            a.at, a.platform_id, a.actor, a.role, a.verb, a.purpose, a.cases) AS altered
        FROM psad_access a, start s WHERE a.platform_id = $1 WINDOW w AS (ORDER BY a.seq, a.at)),
    last AS (
        SELECT coalesce((SELECT max(k.seq) FROM kept k), s.seq) AS seq,
            coalesce((SELECT k.digest FROM kept k ORDER BY k.seq DESC LIMIT 1), s.digest) AS digest FROM start s),
    chain AS (
        SELECT coalesce((SELECT c.seq FROM psad_chain c WHERE c.platform_id = $1), 0) AS seq,
            coalesce((SELECT c.digest FROM psad_chain c WHERE c.platform_id = $1), ''::bytea) AS digest)
    SELECT k.seq, 'altered' FROM kept k WHERE k.altered
    UNION ALL SELECT k.before + 1, 'removed' FROM kept k WHERE k.seq > k.before + 1
    UNION ALL SELECT k.seq, 'added' FROM kept k WHERE k.seq <= k.before
    UNION ALL SELECT k.seq, 'moved' FROM kept k WHERE k.seq = k.before + 1 AND k.previous <> k.told
    UNION ALL SELECT l.seq + 1, 'removed' FROM last l, chain c WHERE c.seq > l.seq
    UNION ALL SELECT c.seq + 1, 'added' FROM last l, chain c WHERE c.seq < l.seq
    UNION ALL SELECT c.seq, 'altered' FROM last l, chain c WHERE c.seq = l.seq AND c.digest <> l.digest
    ORDER BY 1, 2 $$;
CREATE OR REPLACE FUNCTION psad_log_broken(platform bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT min(f.seq) FROM psad_log_faults($1) f $$;

-- The head of the log of each platform, for a witness to be written.
CREATE FUNCTION psad_log_heads() RETURNS TABLE (platform bigint, seq bigint, digest bytea) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.platform_id, c.seq, c.digest FROM psad_chain c WHERE @TASK@ AND c.seq > 0 ORDER BY 1 $$;
-- The months that the log holds.
CREATE FUNCTION psad_log_months() RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT to_date(substr(c.relname, 13), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'psad_access'::regclass ORDER BY 1 $$;
-- What a month of the log is: rows, digest, last row of each platform.
CREATE FUNCTION psad_month_of(month date) RETURNS TABLE (rows bigint, digest bytea, heads jsonb) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH held AS (SELECT a.platform_id, a.seq, a.digest FROM psad_access a
        WHERE a.at >= date_trunc('month', $1)::timestamp AT TIME ZONE 'Europe/Paris'
        AND a.at < (date_trunc('month', $1) + interval '1 month')::timestamp AT TIME ZONE 'Europe/Paris')
    SELECT count(*), sha256(coalesce(string_agg(h.digest, ''::bytea ORDER BY h.platform_id, h.seq), ''::bytea)),
        (SELECT coalesce(jsonb_object_agg(l.platform_id, jsonb_build_array(l.seq, encode(l.digest, 'hex'))), '{}')
        FROM (SELECT DISTINCT ON (i.platform_id) i.* FROM held i ORDER BY i.platform_id, i.seq DESC) l) FROM held h $$;

CREATE FUNCTION psad_close_month(month date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE first date := date_trunc('month', month)::date;
BEGIN
    IF NOT @TASK@ OR (first + interval '1 month')::date > psad_today() THEN
        RAISE EXCEPTION 'psad: this month is not to be closed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO psad_logclosure (month, rows, digest, heads, closed_at)
        SELECT first, m.rows, m.digest, m.heads, clock_timestamp() FROM psad_month_of(first) m ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
-- A closed month, the oldest one, still what it was when it was closed. How many rows went.
CREATE FUNCTION psad_drop_month(month date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE first date := date_trunc('month', month)::date; closed psad_logclosure%ROWTYPE;
    name text := 'psad_access_' || to_char(first, 'YYYY_MM');
BEGIN
    SELECT * INTO closed FROM psad_logclosure l WHERE l.month = first FOR UPDATE;
    IF NOT @TASK@ OR closed.month IS NULL OR EXISTS (SELECT FROM psad_log_months() o WHERE o < first) THEN
        RAISE EXCEPTION 'psad: this month is not to be dropped' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM psad_month_of(first) m
        WHERE m.rows = closed.rows AND m.digest = closed.digest AND m.heads = closed.heads) THEN
        RAISE EXCEPTION 'psad: this month is not what was closed' USING ERRCODE = 'data_corrupted';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', name);
    UPDATE psad_logclosure l SET dropped_at = clock_timestamp() WHERE l.month = first;
    RETURN closed.rows;
END $$;
REVOKE EXECUTE ON FUNCTION psad_month_of(date) FROM PUBLIC;
"""
SQL = SQL.replace("@CASE@", CASE).replace("@POLICIES@", POLICIES).replace("@TASK@", TASK)
BACK = (
    "\n".join(f"DROP POLICY psad_task_retention ON psad_{table};" for table in TOUCHED)
    + f"""
DROP POLICY psad_task_retention_kept ON psad_pastcase;
CREATE POLICY psad_task_retention ON psad_logclosure FOR ALL USING ({TASK}) WITH CHECK ({TASK});
DROP POLICY psad_team ON psad_case;
DROP POLICY psad_changed ON psad_case;
CREATE POLICY psad_team ON psad_case FOR SELECT USING ({BEFORE});
CREATE POLICY psad_changed ON psad_case FOR UPDATE USING ({BEFORE});
DROP FUNCTION psad_take_out(uuid), psad_log_heads(), psad_close_month(date), psad_drop_month(date),
    psad_month_of(date), psad_log_months();
"""
)


class Migration(migrations.Migration):
    dependencies = [("psad", "0010_guards")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="warned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="fin de conservation annoncée le"),
        ),
        migrations.AddField(model_name="logclosure", name="heads", field=models.JSONField(default=dict)),
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("seq", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("seal", models.BinaryField()),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="psad.platform"
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddConstraint(
            model_name="witness",
            constraint=models.UniqueConstraint(fields=("platform", "seq"), name="psad_witness_once"),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
