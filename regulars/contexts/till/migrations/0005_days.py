"""Indexes by which the figures of some days leave the other days alone."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("till", "0004_cashiers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["occurred_at"], name="till_sale_day", pages_per_range=64
            ),
        ),
        migrations.AddIndex(
            model_name="goodsreturn",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["occurred_at"],
                name="till_return_day",
                pages_per_range=64,
            ),
        ),
    ]
