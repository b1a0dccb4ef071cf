"""What customer-lifetime models need of each customer: repeat purchases, last one, time observed."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]


class Counts(NamedTuple):
    """One element a customer, times in the same unit since the first purchase.

    `frequency` are days with a purchase after the first, `recency` when the last of them was (0 where
    there is none), `age` how long the customer has been observed; `value` is the mean spent on those
    repeat days (0 where there is none).
    """

    frequency: Whole
    recency: Reals
    age: Reals
    value: Reals


def count_purchases(
    purchases: Iterable[tuple[str, date, float]], *, until: date, days_a_unit: float = 7.0
) -> dict[str, tuple[int, float, float, float]]:
    """(frequency, recency, age, value) by customer, of purchases (who, when, how much) up to `until`.

    Purchases of one day are one transaction. Later purchases are left out, and so are customers
    who came first after `until`.
    """
    by_day: dict[str, dict[date, float]] = {}
    for customer, day, amount in purchases:
        if day <= until:
            days = by_day.setdefault(customer, {})
            days[day] = days.get(day, 0.0) + amount
    counts = {}
    for customer, days in by_day.items():
        first, last = min(days), max(days)
        repeats = len(days) - 1
        spent = sum(amount for day, amount in days.items() if day != first)
        counts[customer] = (
            repeats,
            (last - first).days / days_a_unit,
            (until - first).days / days_a_unit,
            spent / repeats if repeats else 0.0,
        )
    return counts


def as_counts(rows: Iterable[tuple[int, float, float, float]]) -> Counts:
    """Rows of (frequency, recency, age, value) as columns."""
    table = np.array(list(rows), dtype=np.float64).reshape(-1, 4)
    return Counts(
        table[:, 0].astype(np.int64),
        np.ascontiguousarray(table[:, 1]),
        np.ascontiguousarray(table[:, 2]),
        np.ascontiguousarray(table[:, 3]),
    )
