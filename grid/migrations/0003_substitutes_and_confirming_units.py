

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0002_tree_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="absence",
            name="substitute",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="substitutions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="substitute",
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="confirms_work",
            field=models.BooleanField(default=False, verbose_name="its head confirms finished work"),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("substitute__isnull", True),
                    models.Q(("substitute", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="absence_other_substitute",
            ),
        ),
    ]
