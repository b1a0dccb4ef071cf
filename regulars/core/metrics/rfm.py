"""RFM: how recently, how often and for how much customers buy, in scores, and what the scores are called.

A score is 1 (worst) to 5. By quantiles: customers in order of a value, those with equal values share the
place of the first of them, and place × 5 ÷ customers, rounded down, is one less than the score. By
borders: one more than the number of borders reached. Both depend on nothing but the values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCORES = 5

SEGMENTS: Mapping[str, tuple[str, str]] = {
    "champions": ("Champions", "Чемпионы"),
    "loyal": ("Loyal", "Лояльные"),
    "promising": ("Promising", "Многообещающие"),
    "new": ("New", "Новые"),
    "attention": ("Need attention", "Требуют внимания"),
    "sleepy": ("About to sleep", "Засыпают"),
    "at_risk": ("At risk", "Под угрозой"),
    "cannot_lose": ("Cannot lose", "Нельзя потерять"),
    "hibernating": ("Hibernating", "Спящие"),
    "lost": ("Lost", "Потерянные"),
}
"""Segment → its name in English and Russian, the best first."""

# Rows: recency 5 (latest) down to 1; columns: the mean of frequency and money, rounded up, 1 to 5.
_NAMED: Mapping[int, Sequence[str]] = {
    5: ("new", "promising", "promising", "champions", "champions"),
    4: ("promising", "promising", "loyal", "loyal", "champions"),
    3: ("sleepy", "attention", "attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "hibernating", "at_risk", "at_risk", "cannot_lose"),
}


@dataclass(frozen=True, slots=True)
class Borders:
    """Fixed borders, each a rising row of four: days since the last purchase, purchases, minor units.

    Recency scores 5 up to the first border (included), then 4, …; frequency and money score 1 below
    the first border, 2 from it on, …
    """

    recency_days: tuple[int, int, int, int]
    frequency: tuple[int, int, int, int]
    monetary_minor: tuple[int, int, int, int]


def segment_of(recency: int, frequency: int, monetary: int) -> str:
    """The segment of three scores."""
    return _NAMED[recency][(frequency + monetary + 1) // 2 - 1]


def segment_table() -> dict[tuple[int, int], str]:
    """(recency score, sum of the two other scores) → segment."""
    return {
        (recency, both): segment_of(recency, both // 2, both - both // 2)
        for recency in _NAMED
        for both in range(2, 2 * SCORES + 1)
    }


def quantile_scores(values: Sequence[int], *, rising: bool = True) -> list[int]:
    """The scores of values by quantiles; with `rising` a greater value is better. The oracle of tests."""
    signed = [value if rising else -value for value in values]
    first: dict[int, int] = {}
    for place, value in enumerate(sorted(signed)):
        first.setdefault(value, place)
    return [first[value] * SCORES // len(values) + 1 for value in signed]
