"""Members of a replay put in order and in groups: deciles, segments, winners and losers, histograms."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.core.economics.outcome import Figures, Group, Histogram, Rewards, Versus
from regulars.core.economics.replayed import (
    FIXED,
    KEY,
    M_DISCOUNTS,
    M_GROSS,
    M_LAST,
    M_PAID,
    M_POINTS,
    M_RECEIPTS,
    M_REFUNDED,
    PER_CURRENCY,
    Replayed,
)
from regulars.core.metrics.rfm import SCORES, SEGMENTS, segment_table

Whole = NDArray[Any]  # of int64, or of Python's whole numbers where those could be too short

_DAY = 86_400 * 10**6
_TENTHS = 10
_FITS = 2**61
MONEY_BOUNDS = tuple(step * 10**power for power in range(1, 9) for step in (1, 2, 5))
SHARE_BOUNDS = (1, 5, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500)


@dataclass(frozen=True, slots=True)
class Table:
    """Members who bought, in an order that only their figures decide: sales falling, then the rest.

    `worths` are (issued, spent, expired, held) at their worth, one row a member.
    """

    rows: NDArray[np.int64]
    codes: tuple[str, ...]
    rewarding: Mapping[str, Fraction]
    in_hand: Whole
    reward: Whole

    @property
    def sales(self) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self.rows[:, M_PAID] - self.rows[:, M_REFUNDED]
        return found

    @property
    def reach(self) -> int:
        """How many got something in hand."""
        return int((self.in_hand > 0).sum())


def table_of(found: Replayed, rewarding: Mapping[str, Fraction]) -> Table:
    """The members of a replay with what they got; points at their worth, rounded for each member."""
    rows = found.members[found.members[:, M_RECEIPTS] > 0]
    sales = rows[:, M_PAID] - rows[:, M_REFUNDED]
    rest = [rows[:, place] for place in range(rows.shape[1] - 1, KEY, -1)]
    rows = rows[np.lexsort([rows[:, KEY], *rest, -sales])]
    spent = _worth(rows, found.currencies, rewarding, 1)
    held = _worth(rows, found.currencies, rewarding, 3)
    in_hand = rows[:, M_DISCOUNTS] + spent
    return Table(rows, found.currencies, rewarding, in_hand, in_hand + held)


def deciles_of(table: Table, against: Table | None) -> tuple[Group, ...]:
    """Ten groups of as equal numbers as can be, "1" those with the highest sales."""
    better = _better(table, against)
    places = np.array_split(np.arange(len(table.rows)), _TENTHS)
    return tuple(
        _group(table, str(number), place, better)
        for number, place in enumerate(places, 1)
        if len(place)
    )


def segments_of(table: Table, against: Table | None) -> tuple[Group, ...]:
    """The named segments by recency, frequency and money, as `regulars analyse` tells them."""
    if not len(table.rows):
        return ()
    recency = _scores(table.rows[:, M_LAST] // _DAY)
    frequency = _scores(table.rows[:, M_RECEIPTS])
    monetary = _scores(table.sales)
    names = segment_table()
    known = np.array(
        [names[int(r), int(b)] for r, b in zip(recency, frequency + monetary, strict=True)]
    )
    better = _better(table, against)
    return tuple(
        _group(table, code, np.flatnonzero(known == code), better)
        for code in SEGMENTS
        if (known == code).any()
    )


def versus(table: Table, against: Table | None, code: str) -> Versus:
    """Who is better and who worse off than under another candidate (None: than with nothing)."""
    difference = _difference(table, against)
    won, lost = difference[difference > 0], difference[difference < 0]
    return Versus(
        code,
        len(won),
        len(lost),
        len(difference) - len(won) - len(lost),
        int(won.sum()),
        -int(lost.sum()),
    )


def rewards_of(table: Table) -> Rewards:
    """How many members got how much."""
    gross = np.maximum(table.rows[:, M_GROSS], 1)
    return Rewards(
        _histogram(table.in_hand, MONEY_BOUNDS),
        _histogram(table.reward, MONEY_BOUNDS),
        _histogram(table.in_hand * 1000 // gross, SHARE_BOUNDS),
        _histogram(table.reward * 1000 // gross, SHARE_BOUNDS),
    )


def _histogram(values: Whole, bounds: tuple[int, ...]) -> Histogram:
    below = [0, *(int((values < bound).sum()) for bound in bounds), len(values)]
    counts = [then - now for now, then in pairwise(below)]
    return tuple(zip([*bounds, None], counts, strict=True))


def _worth(
    rows: NDArray[np.int64], codes: tuple[str, ...], rewarding: Mapping[str, Fraction], which: int
) -> Whole:
    """Points of each member at their worth, half up for each currency."""
    total: Whole = np.zeros(len(rows), np.int64)
    for place, code in enumerate(codes):
        worth = rewarding.get(code)
        if not worth or not len(rows):
            continue
        amounts: Whole = rows[:, FIXED + PER_CURRENCY * place + which]
        num, den = worth.numerator, worth.denominator
        if int(np.abs(amounts).max()) * 2 * num + den > _FITS or den > _FITS // 2:
            amounts = amounts.astype(object)
        total = total + (amounts * (2 * num) + den) // (2 * den)
    return total


def _difference(table: Table, against: Table | None) -> Whole:
    """Each member's reward less that under the other; who is only in one of them counts too."""
    if against is None:
        return table.reward
    keys = np.union1d(table.rows[:, KEY], against.rows[:, KEY])
    here: Whole = np.zeros(len(keys), table.reward.dtype)
    there: Whole = np.zeros(len(keys), against.reward.dtype)
    np.add.at(here, np.searchsorted(keys, table.rows[:, KEY]), table.reward)
    np.add.at(there, np.searchsorted(keys, against.rows[:, KEY]), against.reward)
    difference: Whole = here - there
    return difference


def _better(table: Table, against: Table | None) -> Whole:
    """By place in the table: above zero where the member is better off."""
    if against is None:
        return table.reward
    keys = against.rows[:, KEY]
    order = np.argsort(keys, kind="stable")
    there: Whole = np.zeros(len(table.rows), against.reward.dtype)
    if len(keys):
        at = np.minimum(np.searchsorted(keys[order], table.rows[:, KEY]), len(keys) - 1)
        known = keys[order][at] == table.rows[:, KEY]
        there[known] = against.reward[order][at][known]
    difference: Whole = table.reward - there
    return difference


def _group(table: Table, code: str, places: NDArray[Any], better: Whole) -> Group:
    rows = table.rows[places]
    worth = [
        round(
            sum(
                (
                    table.rewarding[currency]
                    * int(rows[:, FIXED + PER_CURRENCY * place + which].sum())
                    for place, currency in enumerate(table.codes)
                    if currency in table.rewarding
                ),
                Fraction(0),
            )
        )
        for which in range(PER_CURRENCY)
    ]
    columns = (M_GROSS, M_DISCOUNTS, M_POINTS, M_PAID, M_REFUNDED)
    money = [int(rows[:, column].sum()) for column in columns]
    figures = Figures(len(rows), int(rows[:, M_RECEIPTS].sum()), 0, *money, *worth)
    part = better[places]
    return Group(code, figures, int((part > 0).sum()), int((part < 0).sum()))


def _scores(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fifths, as `rfm.quantile_scores` tells them; a greater value is better."""
    firsts = np.searchsorted(np.sort(values), values, side="left")
    scores: NDArray[np.int64] = firsts * SCORES // len(values) + 1
    return scores
