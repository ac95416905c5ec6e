"""History only grows, and a released checklist never changes: the database refuses it (architecture.md, laws 3 and 5)."""

from django.db import migrations

APPEND_ONLY = ("fieldwork_fieldstep", "fieldwork_recheck")

REFUSE = """
CREATE FUNCTION fieldwork_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION fieldwork_released_checklist() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN held := OLD.checklist_id; ELSE held := NEW.checklist_id; END IF;
    IF EXISTS (SELECT 1 FROM fieldwork_checklist WHERE id = held AND released_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND EXISTS (
            SELECT 1 FROM fieldwork_checklist WHERE id = OLD.checklist_id AND released_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'the checklist is released: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checklistitem_released BEFORE INSERT OR UPDATE OR DELETE ON fieldwork_checklistitem
    FOR EACH ROW EXECUTE FUNCTION fieldwork_released_checklist();
"""
ALLOW = """
DROP TRIGGER checklistitem_released ON fieldwork_checklistitem;
DROP FUNCTION fieldwork_released_checklist();
DROP FUNCTION fieldwork_append_only();
"""
GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION fieldwork_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION fieldwork_append_only();
"""
UNGUARD = """
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_append_only ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in APPEND_ONLY),
    ]
