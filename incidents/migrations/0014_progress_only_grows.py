"""The progress of grid tasks is append-only, like every history."""

from django.db import migrations

GUARD = """
CREATE TRIGGER gridtaskentry_append_only BEFORE UPDATE OR DELETE ON incidents_gridtaskentry
    FOR EACH ROW EXECUTE FUNCTION incidents_append_only();
CREATE TRIGGER gridtaskentry_no_truncate BEFORE TRUNCATE ON incidents_gridtaskentry
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_append_only();
"""
UNGUARD = """
DROP TRIGGER gridtaskentry_no_truncate ON incidents_gridtaskentry;
DROP TRIGGER gridtaskentry_append_only ON incidents_gridtaskentry;
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0013_tasks_through_grids")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
