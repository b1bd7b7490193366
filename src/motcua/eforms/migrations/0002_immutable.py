"""A published form never changes: a dossier is read with the version it was filed on."""

from django.db import migrations

TABLES = ("eforms_formversion",)
FORWARD = "".join(
    f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();"
    for table in TABLES
)
BACK = "".join(f"DROP TRIGGER immutable ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("eforms", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
