"""The whole life of a case: new states and clocks, approvals, whistle, supervision, mediation, call-back, actions."""

import accounts.protect
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0003_substitutes_and_confirming_units"),
        ("incidents", "0003_one_index_of_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActionDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("people", models.PositiveIntegerField(verbose_name="people on duty")),
                ("found", models.PositiveIntegerField(default=0, verbose_name="problems found")),
                ("settled", models.PositiveIntegerField(default=0, verbose_name="problems settled")),
                ("text", models.TextField(max_length=2000, verbose_name="progress")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
            ],
            options={
                "verbose_name": "day of a joint action",
                "verbose_name_plural": "days of joint actions",
                "ordering": ["action", "day"],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("extension", "Extension"),
                            ("suspension", "Suspension"),
                            ("deferral", "Deferral"),
                            ("appeal", "Overtime appeal"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "ordinal",
                    models.PositiveSmallIntegerField(default=1, verbose_name="which of its kind for this case"),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="rest until")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=7, null=True, verbose_name="time added"
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("urgent_hour", "Urgent hour"),
                            ("work_hour", "Work hour"),
                            ("work_day", "Work day"),
                            ("natural_day", "Natural day"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="unit of time",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "To be reviewed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("steps", models.PositiveSmallIntegerField(default=1, verbose_name="reviews asked for")),
                ("step", models.PositiveSmallIntegerField(default=1, verbose_name="review that is next")),
                ("applied_at", models.DateTimeField(verbose_name="applied at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="which ending of the case")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "contact",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "Reached"),
                            ("no_answer", "No answer"),
                            ("wrong_number", "Wrong number"),
                            ("refused", "Did not want to answer"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="contact",
                    ),
                ),
                ("responded", models.BooleanField(blank=True, null=True, verbose_name="the unit had made contact")),
                ("solved", models.BooleanField(blank=True, null=True, verbose_name="solved")),
                (
                    "satisfaction",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("very", "Very satisfied"),
                            ("satisfied", "Satisfied"),
                            ("unsatisfied", "Not satisfied"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="satisfaction",
                    ),
                ),
                (
                    "answer",
                    models.TextField(blank=True, default="", max_length=2000, verbose_name="answer, word for word"),
                ),
                ("is_excluded", models.BooleanField(default=False, verbose_name="left out of the rates")),
                (
                    "exclusion_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="why it is left out"),
                ),
                ("called_at", models.DateTimeField(blank=True, null=True, verbose_name="called at")),
            ],
            options={
                "verbose_name": "call-back",
                "verbose_name_plural": "call-backs",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CallBackSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="ended from")),
                ("ends_at", models.DateTimeField(verbose_name="ended before")),
                ("grid_code", models.CharField(max_length=24, verbose_name="code of the subtree")),
                ("percent", models.PositiveSmallIntegerField(verbose_name="percent")),
                ("seed", models.BigIntegerField(verbose_name="seed")),
                ("population", models.PositiveIntegerField(verbose_name="cases in all")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn at")),
            ],
            options={
                "verbose_name": "call-back sample",
                "verbose_name_plural": "call-back samples",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CategoryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("values", models.JSONField(verbose_name="values")),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "version of a category",
                "verbose_name_plural": "versions of categories",
                "ordering": ["category", "-version"],
            },
        ),
        migrations.CreateModel(
            name="ClassifierVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("trained", "Trained"), ("live", "Live"), ("retired", "Retired")],
                        default="trained",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("trained_at", models.DateTimeField(verbose_name="trained at")),
                ("live_at", models.DateTimeField(blank=True, null=True, verbose_name="live since")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                ("train_size", models.PositiveIntegerField(verbose_name="cases learned from")),
                ("held_back_size", models.PositiveIntegerField(verbose_name="cases held back for the test")),
                ("labels", models.JSONField(default=list, verbose_name="categories it knows")),
                ("threshold", models.FloatField(verbose_name="confidence from which it decides alone")),
                ("scores", models.JSONField(default=dict, verbose_name="scores on the held-back cases")),
                (
                    "rival_scores",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="scores of the one before on the same cases"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="why it went live or not"),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
            ],
            options={
                "verbose_name": "classifier version",
                "verbose_name_plural": "classifier versions",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("grid_code", models.CharField(max_length=24, verbose_name="grid code of the day")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("neighbours", "Between neighbours"),
                            ("family", "In the family"),
                            ("labour", "About work and wages"),
                            ("property", "With the property company"),
                            ("other", "Other dispute"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        choices=[("high", "High risk"), ("medium", "Medium risk"), ("low", "Low risk")],
                        max_length=8,
                        verbose_name="risk",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("found", "Found by ourselves"),
                            ("incident", "From a case"),
                            ("visit", "Brought in person"),
                            ("code", "By the QR code"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("text", models.TextField(max_length=5000, verbose_name="what the dispute is about")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To be settled"),
                            ("watched", "To be watched"),
                            ("mediating", "Being mediated"),
                            ("settled", "Settled"),
                            ("failed", "Not settled, shown the legal way"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "City"),
                            (2, "District"),
                            (3, "Street"),
                            (4, "Community"),
                            (5, "Grid"),
                            (6, "Micro-grid"),
                            (7, "Unit grid"),
                            (8, "Sub-unit grid"),
                        ],
                        verbose_name="level that mediates",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("created_at", models.DateTimeField(verbose_name="entered at")),
                ("agreement", models.TextField(blank=True, default="", max_length=5000, verbose_name="agreement")),
                ("agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("next_visit_on", models.DateField(blank=True, null=True, verbose_name="next follow-up visit")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="made up")),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "disputes",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DisputeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("entered", "Entered"),
                            ("accepted", "Mediator named"),
                            ("session", "Session"),
                            ("reported_up", "Reported up"),
                            ("handed_down", "Handed down"),
                            ("watched", "To be watched"),
                            ("settled", "Settled"),
                            ("failed", "Not settled"),
                            ("visited", "Follow-up visit"),
                            ("reopened", "Broke out again"),
                            ("revealed", "Party revealed"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("from_state", models.CharField(blank=True, default="", max_length=10, verbose_name="from")),
                ("to_state", models.CharField(max_length=10, verbose_name="to")),
                (
                    "actor_name",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="name and post of the actor"),
                ),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                ("place", models.CharField(blank=True, default="", max_length=100, verbose_name="place")),
                ("present", models.CharField(blank=True, default="", max_length=200, verbose_name="who was present")),
                ("text", models.TextField(blank=True, default="", max_length=5000, verbose_name="text")),
                ("is_kept", models.BooleanField(blank=True, null=True, verbose_name="the agreement is kept")),
                ("at", models.DateTimeField(verbose_name="written at")),
            ],
            options={
                "verbose_name": "event of a dispute",
                "verbose_name_plural": "events of disputes",
                "ordering": ["dispute", "id"],
            },
        ),
        migrations.CreateModel(
            name="DisputeParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("first", "First party"), ("second", "Second party"), ("other", "Concerned")],
                        max_length=8,
                        verbose_name="side",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("resident", "Resident"), ("organization", "Organization")],
                        default="resident",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", accounts.protect.EncryptedTextField(verbose_name="name")),
                ("phone", accounts.protect.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                ("phone_index", models.CharField(blank=True, default="", editable=False, max_length=64)),
                ("address", accounts.protect.EncryptedTextField(blank=True, default="", verbose_name="address")),
            ],
            options={
                "verbose_name": "party of a dispute",
                "verbose_name_plural": "parties of disputes",
                "ordering": ["dispute", "side", "id"],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("items", models.JSONField(default=list, verbose_name="what was moved")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="JointAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("purpose", models.TextField(max_length=2000, verbose_name="purpose")),
                ("grid_code", models.CharField(max_length=24, verbose_name="grid code of the day")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("planned_people", models.PositiveIntegerField(default=0, verbose_name="people planned")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("running", "Running"),
                            ("ended", "Ended"),
                            ("cancelled", "Called off"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("result", models.TextField(blank=True, default="", max_length=5000, verbose_name="result")),
                ("created_at", models.DateTimeField(verbose_name="planned at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="made up")),
            ],
            options={
                "verbose_name": "joint action",
                "verbose_name_plural": "joint actions",
                "ordering": ["-starts_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="NumberBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "number book",
                "verbose_name_plural": "number books",
            },
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verify_sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("patrol", "Grid patrol"),
                                ("desk", "Staff desk"),
                                ("api", "Other system"),
                                ("hotline", "12345 hotline"),
                                ("public", "Public page"),
                                ("import", "Import"),
                            ],
                            max_length=10,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="sources whose reports are verified on site before filing",
                    ),
                ),
                ("verify_urgent", models.BooleanField(default=False, verbose_name="verify urgent reports too")),
                (
                    "most_extensions",
                    models.PositiveSmallIntegerField(default=2, verbose_name="approved extensions per case at most"),
                ),
                (
                    "longest_suspension_days",
                    models.PositiveSmallIntegerField(default=365, verbose_name="longest suspension in days"),
                ),
                (
                    "longest_deferral_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="longest deferral in days (empty: as the suspension)"
                    ),
                ),
                (
                    "returns_to_arbitration",
                    models.PositiveSmallIntegerField(default=3, verbose_name="returns that lead to arbitration"),
                ),
                (
                    "automatic_confidence",
                    models.FloatField(
                        default=0.55, verbose_name="confidence from which a case is dispatched without a person"
                    ),
                ),
                (
                    "call_back_share",
                    models.PositiveSmallIntegerField(default=100, verbose_name="closed cases called back, percent"),
                ),
                (
                    "substantive_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="days in which the same trouble withdraws “solved”"
                    ),
                ),
                (
                    "duplicate_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="days in which reports may be duplicates"
                    ),
                ),
                (
                    "duplicate_metres",
                    models.PositiveSmallIntegerField(
                        default=150, verbose_name="metres within which reports may be duplicates"
                    ),
                ),
                (
                    "supervision_prefix",
                    models.CharField(default="督办", max_length=20, verbose_name="mark of supervision notices"),
                ),
            ],
            options={
                "verbose_name": "rules of procedure",
                "verbose_name_plural": "rules of procedure",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField(default=1, verbose_name="which review")),
                (
                    "approver_name",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="name and post of the approver"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[("approved", "Approved"), ("rejected", "Rejected")],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "ordering": ["application", "step"],
            },
        ),
        migrations.CreateModel(
            name="RuleRelease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="version")),
                ("rules", models.JSONField(verbose_name="rules as they went live")),
                ("lint", models.JSONField(default=list, verbose_name="findings")),
                ("replay", models.JSONField(default=dict, verbose_name="replay on past cases")),
                ("note", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "release of rules",
                "verbose_name_plural": "releases of rules",
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("urge", "Urging"), ("supervise", "Supervision")], max_length=10, verbose_name="kind"
                    ),
                ),
                (
                    "number",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="number of the notice"),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("hand", "By hand"),
                            ("overdue", "Overdue"),
                            ("reworked", "Reworked again"),
                            ("returned", "Returned again"),
                            ("unhappy", "Unhappy call-back"),
                        ],
                        default="hand",
                        max_length=10,
                        verbose_name="trigger",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "Waits for a reply"),
                            ("replied", "Replied"),
                            ("lifted", "Lifted"),
                            ("sent", "Sent"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="what is demanded")),
                (
                    "issuer_name",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="name and post of the issuer"
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("reply_due_at", models.DateTimeField(blank=True, null=True, verbose_name="reply by")),
                ("reply", models.TextField(blank=True, default="", max_length=2000, verbose_name="reply")),
                ("replied_at", models.DateTimeField(blank=True, null=True, verbose_name="replied at")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted at")),
                (
                    "lift_reason",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="why it was lifted"),
                ),
            ],
            options={
                "verbose_name": "supervision notice",
                "verbose_name_plural": "supervision notices",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SupervisionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("hand", "By hand"),
                            ("overdue", "Overdue"),
                            ("reworked", "Reworked again"),
                            ("returned", "Returned again"),
                            ("unhappy", "Unhappy call-back"),
                        ],
                        max_length=10,
                        unique=True,
                        verbose_name="trigger",
                    ),
                ),
                (
                    "threshold",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="from how many times on",
                    ),
                ),
                (
                    "reply_amount",
                    models.DecimalField(decimal_places=2, default=1, max_digits=7, verbose_name="time to reply"),
                ),
                (
                    "reply_unit",
                    models.CharField(
                        choices=[
                            ("urgent_hour", "Urgent hour"),
                            ("work_hour", "Work hour"),
                            ("work_day", "Work day"),
                            ("natural_day", "Natural day"),
                        ],
                        default="work_day",
                        max_length=12,
                        verbose_name="unit of the time to reply",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "rule of supervision",
                "verbose_name_plural": "rules of supervision",
            },
        ),
        migrations.CreateModel(
            name="Whistle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("grid_code", models.CharField(max_length=24, verbose_name="grid code of the day")),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("text", models.TextField(max_length=2000, verbose_name="what is the matter")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("complaints", "Strong complaints that we cannot settle"),
                            ("enforcement", "Joint law enforcement"),
                            ("emergency", "Emergency"),
                        ],
                        max_length=12,
                        verbose_name="ground",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("blue", "Blue: everyday"), ("yellow", "Yellow: major"), ("red", "Red: urgent")],
                        max_length=8,
                        verbose_name="level",
                    ),
                ),
                ("address", models.CharField(blank=True, default="", max_length=200, verbose_name="meeting place")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("raised", "To be approved"),
                            ("refused", "Refused"),
                            ("blown", "Blown"),
                            ("handled", "All tasks done"),
                            ("closed", "Evaluated and closed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="raised",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "approval_reason",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="reason of the decision"),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                ("blown_at", models.DateTimeField(blank=True, null=True, verbose_name="blown at")),
                ("handled_at", models.DateTimeField(blank=True, null=True, verbose_name="all tasks done at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="made up")),
            ],
            options={
                "verbose_name": "whistle",
                "verbose_name_plural": "whistles",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="WhistleEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("move", models.CharField(max_length=20, verbose_name="move")),
                ("from_state", models.CharField(blank=True, default="", max_length=10, verbose_name="from")),
                ("to_state", models.CharField(max_length=10, verbose_name="to")),
                (
                    "actor_name",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="name and post of the actor"),
                ),
                ("text", models.TextField(blank=True, default="", verbose_name="text")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "whistle event",
                "verbose_name_plural": "whistle events",
                "ordering": ["whistle", "id"],
            },
        ),
        migrations.CreateModel(
            name="WhistleLevel",
            fields=[
                (
                    "colour",
                    models.CharField(
                        choices=[("blue", "Blue: everyday"), ("yellow", "Yellow: major"), ("red", "Red: urgent")],
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                        verbose_name="level",
                    ),
                ),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Section head"), (2, "Deputy leader"), (3, "Main leader")],
                        verbose_name="who must attend",
                    ),
                ),
                ("respond_amount", models.DecimalField(decimal_places=2, max_digits=7, verbose_name="time to respond")),
                (
                    "respond_unit",
                    models.CharField(
                        choices=[
                            ("urgent_hour", "Urgent hour"),
                            ("work_hour", "Work hour"),
                            ("work_day", "Work day"),
                            ("natural_day", "Natural day"),
                        ],
                        max_length=12,
                        verbose_name="unit of the time to respond",
                    ),
                ),
                ("handle_amount", models.DecimalField(decimal_places=2, max_digits=7, verbose_name="time to handle")),
                (
                    "handle_unit",
                    models.CharField(
                        choices=[
                            ("urgent_hour", "Urgent hour"),
                            ("work_hour", "Work hour"),
                            ("work_day", "Work day"),
                            ("natural_day", "Natural day"),
                        ],
                        max_length=12,
                        verbose_name="unit of the time to handle",
                    ),
                ),
                ("source", models.CharField(blank=True, default="", max_length=100, verbose_name="source")),
            ],
            options={
                "verbose_name": "whistle level",
                "verbose_name_plural": "whistle levels",
            },
        ),
        migrations.CreateModel(
            name="WhistleTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_lead", models.BooleanField(default=False, verbose_name="leads")),
                ("task", models.CharField(max_length=500, verbose_name="task")),
                ("respond_due_at", models.DateTimeField(blank=True, null=True, verbose_name="respond by")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="done by")),
                ("responded_at", models.DateTimeField(blank=True, null=True, verbose_name="responded at")),
                ("attended_at", models.DateTimeField(blank=True, null=True, verbose_name="attended at")),
                ("attendee", models.CharField(blank=True, default="", max_length=60, verbose_name="who attended")),
                (
                    "attendee_rank",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Section head"), (2, "Deputy leader"), (3, "Main leader")],
                        null=True,
                        verbose_name="rank of who attended",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("result", models.TextField(blank=True, default="", max_length=2000, verbose_name="result")),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="rating by the caller, 1 to 5"
                    ),
                ),
                (
                    "rating_text",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="words of the rating"),
                ),
                ("rated_at", models.DateTimeField(blank=True, null=True, verbose_name="rated at")),
                ("reminded_at", models.DateTimeField(blank=True, null=True, verbose_name="reminded at")),
            ],
            options={
                "verbose_name": "whistle task",
                "verbose_name_plural": "whistle tasks",
                "ordering": ["whistle", "-is_lead", "id"],
            },
        ),
        migrations.AlterModelOptions(
            name="timelimit",
            options={
                "ordering": ["category", "clock", "urgency", "step"],
                "verbose_name": "time limit",
                "verbose_name_plural": "time limits",
            },
        ),
        migrations.RemoveConstraint(
            model_name="incident",
            name="incident_end_has_time",
        ),
        migrations.RemoveConstraint(
            model_name="timelimit",
            name="limit_once",
        ),
        migrations.AddField(
            model_name="category",
            name="is_automatic",
            field=models.BooleanField(default=True, verbose_name="may be dispatched without a person"),
        ),
        migrations.AddField(
            model_name="category",
            name="needs_site_check",
            field=models.BooleanField(default=False, verbose_name="must be checked on site"),
        ),
        migrations.AddField(
            model_name="category",
            name="note",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="remark"),
        ),
        migrations.AddField(
            model_name="category",
            name="responsible",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="responsible units by the standard"
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
        ),
        migrations.AddField(
            model_name="clockentry",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="clockentry",
            name="step",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="step"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="candidates",
            field=models.JSONField(default=list, verbose_name="candidate handlers with the parts of their scores"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="classifier_version",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="version of the classifier"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="confidence",
            field=models.FloatField(default=0, verbose_name="confidence of the handler"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="overridden_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="overridden at"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="overridden_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="overridden by",
            ),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="override_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="reason of the override"),
        ),
        migrations.AddField(
            model_name="dispatchdecision",
            name="override_to",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="went to instead"),
        ),
        migrations.AddField(
            model_name="dispatchrule",
            name="is_draft",
            field=models.BooleanField(default=False, verbose_name="draft: not live yet"),
        ),
        migrations.AddField(
            model_name="dispatchrule",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="incidents.dispatchrule",
                verbose_name="takes the place of",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="closing",
            field=models.CharField(
                blank=True,
                choices=[
                    ("normal", "Closed in time"),
                    ("overdue", "Closed overdue"),
                    ("error", "Closed as an error"),
                    ("special", "Closed by order"),
                    ("self", "Handled on the spot, confirmed"),
                    ("with_lead", "Closed with the lead case"),
                ],
                default="",
                max_length=10,
                verbose_name="kind of closing",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="extension_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="extensions"),
        ),
        migrations.AddField(
            model_name="incident",
            name="in_arbitration",
            field=models.BooleanField(default=False, verbose_name="waits for arbitration"),
        ),
        migrations.AddField(
            model_name="incident",
            name="inspector",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inspected_incidents",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked to look on site",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="is_genuine",
            field=models.BooleanField(blank=True, null=True, verbose_name="found to be so"),
        ),
        migrations.AddField(
            model_name="incident",
            name="is_solved",
            field=models.BooleanField(blank=True, null=True, verbose_name="really solved"),
        ),
        migrations.AddField(
            model_name="incident",
            name="is_supervised",
            field=models.BooleanField(default=False, verbose_name="under supervision"),
        ),
        migrations.AddField(
            model_name="incident",
            name="is_typical",
            field=models.BooleanField(default=False, verbose_name="typical case"),
        ),
        migrations.AddField(
            model_name="incident",
            name="level",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "City"),
                    (2, "District"),
                    (3, "Street"),
                    (4, "Community"),
                    (5, "Grid"),
                    (6, "Micro-grid"),
                    (7, "Unit grid"),
                    (8, "Sub-unit grid"),
                ],
                null=True,
                verbose_name="level that keeps it",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="reopen_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="reopenings"),
        ),
        migrations.AddField(
            model_name="incident",
            name="report_up_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="times reported up"),
        ),
        migrations.AddField(
            model_name="incident",
            name="responsible_organization",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.organization",
                verbose_name="responsible unit",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="responsible_user",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="responsible person",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="resume_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="rests until"),
        ),
        migrations.AddField(
            model_name="incident",
            name="solved_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="found solved at"),
        ),
        migrations.AddField(
            model_name="incident",
            name="step",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="step of the work"),
        ),
        migrations.AddField(
            model_name="incident",
            name="steps",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="steps in all"),
        ),
        migrations.AddField(
            model_name="incident",
            name="unit_due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="due inside the unit"),
        ),
        migrations.AddField(
            model_name="incident",
            name="unit_overdue_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="marked overdue inside the unit"),
        ),
        migrations.AddField(
            model_name="incident",
            name="verified_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="verified at"),
        ),
        migrations.AddField(
            model_name="incident",
            name="was_arbitrated",
            field=models.BooleanField(default=False, verbose_name="decided by arbitration"),
        ),
        migrations.AddField(
            model_name="incident",
            name="was_excused",
            field=models.BooleanField(default=False, verbose_name="was overdue, appeal granted"),
        ),
        migrations.AddField(
            model_name="timelimit",
            name="step",
            field=models.PositiveSmallIntegerField(
                default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name="step"
            ),
        ),
        migrations.AddField(
            model_name="timelimit",
            name="step_name",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="name of the step"),
        ),
        migrations.AlterField(
            model_name="clockentry",
            name="clock",
            field=models.CharField(
                choices=[
                    ("accept", "Acceptance"),
                    ("verify", "Verification"),
                    ("dispatch", "Dispatch"),
                    ("handle", "Handling"),
                    ("internal", "Inside the unit"),
                    ("check", "Check"),
                ],
                max_length=10,
                verbose_name="stage",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="clock",
            field=models.CharField(
                blank=True,
                choices=[
                    ("accept", "Acceptance"),
                    ("verify", "Verification"),
                    ("dispatch", "Dispatch"),
                    ("handle", "Handling"),
                    ("internal", "Inside the unit"),
                    ("check", "Check"),
                ],
                default="",
                max_length=10,
                verbose_name="running clock",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="state",
            field=models.CharField(
                choices=[
                    ("reported", "To be accepted"),
                    ("verifying", "Being verified"),
                    ("not_accepted", "Not accepted"),
                    ("not_filed", "Not filed"),
                    ("filed", "To be dispatched"),
                    ("dispatched", "To be handled"),
                    ("handling", "Being handled"),
                    ("suspended", "Suspended"),
                    ("deferred", "Deferred"),
                    ("confirming", "To be confirmed by the unit"),
                    ("forwarding", "To be forwarded"),
                    ("handled", "To be checked"),
                    ("checking", "Being checked"),
                    ("checked", "To be closed"),
                    ("reworking", "Rework"),
                    ("closed", "Closed"),
                    ("answered", "Answered at once"),
                    ("cancelled", "Cancelled"),
                    ("self_handled", "Handled on the spot"),
                ],
                max_length=14,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="incidentevent",
            name="from_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reported", "To be accepted"),
                    ("verifying", "Being verified"),
                    ("not_accepted", "Not accepted"),
                    ("not_filed", "Not filed"),
                    ("filed", "To be dispatched"),
                    ("dispatched", "To be handled"),
                    ("handling", "Being handled"),
                    ("suspended", "Suspended"),
                    ("deferred", "Deferred"),
                    ("confirming", "To be confirmed by the unit"),
                    ("forwarding", "To be forwarded"),
                    ("handled", "To be checked"),
                    ("checking", "Being checked"),
                    ("checked", "To be closed"),
                    ("reworking", "Rework"),
                    ("closed", "Closed"),
                    ("answered", "Answered at once"),
                    ("cancelled", "Cancelled"),
                    ("self_handled", "Handled on the spot"),
                ],
                default="",
                max_length=14,
                verbose_name="from",
            ),
        ),
        migrations.AlterField(
            model_name="incidentevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("move", "Move"),
                    ("warned", "Warned"),
                    ("overdue", "Overdue"),
                    ("left", "Left to a person"),
                    ("classified", "Classified"),
                    ("remark", "Remark"),
                    ("revealed", "Contact revealed"),
                    ("applied", "Applied for"),
                    ("reviewed", "Application reviewed"),
                    ("withdrawn", "Application withdrawn"),
                    ("extended", "Time extended"),
                    ("excused", "Appeal granted"),
                    ("unit_overdue", "Overdue inside the unit"),
                    ("reckoned", "Due time reckoned anew"),
                    ("handed_over", "Handed over"),
                    ("joined", "Joined to a lead case"),
                    ("parted", "Parted from the lead case"),
                    ("supervised", "Supervised"),
                    ("replied", "Supervision answered"),
                    ("lifted", "Supervision lifted"),
                    ("whistled", "Whistle"),
                    ("called_back", "Called back"),
                    ("solved", "Found solved"),
                    ("unsolved", "No longer counted as solved"),
                    ("level", "Level or severity changed"),
                    ("gathered", "Joint action"),
                ],
                default="move",
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="incidentevent",
            name="to_state",
            field=models.CharField(
                choices=[
                    ("reported", "To be accepted"),
                    ("verifying", "Being verified"),
                    ("not_accepted", "Not accepted"),
                    ("not_filed", "Not filed"),
                    ("filed", "To be dispatched"),
                    ("dispatched", "To be handled"),
                    ("handling", "Being handled"),
                    ("suspended", "Suspended"),
                    ("deferred", "Deferred"),
                    ("confirming", "To be confirmed by the unit"),
                    ("forwarding", "To be forwarded"),
                    ("handled", "To be checked"),
                    ("checking", "Being checked"),
                    ("checked", "To be closed"),
                    ("reworking", "Rework"),
                    ("closed", "Closed"),
                    ("answered", "Answered at once"),
                    ("cancelled", "Cancelled"),
                    ("self_handled", "Handled on the spot"),
                ],
                max_length=14,
                verbose_name="to",
            ),
        ),
        migrations.AlterField(
            model_name="timelimit",
            name="clock",
            field=models.CharField(
                choices=[
                    ("accept", "Acceptance"),
                    ("verify", "Verification"),
                    ("dispatch", "Dispatch"),
                    ("handle", "Handling"),
                    ("internal", "Inside the unit"),
                    ("check", "Check"),
                ],
                max_length=10,
                verbose_name="stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatchrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_active", True), ("is_draft", True), _negated=True),
                name="rule_draft_is_not_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="timelimit",
            constraint=models.UniqueConstraint(
                fields=("category", "clock", "urgency", "step"), name="limit_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="timelimit",
            constraint=models.CheckConstraint(condition=models.Q(("step__gte", 1)), name="limit_step_from_one"),
        ),
        migrations.AddField(
            model_name="actionday",
            name="compounds_done",
            field=models.ManyToManyField(
                blank=True, related_name="action_days", to="grid.compound", verbose_name="compounds worked on"
            ),
        ),
        migrations.AddField(
            model_name="actionday",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to=settings.AUTH_USER_MODEL,
                verbose_name="applicant",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="incidents.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.organization",
                verbose_name="for the unit",
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="call_backs",
                to=settings.AUTH_USER_MODEL,
                verbose_name="caller",
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="call_backs",
                to="incidents.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="callbacksample",
            name="drawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="drawn by",
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="sample",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="call_backs",
                to="incidents.callbacksample",
                verbose_name="sample",
            ),
        ),
        migrations.AddField(
            model_name="categoryversion",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="categoryversion",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="incidents.category",
                verbose_name="category",
            ),
        ),
        migrations.CreateModel(
            name="ClassifierFile",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="incidents.classifierversion",
                        verbose_name="classifier version",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
            ],
            options={
                "verbose_name": "file of a classifier version",
                "verbose_name_plural": "files of classifier versions",
            },
        ),
        migrations.AddField(
            model_name="classifierversion",
            name="changed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="changed by",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="grid",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="grid.grid",
                verbose_name="grid",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="incident",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dispute",
                to="incidents.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="mediator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to=settings.AUTH_USER_MODEL,
                verbose_name="mediator",
            ),
        ),
        migrations.AddField(
            model_name="disputeevent",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AddField(
            model_name="disputeevent",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="incidents.dispute",
                verbose_name="dispute",
            ),
        ),
        migrations.AddField(
            model_name="disputeparty",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parties",
                to="incidents.dispute",
                verbose_name="dispute",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="giver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handed_over",
                to=settings.AUTH_USER_MODEL,
                verbose_name="from",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="taker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_over",
                to=settings.AUTH_USER_MODEL,
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="jointaction",
            name="compounds",
            field=models.ManyToManyField(
                blank=True, related_name="joint_actions", to="grid.compound", verbose_name="compounds"
            ),
        ),
        migrations.AddField(
            model_name="jointaction",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="planned by",
            ),
        ),
        migrations.AddField(
            model_name="jointaction",
            name="grid",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joint_actions",
                to="grid.grid",
                verbose_name="grid",
            ),
        ),
        migrations.AddField(
            model_name="jointaction",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_actions",
                to="grid.organization",
                verbose_name="led by",
            ),
        ),
        migrations.AddField(
            model_name="jointaction",
            name="units",
            field=models.ManyToManyField(
                blank=True, related_name="joint_actions", to="grid.organization", verbose_name="taking part"
            ),
        ),
        migrations.AddField(
            model_name="actionday",
            name="action",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="days",
                to="incidents.jointaction",
                verbose_name="joint action",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="joint_action",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="incidents",
                to="incidents.jointaction",
                verbose_name="joint action",
            ),
        ),
        AddConstraintNotValid(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "reported",
                            "verifying",
                            "filed",
                            "dispatched",
                            "handling",
                            "suspended",
                            "deferred",
                            "confirming",
                            "forwarding",
                            "handled",
                            "checking",
                            "checked",
                            "reworking",
                        ],
                    ),
                    ("closed_at__isnull", False),
                    _connector="OR",
                ),
                name="incident_end_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="numberbook",
            constraint=models.UniqueConstraint(fields=("name", "year"), name="number_book_once"),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="procedure_one_row"),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("automatic_confidence__gte", 0), ("automatic_confidence__lte", 1)),
                name="procedure_confidence_is_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("call_back_share__lte", 100)), name="procedure_share_is_percent"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="applicant",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="incidents.application",
                verbose_name="application",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="approver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approver",
            ),
        ),
        migrations.AddField(
            model_name="rulerelease",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supervisions",
                to="incidents.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="issued_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="issued by",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="lifted by",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supervisions",
                to="grid.organization",
                verbose_name="to the unit",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="replied_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="replied by",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supervisions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="to",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("reply_amount__gt", 0), ("threshold__gte", 1)), name="supervision_rule_positive"
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="approver",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="caller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="whistles",
                to=settings.AUTH_USER_MODEL,
                verbose_name="caller",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="grid",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="whistles",
                to="grid.grid",
                verbose_name="blown by the grid",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="incident",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="whistles",
                to="incidents.incident",
                verbose_name="incident",
            ),
        ),
        migrations.AddField(
            model_name="whistleevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AddField(
            model_name="whistleevent",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.organization",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="whistleevent",
            name="whistle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="incidents.whistle",
                verbose_name="whistle",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistlelevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("handle_amount__gt", 0), ("respond_amount__gt", 0)),
                name="whistle_level_times_positive",
            ),
        ),
        migrations.AddField(
            model_name="whistletask",
            name="done_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="done by",
            ),
        ),
        migrations.AddField(
            model_name="whistletask",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="whistle_tasks",
                to="grid.organization",
                verbose_name="called unit",
            ),
        ),
        migrations.AddField(
            model_name="whistletask",
            name="responded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="responded by",
            ),
        ),
        migrations.AddField(
            model_name="whistletask",
            name="whistle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tasks",
                to="incidents.whistle",
                verbose_name="whistle",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["kind", "-id"], name="application_pending_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "pending")), fields=("incident", "kind"), name="application_one_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "approved")),
                fields=("incident", "kind", "ordinal"),
                name="application_granted_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "appeal")), fields=("incident",), name="application_one_appeal"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["suspension", "appeal"]), _negated=True), ("ordinal", 1), _connector="OR"
                ),
                name="application_once_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["suspension", "deferral"]), _negated=True),
                    ("until__gt", models.F("applied_at")),
                    _connector="OR",
                ),
                name="application_rest_has_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("status", "pending")),
                    models.Q(models.Q(("status", "pending"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="application_decided_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="callbacksample",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__gte", 1), ("percent__lte", 100)), name="sample_percent"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                condition=models.Q(("called_at__isnull", True)), fields=["due_at"], name="call_back_open_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(fields=["called_at"], name="call_back_called_idx"),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(fields=("incident", "round"), name="call_back_once_per_ending"),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contact", "reached"), _negated=True),
                    models.Q(("called_at__isnull", False), ("checker__isnull", False), ("solved__isnull", False)),
                    _connector="OR",
                ),
                name="call_back_reached_has_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_excluded", False), models.Q(("exclusion_reason", ""), _negated=True), _connector="OR"
                ),
                name="call_back_exclusion_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="categoryversion",
            constraint=models.UniqueConstraint(fields=("category", "version"), name="category_version_once"),
        ),
        migrations.AddConstraint(
            model_name="classifierversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "live")), fields=("state",), name="classifier_one_live"
            ),
        ),
        migrations.AddConstraint(
            model_name="classifierversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 0), ("threshold__lte", 1)), name="classifier_threshold_is_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="classifierversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "live"), _negated=True), ("live_at__isnull", False), _connector="OR"
                ),
                name="classifier_live_has_time",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                fields=["grid_code", "-id"], name="dispute_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["mediator", "-id"], name="dispute_mediator_idx"),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "settled"), _negated=True),
                    models.Q(models.Q(("agreement", ""), _negated=True), ("agreed_at__isnull", False)),
                    _connector="OR",
                ),
                name="dispute_settled_has_agreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 3), ("level__lte", 6)), name="dispute_level_in_street"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("giver", models.F("taker")), _negated=True), name="hand_over_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="jointaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="action_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="jointaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True),
                    models.Q(("result", ""), _negated=True),
                    _connector="OR",
                ),
                name="action_ended_has_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionday",
            constraint=models.UniqueConstraint(fields=("action", "day"), name="action_day_once"),
        ),
        migrations.AddConstraint(
            model_name="actionday",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled__lte", models.F("found"))), name="action_settled_of_found"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("application", "step"), name="review_step_once"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("application", "approver"), name="review_person_once"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("approver", models.F("applicant")), _negated=True), name="review_not_by_applicant"
            ),
        ),
        migrations.AddIndex(
            model_name="supervision",
            index=models.Index(fields=["state", "-id"], name="supervision_state_idx"),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True), fields=("number",), name="supervision_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "urge"), models.Q(("number", ""), _negated=True), _connector="OR"),
                name="supervision_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "lifted"), _negated=True),
                    models.Q(("lifted_at__isnull", False), models.Q(("lift_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="supervision_lifted_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "supervise"),
                    ("state__in", ["issued", "replied"]),
                    models.Q(("trigger", "hand"), _negated=True),
                ),
                fields=("incident", "trigger"),
                name="supervision_one_per_rule",
            ),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(
                fields=["grid_code", "-id"], name="whistle_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(fields=["state", "-id"], name="whistle_state_idx"),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("caller")), _negated=True),
                    _connector="OR",
                ),
                name="whistle_not_approved_by_caller",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["blown", "handled", "closed"]), _negated=True),
                    models.Q(("approver__isnull", False), ("blown_at__isnull", False)),
                    _connector="OR",
                ),
                name="whistle_blown_is_approved",
            ),
        ),
        migrations.AddIndex(
            model_name="whistletask",
            index=models.Index(fields=["organization", "-id"], name="whistle_task_unit_idx"),
        ),
        migrations.AddConstraint(
            model_name="whistletask",
            constraint=models.UniqueConstraint(fields=("whistle", "organization"), name="whistle_unit_once"),
        ),
        migrations.AddConstraint(
            model_name="whistletask",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_lead", True)), fields=("whistle",), name="whistle_one_lead"
            ),
        ),
        migrations.AddConstraint(
            model_name="whistletask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating__isnull", True), models.Q(("rating__gte", 1), ("rating__lte", 5)), _connector="OR"
                ),
                name="whistle_rating_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistletask",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at__isnull", True), ("responded_at__isnull", False), _connector="OR"),
                name="whistle_done_after_response",
            ),
        ),
    ]
