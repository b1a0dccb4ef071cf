"""Gift cards: their numbers, PIN digests and batches; their money is in the ledger."""

import regulars.kit.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rewards', '0003_catalogue'),
    ]

    operations = [
        migrations.CreateModel(
            name='GiftCardBatch',
            fields=[
                ('code', regulars.kit.fields.CodeText(db_collation='C', max_length=60, primary_key=True, serialize=False)),
                ('money', models.CharField(max_length=3)),
                ('made', models.IntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=120)),
            ],
            options={
                'db_table': 'rewards_gift_card_batch',
            },
        ),
        migrations.CreateModel(
            name='GiftCard',
            fields=[
                ('number', regulars.kit.fields.CodeText(db_collation='C', max_length=19, primary_key=True, serialize=False)),
                ('id', models.UUIDField(unique=True)),
                ('bucket', models.SmallIntegerField()),
                ('batch', regulars.kit.fields.CodeText(db_collation='C', max_length=60)),
                ('money', models.CharField(max_length=3)),
                ('pin_digest', models.BinaryField(null=True)),
                ('status', models.CharField(db_default='open', default='open', max_length=10)),
                ('replaced_by', regulars.kit.fields.CodeText(db_collation='C', max_length=19, null=True)),
                ('owner_bucket', models.SmallIntegerField(null=True)),
                ('owner_id', models.UUIDField(null=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'rewards_gift_card',
                'indexes': [models.Index(fields=['batch', 'number'], name='rewards_gift_card_of_batch'), models.Index(condition=models.Q(('owner_id__isnull', False)), fields=['owner_bucket', 'owner_id'], name='rewards_gift_card_of_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('replaced_by', None), ('status__in', ['open', 'blocked'])), models.Q(('replaced_by__isnull', False), ('status', 'replaced')), _connector='OR'), name='rewards_gift_card_status')],
            },
        ),
    ]
