"""At which till a member last proved to be there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0006_rests_until'),
    ]

    operations = [
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('pk', models.CompositePrimaryKey('bucket', 'member_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bucket', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('place', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'members_presence',
                'indexes': [models.Index(fields=['at'], name='members_presence_at')],
            },
        ),
    ]
