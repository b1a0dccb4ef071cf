"""What tills are answered, as the API document describes it. All money and points are minor units."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from regulars.web.api.till.promotion_shapes import (
    CodeAnswered,
    CouponsIssued,
    DecidedDiscount,
    DecidedGift,
    DecidedLoad,
    DecidedTender,
    ExplainedPromotion,
    MissedOffer,
    PointsDue,
    Refund,
)
from regulars.web.api.till.shape import Shape, Told, Units, Wallet


class DecidedLine(Shape):
    """One line after everything was decided."""

    id: str
    sku: str
    quantity: str
    amount_minor: int
    discount_minor: int
    points_minor: int = Field(description="Money of the line that points pay")
    due_minor: int
    earned: dict[str, int]


class DecidedPayment(Shape):
    """A part paid with a currency of the programme."""

    currency: str
    amount: int = Field(description="Minor units of the currency")
    amount_minor: int = Field(description="The money it pays")
    reason: Told


class DecidedAward(Shape):
    """What a rule of the programme gives."""

    rule: str
    currency: str
    amount: int
    reason: Told


class Decided(Shape):
    """What was decided on a receipt."""

    programme_version: int
    tier: str | None
    gross_minor: int
    discount_minor: int
    points_minor: int
    due_minor: int = Field(description="To be paid after discounts and points")
    left_minor: int = Field(description="Of it, after gift cards and stored value")
    lines: list[DecidedLine]
    discounts: list[DecidedDiscount]
    payments: list[DecidedPayment]
    awards: list[DecidedAward]
    limited: list[Told] = Field(description="Limits that took something away")
    earned: dict[str, int]
    tenders: list[DecidedTender]
    loads: list[DecidedLoad]
    points_due: list[PointsDue]
    gifts: list[DecidedGift]
    coupons_issued: list[CouponsIssued]
    codes: list[CodeAnswered]
    balances: dict[str, Wallet]
    units: Units


class SpendableOption(Shape):
    """How much of a currency may pay this receipt, and what would be earned then."""

    currency: str
    balance: int
    least: int
    most: int
    step: int
    worth_minor: int = Field(description="Money that `most` pays")
    reason: Told
    earned_if_spent: dict[str, int]


class QuoteAnswer(Decided):
    """The answer to «what would happen»."""

    quote: str = Field(description="Token for the commit")
    valid_until: datetime
    held: bool
    member: UUID | None
    spendable: list[SpendableOption]
    earned_if_nothing_spent: dict[str, int]
    missed: list[MissedOffer] = Field(description="Offers nearly reached, best first")
    explained: list[ExplainedPromotion] = Field(description="Every promotion, with `explain`")


class Late(Shape):
    """What a receipt that came late would have changed, had it come in time."""

    later_purchases: int
    tier_then: str
    tier_since: str


class SaleAnswer(Decided):
    """A sale."""

    receipt_id: str
    sale: UUID
    store: str
    till: str
    member: UUID | None
    occurred_at: datetime
    received_at: datetime
    late: Late | None


class CancelAnswer(Shape):
    """What a cancelled quote let go, by currency."""

    released: dict[str, int]


class ReturnedLine(Shape):
    """How much of a line came back."""

    id: str
    quantity: str


class ReturnAnswer(Shape):
    """A return."""

    return_id: str
    return_: UUID = Field(alias="return")
    sale: UUID
    store: str
    till: str
    member: UUID | None
    occurred_at: datetime
    received_at: datetime
    programme_version: int
    refund_minor: int
    refund: Refund
    lines: list[ReturnedLine]
    points_restored: dict[str, int] = Field(description="Given back: they had paid for the goods")
    points_to_take_back: dict[str, int] = Field(description="Earned on the goods")
    points_taken_back: dict[str, int] = Field(description="Of these, what could be taken")
    reasons: list[Told]
    coupons_given_back: list[str] = Field(description="Can be used again")
    coupons_revoked: list[str] = Field(description="The sale had brought them")
    balances: dict[str, Wallet]
    units: Units


class EventAnswer(Shape):
    """What an event earned."""

    member: UUID
    programme_version: int
    awards: list[DecidedAward]
    limited: list[Told]
    balances: dict[str, Wallet]
    units: Units


class Lot(Shape):
    """Points earned together and what is left of them."""

    currency: str
    amount: int
    earned_at: datetime
    active_from: datetime
    expires_at: datetime | None


class BooksAnswer(Shape):
    """A member's balances and tier at a moment."""

    member: UUID
    programme_version: int
    tier: str | None
    tier_until: datetime | None
    next_tier: str | None
    missing_to_next_tier: int
    visits: int
    balances: dict[str, Wallet]
    lots: list[Lot]
    units: Units


class Worth(Shape):
    """What a balance would pay at most."""

    currency: str
    balance: int
    worth_minor: int


class IdentifiedMember(Shape):
    """A member as the cashier greets them."""

    id: UUID
    name: str = Field(description="Given name and an initial; empty where unknown")
    contact: str = Field(description="Masked")
    is_staff: bool
    tier: str | None
    next_tier: str | None
    missing_to_next_tier: int
    balances: dict[str, Wallet]
    spendable: list[Worth]


class Candidate(Shape):
    """Somebody the cashier may mean."""

    id: UUID
    name: str
    contact: str = Field(description="Masked")


class IdentifyAnswer(Shape):
    """Who was meant: one member, or several whose name begins so."""

    by: Literal["card", "phone", "email", "app", "external", "code", "id", "name"]
    member: IdentifiedMember | None
    candidates: list[Candidate]
    units: Units | None


class EnrolAnswer(Shape):
    """A new member, what signing up earned, and why who brought them was not written down."""

    member: UUID
    is_new: bool
    sign_up: EventAnswer | None
    referral_refused: Told | None


class ToldAmount(Told):
    """Why something moved, and by how much, where one reason stands for an amount."""

    currency: str | None
    amount: int | None = Field(description="Minor units: given, or negative where taken")


class StatementLineShape(Shape):
    """One movement on the account."""

    seq: int
    kind: str
    title: str
    occurred_at: datetime
    posted_at: datetime
    programme_version: int
    moves: dict[str, Wallet]
    balances: dict[str, Wallet]
    receipt_id: str | None
    reasons: list[ToldAmount]


class StatementAnswer(Shape):
    """Movements, the newest first; `next` continues the list."""

    lines: list[StatementLineShape]
    next: str | None
    units: Units | None


class RewardShape(Shape):
    """A reward of the catalogue."""

    code: str
    title: str
    description: str | None
    kind: str
    currency: str
    price_minor: int
    money_minor: int
    stock: int | None
    refused: Told | None = Field(description="Why this member may not have it now")


class RewardsAnswer(Shape):
    """Rewards on offer."""

    rewards: list[RewardShape]


class RedemptionAnswer(Shape):
    """An order of a reward; `coupon` is the code it brought, `money_minor` is paid at the till."""

    redemption: UUID
    member: UUID
    reward: str
    kind: str
    quantity: int
    currency: str
    price_minor: int
    money_minor: int
    status: Literal["reserved", "issued", "fulfilled", "cancelled", "expired"]
    coupon: str
    effect_until: datetime | None
    redeemed_at: datetime
    reserved_until: datetime | None
    issued_at: datetime | None
    fulfilled_at: datetime | None
    cancelled_at: datetime | None


class BatchItem(Shape):
    """What became of one receipt or return of a batch: an answer or a problem."""

    kind: Literal["receipt", "return"] | None
    id: str | None
    status: int
    replayed: bool
    answer: dict[str, Any] | None
    problem: dict[str, Any] | None


class BatchAnswer(Shape):
    """One entry for each item, in the order they came."""

    items: list[BatchItem]
