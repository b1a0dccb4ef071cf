"""The functions that save sales and returns together with the books, and forget old keys."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Runs `sql/save.sql` and `sql/forget_keys.sql`."""

    dependencies: ClassVar = [("till", "0001_initial"), ("ledger", "0002_posting")]

    operations: ClassVar = [
        migrations.RunSQL((_SQL / "save.sql").read_text(), "DROP FUNCTION till_save"),
        migrations.RunSQL((_SQL / "forget_keys.sql").read_text(), "DROP FUNCTION till_forget_keys"),
    ]
