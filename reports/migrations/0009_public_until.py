"""Until when the list of a round of honours is shown to the public."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_papers_frozen_whole")]

    operations = [
        migrations.AddField(
            model_name="honourround",
            name="public_until",
            field=models.DateField(blank=True, null=True, verbose_name="shown to the public until"),
        ),
    ]
