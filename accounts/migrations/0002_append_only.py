"""The audit of access cannot be rewritten: the database itself refuses it (architecture.md, law 3)."""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION accounts_append_only();
CREATE TRIGGER accessevent_no_truncate BEFORE TRUNCATE ON accounts_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_append_only();
"""
DROP = """
DROP TRIGGER accessevent_no_truncate ON accounts_accessevent;
DROP TRIGGER accessevent_append_only ON accounts_accessevent;
DROP FUNCTION accounts_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
