"""The posting functions, and room in the account rows for their next version."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Runs `sql/post.sql` and `sql/lock.sql`."""

    dependencies: ClassVar = [("ledger", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL((_SQL / "post.sql").read_text(), "DROP FUNCTION ledger_post"),
        migrations.RunSQL((_SQL / "lock.sql").read_text(), "DROP FUNCTION ledger_lock"),
        migrations.RunSQL(
            "ALTER TABLE ledger_account SET (fillfactor = 60);"
            "ALTER TABLE ledger_lot SET (fillfactor = 85);",
            migrations.RunSQL.noop,
        ),
    ]
