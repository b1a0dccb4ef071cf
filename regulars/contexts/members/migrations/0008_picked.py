"""Indexes for lists of the few: blocked, merged and erased members, own staff, those of one store."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0007_presence'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('status', 'active'), _negated=True), fields=['status', '-enrolled_at', '-id'], name='members_member_status_new'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('is_staff', True)), fields=['-enrolled_at', '-id'], name='members_member_staff_new'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('store_enrolled__isnull', False)), fields=['store_enrolled', '-enrolled_at', '-id'], name='members_member_store_new'),
        ),
    ]
