"""Weekly, monthly and quarterly reports are on for streets and communities; every report written so far gets its paper."""

from datetime import time

from django.db import migrations

CITY, DISTRICT, STREET, COMMUNITY = 1, 2, 3, 4
# the day after the period, one after another; districts and cities are there to be switched on
SCHEDULES = [
    (kind, level, time(hour, minute), level >= STREET)
    for kind, hour in (("daily", 0), ("weekly", 1), ("monthly", 2), ("quarterly", 3))
    for level, minute in ((CITY, 30), (DISTRICT, 25), (STREET, 10), (COMMUNITY, 15))
]


def add(apps, schema_editor):
    """The schedules that are not there yet."""
    schedules = apps.get_model("reports", "ReportSchedule").objects
    for kind, level, at, is_active in SCHEDULES:
        schedules.get_or_create(kind=kind, level=level, defaults={"at": at, "is_active": is_active})


def remove(apps, schema_editor):
    """Back to what version 0002 added."""
    schedules = apps.get_model("reports", "ReportSchedule").objects
    schedules.exclude(kind="daily", level__in=[STREET, COMMUNITY]).delete()


PAPERS = """
INSERT INTO reports_reportpaper (report_id, status, version, sent_to)
SELECT r.id, 'draft', 1, '' FROM reports_report r
WHERE NOT EXISTS (SELECT 1 FROM reports_reportpaper p WHERE p.report_id = r.id)
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_rhythms_and_assessment")]
    operations = [
        migrations.RunPython(add, remove),
        migrations.RunSQL(PAPERS, "DELETE FROM reports_reportpaper"),
    ]
