from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0007_party_work"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("divisions", "Division codes (CSV)"),
                    ("boundaries", "Boundaries (GeoJSON)"),
                    ("roster", "Roster of posts (Excel or CSV)"),
                    ("households", "Households and residents (Excel or CSV)"),
                    ("places", "Places to inspect (Excel or CSV)"),
                    ("party", "Party organizations (Excel or CSV)"),
                    ("members", "Party members (Excel or CSV)"),
                    ("partners", "Partner units and resources (Excel or CSV)"),
                    ("volunteers", "Volunteers (Excel or CSV)"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
    ]
