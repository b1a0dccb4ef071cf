"""What was guessed wrong of late, so that repetitions do not count."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column `recent`."""

    dependencies: ClassVar = [("security", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            "failedguesses", "recent", models.BinaryField(default=b"", db_default=b"")
        ),
    ]
