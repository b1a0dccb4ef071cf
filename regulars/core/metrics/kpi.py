"""The key figures of a programme over a period: one definition each, from sums of receipts and postings.

Ratios are exact fractions rounded half up to six decimals; None where there is nothing to divide by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Turnover:
    """What some receipts of a period came to, in minor units of money.

    `gross_minor` is what the goods cost, `discount_minor` and `points_minor` what card discounts
    and payment by points took off, `paid_minor` what was left to pay; `refund_minor` is money given
    back in the period, for goods of whatever sale.
    """

    receipts: int = 0
    gross_minor: int = 0
    discount_minor: int = 0
    points_minor: int = 0
    paid_minor: int = 0
    returns: int = 0
    refund_minor: int = 0

    @property
    def sales_minor(self) -> int:
        """Sales: money paid less money given back."""
        return self.paid_minor - self.refund_minor


@dataclass(frozen=True, slots=True)
class Attendance:
    """How the members came: `members` at the end of the period, `new` in it, `active` with at least
    one purchase in it, `repeating` with at least two. A purchase given back later is one still.
    """

    members: int = 0
    new: int = 0
    active: int = 0
    repeating: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened to a currency in a period, in its minor units, and what is outstanding after it.

    `issued` is what rules and corrections of returns left as earned, `spent` what payments and
    rewards took less what came back, `expired` what lapsed less what was revived. `adjusted` and
    `transferred` are signed. `outstanding` is what members hold, pending, active or set aside, at
    the end of the period; None where a part of the business is looked at that holds nothing.
    """

    opening: int = 0
    issued: int = 0
    spent: int = 0
    expired: int = 0
    adjusted: int = 0
    transferred: int = 0
    outstanding: int | None = 0

    @property
    def reckoned(self) -> int:
        """What must be outstanding: opening + issued + adjusted + transferred − spent − expired."""
        moved = self.issued + self.adjusted + self.transferred - self.spent - self.expired
        return self.opening + moved


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """The sums of one period (or store) that all figures are made of."""

    everybody: Turnover
    of_members: Turnover
    attendance: Attendance
    flows: Mapping[str, Flow]


def penetration(facts: PeriodFacts) -> Decimal | None:
    """Member sales ÷ sales."""
    return ratio(facts.of_members.sales_minor, facts.everybody.sales_minor)


def active_rate(facts: PeriodFacts) -> Decimal | None:
    """Members with a purchase in the period ÷ members at its end."""
    return ratio(facts.attendance.active, facts.attendance.members)


def repeat_rate(facts: PeriodFacts) -> Decimal | None:
    """Members with at least two purchases in the period ÷ members with at least one."""
    return ratio(facts.attendance.repeating, facts.attendance.active)


def frequency(facts: PeriodFacts) -> Decimal | None:
    """Purchases of members in the period ÷ members with at least one."""
    return ratio(facts.of_members.receipts, facts.attendance.active)


def average_check_minor(turnover: Turnover) -> Decimal | None:
    """Money paid ÷ receipts, before anything was given back; in minor units."""
    return ratio(turnover.paid_minor, turnover.receipts)


def redemption_rate(flow: Flow) -> Decimal | None:
    """Points spent in the period ÷ points issued in it."""
    return ratio(flow.spent, flow.issued)


def reward_rate(facts: PeriodFacts, worths: Mapping[str, tuple[int, int]]) -> Decimal | None:
    """Σ points issued × worth ÷ member sales: nominal, before breakage.

    `worths` gives money-minor per currency-minor as a fraction, for the currencies that pay money.
    """
    value = sum(
        (
            Decimal(flow.issued * worths[code][0]) / worths[code][1]
            for code, flow in facts.flows.items()
            if code in worths
        ),
        Decimal(0),
    )
    sales = facts.of_members.sales_minor
    return (value / sales).quantize(_SIX, ROUND_HALF_UP) if sales else None


def ratio(part: int, whole: int) -> Decimal | None:
    """`part` ÷ `whole`, None for a `whole` of zero."""
    return (Decimal(part) / whole).quantize(_SIX, ROUND_HALF_UP) if whole else None
