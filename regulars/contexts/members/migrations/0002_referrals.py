"""Referral: who brought whom, and the codes to bring friends with."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReferralCode',
            fields=[
                ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('bucket', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'members_referral_code',
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('bucket', 'member_id'), name='members_referral_code_one')],
            },
        ),
        migrations.CreateModel(
            name='ReferralRow',
            fields=[
                ('pk', models.CompositePrimaryKey('bucket', 'member_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bucket', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('referrer_bucket', models.SmallIntegerField()),
                ('referrer_id', models.UUIDField()),
                ('named_at', models.DateTimeField()),
                ('named_by', models.CharField(max_length=120)),
                ('status', models.CharField(max_length=10)),
                ('attempt', models.IntegerField(db_default=1, default=1)),
                ('seen', models.BigIntegerField(db_default=0, default=0)),
                ('purchase_id', models.UUIDField(null=True)),
                ('earned_at', models.DateTimeField(null=True)),
                ('watch_until', models.DateTimeField(null=True)),
                ('version', models.IntegerField(null=True)),
                ('friend_currency', models.CharField(max_length=40, null=True)),
                ('friend_amount', models.BigIntegerField(null=True)),
                ('friend_source', models.UUIDField(null=True)),
                ('referrer_currency', models.CharField(max_length=40, null=True)),
                ('referrer_amount', models.BigIntegerField(null=True)),
                ('referrer_source', models.UUIDField(null=True)),
                ('capped', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'db_table': 'members_referral',
                'indexes': [models.Index(fields=['referrer_bucket', 'referrer_id', 'named_at'], name='members_referral_by'), models.Index(condition=models.Q(('status', 'waiting'), ('watch_until__isnull', False), _connector='OR'), fields=['bucket', 'member_id'], name='members_referral_unsettled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('referrer_id', models.F('member_id')), _negated=True), name='members_referral_not_oneself'), models.CheckConstraint(condition=models.Q(models.Q(('earned_at', None), ('status__in', ['waiting', 'lapsed']), ('version', None)), models.Q(('earned_at__isnull', False), ('status', 'rewarded'), ('version__isnull', False)), _connector='OR'), name='members_referral_status')],
            },
        ),
    ]
