"""Points as a promise that revenue has to wait for: IFRS 15 B39–B46, ASC 606-10-55-41 to 55-45.

A sale's price is divided between the goods and the points by their stand-alone selling prices; the
part of the points is a liability and becomes revenue as points are redeemed, in proportion to all
that are expected to be redeemed. A changed expectation never changes the division, only the pace.
Money is whole minor units; rates are fractions.
"""

from fractions import Fraction
from typing import NamedTuple

from regulars.core.money import divide


class Allocation(NamedTuple):
    """A price divided between goods and points, in minor units; the parts add up to the price."""

    goods_minor: int
    points_minor: int


class Vintage(NamedTuple):
    """Points granted together: what was put off for them, and what became of them (minor units).

    `expected` is the number of points now expected to be redeemed in the end, `redeemed` of them so far.
    """

    deferred_minor: int
    expected: int
    redeemed: int


def allocate_price(price_minor: int, goods_minor: int, points_value_minor: Fraction) -> Allocation:
    """Divide `price_minor` by stand-alone prices: of the goods, and of the points.

    `points_value_minor` is points × what one is worth × the share expected to be redeemed. What the
    points get is rounded half up; the goods get the rest.
    """
    whole = goods_minor + points_value_minor
    if not whole:
        return Allocation(price_minor, 0)
    due = price_minor * points_value_minor / whole
    points = divide(due.numerator, due.denominator)
    return Allocation(price_minor - points, points)


def points_value(points: int, worth_minor: Fraction, breakage: Fraction) -> Fraction:
    """The stand-alone selling price of points: points × worth × (1 − breakage)."""
    return points * worth_minor * (1 - breakage)


def revenue_to_date(vintage: Vintage) -> int:
    """Deferred × redeemed ÷ expected, cumulative, rounded half up; never more than was deferred."""
    if vintage.expected <= 0 or vintage.redeemed >= vintage.expected:
        return vintage.deferred_minor
    return divide(vintage.deferred_minor * vintage.redeemed, vintage.expected)


def liability(vintage: Vintage) -> int:
    """What is still put off."""
    return vintage.deferred_minor - revenue_to_date(vintage)


class RollForward(NamedTuple):
    """A period of the liability, in minor units: what was there, came, went, and is there."""

    opening_minor: int
    granted_minor: int
    redeemed_minor: int  # revenue, because points were redeemed
    reestimated_minor: int  # revenue (±), because the expectation changed
    closing_minor: int

    @property
    def adds_up(self) -> bool:
        """Opening + granted − revenue of both kinds = closing."""
        moved = self.granted_minor - self.redeemed_minor - self.reestimated_minor
        return self.opening_minor + moved == self.closing_minor


def roll_forward(before: Vintage | None, after: Vintage) -> RollForward:
    """What happened to one vintage in a period; `before` is None where it was granted in it.

    First redemptions at the old expectation, then the change of the expectation: together they are
    the revenue of the period, to the unit.
    """
    start = before or Vintage(after.deferred_minor, after.expected, 0)
    opening = liability(before) if before else 0
    granted = 0 if before else after.deferred_minor
    paced = Vintage(start.deferred_minor, start.expected, after.redeemed)
    redeemed = revenue_to_date(paced) - revenue_to_date(start)
    reestimated = revenue_to_date(after) - revenue_to_date(paced)
    return RollForward(opening, granted, redeemed, reestimated, liability(after))
