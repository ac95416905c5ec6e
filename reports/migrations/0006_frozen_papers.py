"""Steps only grow; what is signed, issued or final keeps its words: the database refuses anything else."""

from django.db import migrations

FREEZE = """
CREATE TRIGGER step_frozen BEFORE UPDATE OR DELETE ON reports_step
    FOR EACH ROW EXECUTE FUNCTION reports_frozen();
CREATE TRIGGER step_no_truncate BEFORE TRUNCATE ON reports_step
    FOR EACH STATEMENT EXECUTE FUNCTION reports_frozen();

CREATE TRIGGER report_paper_frozen BEFORE UPDATE ON reports_reportpaper
    FOR EACH ROW WHEN (OLD.status IN ('signed', 'sent') AND (
        OLD.text IS DISTINCT FROM NEW.text OR OLD.report_id <> NEW.report_id
        OR OLD.signed_by_id IS DISTINCT FROM NEW.signed_by_id OR NEW.status NOT IN ('signed', 'sent')))
    EXECUTE FUNCTION reports_frozen();

CREATE TRIGGER paper_frozen BEFORE UPDATE ON reports_paper
    FOR EACH ROW WHEN (OLD.status IN ('issued', 'answered') AND (
        OLD.title <> NEW.title OR OLD.body <> NEW.body OR OLD.number IS DISTINCT FROM NEW.number
        OR OLD.issued_on IS DISTINCT FROM NEW.issued_on OR OLD.kind <> NEW.kind OR NEW.status = 'draft'))
    EXECUTE FUNCTION reports_frozen();

CREATE TRIGGER assessment_frozen BEFORE UPDATE ON reports_assessment
    FOR EACH ROW WHEN (OLD.status = 'final' AND (
        OLD.results IS DISTINCT FROM NEW.results OR NEW.status NOT IN ('final', 'withdrawn')))
    EXECUTE FUNCTION reports_frozen();
"""
THAW = """
DROP TRIGGER assessment_frozen ON reports_assessment;
DROP TRIGGER paper_frozen ON reports_paper;
DROP TRIGGER report_paper_frozen ON reports_reportpaper;
DROP TRIGGER step_no_truncate ON reports_step;
DROP TRIGGER step_frozen ON reports_step;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_rhythms_from_the_start")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
