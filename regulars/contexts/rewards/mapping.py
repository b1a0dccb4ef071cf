"""Rows of the rewards ⇄ views and values of the core."""

from datetime import datetime

from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.models import Redemption, Reward, StockMove
from regulars.contexts.rewards.types import (
    RedemptionView,
    RewardTerms,
    RewardView,
    StockMoveView,
)
from regulars.core.calendar import Period
from regulars.core.rewards.catalogue import REWARD_KINDS, params_of
from regulars.core.rewards.decision import Offer
from regulars.core.rewards.order import status_at


def offer(row: Reward) -> Offer:
    """What of the row decides who may have the reward."""
    return Offer(
        code=row.code,
        status=row.status,
        stock=row.stock,
        per_member_limit=row.per_member_limit,
        tiers=tuple(row.tiers),
        since=row.since,
        until=row.until,
        limit_period=_period(row),
        closes=closes(row),
    )


def closes(row: Reward) -> datetime | None:
    """The moment from which the kind of the reward lets nobody order or give back."""
    return REWARD_KINDS[row.kind].closes(params_of(row.kind, row.params))


def write_terms(row: Reward, terms: RewardTerms) -> None:
    """Put checked terms into the row."""
    row.title = dict(terms.title)
    row.description = None if terms.description is None else dict(terms.description)
    row.currency = terms.currency
    row.price_minor = terms.price_minor
    row.per_member_limit = terms.per_member_limit
    row.tiers = list(terms.tiers)
    row.since = terms.since
    row.until = terms.until
    row.kind = terms.kind
    row.params = params_of(terms.kind, terms.params).model_dump(mode="json", exclude_unset=True)
    row.money_minor = terms.money_minor
    row.limit_period = None if terms.limit_period is None else terms.limit_period.value
    row.visible = terms.visible


def reward_view(row: Reward) -> RewardView:
    """The row as doors see it."""
    return RewardView(
        code=row.code,
        terms=RewardTerms(
            title=row.title,
            currency=row.currency,
            price_minor=row.price_minor,
            description=row.description,
            per_member_limit=row.per_member_limit,
            tiers=tuple(row.tiers),
            since=row.since,
            until=row.until,
            kind=row.kind,
            params=row.params,
            money_minor=row.money_minor,
            limit_period=_period(row),
            visible=row.visible,
        ),
        stock=row.stock,
        status=row.status,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def redemption_view(row: Redemption, *, now: datetime) -> RedemptionView:
    """The row as doors see it at `now`."""
    return RedemptionView(
        id=row.id,
        member=MemberRef(row.bucket, row.member_id),
        reward=row.reward_code,
        version=row.version,
        currency=row.currency,
        price_minor=row.price_minor,
        status=status_at(row.status, row.reserved_until, now=now),
        redeemed_at=row.redeemed_at,
        redeemed_by=row.redeemed_by,
        ledger_seq=row.ledger_seq,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        cancel_reason=row.cancel_reason,
        cancel_ledger_seq=row.cancel_ledger_seq,
        kind=row.kind,
        quantity=row.quantity,
        money_minor=row.money_minor,
        reserved_until=row.reserved_until,
        issued_at=row.issued_at,
        fulfilled_at=row.fulfilled_at,
        fulfilled_by=row.fulfilled_by,
        reference=row.reference,
        coupon=row.coupon,
        effect_until=row.effect_until,
    )


def stock_move_view(row: StockMove) -> StockMoveView:
    """The row as doors see it."""
    return StockMoveView(row.at, row.reason, row.change, row.order_id, row.by)


def _period(row: Reward) -> Period | None:
    return None if row.limit_period is None else Period(row.limit_period)
