
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0005_tasks_through_grids'),
        ('incidents', '0012_dispute_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True, verbose_name='name')),
                ('description', models.CharField(blank=True, default='', max_length=200, verbose_name='when it is used')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='ProblemKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(unique=True, verbose_name='number')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('description', models.CharField(blank=True, default='', max_length=200, verbose_name='what belongs to it')),
            ],
            options={
                'verbose_name': 'kind of problem',
                'verbose_name_plural': 'kinds of problems',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='TaskKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('family', models.CharField(blank=True, default='', max_length=20, verbose_name='family')),
                ('unit_word', models.CharField(blank=True, default='', max_length=10, verbose_name='what is counted')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'kind of grid task',
                'verbose_name_plural': 'kinds of grid tasks',
                'ordering': ['position', 'code'],
            },
        ),
        migrations.AlterField(
            model_name='incident',
            name='source',
            field=models.CharField(choices=[('patrol', 'Grid patrol'), ('desk', 'Staff desk'), ('api', 'Other system'), ('hotline', '12345 hotline'), ('public', 'Public page'), ('deputy', 'Deputy or member of the consultative conference'), ('import', 'Import')], max_length=10, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='incidentevent',
            name='kind',
            field=models.CharField(choices=[('move', 'Move'), ('warned', 'Warned'), ('overdue', 'Overdue'), ('left', 'Left to a person'), ('classified', 'Classified'), ('remark', 'Remark'), ('revealed', 'Contact revealed'), ('applied', 'Applied for'), ('reviewed', 'Application reviewed'), ('withdrawn', 'Application withdrawn'), ('extended', 'Time extended'), ('excused', 'Appeal granted'), ('unit_overdue', 'Overdue inside the unit'), ('reckoned', 'Due time reckoned anew'), ('handed_over', 'Handed over'), ('joined', 'Joined to a lead case'), ('parted', 'Parted from the lead case'), ('supervised', 'Supervised'), ('replied', 'Supervision answered'), ('lifted', 'Supervision lifted'), ('whistled', 'Whistle'), ('called_back', 'Called back'), ('solved', 'Found solved'), ('unsolved', 'No longer counted as solved'), ('level', 'Level or severity changed'), ('labelled', 'Labels changed'), ('gathered', 'Joint action'), ('relocated', 'Place corrected')], default='move', max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='procedure',
            name='verify_sources',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('patrol', 'Grid patrol'), ('desk', 'Staff desk'), ('api', 'Other system'), ('hotline', '12345 hotline'), ('public', 'Public page'), ('deputy', 'Deputy or member of the consultative conference'), ('import', 'Import')], max_length=10), blank=True, default=list, size=None, verbose_name='sources whose reports are verified on site before filing'),
        ),
        migrations.CreateModel(
            name='GridTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=100, verbose_name='title')),
                ('text', models.TextField(max_length=5000, verbose_name='what is to be done')),
                ('grid_code', models.CharField(max_length=24, verbose_name='grid code of the day')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Given out'), ('done', 'Done'), ('called_off', 'Called off')], default='draft', max_length=10, verbose_name='state')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('result', models.TextField(blank=True, default='', max_length=5000, verbose_name='result')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='given out at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='made up')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grid_tasks', to='grid.grid', verbose_name='given out by the grid')),
                ('incident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grid_tasks', to='incidents.incident', verbose_name='follows the case')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='incidents.taskkind', verbose_name='kind')),
            ],
            options={
                'verbose_name': 'grid task',
                'verbose_name_plural': 'grid tasks',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='GridTaskPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grid_code', models.CharField(max_length=24, verbose_name='grid code of the day')),
                ('target', models.PositiveIntegerField(default=0, verbose_name='to reach')),
                ('reached', models.PositiveIntegerField(default=0, verbose_name='reached')),
                ('state', models.CharField(choices=[('open', 'Being worked on'), ('reported', 'Reported done'), ('accepted', 'Accepted')], default='open', max_length=10, verbose_name='state')),
                ('report', models.TextField(blank=True, default='', max_length=2000, verbose_name='feedback of the grid')),
                ('reported_at', models.DateTimeField(blank=True, null=True, verbose_name='reported at')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted at')),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by')),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='task_parts', to='grid.grid', verbose_name='grid')),
                ('reported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reported by')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='incidents.gridtask', verbose_name='task')),
            ],
            options={
                'verbose_name': 'share of a grid task',
                'verbose_name_plural': 'shares of grid tasks',
                'ordering': ['task', 'grid_code'],
            },
        ),
        migrations.CreateModel(
            name='GridTaskEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.IntegerField(verbose_name='so many')),
                ('text', models.CharField(blank=True, default='', max_length=500, verbose_name='words')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='incidents.gridtaskpart', verbose_name='share')),
            ],
            options={
                'verbose_name': 'progress of a grid task',
                'verbose_name_plural': 'progress of grid tasks',
                'ordering': ['part', 'id'],
            },
        ),
        migrations.AddField(
            model_name='incident',
            name='labels',
            field=models.ManyToManyField(blank=True, related_name='incidents', to='incidents.label', verbose_name='labels'),
        ),
        migrations.AddField(
            model_name='category',
            name='problem_kind',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='categories', to='incidents.problemkind', verbose_name='kind of problem'),
        ),
        migrations.CreateModel(
            name='GridTaskItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=200, verbose_name='text')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='ticked at')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ticked by')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='incidents.gridtask', verbose_name='task')),
            ],
            options={
                'verbose_name': 'line of a checklist',
                'verbose_name_plural': 'lines of checklists',
                'ordering': ['task', 'position'],
                'constraints': [models.UniqueConstraint(fields=('task', 'position'), name='grid_task_item_once')],
            },
        ),
        migrations.AddIndex(
            model_name='gridtaskpart',
            index=models.Index(fields=['grid_code', '-id'], name='grid_task_part_idx', opclasses=['varchar_pattern_ops', 'int8_ops']),
        ),
        migrations.AddConstraint(
            model_name='gridtaskpart',
            constraint=models.UniqueConstraint(fields=('task', 'grid'), name='grid_task_part_once'),
        ),
        migrations.AddConstraint(
            model_name='gridtaskpart',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_by__isnull', True), models.Q(('accepted_by', models.F('reported_by')), _negated=True), _connector='OR'), name='grid_task_part_two_people'),
        ),
        migrations.AddIndex(
            model_name='gridtask',
            index=models.Index(fields=['grid_code', '-id'], name='grid_task_grid_idx', opclasses=['varchar_pattern_ops', 'int8_ops']),
        ),
        migrations.AddConstraint(
            model_name='gridtask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['done', 'called_off']), _negated=True), models.Q(('ended_at__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='grid_task_ended_has_result'),
        ),
        migrations.AddConstraint(
            model_name='gridtask',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('issued_at__isnull', False), ('state', 'called_off'), _connector='OR'), name='grid_task_issued_has_time'),
        ),
    ]
