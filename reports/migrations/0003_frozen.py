"""A report that is written never changes: the database refuses it (architecture.md, laws 3 and 5)."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION reports_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER report_frozen BEFORE UPDATE OR DELETE ON reports_report
    FOR EACH ROW EXECUTE FUNCTION reports_frozen();
CREATE TRIGGER report_no_truncate BEFORE TRUNCATE ON reports_report
    FOR EACH STATEMENT EXECUTE FUNCTION reports_frozen();
"""
THAW = """
DROP TRIGGER report_no_truncate ON reports_report;
DROP TRIGGER report_frozen ON reports_report;
DROP FUNCTION reports_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_default_schedules")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
