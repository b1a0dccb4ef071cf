"""Tables of the ledger: one chain of transactions for each member, their lots, and the daily seals.

Only `sql/post.sql` writes accounts, transactions and lots; the models are the schema and serve reads.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from regulars.kit.fields import JsonText


class LedgerAccount(models.Model):
    """One row a member: the head of the chain and the sums that the transactions prove."""

    pk = models.CompositePrimaryKey("bucket", "member_id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    version = models.BigIntegerField()
    chain = models.BinaryField()
    next_due = models.BigIntegerField(null=True)
    ladder = models.TextField()
    state = JsonText()

    class Meta:
        db_table = "ledger_account"


class LedgerTransaction(models.Model):
    """One link of a member's chain. Append-only."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "seq")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    seq = models.BigIntegerField()
    kind = models.TextField()
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    source = models.UUIDField(null=True)
    version = models.IntegerField()
    postings = JsonText()
    lots = JsonText()
    facts = JsonText()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_transaction"
        indexes: ClassVar = [
            # The rows of a period, where they lie about in order; costs next to nothing to keep.
            BrinIndex(
                fields=["occurred_at"],
                name="ledger_transaction_day",
                pages_per_range=64,
                autosummarize=True,
            )
        ]


class LedgerLot(models.Model):
    """Points earned together and what is left of them."""

    pk = models.CompositePrimaryKey("bucket", "member_id", "number")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    number = models.IntegerField()
    currency = models.TextField()
    source = models.UUIDField(null=True)
    earned_at = models.DateTimeField()
    active_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    idle_days = models.IntegerField()
    idle_months = models.IntegerField()
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    held = models.BigIntegerField()
    expired = models.BigIntegerField()
    active = models.BooleanField()

    class Meta:
        db_table = "ledger_lot"
        indexes: ClassVar = [
            models.Index(
                fields=["bucket", "member_id", "number"],
                name="ledger_lot_open",
                condition=~models.Q(remaining=0),
            )
        ]


class LedgerSeal(models.Model):
    """A hash over every transaction posted on one day, chained from day to day. Append-only."""

    day = models.DateField(primary_key=True)
    transactions = models.BigIntegerField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_seal"
