"""The titles that the field gives stand ready from the start; the office changes them in the admin."""

import json
from pathlib import Path

from django.db import migrations

TITLES = Path(__file__).parents[1] / "data" / "honours.json"


def add(apps, schema_editor):
    """Those that are missing, each with its source."""
    titles = apps.get_model("reports", "HonourTitle").objects
    for title in json.loads(TITLES.read_text("utf-8"))["titles"]:
        titles.get_or_create(name=title["name"], defaults=title)


class Migration(migrations.Migration):
    dependencies = [("reports", "0012_rollups_without_constraint")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
