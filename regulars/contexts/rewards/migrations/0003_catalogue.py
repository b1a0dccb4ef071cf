"""Orders with a life of their own, the journal of stock, and offers to one member."""

from django.db import migrations, models

# What was redeemed before is issued; its stock gets the journal it would have had.
_ORDERS = """
UPDATE rewards_redemption SET issued_at = redeemed_at;
UPDATE rewards_redemption SET status = 'issued' WHERE status = 'redeemed';
INSERT INTO rewards_stock_move (id, reward_code, at, reason, change, order_id, by)
SELECT gen_random_uuid(), r.code, r.created_at, 'set',
       r.stock + (SELECT count(*) FROM rewards_redemption d
                  WHERE d.reward_code = r.code AND d.from_stock AND d.status = 'issued'),
       NULL, 'system:migration'
FROM rewards_reward r WHERE r.stock IS NOT NULL;
INSERT INTO rewards_stock_move (id, reward_code, at, reason, change, order_id, by)
SELECT gen_random_uuid(), d.reward_code, d.redeemed_at, 'taken',
       CASE WHEN r.stock IS NULL THEN 0 ELSE -1 END, d.id, d.redeemed_by
FROM rewards_redemption d JOIN rewards_reward r ON r.code = d.reward_code WHERE d.from_stock;
INSERT INTO rewards_stock_move (id, reward_code, at, reason, change, order_id, by)
SELECT gen_random_uuid(), d.reward_code, d.cancelled_at, 'put_back',
       CASE WHEN r.stock IS NULL THEN 0 ELSE 1 END, d.id, d.cancelled_by
FROM rewards_redemption d JOIN rewards_reward r ON r.code = d.reward_code
WHERE d.from_stock AND d.status = 'cancelled';
"""
# Back there are no reservations, and no state after redeemed.
_REDEMPTIONS = """
DELETE FROM rewards_redemption WHERE ledger_seq IS NULL;
UPDATE rewards_redemption SET status = 'redeemed' WHERE status IN ('issued', 'fulfilled');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('rewards', '0002_coupons'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonalOffer',
            fields=[
                ('pk', models.CompositePrimaryKey('bucket', 'member_id', 'promotion', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bucket', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('promotion', models.CharField(max_length=40)),
                ('activated_at', models.DateTimeField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('granted_by', models.CharField(max_length=120)),
                ('granted_at', models.DateTimeField()),
                ('source', models.UUIDField(null=True)),
            ],
            options={
                'db_table': 'rewards_offer',
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('reward_code', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=10)),
                ('change', models.IntegerField()),
                ('order_id', models.UUIDField(null=True)),
                ('by', models.CharField(max_length=120)),
            ],
            options={
                'db_table': 'rewards_stock_move',
            },
        ),
        migrations.RemoveConstraint(
            model_name='redemption',
            name='rewards_redemption_cancel_whole',
        ),
        migrations.AddField(
            model_name='redemption',
            name='closes',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='redemption',
            name='coupon',
            field=models.CharField(db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='redemption',
            name='effect_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='redemption',
            name='fulfilled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='redemption',
            name='fulfilled_by',
            field=models.CharField(max_length=120, null=True),
        ),
        migrations.AddField(
            model_name='redemption',
            name='issued_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='redemption',
            name='kind',
            field=models.CharField(db_default='gift', default='gift', max_length=40),
        ),
        migrations.AddField(
            model_name='redemption',
            name='money_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='redemption',
            name='params',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='redemption',
            name='quantity',
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='redemption',
            name='reference',
            field=models.CharField(db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='redemption',
            name='reserved_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reward',
            name='kind',
            field=models.CharField(db_default='gift', default='gift', max_length=40),
        ),
        migrations.AddField(
            model_name='reward',
            name='limit_period',
            field=models.CharField(max_length=10, null=True),
        ),
        migrations.AddField(
            model_name='reward',
            name='money_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='reward',
            name='params',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='reward',
            name='visible',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AlterField(
            model_name='redemption',
            name='ledger_seq',
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(_ORDERS, _REDEMPTIONS),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(condition=models.Q(('status', 'reserved')), fields=['reserved_until'], name='rewards_redemption_due'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(fields=['status', '-id'], name='rewards_redemption_open'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='rewards_redemption_counts'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('ledger_seq', None), ('reserved_until__isnull', False), ('status', 'reserved')), models.Q(('ledger_seq', None), ('reserved_until__isnull', False), ('status', 'expired')), models.Q(('cancel_ledger_seq', None), ('cancelled_at', None), ('fulfilled_at', None), ('issued_at__isnull', False), ('ledger_seq__isnull', False), ('status', 'issued')), models.Q(('cancel_ledger_seq', None), ('cancelled_at', None), ('fulfilled_at__isnull', False), ('issued_at__isnull', False), ('ledger_seq__isnull', False), ('status', 'fulfilled')), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False), ('status', 'cancelled'), models.Q(models.Q(('cancel_ledger_seq', None), ('ledger_seq', None)), models.Q(('cancel_ledger_seq__isnull', False), ('ledger_seq__isnull', False)), _connector='OR')), _connector='OR'), name='rewards_redemption_life'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('money_minor__gte', 0)), name='rewards_money_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='personaloffer',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('since__lt', models.F('until')), _connector='OR'), name='rewards_offer_window_forward'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['reward_code', 'id'], name='rewards_stock_of'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('order_id', None), ('reason__in', ['set', 'added'])), models.Q(('order_id__isnull', False), ('reason__in', ['taken', 'put_back'])), _connector='OR'), name='rewards_stock_move_reason'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.UniqueConstraint(condition=models.Q(('order_id__isnull', False)), fields=('order_id', 'reason'), name='rewards_stock_move_once'),
        ),
    ]
