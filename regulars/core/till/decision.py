"""What was decided on a receipt: prices, payment by points, earnings, and why; plain values throughout."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.earning.settle import Earnings
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


class Discount(NamedTuple):
    """A price reduction that needs no points; `shares` are per line and sum to `amount_minor`."""

    id: str
    amount_minor: int
    shares: tuple[int, ...]
    reason: Reason


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
    due: tuple[int, ...]  # money left to pay, per line
    earnings: Earnings

    @property
    def due_minor(self) -> int:
        return sum(self.due)

    @property
    def discount_minor(self) -> int:
        return sum([discount.amount_minor for discount in self.discounts])

    @property
    def points_minor(self) -> int:
        return sum([payment.money_minor for payment in self.payments])


class MemberNotActive(Refused):
    """The membership is blocked or ended: nothing is earned or spent on it."""

    code = "member.not_active"
    kind = "forbidden"


class PaymentNotPossible(Refused):
    """So much cannot be paid with this currency on this receipt."""

    code = "payment.not_possible"


class CurrencyUnknown(Refused):
    """The programme has no such currency."""

    code = "currency.unknown"
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
