"""The sub-ledger of points: what revenue waits for each vintage, month after month (IFRS 15, ASC 606).

A month's member sales are divided between goods and points at stand-alone prices. The part of the
points stays with their vintage at a fixed rate a point: a new expectation changes when it becomes
revenue, never how much. Points that a return undoes, that a correction adds, or that pay a debt of
another vintage take their part along at the rate of the vintage they are in. Money is whole minor units.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from regulars.core.economics.breakage import (
    USUAL,
    Assumed,
    Breakage,
    estimate,
    held_against,
    shifted,
)
from regulars.core.economics.deferred import (
    RollForward,
    Vintage,
    allocate_price,
    liability,
    points_value,
    revenue_to_date,
)
from regulars.core.economics.vintages import NOTHING, Flow
from regulars.core.money import divide


class Priced(NamedTuple):
    """A vintage's division, made once: so much was put off for so many points.

    `price_minor` is what members paid, `goods_minor` the stand-alone price of what they got.
    """

    price_minor: int
    goods_minor: int
    points_minor: int
    points: int

    def deferred(self, base: int) -> int:
        """What is put off for `base` points at this rate, rounded half up; none for none."""
        if base <= 0 or self.points <= 0:
            return 0
        return divide(self.points_minor * base, self.points)


class Line(NamedTuple):
    """One vintage at the end of a month: what the next month starts from."""

    vintage: int
    points: Flow  # to date
    priced: Priced
    expected: int

    @property
    def promise(self) -> Vintage:
        """The vintage as `deferred` reckons with it."""
        redeemed = max(0, self.points.redeemed)
        return Vintage(self.priced.deferred(self.points.base), self.expected, redeemed)

    @property
    def deferred_minor(self) -> int:
        """What was put off for the vintage in all."""
        return self.promise.deferred_minor

    @property
    def revenue_minor(self) -> int:
        """What of it has become revenue."""
        return revenue_to_date(self.promise)

    @property
    def liability_minor(self) -> int:
        """What of it has not."""
        return liability(self.promise)


class Entry(NamedTuple):
    """What a month did to one vintage: its points, and the money that waits for them."""

    vintage: int
    opening_points: int
    flow: Flow
    closing_points: int
    money: RollForward

    @property
    def adds_up(self) -> bool:
        """Points and money both: opening, what came and went, closing."""
        return (
            self.money.adds_up
            and self.opening_points + self.flow.outstanding == self.closing_points
        )


class Sales(NamedTuple):
    """What members paid in a month, net of what they were given back, and the goods' own prices."""

    price_minor: int
    goods_minor: int


class MonthEnd(NamedTuple):
    """A month closed: every vintage's line, and what changed since the one before."""

    month: int
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]

    @property
    def total(self) -> Entry:
        """All vintages together (`vintage` is the month)."""
        flow, money = NOTHING, RollForward(0, 0, 0, 0, 0)
        for entry in self.entries:
            flow = flow.plus(entry.flow)
            money = RollForward(*(a + b for a, b in zip(money, entry.money, strict=True)))
        opening = sum(entry.opening_points for entry in self.entries)
        closing = sum(entry.closing_points for entry in self.entries)
        return Entry(self.month, opening, flow, closing, money)

    @property
    def liability_minor(self) -> int:
        """What waits in all."""
        return sum(line.liability_minor for line in self.lines)


def end_month(
    before: MonthEnd | None,
    flows: Mapping[int, Flow],
    found: Breakage,
    sales: Sales,
    worth_minor: Fraction,
) -> MonthEnd:
    """Close `found.month`: `flows` is what the month did to each vintage, `found` the new expectation.

    `worth_minor` is money-minor for one minor unit of points. A vintage is priced in the month it is
    first seen; one that had no points then is priced when it has. Vintages of later months (a late
    receipt paid with younger points) are kept with their points and no money until their own month.
    """
    old = {line.vintage: line for line in before.lines} if before else {}
    expected = {one.vintage: one.expected for one in found.vintages}
    lines, entries = [], []
    for vintage in sorted(old.keys() | flows.keys()):
        was, flow = old.get(vintage), flows.get(vintage, NOTHING)
        points = (was.points if was else NOTHING).plus(flow)
        priced = was.priced if was else _UNPRICED
        if not priced.points and points.base > 0 and vintage <= found.month:
            own = sales if vintage == found.month else Sales(0, 0)
            priced = _price(points.base, own, worth_minor, found.prior)
        awaited = expected.get(vintage, max(0, points.redeemed))
        line = Line(vintage, points, priced, awaited)
        lines.append(line)
        opening = was.points.outstanding if was else 0
        entry = Entry(vintage, opening, flow, points.outstanding, _moved(was, line))
        entries.append(entry)
    return MonthEnd(found.month, tuple(lines), tuple(entries))


def run_months(
    vintages: Mapping[int, Mapping[int, Flow]],
    sales: Mapping[int, Sales],
    worth_minor: Fraction,
    until: int,
    assumed: Assumed = USUAL,
) -> list[tuple[MonthEnd, Breakage]]:
    """Close every month from the first in which anything happened up to `until`, in order."""
    months = [month for some in vintages.values() for month in some]
    span = range(min(months, default=until + 1), until + 1)
    return go_on(None, vintages, sales, span, lambda month: (worth_minor, assumed))


Terms = Callable[[int], tuple[Fraction, Assumed]]
"""What points of a month are worth in money-minor a minor unit, and what is assumed at its end."""


def go_on(
    last: tuple[MonthEnd, Breakage] | None,
    vintages: Mapping[int, Mapping[int, Flow]],
    sales: Mapping[int, Sales],
    months: range,
    terms: Terms,
) -> list[tuple[MonthEnd, Breakage]]:
    """Close `months` in order, of which `last` is the one before the first (None: nothing is)."""
    ended: list[tuple[MonthEnd, Breakage]] = []
    for month in months:
        worth_minor, assumed = terms(month)
        flows = {vintage: some[month] for vintage, some in vintages.items() if month in some}
        found = estimate(vintages, month, assumed)
        before, foretold = last or (None, None)
        if foretold is not None:
            found = found._replace(tested=held_against(foretold, vintages))
        end = end_month(before, flows, found, sales.get(month, Sales(0, 0)), worth_minor)
        last = (end, found)
        ended.append(last)
    return ended


def sensitivity(end: MonthEnd, found: Breakage, change: Fraction) -> int:
    """The liability if breakage were higher by `change` of all points (lower: below zero)."""
    expected = shifted(found, change)
    return sum(
        line._replace(expected=expected.get(line.vintage, line.expected)).liability_minor
        for line in end.lines
    )


_UNPRICED = Priced(0, 0, 0, 0)


def _price(points: int, sales: Sales, worth_minor: Fraction, redeemed_share: Fraction) -> Priced:
    """Divide a month's sales; points given without any sale wait for their own stand-alone price."""
    value = points_value(points, worth_minor, 1 - redeemed_share)
    if sales.price_minor <= 0 or sales.goods_minor <= 0:
        return Priced(0, 0, divide(value.numerator, value.denominator), points)
    divided = allocate_price(sales.price_minor, sales.goods_minor, value)
    return Priced(sales.price_minor, sales.goods_minor, divided.points_minor, points)


def _moved(was: Line | None, line: Line) -> RollForward:
    """First what was redeemed at the old expectation, then the new one (and what base it has now)."""
    after = line.promise
    if was is None:
        start = after._replace(redeemed=0)
        opening = redeemed_before = put_off_before = 0
    else:
        start, opening = was.promise, was.liability_minor
        redeemed_before, put_off_before = was.revenue_minor, was.deferred_minor
    paced = start._replace(redeemed=after.redeemed)
    redeemed = revenue_to_date(paced) - redeemed_before
    reestimated = revenue_to_date(after) - revenue_to_date(paced)
    granted = after.deferred_minor - put_off_before
    return RollForward(opening, granted, redeemed, reestimated, liability(after))
