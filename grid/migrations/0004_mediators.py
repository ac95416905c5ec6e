

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0003_substitutes_and_confirming_units'),
    ]

    operations = [
        migrations.AlterField(
            model_name='post',
            name='kind',
            field=models.CharField(choices=[('street_secretary', 'Street party secretary'), ('linked_cadre', 'Section cadre linked to a community'), ('shift_leader', 'Shift leader'), ('operator', 'Operator'), ('dispatcher', 'Dispatcher'), ('supervisor', 'Supervisor'), ('auditor', 'Auditor'), ('community_head', 'Community head'), ('committee_member', 'Community committee member'), ('grid_leader', 'Grid leader'), ('grid_worker', 'Grid worker'), ('micro_leader', 'Micro-grid leader'), ('building_head', 'Building head'), ('police', 'Community police officer'), ('city_officer', 'City management officer'), ('instructor', 'Party-building instructor'), ('mediator', "People's mediator"), ('org_head', 'Head of the organization'), ('handler', 'Handler'), ('member', 'Member')], max_length=20, verbose_name='post'),
        ),
    ]
