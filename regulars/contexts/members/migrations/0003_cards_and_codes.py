"""Batches of cards with their printings, and devices whose codes change."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_referrals'),
    ]

    operations = [
        migrations.CreateModel(
            name='CardBatchRow',
            fields=[
                ('pk', models.CompositePrimaryKey('range_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('range', models.ForeignKey(db_column='range_code', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.cardrange')),
                ('number', models.IntegerField()),
                ('count', models.IntegerField()),
                ('made_at', models.DateTimeField()),
                ('printings', models.IntegerField(db_default=0, default=0)),
                ('printed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'members_card_batch',
            },
        ),
        migrations.RunSQL(
            """
            INSERT INTO members_card_batch (range_code, number, count, made_at)
            SELECT range_code, batch, count(*), min(issued_at)
            FROM members_issued_card GROUP BY range_code, batch
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='issuedcard',
            index=models.Index(fields=['range', 'batch'], name='members_issued_card_batch'),
        ),
        migrations.CreateModel(
            name='CodeDevice',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('tag', models.CharField(max_length=16, unique=True)),
                ('bucket', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('name', models.CharField(db_default='', default='', max_length=80)),
                ('made_at', models.DateTimeField()),
                ('of_session', models.BooleanField(db_default=False, default=False)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_shown', models.BigIntegerField(db_default=0, default=0)),
                ('last_agreed', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'db_table': 'members_code_device',
                'indexes': [models.Index(fields=['bucket', 'member_id'], name='members_code_device_member')],
            },
        ),
    ]
