"""The database's own guard over approved versions and publications, and the row of the timeline."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql" / "protect_versions.sql"
_UNDO = """
DROP TRIGGER programme_publication_protect ON programme_publication;
DROP FUNCTION programme_publication_protect();
DROP TRIGGER programme_version_protect ON programme_version;
DROP FUNCTION programme_version_protect();
DELETE FROM programme_timeline;
"""


class Migration(migrations.Migration):
    """Runs `sql/protect_versions.sql`."""

    dependencies: ClassVar = [("programme", "0001_initial")]

    operations: ClassVar = [migrations.RunSQL(_SQL.read_text(), _UNDO)]
