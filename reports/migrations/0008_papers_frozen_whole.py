"""The day of an answer; and an issued paper keeps every word of it, its number for ever, its answer once given."""

from django.db import migrations, models

FREEZE = """
DROP TRIGGER paper_frozen ON reports_paper;
CREATE TRIGGER paper_frozen BEFORE UPDATE ON reports_paper
    FOR EACH ROW WHEN (OLD.status <> 'draft' AND (
        ROW(OLD.title, OLD.body, OLD.number, OLD.year, OLD.issued_on, OLD.kind, OLD.grid_id, OLD.masthead, OLD.office,
            OLD.main_to, OLD.sent_to, OLD.passed_to, OLD.editor, OLD.signer, OLD.due_on, OLD.organization_id,
            OLD.incident_id, OLD.report_id)
        IS DISTINCT FROM
        ROW(NEW.title, NEW.body, NEW.number, NEW.year, NEW.issued_on, NEW.kind, NEW.grid_id, NEW.masthead, NEW.office,
            NEW.main_to, NEW.sent_to, NEW.passed_to, NEW.editor, NEW.signer, NEW.due_on, NEW.organization_id,
            NEW.incident_id, NEW.report_id)
        OR NEW.status = 'draft'
        OR (OLD.status IN ('answered', 'withdrawn') AND ROW(OLD.reply, OLD.replied_on, OLD.status)
            IS DISTINCT FROM ROW(NEW.reply, NEW.replied_on, NEW.status))))
    EXECUTE FUNCTION reports_frozen();
CREATE TRIGGER paper_stays BEFORE DELETE ON reports_paper
    FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION reports_frozen();
"""
THAW = """
DROP TRIGGER paper_stays ON reports_paper;
DROP TRIGGER paper_frozen ON reports_paper;
CREATE TRIGGER paper_frozen BEFORE UPDATE ON reports_paper
    FOR EACH ROW WHEN (OLD.status IN ('issued', 'answered') AND (
        OLD.title <> NEW.title OR OLD.body <> NEW.body OR OLD.number IS DISTINCT FROM NEW.number
        OR OLD.issued_on IS DISTINCT FROM NEW.issued_on OR OLD.kind <> NEW.kind OR NEW.status = 'draft'))
    EXECUTE FUNCTION reports_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_add_arrays")]
    operations = [
        migrations.AddField("paper", "replied_on", models.DateField("answered on", null=True, blank=True)),
        migrations.RunSQL(FREEZE, THAW),
    ]
