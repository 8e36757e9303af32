"""Row-level security of every table of the room, and its log (D8, D13, ADR 0011).

The functions belong to the owner of the tables and answer one question each; the role of the portal has no other way.
"""

from django.db import migrations

WHO = """
CREATE FUNCTION psad_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('psad.user', true), '')::uuid $$;
CREATE FUNCTION psad_task() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('psad.task', true), '') $$;
CREATE FUNCTION psad_link() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('psad.link', true), '')::uuid $$;
CREATE FUNCTION psad_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT (now() AT TIME ZONE 'Europe/Paris')::date $$;

-- The platforms where the person holds a grant in force: all of them, and those whose every case they read.
CREATE FUNCTION psad_member_of() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(g.platform_id), '{}') FROM psad_grant g JOIN accounts_user u ON u.id = g.user_id
    WHERE g.user_id = psad_user() AND u.is_active AND g.ended_at IS NULL AND g.starts_on <= psad_today()
    AND (g.ends_on IS NULL OR g.ends_on >= psad_today()) $$;
CREATE FUNCTION psad_reads_all_of() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(g.platform_id), '{}') FROM psad_grant g JOIN accounts_user u ON u.id = g.user_id
    WHERE g.user_id = psad_user() AND u.is_active AND g.role IN ('head', 'coordination') AND g.ended_at IS NULL
    AND g.starts_on <= psad_today() AND (g.ends_on IS NULL OR g.ends_on >= psad_today()) $$;
CREATE FUNCTION psad_heads() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(g.platform_id), '{}') FROM psad_grant g JOIN accounts_user u ON u.id = g.user_id
    WHERE g.user_id = psad_user() AND u.is_active AND g.role = 'head' AND g.ended_at IS NULL
    AND g.starts_on <= psad_today() AND (g.ends_on IS NULL OR g.ends_on >= psad_today()) $$;
-- The cases given to the person, where they still work.
CREATE FUNCTION psad_own_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(g.case_id), '{}') FROM psad_casegrant g JOIN psad_case c ON c.id = g.case_id
    WHERE g.user_id = psad_user() AND g.starts_at <= clock_timestamp()
    AND (g.ends_at IS NULL OR g.ends_at > clock_timestamp()) AND c.platform_id = ANY (psad_member_of()) $$;
-- Circle 2: the platforms that know the person, their own rows there, what is shared with them now.
CREATE FUNCTION psad_partner_of() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(p.platform_id), '{}') FROM psad_partner p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.user_id = psad_user() AND u.is_active AND p.ended_at IS NULL AND p.starts_on <= psad_today()
    AND (p.ends_on IS NULL OR p.ends_on >= psad_today()) $$;
CREATE FUNCTION psad_partnerships() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(p.id), '{}') FROM psad_partner p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.user_id = psad_user() AND u.is_active AND p.ended_at IS NULL AND p.starts_on <= psad_today()
    AND (p.ends_on IS NULL OR p.ends_on >= psad_today()) $$;
CREATE FUNCTION psad_shares() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(s.id), '{}') FROM psad_share s JOIN psad_partner p ON p.id = s.partner_id
    WHERE (s.partner_id = ANY (psad_partnerships()) OR s.id = psad_link()) AND s.revoked_at IS NULL
    AND s.ends_at > clock_timestamp() AND p.ended_at IS NULL AND p.starts_on <= psad_today()
    AND (p.ends_on IS NULL OR p.ends_on >= psad_today()) $$;
-- The young person whose confirmed session the link is.
CREATE FUNCTION psad_young() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT y.case_id FROM psad_younglink y JOIN psad_case c ON c.id = y.case_id
    WHERE y.id = psad_link() AND y.session_ends_at > clock_timestamp() AND c.anonymised_at IS NULL $$;
CREATE FUNCTION psad_platform_of(uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT platform_id FROM psad_case WHERE id = $1 $$;
-- The one who opened a case takes it, once, when nobody has it.
CREATE FUNCTION psad_first_of(uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT 1 FROM psad_case WHERE id = $1 AND opened_by_id = psad_user())
    AND NOT EXISTS (SELECT 1 FROM psad_casegrant WHERE case_id = $1) $$;
-- A list is matched against the whole platform by whoever may import it: keys and numbers, never what they seal.
CREATE FUNCTION psad_match(platform bigint, keys bytea[]) RETURNS TABLE (match_key bytea, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT c.match_key, c.id FROM psad_case c WHERE c.platform_id = $1 AND c.match_key = ANY ($2)
    AND c.anonymised_at IS NULL AND $1 = ANY (psad_member_of()) $$;
"""

TASKS = {  # table: tasks that read and change its rows, besides people
    "case": ("retention", "rotation", "obligation"),
    "import": ("retention", "rotation"),
    "report": ("retention", "rotation"),
    "share": ("retention", "rotation", "door"),
    "younglink": ("retention", "door"),
    "obligation": ("retention", "obligation"),
    "letter": ("retention", "obligation"),
    "move": ("retention", "obligation"),
}
CHILDREN = (
    "move", "attempt", "interview", "note", "guardian", "proposal", "check", "obligation", "letter", "file", "transfer",
    "younglink", "wish",
)
YOUNG = ("proposal", "wish")  # what the page of the young person reads and writes, besides the case itself

SEEN = "EXISTS (SELECT 1 FROM psad_case c WHERE c.id = case_id)"
TEAM = f"psad_user() IS NOT NULL AND {SEEN}"
CASE = "platform_id = ANY ((SELECT psad_reads_all_of())::bigint[]) OR id = ANY ((SELECT psad_own_cases())::uuid[])"
MEMBER = "platform_id = ANY ((SELECT psad_member_of())::bigint[])"
ALL_OF = "platform_id = ANY ((SELECT psad_reads_all_of())::bigint[])"
HEAD = "platform_id = ANY ((SELECT psad_heads())::bigint[])"
PARTNER = "platform_id = ANY ((SELECT psad_partner_of())::bigint[])"
REGION = "psad_task() = 'grants'"


def policy(table, name, command, using=None, check=None):
    parts = [f"CREATE POLICY psad_{name} ON psad_{table} FOR {command}"]
    parts += [f"USING ({using})"] if using else []
    parts += [f"WITH CHECK ({check})"] if check else []
    return " ".join(parts) + ";"


def policies():
    lines = [
        # No young person's data: anybody may know that a platform exists; the Region's desk names its heads.
        policy("platform", "known", "SELECT", "true"),
        policy("platform", "region", "ALL", REGION, REGION),
        policy("platform", "heads", "UPDATE", "id = ANY ((SELECT psad_heads())::bigint[])"),
        policy("platformcommune", "known", "SELECT", "true"),
        policy("platformcommune", "region", "ALL", REGION, REGION),
        policy("grant", "known", "SELECT", f"user_id = psad_user() OR {MEMBER} OR {REGION}"),
        policy("grant", "given", "INSERT", check=f"{HEAD} OR {REGION}"),
        policy("grant", "ended", "UPDATE", f"{HEAD} OR {REGION}"),
        policy("partner", "known", "SELECT", f"user_id = psad_user() OR {MEMBER}"),
        policy("partner", "named", "INSERT", check=MEMBER),
        policy("partner", "changed", "UPDATE", MEMBER),
        policy("meeting", "team", "ALL", MEMBER, MEMBER),
        policy("meeting", "partners", "SELECT", f"with_partners AND {PARTNER}"),
        policy("kititem", "known", "SELECT", f"platform_id IS NULL OR {MEMBER} OR {PARTNER} OR {REGION}"),
        policy("kititem", "team", "ALL", ALL_OF, ALL_OF),
        policy("kititem", "region", "ALL", f"platform_id IS NULL AND {REGION}", f"platform_id IS NULL AND {REGION}"),
        # The case.
        policy("case", "team", "SELECT", CASE),
        policy("case", "changed", "UPDATE", CASE),
        policy("case", "opened", "INSERT", check=MEMBER),
        policy("case", "young", "SELECT", "id = (SELECT psad_young())"),
        policy("casegrant", "known", "SELECT", f"user_id = psad_user() OR ({TEAM})"),
        policy(
            "casegrant", "given", "INSERT",
            check="psad_platform_of(case_id) = ANY ((SELECT psad_reads_all_of())::bigint[]) OR (user_id = psad_user()"
            " AND psad_platform_of(case_id) = ANY ((SELECT psad_member_of())::bigint[])"
            " AND (kind = 'break_glass' OR psad_first_of(case_id)))",
        ),
        policy("casegrant", "ended", "UPDATE", f"user_id = psad_user() OR ({TEAM})"),
        policy("casegrant", "task_retention", "ALL", "psad_task() = 'retention'", "psad_task() = 'retention'"),
        # What comes in.
        policy("import", "team", "ALL", f"{ALL_OF} OR (given_by_id = psad_user() AND {MEMBER})",
               f"{MEMBER} AND given_by_id = psad_user()"),
        policy("line", "team", "ALL", "EXISTS (SELECT 1 FROM psad_import i WHERE i.id = batch_id)"),
        policy("report", "team", "SELECT", ALL_OF),
        policy("report", "handled", "UPDATE", ALL_OF),
        policy("report", "sent", "INSERT", check=f"psad_task() = 'intake' OR {MEMBER}"),
        policy("reportlink", "team", "ALL", MEMBER, ALL_OF),
        policy("reportlink", "task_intake", "SELECT", "psad_task() = 'intake'"),
        # The catalogue.
        policy("solution", "team", "ALL", MEMBER, MEMBER),
        policy("solution", "known", "SELECT", PARTNER),
        policy("solution", "offered", "INSERT", check=f"{PARTNER} AND partner_id = ANY ((SELECT psad_partnerships())::uuid[])"),
        policy("solution", "theirs", "UPDATE", f"{PARTNER} AND partner_id = ANY ((SELECT psad_partnerships())::uuid[])"),
        policy("solution", "young", "SELECT", "EXISTS (SELECT 1 FROM psad_proposal p WHERE p.solution_id = psad_solution.id"
               " AND p.case_id = (SELECT psad_young()))"),
        # Circle 2.
        policy("share", "team", "ALL", TEAM, TEAM),
        policy("share", "partner", "SELECT", "id = ANY ((SELECT psad_shares())::uuid[])"),
        policy("shareitem", "read", "SELECT", "EXISTS (SELECT 1 FROM psad_share s WHERE s.id = share_id)"),
        policy("shareitem", "team", "ALL", "EXISTS (SELECT 1 FROM psad_share s JOIN psad_case c ON c.id = s.case_id"
               " WHERE s.id = share_id)"),
        policy("shareanswer", "read", "SELECT", "EXISTS (SELECT 1 FROM psad_share s WHERE s.id = share_id)"),
        policy("shareanswer", "partner", "INSERT", check="share_id = ANY ((SELECT psad_shares())::uuid[])"),
        # Figures of the past, the log.
        policy("pastcase", "task_retention", "INSERT", check="psad_task() = 'retention'"),
        policy("logclosure", "known", "SELECT", "true"),
        policy("logclosure", "task_retention", "ALL", "psad_task() = 'retention'", "psad_task() = 'retention'"),
        policy("access", "heads", "SELECT", HEAD),
        policy("access", "task_retention", "SELECT", "psad_task() = 'retention'"),
    ]  # fmt: skip
    for table in CHILDREN:
        lines.append(policy(table, "team", "ALL", TEAM, TEAM))
        if table in YOUNG:
            lines.append(policy(table, "young", "ALL", "case_id = (SELECT psad_young())"))
        if table not in TASKS:
            lines.append(policy(table, "task_retention", "ALL", "psad_task() = 'retention'", "psad_task() = 'retention'"))
    for table, tasks in TASKS.items():
        lines += [policy(table, f"task_{task}", "ALL", f"psad_task() = '{task}'", f"psad_task() = '{task}'") for task in tasks]
    return "\n".join(lines)


TABLES = sorted({
    "platform", "platformcommune", "grant", "partner", "meeting", "kititem", "case", "casegrant", "import", "line",
    "report", "reportlink", "solution", "share", "shareitem", "shareanswer", "pastcase", "logclosure", *CHILDREN,
})  # fmt: skip
ENABLED = "\n".join(f"ALTER TABLE psad_{table} ENABLE ROW LEVEL SECURITY;" for table in [*TABLES, "access", "chain"])

LOG = """
CREATE TABLE psad_access (
    id uuid NOT NULL, at timestamptz NOT NULL, platform_id bigint NOT NULL, seq bigint NOT NULL, actor uuid,
    role varchar(12) NOT NULL, verb varchar(30) NOT NULL, purpose varchar(12) NOT NULL, cases uuid[] NOT NULL,
    previous bytea NOT NULL, digest bytea NOT NULL, PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX psad_access_chain ON psad_access (platform_id, seq);
CREATE INDEX psad_access_cases ON psad_access USING gin (cases);
-- The head of each platform's chain: its last row, closed months included.
CREATE TABLE psad_chain (platform_id bigint PRIMARY KEY, seq bigint NOT NULL, digest bytea NOT NULL);

CREATE FUNCTION psad_log_month(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE first date := date_trunc('month', month)::date; name text := 'psad_access_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF psad_access FOR VALUES FROM (%L) TO (%L)', name,
            first::timestamp AT TIME ZONE 'Europe/Paris',
            (first + interval '1 month')::timestamp AT TIME ZONE 'Europe/Paris');
        -- Reached through the parent only.
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION psad_log_month(date) FROM PUBLIC;

CREATE FUNCTION psad_digest(previous bytea, seq bigint, at timestamptz, platform bigint, actor uuid, role text,
    verb text, purpose text, cases uuid[]) RETURNS bytea LANGUAGE sql IMMUTABLE
    AS $$ SELECT sha256(previous || convert_to(concat_ws('|', seq, extract(epoch FROM at), platform, actor, role, verb,
    purpose, array_to_string(cases, ',')), 'UTF8')) $$;

-- The one door of the log: a reading that cannot be written here is not a reading (it raises).
CREATE FUNCTION psad_log(platform bigint, role text, verb text, purpose text, cases uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE last psad_chain%ROWTYPE; moment timestamptz; sealed bytea;
BEGIN
    IF psad_user() IS NULL AND psad_task() = '' AND psad_link() IS NULL THEN
        RAISE EXCEPTION 'psad: nobody reads' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO psad_chain VALUES (platform, 0, ''::bytea) ON CONFLICT DO NOTHING;
    SELECT * INTO last FROM psad_chain c WHERE c.platform_id = platform FOR UPDATE;
    moment := clock_timestamp();
    PERFORM psad_log_month((moment AT TIME ZONE 'Europe/Paris')::date);
    sealed := psad_digest(last.digest, last.seq + 1, moment, platform, psad_user(), role, verb, purpose, cases);
    INSERT INTO psad_access VALUES (gen_random_uuid(), moment, platform, last.seq + 1, psad_user(), role, verb, purpose,
        cases, last.digest, sealed);
    UPDATE psad_chain c SET seq = last.seq + 1, digest = sealed WHERE c.platform_id = platform;
    RETURN last.seq + 1;
END $$;

-- The first row of a platform whose digest is not that of its words, or that does not follow; none: the log is whole.
CREATE FUNCTION psad_log_broken(platform bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT min(seq) FROM (
        SELECT a.seq, a.digest IS DISTINCT FROM psad_digest(a.previous, a.seq, a.at, a.platform_id, a.actor, a.role,
            a.verb, a.purpose, a.cases) AS altered,
            lag(a.digest) OVER w IS DISTINCT FROM a.previous AND lag(a.seq) OVER w IS NOT NULL AS moved,
            lag(a.seq) OVER w IS NOT NULL AND lag(a.seq) OVER w <> a.seq - 1 AS missing
        FROM psad_access a WHERE a.platform_id = $1 WINDOW w AS (ORDER BY a.seq)) rows
    WHERE altered OR moved OR missing $$;

CREATE FUNCTION psad_log_kept() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'psad: the log is never changed' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER psad_access_kept BEFORE UPDATE OR DELETE ON psad_access
    FOR EACH ROW EXECUTE FUNCTION psad_log_kept();

-- What may change of an access to a case is its end, earlier and never later.
CREATE FUNCTION psad_casegrant_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.case_id, NEW.user_id, NEW.kind, NEW.reason, NEW.given_by_id, NEW.starts_at)
        IS DISTINCT FROM (OLD.case_id, OLD.user_id, OLD.kind, OLD.reason, OLD.given_by_id, OLD.starts_at)
        OR NEW.ends_at IS NULL AND OLD.ends_at IS NOT NULL OR NEW.ends_at > OLD.ends_at THEN
        RAISE EXCEPTION 'psad: an access only ends' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER psad_casegrant_ends BEFORE UPDATE ON psad_casegrant
    FOR EACH ROW EXECUTE FUNCTION psad_casegrant_ends();
"""

BACK = """
DROP TRIGGER psad_casegrant_ends ON psad_casegrant;
DROP TABLE psad_access, psad_chain;
"""


class Migration(migrations.Migration):
    dependencies = [("psad", "0001_initial")]

    operations = [
        migrations.RunSQL(WHO, migrations.RunSQL.noop),
        migrations.RunSQL(LOG, BACK),
        migrations.RunSQL(policies() + "\n" + ENABLED, migrations.RunSQL.noop),
    ]
