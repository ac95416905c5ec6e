import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_callback_weights")]

    operations = [
        migrations.AlterField(
            model_name="whistle",
            name="caller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="whistles",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who whistles",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="rank",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(1, "Section head"), (2, "Deputy leader"), (3, "Main leader")],
                null=True,
                verbose_name="who must attend, as the level said when it was blown",
            ),
        ),
    ]
