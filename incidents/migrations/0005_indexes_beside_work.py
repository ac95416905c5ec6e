"""Indexes of a table that people work on, built without stopping them; and the constraint checked row by row."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("incidents", "0004_whole_life")]

    operations = [
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("inspector__isnull", False)),
                fields=["inspector", "-id"],
                name="incident_inspector_idx",
            ),
        ),
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("joint_action__isnull", False)), fields=["joint_action"], name="incident_action_idx"
            ),
        ),
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("resume_at__isnull", False)), fields=["resume_at"], name="incident_resume_idx"
            ),
        ),
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("unit_due_at__isnull", False)), fields=["unit_due_at"], name="incident_unit_due_idx"
            ),
        ),
        ValidateConstraint("incident", "incident_end_has_time"),
    ]
