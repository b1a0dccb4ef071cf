"""Tables of coupons, their batches, and what happens to them."""

import regulars.kit.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rewards', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CouponEvent',
            fields=[
                ('pk', models.CompositePrimaryKey('code', 'source', 'what', blank=True, editable=False, primary_key=True, serialize=False)),
                ('code', regulars.kit.fields.CodeText(db_collation='C', max_length=64)),
                ('source', models.UUIDField()),
                ('what', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('bucket', models.SmallIntegerField(null=True)),
                ('member_id', models.UUIDField(null=True)),
                ('by', models.CharField(db_default='', default='', max_length=120)),
            ],
            options={
                'db_table': 'rewards_coupon_event',
            },
        ),
        migrations.CreateModel(
            name='Coupon',
            fields=[
                ('code', regulars.kit.fields.CodeText(db_collation='C', max_length=64, primary_key=True, serialize=False)),
                ('batch', regulars.kit.fields.CodeText(db_collation='C', max_length=60)),
                ('status', models.CharField(db_default='ready', default='ready', max_length=10)),
                ('uses_max', models.IntegerField()),
                ('uses', models.IntegerField(db_default=0, default=0)),
                ('reserved', models.JSONField(db_default={}, default=dict)),
                ('bucket', models.SmallIntegerField(null=True)),
                ('member_id', models.UUIDField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('source', models.UUIDField(null=True)),
                ('shown', models.CharField(max_length=64, null=True)),
            ],
            options={
                'db_table': 'rewards_coupon',
                'indexes': [models.Index(fields=['batch', 'code'], name='rewards_coupon_of_batch'), models.Index(condition=models.Q(('member_id__isnull', False)), fields=['bucket', 'member_id'], name='rewards_coupon_of_member'), models.Index(condition=models.Q(('source__isnull', False)), fields=['source'], name='rewards_coupon_of_source'), models.Index(condition=models.Q(('issued_at', None)), fields=['batch', 'code'], name='rewards_coupon_free')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['ready', 'revoked'])), name='rewards_coupon_status_known'), models.CheckConstraint(condition=models.Q(('uses__gte', 0), ('uses__lte', models.F('uses_max')), ('uses_max__gt', 0)), name='rewards_coupon_uses_within'), models.CheckConstraint(condition=models.Q(models.Q(('bucket', None), ('member_id', None)), models.Q(('bucket__isnull', False), ('member_id__isnull', False)), _connector='OR'), name='rewards_coupon_owner_whole')],
            },
        ),
        migrations.CreateModel(
            name='CouponBatch',
            fields=[
                ('code', regulars.kit.fields.CodeText(db_collation='C', max_length=60, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=200)),
                ('promotion', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=10)),
                ('pattern', models.CharField(max_length=64, null=True)),
                ('uses_max', models.IntegerField()),
                ('bound', models.BooleanField()),
                ('transferable', models.BooleanField()),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('valid_days', models.IntegerField(null=True)),
                ('status', models.CharField(max_length=10)),
                ('made', models.IntegerField(db_default=0, default=0)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=120)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'rewards_coupon_batch',
                'indexes': [models.Index(fields=['promotion'], name='rewards_batch_promotion')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'made'), ('pattern__isnull', False)), models.Q(('kind__in', ['imported', 'issued']), ('pattern', None)), _connector='OR'), name='rewards_batch_kind_known'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'revoked'])), name='rewards_batch_status_known'), models.CheckConstraint(condition=models.Q(('made__gte', 0), ('uses_max__gt', 0), models.Q(('valid_days', None), ('valid_days__gt', 0), _connector='OR')), name='rewards_batch_counts'), models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('since__lt', models.F('until')), _connector='OR'), name='rewards_batch_window_forward')],
            },
        ),
        # A use changes a row in place: room on its page spares every index of it.
        migrations.RunSQL(
            "ALTER TABLE rewards_coupon SET (fillfactor = 90)", migrations.RunSQL.noop
        ),
    ]
