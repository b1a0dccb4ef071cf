"""Closed months, each frozen for good."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('economics', '0001_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='Close',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=10)),
                ('month', models.IntegerField()),
                ('until', models.DateTimeField(null=True)),
                ('content', models.TextField()),
                ('previous', models.BinaryField()),
                ('hash', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
            ],
            options={
                'db_table': 'economics_close',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'closed'), ('until__isnull', False)), models.Q(('kind', 'reopened'), ('until', None)), _connector='OR'), name='economics_close_kind'), models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='economics_close_number')],
            },
        ),
    ]
