"""The table of members' presence at tills; apart from the other members' tables for its length."""

from typing import ClassVar

from django.db import models


class Presence(models.Model):
    """At which till a member last proved to be there, by a code of their app, and when."""

    pk = models.CompositePrimaryKey("bucket", "member_id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    place = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        app_label = "members"
        db_table = "members_presence"
        indexes: ClassVar = [models.Index(fields=["at"], name="members_presence_at")]

    def __str__(self) -> str:
        return str(self.member_id)
