"""History only grows: the database refuses to change or delete it (architecture.md, laws 3 and 5)."""

from django.db import migrations

APPEND_ONLY = ("partybuilding_partystep", "partybuilding_linkcontact", "partybuilding_followup")

REFUSE = """
CREATE FUNCTION partybuilding_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
ALLOW = "DROP FUNCTION partybuilding_append_only();"
GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION partybuilding_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION partybuilding_append_only();
"""
UNGUARD = """
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_append_only ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("partybuilding", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in APPEND_ONLY),
    ]
