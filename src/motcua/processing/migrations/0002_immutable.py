"""A published process never changes: a dossier keeps the version it began with."""

from django.db import migrations

TABLES = ("processing_processversion", "processing_step")
FORWARD = "".join(
    f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();"
    for table in TABLES
)
BACK = "".join(f"DROP TRIGGER immutable ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("processing", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
