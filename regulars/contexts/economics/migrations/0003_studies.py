"""Studies: what was asked for, how far it is, what came of it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('economics', '0002_closes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Study',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('request', models.JSONField()),
                ('state', models.CharField(max_length=10)),
                ('phase', models.CharField(db_default='', default='', max_length=60)),
                ('done', models.BigIntegerField(db_default=0, default=0)),
                ('total', models.BigIntegerField(null=True)),
                ('attempt', models.PositiveIntegerField(db_default=0, default=0)),
                ('stops', models.BooleanField(db_default=False, default=False)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=120)),
                ('started_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('refusal', models.JSONField(null=True)),
                ('summary', models.JSONField(null=True)),
                ('files', models.JSONField(db_default=[], default=list)),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'economics_study',
                'indexes': [models.Index(condition=models.Q(('finished_at', None)), fields=['id'], name='economics_study_under_way')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('refusal__isnull', True), ('state__in', ['queued', 'running']), ('summary__isnull', True)), models.Q(('finished_at__isnull', False), ('refusal__isnull', True), ('state', 'done'), ('summary__isnull', False)), models.Q(('finished_at__isnull', False), ('refusal__isnull', False), ('state__in', ['refused', 'failed']), ('summary__isnull', True)), models.Q(('finished_at__isnull', False), ('refusal__isnull', True), ('state', 'cancelled'), ('summary__isnull', True)), _connector='OR'), name='economics_study_life')],
            },
        ),
    ]
