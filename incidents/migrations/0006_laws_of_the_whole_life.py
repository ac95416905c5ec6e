"""The laws of the whole life: the new arrows, and histories that only grow.

Cases checked before keep their events: the arrows are asked of new events alone.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

ADDED = [
    ("answered", "reopen", "filed"),
    ("checked", "close_checked", "closed"),
    ("checked", "force_close", "closed"),
    ("checked", "rework", "reworking"),
    ("checking", "force_close", "closed"),
    ("checking", "pass_check", "checked"),
    ("closed", "reopen", "filed"),
    ("confirming", "confirm", "forwarding"),
    ("confirming", "force_close", "closed"),
    ("confirming", "send_back", "dispatched"),
    ("deferred", "cancel", "cancelled"),
    ("deferred", "force_close", "closed"),
    ("deferred", "resume", "dispatched"),
    ("dispatched", "close_with_lead", "closed"),
    ("dispatched", "defer", "deferred"),
    ("dispatched", "force_close", "closed"),
    ("dispatched", "hand_on", "dispatched"),
    ("dispatched", "report_up", "filed"),
    ("dispatched", "suspend", "suspended"),
    ("filed", "close_with_lead", "closed"),
    ("filed", "force_close", "closed"),
    ("forwarding", "force_close", "closed"),
    ("forwarding", "forward", "handled"),
    ("forwarding", "refuse_work", "reworking"),
    ("handled", "force_close", "closed"),
    ("handling", "close_with_lead", "closed"),
    ("handling", "defer", "deferred"),
    ("handling", "finish", "confirming"),
    ("handling", "force_close", "closed"),
    ("handling", "hand_on", "dispatched"),
    ("handling", "next_step", "handling"),
    ("handling", "report_up", "filed"),
    ("handling", "suspend", "suspended"),
    ("reported", "answer", "answered"),
    ("reported", "close_with_lead", "closed"),
    ("reported", "not_file", "not_filed"),
    ("reported", "verify", "verifying"),
    ("reworking", "close_with_lead", "closed"),
    ("reworking", "defer", "deferred"),
    ("reworking", "force_close", "closed"),
    ("reworking", "hand_on", "dispatched"),
    ("reworking", "report_up", "filed"),
    ("reworking", "suspend", "suspended"),
    ("self_handled", "approve_self", "closed"),
    ("self_handled", "refuse_self", "cancelled"),
    ("suspended", "cancel", "cancelled"),
    ("suspended", "force_close", "closed"),
    ("suspended", "resume", "dispatched"),
    ("verifying", "cancel", "cancelled"),
    ("verifying", "close_with_lead", "closed"),
    ("verifying", "genuine", "reported"),
    ("verifying", "not_genuine", "reported"),
]
REMOVED = [
    ("checking", "close", "closed"),
]

APPEND_ONLY = ("categoryversion", "disputeevent", "handover", "review", "whistleevent")
"""Tables whose rows are written once."""


def _write(apps: StateApps, arrows: list[tuple[str, str, str]]) -> None:
    model = apps.get_model("incidents", "AllowedMove")
    model.objects.bulk_create([model(source=source, move=move, target=target) for source, move, target in arrows])


def _remove(apps: StateApps, arrows: list[tuple[str, str, str]]) -> None:
    where = Q(pk__in=())
    for source, move, _target in arrows:
        where |= Q(source=source, move=move)
    apps.get_model("incidents", "AllowedMove").objects.filter(where).delete()


def change_arrows(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remove(apps, REMOVED)
    _write(apps, ADDED)


def change_arrows_back(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remove(apps, ADDED)
    _write(apps, REMOVED)


def ask_for_checks(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Components and matters of the street are checked on site; what people tell each other is not."""
    apps.get_model("incidents", "Category").objects.exclude(kind="social").update(needs_site_check=True)


def _guard(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON incidents_{table}
    FOR EACH ROW EXECUTE FUNCTION incidents_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON incidents_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION incidents_append_only();
"""


def _unguard(table: str) -> str:
    return f"""
DROP TRIGGER {table}_no_truncate ON incidents_{table};
DROP TRIGGER {table}_append_only ON incidents_{table};
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_indexes_beside_work")]

    operations = [
        migrations.RunPython(change_arrows, change_arrows_back),
        migrations.RunPython(ask_for_checks, migrations.RunPython.noop),
        *[migrations.RunSQL(_guard(table), _unguard(table)) for table in APPEND_ONLY],
    ]
