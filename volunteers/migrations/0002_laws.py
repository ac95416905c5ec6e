"""What the database itself keeps: records only grow, a balance is what the bookings say, a budget what was spent.

(architecture.md, laws 3 and 5.) A booking moves the balances of volunteers in the same statement, and nothing else may
move them; the check constraints then refuse a negative balance and an overspent line, whoever writes.
"""

from django.db import migrations

APPEND_ONLY = (
    "volunteers_volunteerstep",
    "volunteers_hourrecord",
    "volunteers_volunteerrecord",
    "volunteers_pointentry",
    "volunteers_expense",
    "volunteers_wishreceipt",
)

REFUSE = """
CREATE FUNCTION volunteers_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
ALLOW = "DROP FUNCTION volunteers_append_only();"
GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION volunteers_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION volunteers_append_only();
"""
UNGUARD = """
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_append_only ON {table};
"""

# in the order of the keys, so that two bookings never wait for each other; the platform's own accounts have no kept
# balance (their sum is read), so that earning does not queue behind one row
BOOK = """
CREATE FUNCTION volunteers_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM volunteers_pointaccount WHERE id IN (NEW.giver_id, NEW.taker_id) AND kind = 'volunteer'
        ORDER BY id FOR UPDATE;
    UPDATE volunteers_pointaccount
        SET balance = balance + CASE WHEN id = NEW.taker_id THEN NEW.amount ELSE -NEW.amount END
        WHERE id IN (NEW.giver_id, NEW.taker_id) AND kind = 'volunteer';
    RETURN NULL;
END $$;
CREATE TRIGGER pointentry_book AFTER INSERT ON volunteers_pointentry
    FOR EACH ROW EXECUTE FUNCTION volunteers_book();
CREATE FUNCTION volunteers_spend() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE volunteers_budgetline SET spent = spent + NEW.amount WHERE id = NEW.line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER expense_spend AFTER INSERT ON volunteers_expense
    FOR EACH ROW EXECUTE FUNCTION volunteers_spend();
CREATE FUNCTION volunteers_kept_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the sum of % follows its entries: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pointaccount_kept_sum BEFORE UPDATE OF balance ON volunteers_pointaccount
    FOR EACH ROW WHEN (OLD.balance IS DISTINCT FROM NEW.balance) EXECUTE FUNCTION volunteers_kept_sum();
CREATE TRIGGER budgetline_kept_sum BEFORE UPDATE OF spent ON volunteers_budgetline
    FOR EACH ROW WHEN (OLD.spent IS DISTINCT FROM NEW.spent) EXECUTE FUNCTION volunteers_kept_sum();
"""
UNBOOK = """
DROP TRIGGER budgetline_kept_sum ON volunteers_budgetline;
DROP TRIGGER pointaccount_kept_sum ON volunteers_pointaccount;
DROP FUNCTION volunteers_kept_sum();
DROP TRIGGER expense_spend ON volunteers_expense;
DROP FUNCTION volunteers_spend();
DROP TRIGGER pointentry_book ON volunteers_pointentry;
DROP FUNCTION volunteers_book();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in APPEND_ONLY),
        migrations.RunSQL(BOOK, UNBOOK),
    ]
