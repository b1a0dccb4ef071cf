"""Browsers that take notices."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('security', '0003_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushDevice',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('holder_kind', models.CharField(max_length=6)),
                ('holder_id', models.UUIDField()),
                ('endpoint_digest', models.BinaryField(unique=True)),
                ('sealed', models.BinaryField()),
                ('language', models.CharField(max_length=2)),
                ('made_at', models.DateTimeField()),
                ('failures', models.SmallIntegerField(db_default=0, default=0)),
                ('told', models.BigIntegerField(null=True)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='security.sessionrow')),
            ],
            options={
                'db_table': 'security_push_device',
                'indexes': [models.Index(fields=['holder_kind', 'holder_id'], name='security_push_holder')],
            },
        ),
    ]
