"""Cashiers, who say by a PIN who stands at the till."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('till', '0003_promotions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cashier',
            fields=[
                ('pk', models.CompositePrimaryKey('store_id', 'code', blank=True, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(db_column='store_code', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='till.store')),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('pin_digest', models.BinaryField()),
                ('active', models.BooleanField(db_default=True, default=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'till_cashier',
            },
        ),
    ]
