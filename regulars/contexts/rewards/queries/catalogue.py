"""Reads of the catalogue."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from regulars.contexts.ledger.queries import standing
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption, Reward, StockMove
from regulars.contexts.rewards.queries.orders import count_taken
from regulars.contexts.rewards.types import RewardForMember, RewardView, StockMoveView
from regulars.core.refusal import NotFound
from regulars.core.rewards.decision import counted_since, refusal_of
from regulars.core.rewards.terms import is_reward_code


class RewardNotFound(NotFound):
    """There is no reward of this code."""

    code = "reward.not_found"


def get_reward(code: str) -> RewardView:
    """The reward of this code. Raises RewardNotFound."""
    row = Reward.objects.filter(code=code).first() if is_reward_code(code) else None
    if row is None:
        raise RewardNotFound
    return mapping.reward_view(row)


def list_rewards(
    *, status: str | None = None, shown_only: bool = False, after: str = "", limit: int = 100
) -> tuple[RewardView, ...]:
    """Rewards by code, at most `limit`, those whose code comes after `after`.

    With `shown_only` those are left out that are had by their code alone.
    """
    rows = Reward.objects.order_by("code")
    if shown_only:
        rows = rows.filter(visible=True)
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
    rows = Reward.objects.filter(status="live", visible=True).order_by("code")[:limit]
    programme = compiled_at(now)
    tier = standing(member, programme, now)
    timed_out = _timed_out(now)
    found = []
    for row in rows:
        stock = None if row.stock is None else row.stock + timed_out.get(row.code, 0)
        offer = replace(mapping.offer(row), stock=stock)
        taken = 0
        if offer.per_member_limit is not None:
            since = counted_since(offer, zone=programme.zone, now=now)
            taken = count_taken(member, row.code, since=since, now=now)
        refusal = refusal_of(offer, tier=tier, taken=taken, now=now)
        view = replace(mapping.reward_view(row), stock=stock)
        found.append(RewardForMember(view, refusal.code if refusal else None))
    return tuple(found)


def list_stock_moves(
    code: str, *, before: UUID | None = None, limit: int = 100
) -> tuple[StockMoveView, ...]:
    """The journal of a reward's stock, the newest first. Raises RewardNotFound."""
    get_reward(code)
    rows = StockMove.objects.filter(reward_code=code).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(map(mapping.stock_move_view, rows[:limit]))


def left_by_the_clock(row: Reward, *, now: datetime) -> int | None:
    """The stock with what ended reservations still hold; for this context only."""
    return None if row.stock is None else row.stock + _timed_out(now, row.code).get(row.code, 0)


def _timed_out(now: datetime, *codes: str) -> dict[str, int]:
    """How many pieces of each reward ended reservations hold that nobody has written down yet."""
    due = Redemption.objects.filter(status="reserved", reserved_until__lte=now, from_stock=True)
    if codes:
        due = due.filter(reward_code__in=codes)
    return dict(due.values_list("reward_code").annotate(Sum("quantity")))
