"""The event log is append-only: the database itself refuses to change or remove a row."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION motcua_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kernel_event
    FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON kernel_event
    FOR EACH STATEMENT EXECUTE FUNCTION motcua_refuse_change();
"""
BACK = """
DROP TRIGGER append_only_whole ON kernel_event;
DROP TRIGGER append_only ON kernel_event;
DROP FUNCTION motcua_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
