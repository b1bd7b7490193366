"""A block of the library never changes: a form says which one a section was copied from."""

from django.db import migrations

FORWARD = (
    "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON eforms_formblock "
    "FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();"
)
BACK = "DROP TRIGGER immutable ON eforms_formblock;"


class Migration(migrations.Migration):
    dependencies = [("eforms", "0004_form_drafts"), ("kernel", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
