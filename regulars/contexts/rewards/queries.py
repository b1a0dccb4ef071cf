"""Reads of the catalogue and of what members took from it."""

from collections import Counter
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contexts.ledger.queries import standing
from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.types import RedemptionView, RewardForMember, RewardView
from regulars.core.ledger.accounts import bucket_of
from regulars.core.refusal import NotFound
from regulars.core.rewards.decision import refusal_of
from regulars.core.rewards.terms import is_reward_code


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
