"""Tables of the economics: plans with their versions and what was really paid."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """A plan that is kept; `version` is the number of its newest document."""

    id = models.UUIDField(primary_key=True)
    title = models.JSONField()
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True)
    archived_by = models.CharField(max_length=120, null=True)

    class Meta:
        db_table = "economics_plan"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="economics_plan_archived_whole",
                condition=Q(archived_at=None, archived_by=None)
                | Q(archived_at__isnull=False, archived_by__isnull=False),
            ),
            models.CheckConstraint(name="economics_plan_version", condition=Q(version__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class PlanVersion(models.Model):
    """The document of a plan as it was saved once. The application only adds rows."""

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan = models.ForeignKey("economics.Plan", models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "economics_plan_version"
        constraints: ClassVar = [
            models.CheckConstraint(name="economics_plan_version_number", condition=Q(number__gt=0)),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class PlanCost(models.Model):
    """What was really paid for a group of the budget in a month, in minor units of the plan's money.

    `month` is the calendar's (year × 12 + month − 1). A later row of the same month and group
    replaces an earlier one; no amount says that it is not known after all. Only added to.
    """

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan = models.ForeignKey("economics.Plan", models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    month = models.IntegerField()
    group = models.CharField(max_length=40)
    amount_minor = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "economics_plan_cost"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="economics_plan_cost_not_negative",
                condition=Q(amount_minor=None) | Q(amount_minor__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"month {self.month}"


class Study(models.Model):
    """An analysis, simulation or optimisation that somebody asked for, how far it is, what came of it.

    `attempt` counts the starts: only the newest may write. `files` are name and length of what its
    folder holds while `removed_at` is not set; the folder is called by the id.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    request = models.JSONField()
    state = models.CharField(max_length=10)
    phase = models.CharField(max_length=60, default="", db_default="")
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(null=True)
    attempt = models.PositiveIntegerField(default=0, db_default=0)
    stops = models.BooleanField(default=False, db_default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    refusal = models.JSONField(null=True)
    summary = models.JSONField(null=True)
    files = models.JSONField(default=list, db_default=[])
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "economics_study"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="economics_study_life",
                condition=Q(
                    state__in=["queued", "running"],
                    finished_at=None,
                    summary__isnull=True,
                    refusal__isnull=True,
                )
                | Q(
                    state="done",
                    finished_at__isnull=False,
                    summary__isnull=False,
                    refusal__isnull=True,
                )
                | Q(
                    state__in=["refused", "failed"],
                    finished_at__isnull=False,
                    summary__isnull=True,
                    refusal__isnull=False,
                )
                | Q(
                    state="cancelled",
                    finished_at__isnull=False,
                    summary__isnull=True,
                    refusal__isnull=True,
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="economics_study_under_way",
                fields=["id"],
                condition=Q(finished_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Close(models.Model):
    """A month of the books closed, or opened again; the application only adds rows.

    `month` is the calendar's (year × 12 + month − 1). `content` is everything that was frozen, byte
    for byte; `hash` is over it, the row's other fields and `previous`, the hash of the row before.
    Whether a month is closed is what its last row says.
    """

    number = models.PositiveIntegerField(primary_key=True)
    kind = models.CharField(max_length=10)
    month = models.IntegerField()
    until = models.DateTimeField(null=True)
    content = models.TextField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "economics_close"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="economics_close_kind",
                condition=Q(kind="closed", until__isnull=False) | Q(kind="reopened", until=None),
            ),
            models.CheckConstraint(name="economics_close_number", condition=Q(number__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: month {self.month} {self.kind}"
