"""Sessions, passkeys, code apps, one-time links and codes, and letters of accounts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the tables."""

    dependencies = [
        ('security', '0002_recent_guesses'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeApp',
            fields=[
                ('staff', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('sealed_secret', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('last_step', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'security_code_app',
            },
        ),
        migrations.CreateModel(
            name='Ceremony',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('holder_kind', models.CharField(db_default='', default='', max_length=6)),
                ('holder_id', models.UUIDField(null=True)),
                ('state', models.JSONField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'security_ceremony',
                'indexes': [models.Index(fields=['ends_at'], name='security_ceremony_end')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=10)),
                ('sealed', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'security_letter',
                'indexes': [models.Index(fields=['ends_at'], name='security_letter_end')],
            },
        ),
        migrations.CreateModel(
            name='OneTimeCode',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=20)),
                ('contact_digest', models.BinaryField()),
                ('sealed_contact', models.BinaryField(null=True)),
                ('code_digest', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('tries', models.SmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'security_one_time_code',
                'indexes': [models.Index(fields=['ends_at'], name='security_code_end')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('holder_kind', models.CharField(max_length=6)),
                ('holder_id', models.UUIDField()),
                ('credential_id', models.BinaryField(unique=True)),
                ('credential', models.BinaryField()),
                ('sign_count', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'security_passkey',
                'indexes': [models.Index(fields=['holder_kind', 'holder_id'], name='security_passkey_holder')],
                'constraints': [models.CheckConstraint(condition=models.Q(('holder_kind__in', ('staff', 'member'))), name='security_passkey_holder_kind')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('used_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'security_recovery_code',
            },
        ),
        migrations.CreateModel(
            name='SessionRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(unique=True)),
                ('holder_kind', models.CharField(max_length=6)),
                ('holder_id', models.UUIDField()),
                ('method', models.CharField(max_length=12)),
                ('device', models.CharField(max_length=80)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('proved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'security_session',
                'indexes': [models.Index(fields=['holder_kind', 'holder_id', '-began_at'], name='security_session_holder'), models.Index(fields=['ends_at'], name='security_session_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('holder_kind__in', ('staff', 'member'))), name='security_session_holder_kind')],
            },
        ),
        migrations.CreateModel(
            name='OneTimeLink',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=10)),
                ('digest', models.BinaryField(unique=True)),
                ('email', models.CharField(db_default='', default='', max_length=254)),
                ('role', models.CharField(db_default='', default='', max_length=20)),
                ('language', models.CharField(db_default='en', default='en', max_length=2)),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'security_one_time_link',
                'indexes': [models.Index(fields=['ends_at'], name='security_link_end')],
            },
        ),
    ]
