"""What a policy alone does not hold: a row stays where it is, a list reads nothing it does not need, a log is written by
those it is of (D8, D13). Found by attacking as the portal's own role; each has its test in `tests/psad`."""

from django.db import migrations, models

# Tables of a platform whose rows never pass to another one.
OF_A_PLATFORM = ("case", "grant", "partner", "meeting", "kititem", "import", "report", "reportlink", "solution")
# What a list under way has no use of: it opens and completes cases, writes their history and a note, reads none.
NOT_FOR_LISTS = (
    "attempt", "interview", "guardian", "proposal", "check", "obligation", "letter", "file", "transfer", "younglink",
    "wish", "share", "shareitem", "shareanswer",
)  # fmt: skip
WRITTEN_BY_LISTS = ("move", "note")

SQL = """
-- A row stays in its platform: only the functions of the owner (a transfer accepted) move a case, with its key in the
-- log, which nothing changes.
CREATE FUNCTION psad_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.platform_id IS DISTINCT FROM OLD.platform_id AND NOT psad_as_owner(TG_RELID) THEN
        RAISE EXCEPTION 'psad: a row stays in its platform' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION psad_as_owner(tbl oid) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = tbl $$;
CREATE FUNCTION psad_log_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'psad: the key of the log never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER psad_log_key_stays BEFORE UPDATE ON psad_case
    FOR EACH ROW WHEN (NEW.log_key IS DISTINCT FROM OLD.log_key) EXECUTE FUNCTION psad_log_key_stays();

-- A partner's account, once known, is theirs: what is shared with one person never passes to another.
CREATE FUNCTION psad_partner_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'psad: a partner is one person' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER psad_partner_stays BEFORE UPDATE ON psad_partner
    FOR EACH ROW WHEN (OLD.user_id IS NOT NULL AND NEW.user_id IS NOT NULL AND NEW.user_id <> OLD.user_id)
    EXECUTE FUNCTION psad_partner_stays();
-- What is shared of a case is shared with a partner of its platform.
CREATE POLICY psad_of_its_platform ON psad_share AS RESTRICTIVE FOR INSERT WITH CHECK (EXISTS (SELECT 1
    FROM psad_partner p WHERE p.id = partner_id AND p.platform_id = psad_platform_of(case_id)));

-- A case and its history are erased by the task of retention alone.
CREATE POLICY psad_erased ON psad_case AS RESTRICTIVE FOR DELETE USING (psad_task() = 'retention');
CREATE POLICY psad_erased ON psad_move AS RESTRICTIVE FOR DELETE USING (psad_task() = 'retention');

-- What is written of a transfer once is its answer. `asked`: the receiver asked for it, so those who have the case
-- answer, whoever the author was before.
CREATE FUNCTION psad_transfer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF (NEW.to_id, NEW.asked, NEW.accepted_at, NEW.accepted_by_id) IS DISTINCT FROM
        (OLD.to_id, OLD.asked, OLD.accepted_at, OLD.accepted_by_id)
        OR NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id
        -- Two cases made one: by who sees both, under their own policies.
        OR NEW.case_id <> OLD.case_id AND (SELECT count(*) <> 2
            OR count(DISTINCT c.platform_id) <> 1 FROM psad_case c WHERE c.id IN (NEW.case_id, OLD.case_id))
    THEN
        RAISE EXCEPTION 'psad: a transfer is accepted by its own door' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER psad_transfer_stays BEFORE INSERT OR UPDATE ON psad_transfer
    FOR EACH ROW EXECUTE FUNCTION psad_transfer_stays();

CREATE OR REPLACE FUNCTION psad_ask_transfer(id uuid, platform bigint, key bytea, reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE theirs uuid;
BEGIN
    IF NOT psad_elsewhere(platform, key) THEN RETURN false; END IF;
    SELECT c.id INTO theirs FROM psad_case c WHERE c.elsewhere_key = key AND c.platform_id <> platform
        AND c.anonymised_at IS NULL AND c.step <> 'closed' ORDER BY c.received_on DESC LIMIT 1;
    INSERT INTO psad_transfer (id, case_id, at, by_id, to_id, reason, asked) VALUES (id, theirs, clock_timestamp(),
        psad_user(), platform, reason, true) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- As before; who asked never answers, and what the former platform shared is emptied with its key.
CREATE OR REPLACE FUNCTION psad_take_over(transfer uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE row psad_transfer%ROWTYPE; held psad_case%ROWTYPE;
BEGIN
    SELECT * INTO row FROM psad_transfer t WHERE t.id = transfer FOR UPDATE;
    SELECT * INTO held FROM psad_case c WHERE c.id = row.case_id FOR UPDATE;
    IF row.id IS NULL OR row.accepted_at IS NOT NULL OR row.refused_at IS NOT NULL OR held.anonymised_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF NOT (CASE WHEN row.asked THEN held.platform_id ELSE row.to_id END) = ANY (psad_reads_all_of()) THEN
        RAISE EXCEPTION 'psad: not yours to accept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM psad_log_write(held.platform_id, 'member', 'case.leaves', 'work', ARRAY[held.log_key]);
    PERFORM psad_log_write(row.to_id, 'member', 'case.arrives', 'work', ARRAY[held.log_key]);
    UPDATE psad_casegrant g SET ends_at = clock_timestamp() WHERE g.case_id = held.id
        AND (g.ends_at IS NULL OR g.ends_at > clock_timestamp());
    UPDATE psad_shareitem i SET content = ''::bytea FROM psad_share s WHERE s.id = i.share_id AND s.case_id = held.id;
    UPDATE psad_share s SET revoked_at = clock_timestamp(), sealed_key = '', message = ''::bytea, link_digest = NULL,
        code_digest = '' WHERE s.case_id = held.id AND s.revoked_at IS NULL;
    UPDATE psad_transfer t SET accepted_at = clock_timestamp(), accepted_by_id = psad_user() WHERE t.id = transfer;
    UPDATE psad_case c SET platform_id = row.to_id, follower_id = NULL, source = 'transfer', version = version + 1
        WHERE c.id = held.id;
    RETURN held.id;
END $$;

-- The log of a platform is written by its own people, a link or a task: nobody fills another's chain. The name of the
-- one that writes, out of reach; `psad_log` asks first.
ALTER FUNCTION psad_log(bigint, text, text, text, uuid[]) RENAME TO psad_log_write;
REVOKE EXECUTE ON FUNCTION psad_log_write(bigint, text, text, text, uuid[]) FROM PUBLIC;
CREATE FUNCTION psad_log(platform bigint, role text, verb text, purpose text, cases uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF psad_task() = '' AND psad_link() IS NULL AND NOT coalesce(
        platform = ANY (psad_member_of()) OR platform = ANY (psad_partner_of()), false) THEN
        RAISE EXCEPTION 'psad: not the log of a platform of yours' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN psad_log_write(platform, role, verb, purpose, cases);
END $$;
"""
BACK = """
DROP TRIGGER psad_log_key_stays ON psad_case;
DROP TRIGGER psad_partner_stays ON psad_partner;
DROP TRIGGER psad_transfer_stays ON psad_transfer;
DROP POLICY psad_of_its_platform ON psad_share;
DROP POLICY psad_erased ON psad_case;
DROP POLICY psad_erased ON psad_move;
DROP FUNCTION psad_log(bigint, text, text, text, uuid[]);
ALTER FUNCTION psad_log_write(bigint, text, text, text, uuid[]) RENAME TO psad_log;
GRANT EXECUTE ON FUNCTION psad_log(bigint, text, text, text, uuid[]) TO PUBLIC;
"""
BACK += "\n".join(f"DROP TRIGGER psad_stays ON psad_{table};" for table in OF_A_PLATFORM)
BACK += "\n".join(f"DROP POLICY psad_not_for_lists ON psad_{table};" for table in (*NOT_FOR_LISTS, *WRITTEN_BY_LISTS))
BACK += "DROP FUNCTION psad_stays(), psad_log_key_stays(), psad_partner_stays(), psad_transfer_stays(), psad_as_owner(oid);"


def triggers():
    return "\n".join(
        f"CREATE TRIGGER psad_stays BEFORE UPDATE OF platform_id ON psad_{table} FOR EACH ROW"
        " EXECUTE FUNCTION psad_stays();"
        for table in OF_A_PLATFORM
    )


def not_for_lists():
    return "\n".join(
        [
            f"CREATE POLICY psad_not_for_lists ON psad_{table} AS RESTRICTIVE FOR ALL USING (psad_task() <> 'import')"
            " WITH CHECK (psad_task() <> 'import');"
            for table in NOT_FOR_LISTS
        ]
        + [
            f"CREATE POLICY psad_not_for_lists ON psad_{table} AS RESTRICTIVE FOR SELECT"
            " USING (psad_task() <> 'import');"
            for table in WRITTEN_BY_LISTS
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("psad", "0009_case_reads")]

    operations = [
        migrations.AddField(
            model_name="transfer", name="asked", field=models.BooleanField("demandé par qui le reçoit", default=False)
        ),
        migrations.RunSQL(SQL + triggers() + "\n" + not_for_lists(), BACK),
    ]
