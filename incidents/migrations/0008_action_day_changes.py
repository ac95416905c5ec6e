"""A day of a joint action keeps what stood there before a correction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_whistle_rank")]

    operations = [
        migrations.AddField(
            model_name="actionday",
            name="changes",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="corrections"),
        ),
    ]
