"""Rewards and redemptions as doors see them, and what a new reward is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.core.calendar import Period
from regulars.core.rewards.decision import RewardStatus
from regulars.core.rewards.gift_card import CardStatus
from regulars.core.rewards.order import OrderStatus


@dataclass(frozen=True, slots=True)
class RewardTerms:
    """What a reward is and who may have it; None is «without limit».

    `title` and `description` are texts by language. `price_minor` is in minor units of `currency`,
    `money_minor` of money is to be paid beside it. Offered over `[since, until)`, to the tiers named,
    to all where none is; `per_member_limit` counts within each `limit_period`. What is not `visible`
    stands in no list, but can be had by its code.
    """

    title: Mapping[str, str]
    currency: str
    price_minor: int
    description: Mapping[str, str] | None = None
    per_member_limit: int | None = None
    tiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kind: str = "gift"
    params: Mapping[str, Any] = field(default_factory=dict)
    money_minor: int = 0
    limit_period: Period | None = None
    visible: bool = True


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
    """An order of a reward by a member under a programme version.

    `price_minor` and `money_minor` are for all of `quantity`. `status` is by the clock: a
    reservation is `expired` from `reserved_until` on. `ledger_seq` is the spending, `coupon` the
    code that was issued, `reference` what the one who fulfilled it wrote down.
    """

    id: UUID
    member: MemberRef
    reward: str
    version: int
    currency: str
    price_minor: int
    status: OrderStatus
    redeemed_at: datetime
    redeemed_by: str
    ledger_seq: int | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str
    cancel_ledger_seq: int | None
    kind: str
    quantity: int
    money_minor: int
    reserved_until: datetime | None
    issued_at: datetime | None
    fulfilled_at: datetime | None
    fulfilled_by: str | None
    reference: str
    coupon: str = field(repr=False)
    effect_until: datetime | None


@dataclass(frozen=True, slots=True)
class StockMoveView:
    """One line of a reward's stock journal; the changes sum to what is left."""

    at: datetime
    reason: str
    change: int
    order: UUID | None
    by: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """A promotion offered to a member personally, or activated; good over `[since, until)`."""

    promotion: str
    title: Mapping[str, str]
    kind: str
    params: Mapping[str, Any]
    activated_at: datetime | None
    since: datetime | None
    until: datetime | None
    granted_by: str
    granted: bool


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """What the coupons of a batch are; None is «without limit».

    `bound`: a coupon works once it belongs to a member. `transferable`: one that belongs to a member
    works for others too. Good over `[since, until)`, and at most `valid_days` days after its issue.
    """

    title: str
    promotion: str
    uses_max: int = 1
    bound: bool = False
    transferable: bool = False
    since: datetime | None = None
    until: datetime | None = None
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch of coupons; `made` counts them. Without a `pattern` its codes came from elsewhere."""

    code: str
    terms: BatchTerms
    kind: Literal["made", "imported", "issued"]
    pattern: str | None
    made: int
    status: Literal["open", "revoked"]
    created_at: datetime
    created_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """How many coupons of a batch there are, have been given out, were used at all, were revoked."""

    coupons: int
    issued: int
    used: int
    uses: int
    revoked: int


CouponStatus = Literal[
    "waiting", "not_yet", "ready", "reserved", "used", "expired", "revoked", "batch_revoked"
]


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon as it stands at a moment; `code` is as it was printed and does not show in a log.

    `reserved` are the ends of what quotes hold of it. `until` is its own end or its batch's, whichever
    comes first.
    """

    code: str = field(repr=False)
    batch: str
    promotion: str
    status: CouponStatus
    uses_max: int
    uses: int
    reserved: tuple[datetime, ...]
    owner: MemberRef | None
    since: datetime | None
    until: datetime | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class CouponMoment:
    """One thing that happened to a coupon; `source` is the sale, return, quote or order it is of."""

    at: datetime
    what: str
    source: UUID
    member: MemberRef | None
    by: str


@dataclass(frozen=True, slots=True)
class CouponLife:
    """A coupon with everything that happened to it, the oldest first."""

    coupon: CouponView
    moments: tuple[CouponMoment, ...]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code made elsewhere, as a file or request has it: line number and texts by column."""

    line: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeReject:
    """A row that was not taken; `params` fill the sentence of `code`."""

    line: int
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CodesImported:
    """What became of the rows: new, there already, or not taken."""

    added: int
    found: int
    rejects: tuple[CodeReject, ...]


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A new gift card as the print shop gets it; the PIN (empty: it has none) is kept nowhere else."""

    number: str = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiftCardBatchView:
    """Gift cards made together."""

    code: str
    money: str
    made: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class GiftCardView:
    """A gift card with what is on it by the clock, in minor units of `money`.

    `lots` are (amount left, when it expires), the soonest first.
    """

    id: UUID
    number: str = field(repr=False)
    batch: str
    money: str
    status: CardStatus
    balance: int
    lots: tuple[tuple[int, datetime | None], ...]
    owner: MemberRef | None
    replaced_by: str | None = field(repr=False)
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class GiftCardLine:
    """A gift card in a list: as its books were last written."""

    id: UUID
    shown: str  # the last digits of its number
    batch: str
    status: CardStatus
    balance: int
