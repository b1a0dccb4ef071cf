"""What a replay of receipts under candidate programmes came to: figures to read, compare and print.

Money is in minor units of the programmes' money, points in minor units of their currency; months are
numbered years × 12 + months from January. Nothing here is computed from anything but whole counts,
except what is foretold (breakage, liability), which says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from regulars.core.economics.behaviour import Behaviour, Response


class Told(NamedTuple):
    """A sentence of the wording `simulation_*`: what was assumed, or what the replay cannot know."""

    code: str
    params: Mapping[str, str | int] = {}


class Figures(NamedTuple):
    """Members' money over some cell: a month, a decile, a segment, everything.

    `gross_minor` as rung up, `discounts_minor` the programme's, `points_minor` paid with points,
    `paid_minor` what was left to pay, `refunded_minor` money given back. The rest is points at their
    worth: `issued` and `spent` net of what returns undid, `outstanding` at the end of the cell's time.
    """

    members: int = 0  # who bought in it
    receipts: int = 0
    returns: int = 0
    gross_minor: int = 0
    discounts_minor: int = 0
    points_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0
    issued_minor: int = 0
    spent_minor: int = 0
    expired_minor: int = 0
    outstanding_minor: int = 0

    @property
    def sales_minor(self) -> int:
        """Money kept: paid less given back."""
        return self.paid_minor - self.refunded_minor

    @property
    def reward_minor(self) -> int:
        """What members got or still can get: discounts, points spent and points outstanding."""
        return self.discounts_minor + self.spent_minor + self.outstanding_minor


class Flows(NamedTuple):
    """Points of a currency in its minor units; `outstanding` is what is held at the end."""

    issued: int = 0
    spent: int = 0
    expired: int = 0
    adjusted: int = 0
    moved: int = 0  # from or to other members
    outstanding: int = 0


class Liability(NamedTuple):
    """What is owed at a month's end: foretold from the replay's own redemption triangle.

    `breakage` is the share of points never redeemed by that estimate, None before there are any.
    """

    outstanding_minor: int = 0
    expected_minor: int = 0  # of these what will be redeemed
    breakage: float | None = None


@dataclass(frozen=True, slots=True)
class CurrencyFound:
    """One currency: its flows, what a minor unit of it is worth, and its vintages.

    `worth` is money-minor per currency-minor: the document's, or (`is_worth_found`) what payments with
    it came to on average. `vintages` has (month earned, flows of what was earned in it).
    """

    code: str
    kind: str
    worth: Fraction
    is_worth_found: bool
    flows: Flows
    months: Mapping[int, Flows]
    vintages: Mapping[int, Flows]


class Group(NamedTuple):
    """Some of the members: a decile of sales (1 the highest) or a segment."""

    code: str
    figures: Figures
    winners: int = 0
    losers: int = 0


class Versus(NamedTuple):
    """Members better and worse off than under another candidate (`against` empty: than under none).

    By `Figures.reward_minor` of each member; `won_minor` and `lost_minor` are not negative.
    """

    against: str
    winners: int
    losers: int
    same: int
    won_minor: int
    lost_minor: int


class LimitUse(NamedTuple):
    """A limit that all members share: counted, not enforced."""

    key: str
    period: int
    limit: int
    used: int


class RowSum(NamedTuple):
    """So many rows of the file and their money."""

    rows: int = 0
    amount_minor: int = 0


NO_ROWS = RowSum()


@dataclass(frozen=True, slots=True)
class RowsFound:
    """What became of the rows, as an import would tell it; `reasons` by refusal code."""

    sold: RowSum = NO_ROWS
    returned: RowSum = NO_ROWS
    rejected: RowSum = NO_ROWS
    reasons: Mapping[str, RowSum] = field(default_factory=dict)


Histogram = tuple[tuple[int | None, int], ...]
"""(bound, members below it and not below the bound before); the last bound is open."""


class Rewards(NamedTuple):
    """Members by reward: in hand (discounts and points spent) or with what is held, as money or share.

    Money in minor units, shares per mille of the member's gross.
    """

    in_hand_minor: Histogram
    with_held_minor: Histogram
    in_hand_permille: Histogram
    with_held_permille: Histogram


class Rates(NamedTuple):
    """Shares of members' sales unless said otherwise; None where there is nothing to divide by.

    `reward` is points issued at worth; `effective` those of them redeemed or foretold to be;
    `discount` the discounts of gross; `cost` the cost at worth; `redemption` points spent of those
    issued; `reach` members who got anything in hand (discounts, points spent) of all members.
    """

    reward: float | None
    effective: float | None
    discount: float | None
    cost: float | None
    redemption: float | None
    reach: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One candidate over all receipts.

    `cost_minor` is discounts, points spent at worth and what of the outstanding will be redeemed;
    `cost_stated_minor` the same with points at the stated share of their worth. `anonymous` are
    receipts of nobody (their points are zero). `deciles` are by sales under this candidate, the
    highest first; `segments` by recency, frequency and money of the receipts. `tiers` has for each
    month's end the members by tier, `reached` who ever bought at it. `rewards` are histograms of each
    member's reward: members below each bound and not below the one before, the last open (None).
    """

    code: str
    title: str
    totals: Figures
    anonymous: Figures
    months: Mapping[int, Figures]
    rates: Rates
    cost_minor: int
    cost_stated_minor: int
    currencies: Mapping[str, CurrencyFound]
    liability: Mapping[int, Liability]
    deciles: tuple[Group, ...]
    segments: tuple[Group, ...]
    tiers: Mapping[int, Mapping[str, int]]
    reached: Mapping[str, int]
    rewards: Rewards
    versus_none: Versus
    versus_first: Versus | None
    promotions: Mapping[str, int]  # discounts by promotion or card, members and nobody together
    limits: tuple[LimitUse, ...]
    rows: RowsFound
    gaps: tuple[Told, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; money stays in minor units, shares are floats."""
        return dict(plain(self))


class Ends(NamedTuple):
    """A candidate at the ends of the stated response."""

    low: Outcome
    high: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """All candidates over the same receipts, and what was taken for granted; the first is compared with.

    `since` and `until` are the first and last day (ISO) of the receipts taken; `sample` is the share of
    customers. `ends` has each candidate's outcomes where the response was given as a range.
    """

    source: str
    money: str
    money_scale: int
    since: str
    until: str
    customers: int
    receipts: int
    sample: float
    seed: int
    behaviour: Behaviour
    response: Response
    points_cost: Fraction
    outcomes: tuple[Outcome, ...]
    ends: Mapping[str, Ends]
    assumptions: tuple[Told, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; money stays in minor units, shares are floats."""
        return dict(plain(self))


def plain(value: Any) -> Any:
    """A value of these shapes as JSON has it; keys are texts, fractions are floats."""
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        told = {name: plain(part) for name, part in value._asdict().items()}
        if isinstance(value, Figures):
            told |= {"sales_minor": value.sales_minor, "reward_minor": value.reward_minor}
        return told
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
