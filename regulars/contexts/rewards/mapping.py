"""Rows of the rewards ⇄ views and values of the core."""

from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.types import RedemptionView, RewardTerms, RewardView
from regulars.core.rewards.decision import Offer


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
    )


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
        ),
        stock=row.stock,
        status=row.status,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def redemption_view(row: Redemption) -> RedemptionView:
    """The row as doors see it."""
    return RedemptionView(
        id=row.id,
        member=MemberRef(row.bucket, row.member_id),
        reward=row.reward_code,
        version=row.version,
        currency=row.currency,
        price_minor=row.price_minor,
        status=row.status,
        redeemed_at=row.redeemed_at,
        redeemed_by=row.redeemed_by,
        ledger_seq=row.ledger_seq,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        cancel_reason=row.cancel_reason,
        cancel_ledger_seq=row.cancel_ledger_seq,
    )
