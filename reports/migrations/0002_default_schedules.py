"""The daily report of streets and communities is on from the start; the office may change or stop it."""

from datetime import time

from django.db import migrations

STREET, COMMUNITY = 3, 4


def add(apps, schema_editor):
    """Ten minutes after midnight for streets, and five minutes later for their communities."""
    schedules = apps.get_model("reports", "ReportSchedule").objects
    for level, at in ((STREET, time(0, 10)), (COMMUNITY, time(0, 15))):
        schedules.get_or_create(kind="daily", level=level, defaults={"at": at})


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
