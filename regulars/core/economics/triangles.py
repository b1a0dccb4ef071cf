"""Run-off triangles: what of each vintage is still to come, and how far that may be off.

Rows are vintages (the oldest first), columns development periods, values cumulative: what of the
points earned in a month had been redeemed by its end, a month later, and so on. Chain ladder and its
standard error after T. Mack, «Distribution-free calculation of the standard error of chain ladder
reserve estimates», ASTIN Bulletin 23 (1993); Bornhuetter and Ferguson (1972) for young vintages.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

Triangle = Sequence[Sequence[float]]


class TriangleMisshapen(ValueError):
    """A triangle needs rows that do not get longer, the first the longest, and no empty one."""


class Outlook(NamedTuple):
    """What is expected of one vintage: in the end, and still to come, with its standard error."""

    latest: float
    ultimate: float
    reserve: float
    error: float


class ChainLadder(NamedTuple):
    """Development factors (one fewer than columns), the tail, and the vintages' outlooks."""

    factors: tuple[float, ...]
    tail: float
    vintages: tuple[Outlook, ...]
    reserve: float
    error: float

    @property
    def pattern(self) -> tuple[float, ...]:
        """The share of the ultimate that has come by the end of each column."""
        ahead = list(accumulate(reversed((*self.factors, self.tail)), lambda a, b: a * b))
        return tuple(1.0 / factor for factor in reversed(ahead))


def cumulated(increments: Triangle) -> list[list[float]]:
    """A triangle of what came in each period as one of what had come by then."""
    return [list(accumulate(row)) for row in increments]


def chain_ladder(triangle: Triangle, *, tail: float = 1.0) -> ChainLadder:
    """f_k = Σ C(k+1) ÷ Σ C(k) over the vintages that have both; raises TriangleMisshapen.

    The tail factor develops the last column further; it carries no error of its own.
    """
    _check(triangle)
    width = len(triangle[0])
    factors = tuple(_factor(triangle, k) for k in range(width - 1))
    variances = _variances(triangle, factors)
    outlooks, tables = [], []
    for row in triangle:
        developed = _developed(row, factors)
        ultimate = developed[-1] * tail
        error = sqrt(_squared_error(triangle, row, developed, factors, variances)) * tail
        outlooks.append(Outlook(row[-1], ultimate, ultimate - row[-1], error))
        tables.append(developed)
    total = sqrt(_total_squared_error(triangle, tables, outlooks, factors, variances, tail))
    return ChainLadder(factors, tail, tuple(outlooks), sum(o.reserve for o in outlooks), total)


def bornhuetter_ferguson(
    triangle: Triangle, expected: Sequence[float], *, tail: float = 1.0
) -> tuple[Outlook, ...]:
    """Outlooks that trust an expected ultimate for the part that has not developed yet.

    `expected` has one ultimate a vintage (issued points × the redemption rate expected at first).
    """
    ladder = chain_ladder(triangle, tail=tail)
    outlooks = []
    for row, prior, by_ladder in zip(triangle, expected, ladder.vintages, strict=True):
        reserve = prior * (1.0 - ladder.pattern[len(row) - 1])
        outlooks.append(Outlook(row[-1], row[-1] + reserve, reserve, by_ladder.error))
    return tuple(outlooks)


class BackTest(NamedTuple):
    """What was expected to come in the newest diagonal, and what came."""

    expected: float
    actual: float
    error: float  # standard error of the expected part, by Mack's model, for the next period

    @property
    def miss(self) -> float | None:
        """(actual − expected) ÷ expected; None where nothing was expected."""
        return (self.actual - self.expected) / self.expected if self.expected else None


def back_test(triangle: Triangle) -> BackTest:
    """The newest diagonal foretold from the triangle before it: vintages that were known then."""
    _check(triangle)
    before = [row[:-1] for row in triangle if len(row) > 1]
    if len(before) < 2:
        raise TriangleMisshapen("a back-test needs two vintages that were known before")
    width = len(before[0])
    factors = [_factor(before, k) for k in range(width - 1)]
    variances = _variances(before, tuple(factors))
    expected = actual = squared = 0.0
    for old, row in zip(before, triangle, strict=False):
        column = len(old) - 1
        if column >= len(factors):
            continue
        expected += old[-1] * (factors[column] - 1.0)
        actual += row[-1] - old[-1]
        squared += old[-1] * variances[column]
    return BackTest(expected, actual, sqrt(squared))


def _check(triangle: Triangle) -> None:
    lengths = [len(row) for row in triangle]
    if not lengths or not all(lengths) or lengths != sorted(lengths, reverse=True):
        raise TriangleMisshapen("rows of a triangle get shorter and none is empty")


def _factor(triangle: Triangle, k: int) -> float:
    rows = [row for row in triangle if len(row) > k + 1]
    base = sum(row[k] for row in rows)
    return sum(row[k + 1] for row in rows) / base if base else 1.0


def _variances(triangle: Triangle, factors: Sequence[float]) -> list[float]:
    """Mack's σ²_k; the last one, seen once only, by his extrapolation."""
    found: list[float] = []
    for k, factor in enumerate(factors):
        rows = [row for row in triangle if len(row) > k + 1 and row[k]]
        if len(rows) > 1:
            spread = sum(row[k] * (row[k + 1] / row[k] - factor) ** 2 for row in rows)
            found.append(spread / (len(rows) - 1))
        elif len(found) >= 2 and found[-2]:
            found.append(min(found[-1] ** 2 / found[-2], found[-1], found[-2]))
        else:
            found.append(found[-1] if found else 0.0)
    return found


def _developed(row: Sequence[float], factors: Sequence[float]) -> list[float]:
    full = list(row)
    for factor in factors[len(row) - 1 :]:
        full.append(full[-1] * factor)
    return full


def _column_sums(triangle: Triangle, k: int) -> float:
    return sum(row[k] for row in triangle if len(row) > k + 1)


def _squared_error(
    triangle: Triangle,
    row: Sequence[float],
    developed: Sequence[float],
    factors: Sequence[float],
    variances: Sequence[float],
) -> float:
    terms = 0.0
    for k in range(len(row) - 1, len(factors)):
        sums = _column_sums(triangle, k)
        if developed[k] and sums and factors[k]:
            terms += variances[k] / factors[k] ** 2 * (1.0 / developed[k] + 1.0 / sums)
    return developed[-1] ** 2 * terms


def _total_squared_error(
    triangle: Triangle,
    tables: Sequence[Sequence[float]],
    outlooks: Sequence[Outlook],
    factors: Sequence[float],
    variances: Sequence[float],
    tail: float,
) -> float:
    """Mack's formula for the sum of all vintages: their factors are estimated from the same rows."""
    total = sum(outlook.error**2 for outlook in outlooks)
    for i, row in enumerate(triangle):
        later = sum(table[-1] for table in tables[i + 1 :])
        shared = 0.0
        for k in range(len(row) - 1, len(factors)):
            sums = _column_sums(triangle, k)
            if sums and factors[k]:
                shared += 2.0 * variances[k] / factors[k] ** 2 / sums
        total += tables[i][-1] * later * shared * tail**2
    return total
