"""The function that saves sales and returns together with the books."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql" / "save.sql"


class Migration(migrations.Migration):
    """Runs `sql/save.sql`."""

    dependencies: ClassVar = [("till", "0001_initial"), ("ledger", "0002_posting")]

    operations: ClassVar = [migrations.RunSQL(_SQL.read_text(), "DROP FUNCTION till_save")]
