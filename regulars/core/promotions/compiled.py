"""One promotion made quick: closures, limits in minor units, its place in the order of evaluation."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from regulars.core.calendar import Period, day_period_number
from regulars.core.earning.compiled import CompiledRule
from regulars.core.programme.promotions import Promotion
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.promotion import Gives, Kind
from regulars.core.when.condition import Holds
from regulars.core.when.prepare import Asked

NO_DISCOUNT, NO_POINTS = "no_discount", "no_points"
LINE, ORDER, CODE = range(3)  # the phases, in their order

_BY_CODE = frozenset({"code", "coupon"})


class Limit(NamedTuple):
    """A limit in minor units, uses or pieces; `key` is that of its counter or shared allowance."""

    per: str  # receipt, member or all
    what: str  # uses, money or units
    key: str
    period: Period | None
    most: int
    refuse: bool


class SharedLimit(NamedTuple):
    """A limit that all members share: `key` with the number of its period names an allowance."""

    key: str
    period: Period | None
    limit: int

    def number_at(self, day: date) -> int:
        """The number of the period that a day of the business falls in; zero: for ever."""
        return period_at(self.period, day)


class CompiledBudget(NamedTuple):
    """A budget; `used` is the share of points and coupons that is expected to be used."""

    shared: SharedLimit
    refuse: bool
    used: Fraction


class RepeatPart(NamedTuple):
    """So many pieces of a selection of goods."""

    goods: int
    quantity: int


class PointsCost(NamedTuple):
    """Minor units of a currency that one application costs."""

    currency: str
    amount: int


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPromotion:
    """One promotion that is switched on. `gives` or `boost` is there.

    `conflicts` are the bits of the promotions that do not go together with it. `plain`: it has
    nothing but goods, conditions and what it gives.
    """

    number: int  # its place in the order of evaluation: phase, priority, id
    id: str
    code: str  # of the reason
    phase: int
    kind: Kind
    goods: int  # number of the selection
    needs_goods: bool
    on_delivery: bool
    holds: Holds | None
    asked: Asked
    gives: Gives | None
    boost: CompiledRule | None
    limits: tuple[Limit, ...]
    needs_member: bool
    budget: CompiledBudget | None
    coupon_cost: int  # minor units of money that a coupon it gives is expected to cost
    repeat: tuple[RepeatPart, ...]
    repeat_most: int | None
    repeat_same: bool
    price: PointsCost | None
    unit_price: tuple[int | None, int | None] | None
    conflicts: int
    plain: bool
    counted: bool  # limits, a budget or a price: what it gives is taken of something
    picky: bool  # not every line of its goods is in its scope, or it looks at delivery
    trigger: str
    document: Promotion


def phase_of(promotion: Promotion) -> int:
    """Line, order or code: what is evaluated first, second and third."""
    if promotion.trigger.kind in _BY_CODE:
        return CODE
    return ORDER if (promotion.level or KINDS[promotion.kind].phase) == "order" else LINE


def period_at(period: Period | None, day: date) -> int:
    """The number of the period that a day of the business falls in; zero: for ever."""
    return 0 if period is None else day_period_number(day, period)
