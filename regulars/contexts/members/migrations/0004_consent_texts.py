"""Texts of consents in versions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the table."""

    dependencies = [
        ('members', '0003_cards_and_codes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('version', models.IntegerField()),
                ('offered', models.BooleanField()),
                ('required', models.BooleanField()),
                ('title', models.JSONField()),
                ('body', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(max_length=120)),
            ],
            options={
                'db_table': 'members_consent_text',
                'constraints': [models.UniqueConstraint(fields=('purpose', 'version'), name='members_consent_text_version')],
            },
        ),
    ]
