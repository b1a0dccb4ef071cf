"""Reads of the catalogue and of what members took from it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from regulars.contexts.ledger.queries import standing
from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.types import RedemptionView, RewardForMember, RewardView
from regulars.core.ledger.accounts import REDEEMED, bucket_of
from regulars.core.ledger.audit import Difference
from regulars.core.refusal import NotFound
from regulars.core.rewards.decision import refusal_of
from regulars.core.rewards.terms import is_reward_code

# A redemption is its spending in the ledger, exactly, and given back exactly if it was cancelled.
_UNBOOKED = """
SELECT d.member_id, d.id
FROM rewards_redemption d
LEFT JOIN ledger_transaction s
    ON s.bucket = d.bucket AND s.member_id = d.member_id AND s.seq = d.ledger_seq
LEFT JOIN ledger_transaction u ON u.kind = 'unspend' AND u.source = d.id
WHERE s.kind IS DISTINCT FROM 'spend'
   OR s.source IS DISTINCT FROM d.id
   OR (SELECT sum((p ->> 2)::bigint) FROM json_array_elements(s.postings) AS p
       WHERE p ->> 0 = d.currency AND p ->> 1 = %(redeemed)s) IS DISTINCT FROM d.price_minor
   OR u.seq IS DISTINCT FROM d.cancel_ledger_seq
   OR (u.seq IS NULL) <> (d.status = 'redeemed')
ORDER BY d.bucket, d.member_id, d.id
"""
_NOT_REDEEMED = """
SELECT count(*) FROM ledger_transaction t LEFT JOIN rewards_redemption d ON d.id = t.source
WHERE t.kind IN ('spend', 'unspend') AND t.facts #>> '{reason,0}' LIKE 'reward.%%'
  AND d.id IS NULL
"""


class RewardNotFound(NotFound):
    """There is no reward of this code."""

    code = "reward.not_found"


class RedemptionNotFound(NotFound):
    """The member has no such redemption."""

    code = "reward.redemption_not_found"


def get_reward(code: str) -> RewardView:
    """The reward of this code. Raises RewardNotFound."""
    row = Reward.objects.filter(code=code).first() if is_reward_code(code) else None
    if row is None:
        raise RewardNotFound
    return mapping.reward_view(row)


def list_rewards(
    *, status: str | None = None, after: str = "", limit: int = 100
) -> tuple[RewardView, ...]:
    """Rewards by code, at most `limit`, those whose code comes after `after`."""
    rows = Reward.objects.order_by("code")
    if after and is_reward_code(after):
        rows = rows.filter(code__gt=after)
    if status is not None:
        rows = rows.filter(status=status)
    return tuple(map(mapping.reward_view, rows[:limit]))


def list_rewards_for(
    member: MemberRef, *, limit: int = 100, now: datetime
) -> tuple[RewardForMember, ...]:
    """The live rewards by code, each with why this member may not have it at `now`, if so.

    Whether the points suffice is not asked here. Raises NoProgrammeInForce.
    """
    rows = Reward.objects.filter(status="live").order_by("code")[:limit]
    tier = standing(member, compiled_at(now), now)
    taken = Counter(_redeemed(member).values_list("reward_code", flat=True))
    return tuple(_for_member(row, tier, taken[row.code], now) for row in rows)


def get_redemption(member: MemberRef, redemption_id: UUID) -> RedemptionView:
    """A redemption of this member, or of one merged into it. Raises RedemptionNotFound."""
    row = rows_of(member).filter(id=redemption_id).first()
    if row is None:
        raise RedemptionNotFound
    return mapping.redemption_view(row)


def list_redemptions(
    member: MemberRef, *, before: UUID | None = None, limit: int = 50
) -> tuple[RedemptionView, ...]:
    """A member's redemptions, newest first: at most `limit`, those older than id `before`."""
    rows = rows_of(member).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(map(mapping.redemption_view, rows[:limit]))


def count_taken(member: MemberRef, reward: str) -> int:
    """How many of a reward the member has and did not give back."""
    return _redeemed(member).filter(reward_code=reward).count()


def list_booking_differences() -> Iterator[Difference]:
    """Where redemptions and the ledger do not tell the same; to be called inside a transaction."""
    named = connection.connection.cursor(name="verify_redemptions")
    for member, redemption in named.execute(_UNBOOKED, {"redeemed": REDEEMED}):
        yield Difference("verify.redemption", member, (("redemption", str(redemption)),))
    with connection.cursor() as cursor:
        cursor.execute(_NOT_REDEEMED, {})
        (count,) = cursor.fetchone()
    if count:
        yield Difference("verify.redemption_missing", None, (("count", count),))


def rows_of(member: MemberRef) -> QuerySet[Redemption]:
    """The rows of the member and of every member merged into it; for this context only."""
    merged = [UUID(found) for found in lot_offsets(member)]
    refs = [member, *(MemberRef(bucket_of(found), found) for found in merged)]
    belongs = (Q(bucket=ref.bucket, member_id=ref.id) for ref in refs)
    return Redemption.objects.filter(reduce(or_, belongs))


def _redeemed(member: MemberRef) -> QuerySet[Redemption]:
    return rows_of(member).filter(status="redeemed")


def _for_member(row: Reward, tier: str, taken: int, now: datetime) -> RewardForMember:
    refusal = refusal_of(mapping.offer(row), tier=tier, taken=taken, now=now)
    return RewardForMember(mapping.reward_view(row), refusal.code if refusal else None)
