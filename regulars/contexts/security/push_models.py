"""The table of browsers that take notices; apart from the other accounts' tables for its length."""

from typing import ClassVar

from django.db import models

from regulars.contexts.security.models import SessionRow


class PushDevice(models.Model):
    """A browser, by the session that is signed in there, and where notices for it are handed in.

    `told` is how far its holder's news were told: of what, who tells them knows; null: begin now.
    """

    id = models.UUIDField(primary_key=True)
    session = models.OneToOneField(SessionRow, models.CASCADE, related_name="+")
    holder_kind = models.CharField(max_length=6)
    holder_id = models.UUIDField()
    endpoint_digest = models.BinaryField(unique=True)
    sealed = models.BinaryField()
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField()
    failures = models.SmallIntegerField(default=0, db_default=0)
    told = models.BigIntegerField(null=True)

    class Meta:
        app_label = "security"
        db_table = "security_push_device"
        indexes: ClassVar = [
            models.Index(fields=["holder_kind", "holder_id"], name="security_push_holder")
        ]

    def __str__(self) -> str:
        return str(self.pk)
