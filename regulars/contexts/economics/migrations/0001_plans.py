"""Plans, their versions and what was really paid."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('title', models.JSONField()),
                ('version', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=120)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=120)),
                ('archived_at', models.DateTimeField(null=True)),
                ('archived_by', models.CharField(max_length=120, null=True)),
            ],
            options={
                'db_table': 'economics_plan',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('archived_at', None), ('archived_by', None)), models.Q(('archived_at__isnull', False), ('archived_by__isnull', False)), _connector='OR'), name='economics_plan_archived_whole'), models.CheckConstraint(condition=models.Q(('version__gt', 0)), name='economics_plan_version')],
            },
        ),
        migrations.CreateModel(
            name='PlanCost',
            fields=[
                ('pk', models.CompositePrimaryKey('plan_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('month', models.IntegerField()),
                ('group', models.CharField(max_length=40)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='economics.plan')),
            ],
            options={
                'db_table': 'economics_plan_cost',
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', None), ('amount_minor__gte', 0), _connector='OR'), name='economics_plan_cost_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('pk', models.CompositePrimaryKey('plan_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='economics.plan')),
            ],
            options={
                'db_table': 'economics_plan_version',
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='economics_plan_version_number')],
            },
        ),
    ]
