"""Limits that all members share, and saving that takes of them and of coupons."""

from pathlib import Path
from typing import ClassVar

import regulars.kit.fields
from django.db import migrations, models
from regulars.kit.sql_functions import renewed

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Makes `till_allowance` and runs `sql/save.sql`, `sql/coupons.sql`, `sql/allowances.sql` (again)."""

    dependencies: ClassVar = [
        ("till", "0002_saving"),
        ("rewards", "0002_coupons"),
        ("ledger", "0003_linked"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SharedLimit",
            fields=[
                ("pk", models.CompositePrimaryKey("key", "period", "shard", blank=True, editable=False, primary_key=True, serialize=False)),
                ("key", regulars.kit.fields.CodeText(db_collation="C", max_length=80)),
                ("period", models.IntegerField()),
                ("shard", models.SmallIntegerField()),
                ("of_limit", models.BigIntegerField()),
                ("most", models.BigIntegerField()),
                ("used", models.BigIntegerField()),
            ],
            options={
                "db_table": "till_allowance",
                "constraints": [models.CheckConstraint(condition=models.Q(("used__lte", models.F("most"))), name="till_allowance_within")],
            },
        ),
        migrations.RunSQL("ALTER TABLE till_allowance SET (fillfactor = 50)", migrations.RunSQL.noop),
        *renewed(
            [_SQL / name for name in ("allowances.sql", "coupons.sql", "save.sql")],
            "till_save",
        ),
    ]
