"""What comes to the promotions with a receipt, and what they make of it; plain values throughout."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from regulars.core.earning.mechanic import Multiplies
from regulars.core.reasons import Reason
from regulars.core.rewards.coupon import Coupon


class Offer(NamedTuple):
    """A promotion that was offered to a member personally, or that they activated."""

    promotion: str
    activated: bool
    since: datetime | None
    until: datetime | None


class Presented(NamedTuple):
    """What comes with a receipt beside its lines.

    `codes` are normalised words as entered, in order; `coupons` those of them that are coupons.
    `claims` says how many times each promotion is asked for. `left` is what shared limits and
    budgets still allow, by key (minor units, uses or units); a key that is not there is untouched.
    `balances` are the points that can be spent, by currency; None where no promotion has a price.
    """

    codes: tuple[str, ...] = ()
    coupons: Mapping[str, Coupon] = {}
    claims: Mapping[str, int] = {}
    offers: Mapping[str, Offer] = {}
    left: Mapping[str, int] = {}
    balances: Mapping[str, int] | None = None


NOTHING = Presented()


class Discount(NamedTuple):
    """A price reduction; `shares` are per line and sum to `amount_minor`.

    `spread` is the same money as refunds reckon it (None: as `shares`). `units` are the whole units
    discounted, `times` how often the promotion counted, `code` the code that switched it on.
    """

    id: str
    amount_minor: int
    shares: tuple[int, ...]
    reason: Reason
    spread: tuple[int, ...] | None = None
    times: int = 1
    units: int = 0
    code: str = ""
    used: int = 0  # whole units that took part and are not there for other promotions by the piece


class Gift(NamedTuple):
    """Goods that the till adds for nothing."""

    promotion: str
    sku: str
    quantity: int  # thousandths
    reason: Reason


class Issued(NamedTuple):
    """Coupons that the sale brings the member: of which promotion, how many."""

    promotion: str
    by: str  # the promotion that gives them
    count: int  # type: ignore[assignment]  # hides what tuples count with


class Boost(NamedTuple):
    """A multiplier on what is earned, brought by a promotion."""

    promotion: str
    currency: str
    multiplies: Multiplies
    goods: int  # number of the selection
    reason: Reason


class PointsDue(NamedTuple):
    """Points that an application costs."""

    promotion: str
    currency: str
    amount: int


class CodeAnswer(NamedTuple):
    """What became of a code: the promotion it switched on, or why it did nothing."""

    code: str
    promotion: str
    accepted: bool
    reason: Reason


class Allowance(NamedTuple):
    """What a sale takes of a limit that all members share.

    `key` says of what (`uses:<promotion>`, `money:…`, `units:…`, `budget:<id>`), `period` the number of
    the calendar period (0: for ever), `limit` what there is in all.
    """

    key: str
    period: int
    limit: int
    amount: int


class Verdict(NamedTuple):
    """A promotion that was looked at and not applied, and the nearest way to it."""

    promotion: str
    why: Literal["condition", "goods", "trigger", "time", "limit", "stacking", "nothing"]
    reason: Reason
    missing_minor: int = 0
    missing_units: int = 0


class Promoted(NamedTuple):
    """Everything the promotions do to one receipt."""

    discounts: tuple[Discount, ...] = ()
    gifts: tuple[Gift, ...] = ()
    issued: tuple[Issued, ...] = ()
    boosts: tuple[Boost, ...] = ()
    points: tuple[PointsDue, ...] = ()
    codes: tuple[CodeAnswer, ...] = ()
    counters: tuple[tuple[str, int, int], ...] = ()  # of the member: (key, period, delta)
    allowances: tuple[Allowance, ...] = ()
    passed: tuple[Verdict, ...] = ()
