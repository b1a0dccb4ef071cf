"""Tables of the tills."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from regulars.kit.fields import CodeText, JsonText


def _by_day(name: str) -> BrinIndex:
    """What finds the rows of a period where they lie about in order; costs next to nothing to keep."""
    return BrinIndex(fields=["occurred_at"], name=name, pages_per_range=64, autosummarize=True)


class Store(models.Model):
    """A place of business; its code is what receipts name."""

    code = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=200)
    brand = models.CharField(max_length=80, blank=True, default="", db_default="")
    time_zone = models.CharField(max_length=64, null=True)
    address = models.CharField(max_length=300, blank=True, default="", db_default="")
    active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "till_store"

    def __str__(self) -> str:
        return self.code


class Till(models.Model):
    """One till of a store; its code is unique in the store only."""

    pk = models.CompositePrimaryKey("store_id", "code")
    store = models.ForeignKey(
        "till.Store",
        models.PROTECT,
        db_column="store_code",
        related_name="+",
        db_index=False,
    )
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "till_till"

    def __str__(self) -> str:
        return f"{self.store_id}/{self.code}"


class Cashier(models.Model):
    """Who works at the tills of a store and says so by a PIN; names are for the screen only."""

    pk = models.CompositePrimaryKey("store_id", "code")
    store = models.ForeignKey(
        "till.Store",
        models.PROTECT,
        db_column="store_code",
        related_name="+",
        db_index=False,
    )
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    pin_digest = models.BinaryField()
    active = models.BooleanField(default=True, db_default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "till_cashier"

    def __str__(self) -> str:
        return f"{self.store_id}/{self.code}"


class Sale(models.Model):
    """A receipt committed here, with the decision made on it; nobody's has the nil member."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    store = models.TextField()
    till = models.TextField()
    number = models.TextField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    version = models.IntegerField()
    seq = models.BigIntegerField(null=True)
    channel = models.TextField()
    tier = models.TextField()
    gross_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    points_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    receipt = JsonText()
    decision = JsonText()
    returned = JsonText(null=True)
    returns = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "till_sale"
        indexes: ClassVar = [_by_day("till_sale_day")]


class GoodsReturn(models.Model):
    """Goods of one sale given back."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    sale_id = models.UUIDField()
    store = models.TextField()
    till = models.TextField()
    number = models.TextField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    seq = models.BigIntegerField(null=True)
    refund_minor = models.BigIntegerField()
    lines = JsonText()
    decision = JsonText()

    class Meta:
        db_table = "till_return"
        indexes: ClassVar = [
            models.Index(fields=["bucket", "member_id", "sale_id"], name="till_return_sale"),
            _by_day("till_return_day"),
        ]


class Claim(models.Model):
    """Who owns a receipt number, for ever, and an idempotency key, while it is remembered."""

    pk = models.CompositePrimaryKey("store", "till", "number", "kind")
    store = models.TextField()
    till = models.TextField()
    number = models.TextField()
    kind = models.TextField()
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    entry_id = models.UUIDField()
    body_digest = models.BinaryField()
    key_digest = models.BinaryField(null=True, unique=True)
    posted_at = models.DateTimeField()

    class Meta:
        db_table = "till_claim"


class SharedLimit(models.Model):
    """One shard of a limit that all members share, in one calendar period (0: for ever).

    The shards' `most` sum to `of_limit`, and `used` is never above `most`.
    """

    pk = models.CompositePrimaryKey("key", "period", "shard")
    key = CodeText(max_length=80)
    period = models.IntegerField()
    shard = models.SmallIntegerField()
    of_limit = models.BigIntegerField()
    most = models.BigIntegerField()
    used = models.BigIntegerField()

    class Meta:
        db_table = "till_allowance"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="till_allowance_within", condition=models.Q(used__lte=models.F("most"))
            )
        ]
