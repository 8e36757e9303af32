"""A case made anonymous is found by nothing any more: no hash of its person stays, there nor in the lists (D13)."""

from django.db import migrations

SQL = """
CREATE FUNCTION psad_unfindable() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    NEW.match_key := uuid_send(gen_random_uuid());
    NEW.sound_key := ''::bytea;
    NEW.elsewhere_key := ''::bytea;
    NEW.word_keys := '{}';
    NEW.also_keys := '{}';
    UPDATE psad_line SET facts = ''::bytea, match_key = ''::bytea, content = ''::bytea WHERE case_id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER psad_unfindable BEFORE UPDATE ON psad_case
    FOR EACH ROW WHEN (OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL)
    EXECUTE FUNCTION psad_unfindable();
"""
BACK = """
DROP TRIGGER psad_unfindable ON psad_case;
DROP FUNCTION psad_unfindable();
"""


class Migration(migrations.Migration):
    dependencies = [("psad", "0004_transfers")]

    operations = [migrations.RunSQL(SQL, BACK)]
