"""Accounts that a sale writes together are saved together: the posting function learns of links."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations
from regulars.kit.sql_functions import renewed

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Drops the function that knew no links, and runs `sql/post.sql`."""

    dependencies: ClassVar = [("ledger", "0002_posting")]

    operations: ClassVar = [*renewed([_SQL / "post.sql"], "ledger_post")]
