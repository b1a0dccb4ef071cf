"""Sums of a replay that add up: of any customers, in any order, by any number of workers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Key = tuple[Any, ...]
Table = NDArray[np.int64]

# What is counted by month, of members (MEMBERS) and of nobody (NOBODY), in this order.
BUYERS, RECEIPTS, RETURNS, GROSS, DISCOUNTS, POINTS, PAID, REFUNDED = range(8)
FIGURES = 8

# Columns of the table of members; then four for each currency: issued, spent, expired, held.
KEY, M_RECEIPTS, M_LAST, M_GROSS, M_DISCOUNTS, M_POINTS, M_PAID, M_REFUNDED = range(8)
FIXED, PER_CURRENCY = 8, 4

# First parts of keys of `counts`.
MEMBERS, NOBODY, FLOW, TIER, REACHED, PROMOTION, LIMIT, ITEM, ROW, WHY, GAP = (
    "members", "nobody", "flow", "tier", "reached", "promotion", "limit", "item", "row", "why", "gap",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one candidate came to over some customers.

    `counts` are whole numbers that add up, by what they count: (MEMBERS or NOBODY, month, which),
    (FLOW, currency, vintage, month, which part of `vintages.Flow`), (TIER, month, tier) how many
    more hold it at the month's end than at the end of the one before, (REACHED, tier), (PROMOTION,
    id), (LIMIT, key, period), (ITEM, currency, 0 money or 1 units), (ROW, state, 0 rows or 1 money),
    (WHY, code, 0 or 1), (GAP, code). `limits` are the limits themselves. `members` has a row for each
    member, in no order that means anything; `currencies` are its last columns.
    """

    currencies: tuple[str, ...]
    counts: Mapping[Key, int] = field(default_factory=dict)
    limits: Mapping[tuple[str, int], int] = field(default_factory=dict)
    members: Table = field(default_factory=lambda: np.zeros((0, FIXED), np.int64))

    @property
    def canonical(self) -> tuple[Any, ...]:
        """Equal where two replays say the same, in whatever order they were put together."""
        rows = self.members[np.lexsort(self.members.T[::-1])] if len(self.members) else self.members
        counts = sorted((repr(key), value) for key, value in self.counts.items() if value)
        return self.currencies, tuple(counts), tuple(sorted(self.limits.items())), rows.tobytes()


def joined(parts: Iterable[Replayed]) -> Replayed:
    """The parts of one candidate together; each member stands in one of them. At least one part."""
    some = list(parts)
    counts: dict[Key, int] = {}
    limits: dict[tuple[str, int], int] = {}
    for part in some:
        for key, value in part.counts.items():
            counts[key] = counts.get(key, 0) + value
        for limit, most in part.limits.items():
            limits[limit] = max(most, limits.get(limit, 0))
    tables = [part.members for part in some if len(part.members)]
    table = np.concatenate(tables) if tables else some[0].members
    assert len({part.currencies for part in some}) == 1, "parts of one candidate"
    return Replayed(some[0].currencies, counts, limits, table)
