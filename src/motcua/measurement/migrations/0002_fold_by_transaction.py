"""Facts know the transaction that wrote them, so that a fold takes each exactly once; and they never change."""

from django.db import migrations

FORWARD = """
ALTER TABLE measurement_fact ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX fact_by_transaction ON measurement_fact (xid);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON measurement_fact
    FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();
"""
BACK = """
DROP TRIGGER append_only ON measurement_fact;
ALTER TABLE measurement_fact DROP COLUMN xid;
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
