"""How many points of each vintage will be redeemed in the end, and how far that may be off.

Forecasts are floats; what the books are kept by is whole points, and never more than can still come.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from math import exp, log, sqrt
from typing import NamedTuple

from regulars.core.economics.triangles import (
    BackTest,
    ChainLadder,
    back_test,
    bornhuetter_ferguson,
    chain_ladder,
)
from regulars.core.economics.vintages import NOTHING, Flow, redemption_triangle, standing

YOUNG = 0.5  # of a vintage's redemptions: below it the ladder stands on too little
SETTLED = Fraction(1, 4)  # a vintage of which no more than this is left tells how it ends
_SURE = 1.959964  # standard errors of a 95 % interval
_LONGEST_TAIL = 120


class Method(StrEnum):
    """How a vintage's redemptions were foretold."""

    OVER = "over"  # nothing is left of it
    LADDER = "ladder"
    PRIOR = "prior"  # Bornhuetter–Ferguson
    ASSUMED = "assumed"  # no vintage is old enough to tell anything


class Assumed(NamedTuple):
    """What is taken for granted.

    `redeemed_share` of points is redeemed in the end where no own past tells it. A vintage of
    `settled_months` is old enough to tell, whatever is left of it. Redemptions go on for `tail_months`
    after the oldest column (0: no tail).
    """

    redeemed_share: Fraction = Fraction(7, 10)
    settled_months: int = 24
    tail_months: int = 0


USUAL = Assumed()


class Estimate(NamedTuple):
    """One vintage, in minor units of its currency.

    `expected` are points redeemed in the end, whole and between `redeemed` and `redeemed` +
    `outstanding`; `error` is the standard error of what is still to come.
    """

    vintage: int
    base: int
    redeemed: int
    outstanding: int
    expected: int
    error: float
    method: Method


class Breakage(NamedTuple):
    """All vintages of a currency at the end of a month.

    `prior` is the share redeemed in the end that young vintages were given; `tail` the factor beyond
    the oldest column; `error` the standard error of all that is to come together.
    """

    month: int
    vintages: tuple[Estimate, ...]
    prior: Fraction
    tail: float
    pattern: tuple[float, ...]
    error: float
    tested: BackTest | None = None  # the month's redemptions as the month before foretold them

    @property
    def base(self) -> int:
        """All points that were there to be redeemed or to lapse."""
        return sum(one.base for one in self.vintages)

    @property
    def expected(self) -> int:
        """All points redeemed in the end, so far and still to come."""
        return sum(one.expected for one in self.vintages)

    @property
    def rate(self) -> float | None:
        """The share of all points never redeemed; None before there are any."""
        return 1 - self.expected / self.base if self.base > 0 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of `rate`, within what can still happen."""
        if self.rate is None:
            return None
        redeemed = sum(one.redeemed for one in self.vintages)
        most = 1 - redeemed / self.base
        least = 1 - (redeemed + sum(max(0, one.outstanding) for one in self.vintages)) / self.base
        off = _SURE * self.error / self.base
        return max(least, self.rate - off), min(most, self.rate + off)


def estimate(
    vintages: Mapping[int, Mapping[int, Flow]], month: int, assumed: Assumed = USUAL
) -> Breakage:
    """The breakage of a currency's vintages at the end of `month`.

    Where no vintage is settled yet (`SETTLED`, or of `assumed.settled_months`), a ladder would take the
    youth of the programme for breakage: every vintage is given the assumed share. Else chain ladder
    on the redemption triangle; a vintage of which by the ladder's pattern less than `YOUNG` has come
    is foretold by Bornhuetter–Ferguson, from the share that the settled vintages come to. Redemptions
    that were undone later count as if they had never been.
    """
    rows, told = redemption_triangle(vintages, month)
    triangle = [_lasting(row) for row in told]
    standings = [standing(vintages.get(vintage, {}), month) for vintage in rows]
    settled = [
        _is_settled(one, len(row), assumed) for one, row in zip(standings, triangle, strict=True)
    ]
    if not any(settled):
        share = assumed.redeemed_share
        guessed = [
            _estimate(vintage, one, float(share * one.base), 0.0, Method.ASSUMED)
            for vintage, one in zip(rows, standings, strict=True)
        ]
        return Breakage(month, tuple(guessed), share, 1.0, (), 0.0)
    tail = tail_factor(chain_ladder(triangle).factors, assumed.tail_months)
    ladder = chain_ladder(triangle, tail=tail)
    prior = _prior(standings, settled, ladder)
    expected = [float(prior * max(0, one.base)) for one in standings]
    by_prior = bornhuetter_ferguson(triangle, expected, tail=tail)
    found = []
    for at, (vintage, one) in enumerate(zip(rows, standings, strict=True)):
        row = triangle[at]
        is_young = ladder.pattern[len(row) - 1] < YOUNG or not row[-1]
        outlook = by_prior[at] if is_young else ladder.vintages[at]
        method = Method.PRIOR if is_young else Method.LADDER
        found.append(_estimate(vintage, one, outlook.ultimate, outlook.error, method))
    error = _error(found, ladder)
    return Breakage(month, tuple(found), prior, tail, ladder.pattern, error)


def held_against(before: Breakage, vintages: Mapping[int, Mapping[int, Flow]]) -> BackTest | None:
    """What `before` foretold for the month after it, and what came, of the vintages known then.

    Of what is still expected of a vintage a month brings what its pattern says; None where there was
    no pattern yet. The error is Mack's for one more column.
    """
    after = before.month + 1
    if not before.pattern or len(before.vintages) < 2:
        return None
    expected, actual = 0.0, 0
    for one in before.vintages:
        age = before.month - one.vintage
        come = before.pattern[age]
        then = before.pattern[age + 1] if age + 1 < len(before.pattern) else come
        if come < 1:
            expected += (one.expected - one.redeemed) * (then - come) / (1 - come)
        actual += vintages.get(one.vintage, {}).get(after, NOTHING).redeemed
    _, told = redemption_triangle(vintages, after)
    return BackTest(expected, float(actual), back_test([_lasting(row) for row in told]).error)


def tail_factor(factors: Sequence[float], months: int) -> float:
    """What is still to come after the last column, where development dies away exponentially.

    A line is put through log(f − 1) of the factors above 1, and followed for `months` more; 1.0 where
    fewer than two say anything or where they do not die away.
    """
    points = [(age, log(factor - 1)) for age, factor in enumerate(factors) if factor > 1]
    if len(points) < 2 or months <= 0:
        return 1.0
    middle = sum(age for age, _ in points) / len(points)
    level = sum(height for _, height in points) / len(points)
    spread = sum((age - middle) ** 2 for age, _ in points)
    slope = sum((age - middle) * (height - level) for age, height in points) / spread
    if slope >= 0:
        return 1.0
    tail = 1.0
    for age in range(len(factors), len(factors) + min(months, _LONGEST_TAIL)):
        tail *= 1 + exp(level + slope * (age - middle))
    return tail


def shifted(found: Breakage, change: Fraction) -> dict[int, int]:
    """Points expected by vintage if breakage were higher by `change` of all points (lower: below zero).

    No vintage gets less than was redeemed of it, nor more than can still be.
    """
    changed = {}
    for one in found.vintages:
        wanted = one.expected - round(change * one.base)
        changed[one.vintage] = _within(wanted, one.redeemed, one.outstanding)
    return changed


def _lasting(row: Sequence[int]) -> list[float]:
    """A row without the redemptions that were undone later: it never falls, and never below nothing."""
    left, lasting = row[-1], []
    for value in reversed(row):
        left = max(0, min(left, value))
        lasting.append(float(left))
    return lasting[::-1]


def _is_settled(one: Flow, age: int, assumed: Assumed) -> bool:
    if one.base <= 0:
        return False
    return age > assumed.settled_months or one.outstanding <= SETTLED * one.base


def _estimate(vintage: int, one: Flow, ultimate: float, error: float, method: Method) -> Estimate:
    if one.outstanding <= 0:
        method, error = Method.OVER, 0.0
    expected = _within(round(ultimate), one.redeemed, one.outstanding)
    return Estimate(vintage, one.base, one.redeemed, one.outstanding, expected, error, method)


def _within(wanted: int, redeemed: int, outstanding: int) -> int:
    return max(redeemed, min(wanted, redeemed + max(0, outstanding)))


def _prior(standings: Sequence[Flow], settled: Sequence[bool], ladder: ChainLadder) -> Fraction:
    """The share redeemed in the end of the vintages that are settled, together."""
    base = expected = 0
    for one, tells, outlook in zip(standings, settled, ladder.vintages, strict=True):
        if tells:
            base += one.base
            expected += _within(round(outlook.ultimate), one.redeemed, one.outstanding)
    return Fraction(min(max(expected, 0), base), base)


def _error(found: Sequence[Estimate], ladder: ChainLadder) -> float:
    """Mack's error of all vintages together, less the part of those that are over."""
    separate = sqrt(sum(outlook.error**2 for outlook in ladder.vintages))
    left = sqrt(sum(one.error**2 for one in found))
    return ladder.error * left / separate if separate else 0.0
