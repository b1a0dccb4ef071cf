"""Rewards and redemptions as doors see them, and what a new reward is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.core.rewards.decision import RewardStatus

RedemptionStatus = Literal["redeemed", "cancelled"]


@dataclass(frozen=True, slots=True)
class RewardTerms:
    """What a reward is and who may have it; None is «without limit».

    `title` and `description` are texts by language. `price_minor` is in minor units of `currency`.
    Offered over `[since, until)`, to the tiers named, to all where none is.
    """

    title: Mapping[str, str]
    currency: str
    price_minor: int
    description: Mapping[str, str] | None = None
    per_member_limit: int | None = None
    tiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward of the catalogue; `stock` is what is left of it now, None without limit."""

    code: str
    terms: RewardTerms
    stock: int | None
    status: RewardStatus
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RewardForMember:
    """A reward on offer, and the code of the reason why this member may not have it now."""

    reward: RewardView
    refused: str | None


@dataclass(frozen=True, slots=True)
class RedemptionView:
    """One reward taken by a member under a programme version; `ledger_seq` is the spending."""

    id: UUID
    member: MemberRef
    reward: str
    version: int
    currency: str
    price_minor: int
    status: RedemptionStatus
    redeemed_at: datetime
    redeemed_by: str
    ledger_seq: int
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str
    cancel_ledger_seq: int | None
