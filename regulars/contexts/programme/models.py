"""Tables of the programme: its numbered versions and the publications that put them in force."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Version(models.Model):
    """One version of the programme document; the document never changes once it is approved."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=40)
    title = models.JSONField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    origin_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    status = models.CharField(max_length=10)
    author = models.CharField(max_length=120)
    editors = ArrayField(models.CharField(max_length=120))
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=120, null=True)
    approved_at = models.DateTimeField(null=True)
    alone_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        db_table = "programme_version"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="programme_version_approval_whole",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="programme_version_approval_by_status",
                condition=Q(status="withdrawn")
                | Q(status="draft", approved_at=None)
                | Q(status__in=["approved", "retired"], approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Publication(models.Model):
    """A version put in force from a moment, until another is or until it is withdrawn."""

    id = models.UUIDField(primary_key=True)
    version = models.ForeignKey("programme.Version", models.PROTECT, related_name="+")
    live_from = models.DateTimeField()
    revision = models.BigIntegerField(unique=True)
    published_by = models.CharField(max_length=120)
    published_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=120, null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        db_table = "programme_publication"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="programme_publication_withdrawal_whole",
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TimelineState(models.Model):
    """The one row whose revision grows with every publication and withdrawal."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    revision = models.BigIntegerField()

    class Meta:
        db_table = "programme_timeline"
        constraints: ClassVar = [
            models.CheckConstraint(name="programme_timeline_single", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class BrandRow(models.Model):
    """How the programme looks from a moment on: rows are only added, the newest counts."""

    revision = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    accent = models.CharField(max_length=7)
    typeface = models.CharField(max_length=20)
    card_face = models.CharField(max_length=20)
    logo = models.BinaryField(null=True)
    logo_digest = models.CharField(max_length=64, blank=True, default="")
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "programme_brand"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="programme_brand_colour", condition=Q(accent__regex=r"^#[0-9a-f]{6}$")
            ),
            models.CheckConstraint(
                name="programme_brand_logo_whole",
                condition=Q(logo=None, logo_digest="") | Q(logo__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"brand {self.revision}"
