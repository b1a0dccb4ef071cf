"""Integer money and points: the one rounding rule and the allocation that always adds up."""

from collections.abc import Sequence
from enum import StrEnum


class Rounding(StrEnum):
    """How a rational amount becomes whole minor units."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"  # of a discount: the price that is left is rounded half up
    DOWN = "down"
    UP = "up"


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """`numerator / denominator` in whole units; `denominator` > 0.

    «Up» and «half up» are away from zero, «down» and «half down» towards it, so that a negated
    amount rounds to the negated result: a return mirrors its sale.
    """
    assert denominator > 0
    if numerator < 0:
        return -divide(-numerator, denominator, rounding)
    whole, rest = divmod(numerator, denominator)
    if not rest or rounding == Rounding.DOWN:
        return whole
    if rounding == Rounding.UP:
        return whole + 1
    twice = 2 * rest
    if rounding == Rounding.HALF_EVEN and twice == denominator:
        return whole + (whole & 1)
    if rounding == Rounding.HALF_DOWN:
        return whole + (twice > denominator)
    return whole + (twice >= denominator)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights` by largest remainder; the parts sum to `total`.

    Each part is the floor or the ceiling of its exact share; ties go to the earlier weight. Weights
    are non-negative; where all are zero, everything goes to the first. `total` may be negative:
    the parts are then those of its opposite, negated. Empty weights take only a zero total.
    """
    whole = sum(weights)
    if total <= 0 or not whole:
        return _allocate_oddly(total, weights)
    if len(weights) == 2:  # most splits are of two: what follows, written out
        part, rest = divmod(total * weights[0], whole)
        if rest and 2 * rest >= whole:
            part += 1
        return [part, total - part]
    parts = []
    by_remainder = []
    short = total
    for i, weight in enumerate(weights):
        due = total * weight
        part = due // whole
        parts.append(part)
        by_remainder.append((part * whole - due, i))
        short -= part
    if short:
        by_remainder.sort()
        for _, i in by_remainder[:short]:
            parts[i] += 1
    return parts


def _allocate_oddly(total: int, weights: Sequence[int]) -> list[int]:
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    if total and not weights:
        raise ValueError("nothing to allocate to")
    return [total, *[0] * (len(weights) - 1)] if weights else []


def share(total: int, part: int, whole: int) -> int:
    """The cumulative share of `total` that `part` of `whole` is due, rounded half up.

    Monotone in `part` and equal to `total` at `part == whole`: differences of successive shares are
    what successive partial returns give back, and they add up to the whole.
    """
    assert 0 <= part <= whole
    return total if part == whole else divide(total * part, whole)
