"""Tables of the rewards: the catalogue and the redemptions."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Reward(models.Model):
    """Something a member can get for points; `stock` is what is left of it."""

    code = models.CharField(primary_key=True, max_length=40)
    title = models.JSONField()
    description = models.JSONField(null=True)
    currency = models.CharField(max_length=40)
    price_minor = models.BigIntegerField()
    stock = models.IntegerField(null=True)
    per_member_limit = models.IntegerField(null=True)
    tiers = ArrayField(models.CharField(max_length=40), default=list)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    status = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "rewards_reward"
        constraints: ClassVar = [
            models.CheckConstraint(name="rewards_price_positive", condition=Q(price_minor__gt=0)),
            models.CheckConstraint(
                name="rewards_stock_not_negative",
                condition=Q(stock=None) | Q(stock__gte=0),
            ),
            models.CheckConstraint(
                name="rewards_limit_positive",
                condition=Q(per_member_limit=None) | Q(per_member_limit__gt=0),
            ),
            models.CheckConstraint(
                name="rewards_window_forward",
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")),
            ),
            models.CheckConstraint(
                name="rewards_status_known",
                condition=Q(status__in=["draft", "live", "ended"]),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """One reward taken by one member for points, or given back since."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    request_key = models.CharField(max_length=100)
    reward_code = models.CharField(max_length=40)
    version = models.IntegerField()
    currency = models.CharField(max_length=40)
    price_minor = models.BigIntegerField()
    from_stock = models.BooleanField()
    status = models.CharField(max_length=10)
    redeemed_at = models.DateTimeField()
    redeemed_by = models.CharField(max_length=120)
    ledger_seq = models.BigIntegerField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=120, null=True)
    cancel_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    cancel_ledger_seq = models.BigIntegerField(null=True)

    class Meta:
        db_table = "rewards_redemption"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="rewards_redemption_request",
                fields=["bucket", "member_id", "request_key"],
            ),
            models.CheckConstraint(
                name="rewards_redemption_cancel_whole",
                condition=Q(
                    status="redeemed",
                    cancelled_at=None,
                    cancelled_by=None,
                    cancel_ledger_seq=None,
                )
                | Q(
                    status="cancelled",
                    cancelled_at__isnull=False,
                    cancelled_by__isnull=False,
                    cancel_ledger_seq__isnull=False,
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="rewards_redemption_limit",
                fields=["bucket", "member_id", "reward_code"],
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
