"""Reads of what members took from the catalogue, and the proof that ledger and stock agree with it."""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption
from regulars.contexts.rewards.queries.referral import list_referral_differences
from regulars.contexts.rewards.types import RedemptionView
from regulars.core.ledger.accounts import REDEEMED, bucket_of
from regulars.core.ledger.audit import Difference
from regulars.core.refusal import NotFound
from regulars.core.rewards.order import OPEN

# An order that was issued is its spending in the ledger, exactly, and given back exactly if it was
# cancelled; one that never was has neither.
_UNBOOKED = """
SELECT d.member_id, d.id
FROM rewards_redemption d
LEFT JOIN ledger_transaction s
    ON s.bucket = d.bucket AND s.member_id = d.member_id AND s.seq = d.ledger_seq
LEFT JOIN ledger_transaction u ON u.kind = 'unspend' AND u.source = d.id
LEFT JOIN ledger_transaction o
    ON d.ledger_seq IS NULL AND o.bucket = d.bucket AND o.member_id = d.member_id
   AND o.kind = 'spend' AND o.source = d.id
WHERE (d.ledger_seq IS NULL) <> (d.issued_at IS NULL)
   OR (d.ledger_seq IS NULL AND (o.seq IS NOT NULL OR u.seq IS NOT NULL))
   OR (d.ledger_seq IS NOT NULL AND (
        s.kind IS DISTINCT FROM 'spend'
     OR s.source IS DISTINCT FROM d.id
     OR (SELECT sum(CASE WHEN p ->> 2 ~ '^-?[0-9]{1,18}$' THEN (p ->> 2)::bigint END)
         FROM json_array_elements(CASE WHEN json_typeof(s.postings) = 'array'
                                       THEN s.postings ELSE '[]'::json END) AS p
         WHERE p ->> 0 = d.currency AND p ->> 1 = %(redeemed)s) IS DISTINCT FROM d.price_minor
     OR u.seq IS DISTINCT FROM d.cancel_ledger_seq
     OR (u.seq IS NULL) <> (d.status <> 'cancelled')))
ORDER BY d.bucket, d.member_id, d.id
"""
_NOT_REDEEMED = """
SELECT count(*) FROM ledger_transaction t LEFT JOIN rewards_redemption d ON d.id = t.source
WHERE t.kind IN ('spend', 'unspend') AND t.facts #>> '{reason,0}' LIKE 'reward.%%'
  AND d.id IS NULL
"""
# What is left = start + added − taken + put back; and every order has its lines in the journal.
_STOCK = """
SELECT r.code, coalesce(r.stock, 0), coalesce(m.total, 0)
FROM rewards_reward r
LEFT JOIN (SELECT reward_code, sum(change) AS total FROM rewards_stock_move GROUP BY 1) m
    ON m.reward_code = r.code
WHERE coalesce(r.stock, 0) <> coalesce(m.total, 0)
ORDER BY r.code
"""
_STOCK_OF_ORDERS = """
SELECT d.member_id, d.id
FROM rewards_redemption d
LEFT JOIN rewards_stock_move t ON t.order_id = d.id AND t.reason = 'taken'
LEFT JOIN rewards_stock_move b ON b.order_id = d.id AND b.reason = 'put_back'
WHERE d.from_stock <> (t.id IS NOT NULL)
   OR t.change NOT IN (0, -d.quantity)
   OR (b.id IS NOT NULL) <> (d.from_stock AND d.status IN ('cancelled', 'expired'))
   OR b.change NOT IN (0, d.quantity)
   OR t.reward_code <> d.reward_code OR b.reward_code <> d.reward_code
ORDER BY d.bucket, d.member_id, d.id
"""
_MOVES_OF_NOBODY = """
SELECT count(*) FROM rewards_stock_move m
LEFT JOIN rewards_redemption d ON d.id = m.order_id
WHERE m.order_id IS NOT NULL AND d.id IS NULL
"""


class RedemptionNotFound(NotFound):
    """The member has no such order."""

    code = "reward.redemption_not_found"


def get_redemption(member: MemberRef, redemption_id: UUID, *, now: datetime) -> RedemptionView:
    """An order of this member, or of one merged into it. Raises RedemptionNotFound."""
    row = rows_of(member).filter(id=redemption_id).first()
    if row is None:
        raise RedemptionNotFound
    return mapping.redemption_view(row, now=now)


def list_redemptions(
    member: MemberRef, *, before: UUID | None = None, limit: int = 50, now: datetime
) -> tuple[RedemptionView, ...]:
    """A member's orders, newest first: at most `limit`, those older than id `before`."""
    rows = rows_of(member).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(mapping.redemption_view(row, now=now) for row in rows[:limit])


def list_orders(
    *,
    reward: str | None = None,
    status: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
    now: datetime,
) -> tuple[RedemptionView, ...]:
    """Orders of all members, newest first: what is to be handed over, who comes to an event."""
    rows = Redemption.objects.order_by("-id")
    if reward is not None:
        rows = rows.filter(reward_code=reward)
    if status == "expired":
        rows = rows.filter(Q(status="expired") | Q(status="reserved", reserved_until__lte=now))
    elif status == "reserved":
        rows = rows.filter(status="reserved", reserved_until__gt=now)
    elif status is not None:
        rows = rows.filter(status=status)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(mapping.redemption_view(row, now=now) for row in rows[:limit])


def count_taken(
    member: MemberRef, reward: str, *, since: datetime | None = None, now: datetime
) -> int:
    """How many of a reward the member ordered since then and did not give back or let time out."""
    rows = rows_of(member).filter(reward_code=reward, status__in=OPEN)
    rows = rows.exclude(status="reserved", reserved_until__lte=now)
    if since is not None:
        rows = rows.filter(redeemed_at__gte=since)
    return rows.aggregate(taken=Sum("quantity"))["taken"] or 0


def list_booking_differences() -> Iterator[Difference]:
    """Where orders, stock, referrals and ledger do not tell the same; needs a transaction."""
    yield from _of_orders("verify.redemption", _UNBOOKED)
    yield from _of_orders("verify.order_stock", _STOCK_OF_ORDERS)
    with connection.cursor() as cursor:
        cursor.execute(_NOT_REDEEMED, {})
        (count,) = cursor.fetchone()
        cursor.execute(_MOVES_OF_NOBODY)
        (moves,) = cursor.fetchone()
        cursor.execute(_STOCK)
        stocks = cursor.fetchall()
    if count:
        yield Difference("verify.redemption_missing", None, (("count", count),))
    if moves:
        yield Difference("verify.stock_order_missing", None, (("count", moves),))
    for code, stored, proved in stocks:
        about = (("reward", code), ("stored", stored), ("proved", int(proved)))
        yield Difference("verify.reward_stock", None, about)
    yield from list_referral_differences()


def _of_orders(code: str, query: str) -> Iterator[Difference]:
    """One difference for each (member, order) that the query finds."""
    with connection.connection.cursor(name=code.replace(".", "_")) as named:
        for member, redemption in named.execute(query, {"redeemed": REDEEMED}):
            yield Difference(code, member, (("redemption", str(redemption)),))


def rows_of(member: MemberRef) -> QuerySet[Redemption]:
    """The rows of the member and of every member merged into it; for this context only."""
    merged = [UUID(found) for found in lot_offsets(member)]
    refs = [member, *(MemberRef(bucket_of(found), found) for found in merged)]
    belongs = (Q(bucket=ref.bucket, member_id=ref.id) for ref in refs)
    return Redemption.objects.filter(reduce(or_, belongs))
