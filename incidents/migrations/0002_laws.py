"""The laws of incidents inside the database (architecture.md, laws 2 and 3): arrows, history, state, numbers.

Whoever writes by hand must write the incident first, then all its new events in one statement: the check of events is
made once per statement, over all of its rows, so that COPY of many thousand rows costs one look-up each.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ARROWS = [
    ("", "report", "reported"),
    ("", "self_handle", "self_handled"),
    ("reported", "file", "filed"),
    ("reported", "reject", "not_accepted"),
    ("reported", "cancel", "cancelled"),
    ("filed", "cancel", "cancelled"),
    ("dispatched", "cancel", "cancelled"),
    ("handling", "cancel", "cancelled"),
    ("reworking", "cancel", "cancelled"),
    ("filed", "dispatch", "dispatched"),
    ("dispatched", "take", "handling"),
    ("reworking", "take", "handling"),
    ("dispatched", "return", "filed"),
    ("handling", "return", "filed"),
    ("dispatched", "recall", "filed"),
    ("handling", "recall", "filed"),
    ("reworking", "recall", "filed"),
    ("handling", "feedback", "handled"),
    ("handled", "start_check", "checking"),
    ("handled", "close", "closed"),
    ("checking", "close", "closed"),
    ("handled", "rework", "reworking"),
    ("checking", "rework", "reworking"),
]

HISTORY = """
CREATE FUNCTION incidents_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON incidents_incidentevent
    FOR EACH ROW EXECUTE FUNCTION incidents_append_only();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON incidents_incidentevent
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_append_only();
CREATE TRIGGER clock_append_only BEFORE UPDATE OR DELETE ON incidents_clockentry
    FOR EACH ROW EXECUTE FUNCTION incidents_append_only();
CREATE TRIGGER clock_no_truncate BEFORE TRUNCATE ON incidents_clockentry
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_append_only();
"""
HISTORY_BACK = """
DROP TRIGGER clock_no_truncate ON incidents_clockentry;
DROP TRIGGER clock_append_only ON incidents_clockentry;
DROP TRIGGER event_no_truncate ON incidents_incidentevent;
DROP TRIGGER event_append_only ON incidents_incidentevent;
DROP FUNCTION incidents_append_only();
"""

# 1. A move is an arrow of the table; another event moves nothing. 2. Sequences grow by one from 1, and each event begins
# where the one before it ended. 3. The incident stands where its last event says.
# The planner knows nothing of a table that is being filled and would compare each row with each: hence the index.
EVENTS = """
CREATE FUNCTION incidents_check_events() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE wrong record;
BEGIN
    SELECT e.incident_id, e.sequence, e.from_state, e.move, e.to_state INTO wrong FROM added e
        LEFT JOIN incidents_allowedmove m
            ON m.source = e.from_state AND m.move = e.move AND m.target = e.to_state
        WHERE (e.kind = 'move' AND m.id IS NULL)
            OR (e.kind <> 'move' AND (e.move <> '' OR e.from_state <> e.to_state OR e.from_state = '')) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'incident % event %: % -%-> % is not an allowed move',
            wrong.incident_id, wrong.sequence, wrong.from_state, wrong.move, wrong.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'event_is_allowed_move';
    END IF;

    SELECT e.incident_id, e.sequence, e.from_state, p.to_state AS before INTO wrong FROM added e
        LEFT JOIN incidents_incidentevent p ON p.incident_id = e.incident_id AND p.sequence = e.sequence - 1
        WHERE CASE WHEN e.sequence = 1 THEN e.from_state <> '' ELSE p.to_state IS DISTINCT FROM e.from_state END LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'incident % event % does not follow the event before it (from "%", before "%")',
            wrong.incident_id, wrong.sequence, wrong.from_state, wrong.before
            USING ERRCODE = 'check_violation', CONSTRAINT = 'event_follows_the_last';
    END IF;

    SELECT i.id, i.state, l.to_state INTO wrong
        FROM (SELECT DISTINCT ON (incident_id) incident_id, to_state FROM added ORDER BY incident_id, sequence DESC) l
        JOIN incidents_incident i ON i.id = l.incident_id
        WHERE i.state <> l.to_state LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'incident % is "%" but its last event says "%"', wrong.id, wrong.state, wrong.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_state_is_last_event';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER event_laws AFTER INSERT ON incidents_incidentevent
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION incidents_check_events();
"""
EVENTS_BACK = """
DROP TRIGGER event_laws ON incidents_incidentevent;
DROP FUNCTION incidents_check_events();
"""

# At the end of the transaction, because the incident is written before its events. The row is read again: it may have
# changed since the trigger was put in the queue, or be gone.
STATE = """
CREATE FUNCTION incidents_check_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_state text;
    last_state text;
BEGIN
    SELECT state INTO now_state FROM incidents_incident WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT to_state INTO last_state FROM incidents_incidentevent
        WHERE incident_id = NEW.id ORDER BY sequence DESC LIMIT 1;
    IF last_state IS DISTINCT FROM now_state THEN
        RAISE EXCEPTION 'incident % is "%" but its last event says "%"', NEW.id, now_state, last_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_state_is_last_event';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER incident_state_on_insert AFTER INSERT ON incidents_incident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION incidents_check_state();
CREATE CONSTRAINT TRIGGER incident_state_on_update AFTER UPDATE OF state ON incidents_incident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION incidents_check_state();
"""
STATE_BACK = """
DROP TRIGGER incident_state_on_update ON incidents_incident;
DROP TRIGGER incident_state_on_insert ON incidents_incident;
DROP FUNCTION incidents_check_state();
"""

NUMBER = "CREATE SEQUENCE incidents_number_seq OWNED BY incidents_incident.number;"
NUMBER_BACK = "DROP SEQUENCE incidents_number_seq;"

CHINA = "ST_MakeEnvelope(73, 3, 136, 54, 4326)"
POINT = (
    "ALTER TABLE incidents_incident ADD CONSTRAINT incident_point_in_china "
    f"CHECK (point IS NULL OR (NOT ST_IsEmpty(point) AND point @ {CHINA}))"
)
POINT_BACK = "ALTER TABLE incidents_incident DROP CONSTRAINT incident_point_in_china"


def write_arrows(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("incidents", "AllowedMove")
    model.objects.bulk_create([model(source=source, move=move, target=target) for source, move, target in ARROWS])


def remove_arrows(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("incidents", "AllowedMove").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.RunPython(write_arrows, remove_arrows),
        migrations.RunSQL(HISTORY, HISTORY_BACK),
        migrations.RunSQL(EVENTS, EVENTS_BACK),
        migrations.RunSQL(STATE, STATE_BACK),
        migrations.RunSQL(NUMBER, NUMBER_BACK),
        migrations.RunSQL(POINT, POINT_BACK),
    ]
