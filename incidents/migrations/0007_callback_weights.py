"""The weights of the three rates are the office's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_laws_of_the_whole_life")]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="response_weight",
            field=models.PositiveSmallIntegerField(default=30, verbose_name="weight of the response rate"),
        ),
        migrations.AddField(
            model_name="procedure",
            name="resolution_weight",
            field=models.PositiveSmallIntegerField(default=35, verbose_name="weight of the resolution rate"),
        ),
        migrations.AddField(
            model_name="procedure",
            name="satisfaction_weight",
            field=models.PositiveSmallIntegerField(default=35, verbose_name="weight of the satisfaction rate"),
        ),
    ]
