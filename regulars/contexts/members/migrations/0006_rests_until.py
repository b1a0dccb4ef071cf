"""Until when a member spends nothing, after a change of contact."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_saved_views_and_support'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='rests_until',
            field=models.DateTimeField(null=True),
        ),
    ]
