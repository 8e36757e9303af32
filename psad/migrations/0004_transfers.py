"""From one platform to another: asked or given, read there once accepted; « exists elsewhere » is no oracle (D13)."""

from django.db import migrations

SQL = """
-- Whether the person of these keys is followed elsewhere: yes or no, logged, thirty times an hour at most.
CREATE FUNCTION psad_elsewhere(platform bigint, key bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT platform = ANY (psad_member_of()) THEN
        RAISE EXCEPTION 'psad: not of this platform' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (SELECT count(*) FROM psad_access a WHERE a.actor = psad_user() AND a.verb = 'case.elsewhere'
        AND a.at > clock_timestamp() - interval '1 hour') >= 30 THEN
        RAISE EXCEPTION 'psad: too many questions' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM psad_log(platform, 'member', 'case.elsewhere', 'check', '{}');
    RETURN EXISTS (SELECT 1 FROM psad_case c WHERE c.elsewhere_key = key AND c.platform_id <> platform
        AND c.anonymised_at IS NULL AND c.step <> 'closed');
END $$;

-- Ask for that case: whoever works there sees the request, and nothing comes back but that it was sent.
CREATE FUNCTION psad_ask_transfer(id uuid, platform bigint, key bytea, reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE theirs uuid;
BEGIN
    IF NOT psad_elsewhere(platform, key) THEN RETURN false; END IF;
    SELECT c.id INTO theirs FROM psad_case c WHERE c.elsewhere_key = key AND c.platform_id <> platform
        AND c.anonymised_at IS NULL AND c.step <> 'closed' ORDER BY c.received_on DESC LIMIT 1;
    INSERT INTO psad_transfer (id, case_id, at, by_id, to_id, reason) VALUES (id, theirs, clock_timestamp(), psad_user(),
        platform, reason) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- A case given is taken by a head or a coordination of the platform it is given to; one that was asked for, by those
-- of the platform that has it.
CREATE FUNCTION psad_take_over(transfer uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE row psad_transfer%ROWTYPE; held psad_case%ROWTYPE; given boolean;
BEGIN
    SELECT * INTO row FROM psad_transfer t WHERE t.id = transfer FOR UPDATE;
    SELECT * INTO held FROM psad_case c WHERE c.id = row.case_id FOR UPDATE;
    IF row.id IS NULL OR row.accepted_at IS NOT NULL OR row.refused_at IS NOT NULL OR held.anonymised_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    given := EXISTS (SELECT 1 FROM psad_grant g WHERE g.user_id = row.by_id AND g.platform_id = held.platform_id);
    IF NOT (CASE WHEN given THEN row.to_id ELSE held.platform_id END) = ANY (psad_reads_all_of()) THEN
        RAISE EXCEPTION 'psad: not yours to accept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM psad_log(held.platform_id, 'member', 'case.leaves', 'work', ARRAY[held.log_key]);
    PERFORM psad_log(row.to_id, 'member', 'case.arrives', 'work', ARRAY[held.log_key]);
    UPDATE psad_casegrant g SET ends_at = clock_timestamp() WHERE g.case_id = held.id
        AND (g.ends_at IS NULL OR g.ends_at > clock_timestamp());
    UPDATE psad_transfer t SET accepted_at = clock_timestamp(), accepted_by_id = psad_user() WHERE t.id = transfer;
    UPDATE psad_case c SET platform_id = row.to_id, follower_id = NULL, source = 'transfer', version = version + 1
        WHERE c.id = held.id;
    RETURN held.id;
END $$;

-- Those of the platform that is asked to take a case know of the request, not of the case.
CREATE POLICY psad_receiver ON psad_transfer FOR SELECT USING (to_id = ANY ((SELECT psad_reads_all_of())::bigint[]));
CREATE POLICY psad_receiver_refuses ON psad_transfer FOR UPDATE
    USING (to_id = ANY ((SELECT psad_reads_all_of())::bigint[]));
"""
BACK = """
DROP POLICY psad_receiver ON psad_transfer;
DROP POLICY psad_receiver_refuses ON psad_transfer;
DROP FUNCTION psad_take_over(uuid);
DROP FUNCTION psad_ask_transfer(uuid, bigint, bytea, text);
DROP FUNCTION psad_elsewhere(bigint, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("psad", "0003_intake")]

    operations = [migrations.RunSQL(SQL, BACK)]
