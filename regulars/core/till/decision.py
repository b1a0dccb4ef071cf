"""What was decided on a receipt: prices, payment by points, earnings, and why; plain values throughout."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.earning.settle import Earnings
from regulars.core.promotions.result import (
    Allowance,
    CodeAnswer,
    Discount,
    Gift,
    Issued,
    Verdict,
)
from regulars.core.reasons import Reason
from regulars.core.refusal import Refused


class MemberFacts(NamedTuple):
    """What the till may know of a member beside the books."""

    id: UUID
    status: str
    enrolled_at: datetime
    birthday: date | None
    language: str
    tags: frozenset[str]
    attributes: Mapping[str, str | int | bool]
    rests_until: datetime | None = None  # a contact was changed: nothing is spent before


class Payment(NamedTuple):
    """A part of the receipt paid with a currency of the programme.

    `amount` is in minor units of `currency`; `shares` (of the money) and `units` (of the currency)
    are per line and sum to `money_minor` and `amount`.
    """

    currency: str
    amount: int
    money_minor: int
    shares: tuple[int, ...]
    units: tuple[int, ...]
    items: tuple[int, ...]  # whole items made free, per line
    reason: Reason


class Tender(NamedTuple):
    """A part of what is due that is paid out of money kept for the customer: gift card, stored value.

    It lowers no price: `due` stays, and with it what is earned. `card` is the gift card's account,
    empty for stored value of the member. `shares` (of the money) and `units` (of the currency) are
    per line and sum to `money_minor` and `amount`.
    """

    card: str
    currency: str
    amount: int
    money_minor: int
    shares: tuple[int, ...]
    units: tuple[int, ...]
    reason: Reason

    @property
    def key(self) -> str:
        """What the money goes back to: the card, or the member's currency."""
        return self.card or self.currency


class Load(NamedTuple):
    """Money that a line puts on a gift card, or (`card` empty) into the member's stored value."""

    line: str
    card: str
    number: str
    currency: str
    amount_minor: int
    is_new: bool  # the card is sold by it


class PointsSpent(NamedTuple):
    """Points that a promotion costs; `units` are per line and sum to `amount`."""

    promotion: str
    currency: str
    amount: int
    units: tuple[int, ...]


class Spendable(NamedTuple):
    """How much of a currency may pay this receipt, and what that is worth; zero comes with a reason."""

    currency: str
    balance: int
    minimum: int
    most: int
    step: int
    worth_minor: int  # of `most`
    reason: Reason


class Decision(NamedTuple):
    """Everything decided on one receipt at one moment; nothing in it depends on later events."""

    version: int  # of the programme
    tier: str
    gross_minor: int
    discounts: tuple[Discount, ...]
    payments: tuple[Payment, ...]
    due: tuple[int, ...]  # money left to pay, per line; tenders pay it
    earnings: Earnings
    tenders: tuple[Tender, ...] = ()
    points: tuple[PointsSpent, ...] = ()
    gifts: tuple[Gift, ...] = ()
    issued: tuple[Issued, ...] = ()
    codes: tuple[CodeAnswer, ...] = ()
    coupons: tuple[str, ...] = ()  # of the codes: coupons of which a use is taken
    counters: tuple[tuple[str, int, int], ...] = ()  # of the member, beside those of the earnings
    allowances: tuple[Allowance, ...] = ()
    passed: tuple[Verdict, ...] = ()  # told in quotes, never stored
    loads: tuple[Load, ...] = ()

    @property
    def due_minor(self) -> int:
        return sum(self.due)

    @property
    def discount_minor(self) -> int:
        return sum([discount.amount_minor for discount in self.discounts])

    @property
    def points_minor(self) -> int:
        return sum([payment.money_minor for payment in self.payments])

    @property
    def tendered_minor(self) -> int:
        return sum([tender.money_minor for tender in self.tenders])


class CouponMove(NamedTuple):
    """A use of a coupon taken by a sale (+1) or given back by a return (-1).

    `quote` is the quote whose reservation the use takes the place of; empty: none.
    """

    code: str
    uses: int
    quote: str = ""


class Reservation(NamedTuple):
    """A use of a coupon set aside for a quote until then (micros); None lets it go."""

    code: str
    quote: str
    until: int | None


class IssuedCode(NamedTuple):
    """A coupon that came into the world with a sale."""

    code: str
    promotion: str
    by: str
    member: UUID | None
    since: datetime
    until: datetime | None


class MemberNotActive(Refused):
    """The membership is blocked or ended: nothing is earned or spent on it."""

    code = "member.not_active"
    kind = "forbidden"


class MemberRests(Refused):
    """A contact of the member was changed lately: nothing is spent before `until`, earning goes on."""

    code = "member.rests"
    kind = "forbidden"


class SpendingUnproved(Refused):
    """So much is spent only when the member has proved to be at the till."""

    code = "spend.unproved"
    kind = "forbidden"


class PaymentNotPossible(Refused):
    """So much cannot be paid with this currency on this receipt."""

    code = "payment.not_possible"


class CurrencyUnknown(Refused):
    """The programme has no such currency."""

    code = "currency.unknown"
    kind = "invalid"


class PromotionUnknown(Refused):
    """The programme has no such promotion that could be asked for."""

    code = "promotion.unknown"
    kind = "invalid"


class PointsInsufficient(Refused):
    """The wallet does not hold what was to be spent."""

    code = "points.insufficient"


class ReceiptFromFuture(Refused):
    """The till's clock is ahead by more than allowed."""

    code = "receipt.from_future"
    kind = "invalid"


class ReceiptTooLate(Refused):
    """The receipt is older than late receipts may be."""

    code = "receipt.too_late"


class ReceiptEmpty(Refused):
    """A receipt needs a line with a positive quantity."""

    code = "receipt.empty"
    kind = "invalid"
