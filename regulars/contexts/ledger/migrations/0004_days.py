"""Indexes by which the figures of some days leave the other days alone."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_linked"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ledgertransaction",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["occurred_at"],
                name="ledger_transaction_day",
                pages_per_range=64,
            ),
        ),
    ]
