"""Tables of the rewards: the catalogue and the redemptions."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from regulars.kit.fields import CodeText


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
    kind = models.CharField(max_length=40, default="gift", db_default="gift")
    params = models.JSONField(default=dict, db_default={})
    money_minor = models.BigIntegerField(default=0, db_default=0)
    limit_period = models.CharField(max_length=10, null=True)
    visible = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "rewards_reward"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_money_not_negative", condition=Q(money_minor__gte=0)
            ),
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
    ledger_seq = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=120, null=True)
    cancel_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    cancel_ledger_seq = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40, default="gift", db_default="gift")
    params = models.JSONField(default=dict, db_default={})
    quantity = models.IntegerField(default=1, db_default=1)
    money_minor = models.BigIntegerField(default=0, db_default=0)
    closes = models.DateTimeField(null=True)
    reserved_until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    fulfilled_by = models.CharField(max_length=120, null=True)
    reference = models.CharField(max_length=200, default="", db_default="")
    coupon = models.CharField(max_length=64, default="", db_default="")
    effect_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_redemption"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="rewards_redemption_request",
                fields=["bucket", "member_id", "request_key"],
            ),
            models.CheckConstraint(name="rewards_redemption_counts", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="rewards_redemption_life",
                condition=Q(
                    status="reserved",
                    reserved_until__isnull=False,
                    ledger_seq=None,
                    cancelled_at=None,
                )
                | Q(status="expired", reserved_until__isnull=False, ledger_seq=None)
                | Q(
                    status="issued",
                    ledger_seq__isnull=False,
                    issued_at__isnull=False,
                    cancelled_at=None,
                    cancel_ledger_seq=None,
                    fulfilled_at=None,
                )
                | Q(
                    status="fulfilled",
                    ledger_seq__isnull=False,
                    issued_at__isnull=False,
                    cancelled_at=None,
                    cancel_ledger_seq=None,
                    fulfilled_at__isnull=False,
                )
                | (
                    Q(status="cancelled", cancelled_at__isnull=False, cancelled_by__isnull=False)
                    & (
                        Q(ledger_seq=None, cancel_ledger_seq=None)
                        | Q(ledger_seq__isnull=False, cancel_ledger_seq__isnull=False)
                    )
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="rewards_redemption_limit",
                fields=["bucket", "member_id", "reward_code"],
            ),
            # What the clock ends: reservations, soonest first.
            models.Index(
                name="rewards_redemption_due",
                fields=["reserved_until"],
                condition=Q(status="reserved"),
            ),
            models.Index(name="rewards_redemption_open", fields=["status", "-id"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CouponBatch(models.Model):
    """Coupons made or brought in together: which promotion they switch on, for whom, until when.

    `kind`: made here by `pattern`, imported, or issued one by one by sales and rewards.
    `made` counts the coupons of the batch.
    """

    code = CodeText(primary_key=True, max_length=60)
    title = models.CharField(max_length=200)
    promotion = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    pattern = models.CharField(max_length=64, null=True)
    uses_max = models.IntegerField()
    bound = models.BooleanField()
    transferable = models.BooleanField()
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    valid_days = models.IntegerField(null=True)
    status = models.CharField(max_length=10)
    made = models.IntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "rewards_coupon_batch"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_batch_kind_known",
                condition=Q(kind="made", pattern__isnull=False)
                | Q(kind__in=["imported", "issued"], pattern=None),
            ),
            models.CheckConstraint(
                name="rewards_batch_status_known", condition=Q(status__in=["open", "revoked"])
            ),
            models.CheckConstraint(
                name="rewards_batch_counts",
                condition=Q(uses_max__gt=0, made__gte=0)
                & (Q(valid_days=None) | Q(valid_days__gt=0)),
            ),
            models.CheckConstraint(
                name="rewards_batch_window_forward",
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")),
            ),
        ]
        indexes: ClassVar = [models.Index(name="rewards_batch_promotion", fields=["promotion"])]

    def __str__(self) -> str:
        return self.code


class Coupon(models.Model):
    """One coupon under the one spelling of its code; `shown` is how it was printed, if otherwise.

    `uses` are sales it is used on and that were not returned; `reserved` says which quotes hold it
    and until which microsecond. It is `issued_at` once somebody can have it: a coupon of a bound
    batch when it gets its owner, others when they are made. Its own window narrows the batch's.
    """

    code = CodeText(primary_key=True, max_length=64)
    batch = CodeText(max_length=60)
    status = models.CharField(max_length=10, default="ready", db_default="ready")
    uses_max = models.IntegerField()
    uses = models.IntegerField(default=0, db_default=0)
    reserved = models.JSONField(default=dict, db_default={})
    bucket = models.SmallIntegerField(null=True)
    member_id = models.UUIDField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    source = models.UUIDField(null=True)
    shown = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "rewards_coupon"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_coupon_status_known", condition=Q(status__in=["ready", "revoked"])
            ),
            models.CheckConstraint(
                name="rewards_coupon_uses_within",
                condition=Q(uses__gte=0, uses__lte=F("uses_max"), uses_max__gt=0),
            ),
            models.CheckConstraint(
                name="rewards_coupon_owner_whole",
                condition=Q(bucket=None, member_id=None)
                | Q(bucket__isnull=False, member_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="rewards_coupon_of_batch", fields=["batch", "code"]),
            models.Index(
                name="rewards_coupon_of_member",
                fields=["bucket", "member_id"],
                condition=Q(member_id__isnull=False),
            ),
            models.Index(
                name="rewards_coupon_of_source",
                fields=["source"],
                condition=Q(source__isnull=False),
            ),
            models.Index(
                name="rewards_coupon_free", fields=["batch", "code"], condition=Q(issued_at=None)
            ),
        ]

    def __str__(self) -> str:
        # Whoever reads a log must not be able to use it.
        return "coupon"


class CouponEvent(models.Model):
    """One thing that happened to a coupon, told once: by which sale, return, quote or order.

    `what`: issued, reserved, released, used, given_back, revoked. The application only adds rows.
    """

    pk = models.CompositePrimaryKey("code", "source", "what")
    code = CodeText(max_length=64)
    source = models.UUIDField()
    what = models.CharField(max_length=10)
    at = models.DateTimeField()
    bucket = models.SmallIntegerField(null=True)
    member_id = models.UUIDField(null=True)
    by = models.CharField(max_length=120, default="", db_default="")

    class Meta:
        db_table = "rewards_coupon_event"

    def __str__(self) -> str:
        return self.what


class StockMove(models.Model):
    """One change of a reward's stock and why; their sum is what is left. Append-only."""

    id = models.UUIDField(primary_key=True)
    reward_code = models.CharField(max_length=40)
    at = models.DateTimeField()
    reason = models.CharField(max_length=10)
    change = models.IntegerField()
    order_id = models.UUIDField(null=True)
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "rewards_stock_move"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_stock_move_reason",
                condition=Q(reason__in=["set", "added"], order_id=None)
                | Q(reason__in=["taken", "put_back"], order_id__isnull=False),
            ),
            models.UniqueConstraint(
                name="rewards_stock_move_once",
                fields=["order_id", "reason"],
                condition=Q(order_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="rewards_stock_of", fields=["reward_code", "id"])]

    def __str__(self) -> str:
        return str(self.id)


class PersonalOffer(models.Model):
    """A promotion offered to one member, or activated by one: what `personal` and `activated` need."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "promotion")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    promotion = models.CharField(max_length=40)
    activated_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField()
    source = models.UUIDField(null=True)  # the order that brought it

    class Meta:
        db_table = "rewards_offer"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_offer_window_forward",
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")),
            ),
        ]

    def __str__(self) -> str:
        return self.promotion


class GiftCardBatch(models.Model):
    """Gift cards made together for the print shop; their PINs are kept nowhere."""

    code = CodeText(primary_key=True, max_length=60)
    money = models.CharField(max_length=3)
    made = models.IntegerField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)

    class Meta:
        db_table = "rewards_gift_card_batch"


class GiftCard(models.Model):
    """A gift card; its money and what happened to it stand in the ledger's account `id`.

    `status` repeats what the office did to it, so that cards can be listed without their books.
    """

    number = CodeText(primary_key=True, max_length=19)
    id = models.UUIDField(unique=True)
    bucket = models.SmallIntegerField()
    batch = CodeText(max_length=60)
    money = models.CharField(max_length=3)
    pin_digest = models.BinaryField(null=True)
    status = models.CharField(max_length=10, default="open", db_default="open")
    replaced_by = CodeText(max_length=19, null=True)
    owner_bucket = models.SmallIntegerField(null=True)
    owner_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "rewards_gift_card"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rewards_gift_card_status",
                condition=Q(status__in=["open", "blocked"], replaced_by=None)
                | Q(status="replaced", replaced_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="rewards_gift_card_of_batch", fields=["batch", "number"]),
            models.Index(
                name="rewards_gift_card_of_owner",
                fields=["owner_bucket", "owner_id"],
                condition=Q(owner_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        # Whoever reads a log must not be able to use it.
        return "gift card"
