"""What an upheld objection changes: entries withdrawn by whom and why, cases left out, the difference it made."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

USER = settings.AUTH_USER_MODEL
KEEP = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(USER),
        ("reports", "0010_report_copies"),
    ]
    operations = [
        migrations.AddField(
            "assessmententry",
            "withdrawn_by",
            models.ForeignKey(USER, KEEP, null=True, blank=True, related_name="+", verbose_name="withdrawn by"),
        ),
        migrations.AddField(
            "assessmententry",
            "withdrawn_reason",
            models.CharField("why withdrawn", max_length=500, blank=True, default=""),
        ),
        migrations.AddField("objection", "change", models.JSONField("what it changed", default=dict, blank=True)),
        migrations.CreateModel(
            "AssessmentExclusion",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField("reason", max_length=500)),
                ("at", models.DateTimeField("at")),
                (
                    "assessment",
                    models.ForeignKey("reports.assessment", KEEP, related_name="exclusions", verbose_name="assessment"),
                ),
                ("by", models.ForeignKey(USER, KEEP, related_name="+", verbose_name="by")),
                (
                    "incident",
                    models.ForeignKey("incidents.incident", KEEP, related_name="+", verbose_name="incident"),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        "reports.objection",
                        KEEP,
                        null=True,
                        blank=True,
                        related_name="exclusions",
                        verbose_name="objection",
                    ),
                ),
            ],
            options={
                "verbose_name": "excluded case",
                "verbose_name_plural": "excluded cases",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=["assessment", "incident"], name="assessment_case_excluded_once")
                ],
            },
        ),
    ]
