"""The account of an import: every row of the file once, as sold, returned or refused, with its money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import Rows

OPEN, SOLD, RETURNED, REFUSED = range(4)


class Sum(NamedTuple):
    """So many rows and their money in minor units."""

    rows: int
    amount_minor: int


@dataclass(slots=True, repr=False)
class Tally:
    """Which row became what. A row is settled once; who settles it twice has made a mistake."""

    rows: Rows
    sales: int = 0
    returns: int = 0
    sales_known: int = 0  # of the sales, those that were there before
    returns_known: int = 0
    anonymous: int = 0  # sales of customers that nobody knows
    _state: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._state = bytearray(len(self.rows))
        for row in self.rows.problems:
            self._settle(row, REFUSED)

    def sold(self, rows: Iterable[int], *, known: bool) -> None:
        """These rows are a sale in the books."""
        self.sales += 1
        self.sales_known += known
        for row in rows:
            self._settle(row, SOLD)

    def returned(self, rows: Iterable[int], *, known: bool) -> None:
        """These rows are a return in the books."""
        self.returns += 1
        self.returns_known += known
        for row in rows:
            self._settle(row, RETURNED)

    def refused(self, rows: Iterable[int], problem: Problem) -> None:
        """These rows were not taken."""
        for row in rows:
            self.rows.refuse(row, problem)
            self._settle(row, REFUSED)

    @property
    def open_rows(self) -> int:
        """Rows that nothing has become of yet."""
        return self._state.count(OPEN)

    def sums(self) -> tuple[Sum, Sum, Sum]:
        """Rows and money sold, returned, refused."""
        counts, money = [0, 0, 0, 0], [0, 0, 0, 0]
        for state, amount in zip(self._state, self.rows.amount, strict=True):
            counts[state] += 1
            money[state] += amount
        return (
            Sum(counts[SOLD], money[SOLD]),
            Sum(counts[RETURNED], money[RETURNED]),
            Sum(counts[REFUSED], money[REFUSED]),
        )

    def reasons(self) -> dict[str, Sum]:
        """Rows and money refused by code, the most frequent first."""
        found: dict[str, list[int]] = {}
        for row, problem in self.rows.problems.items():
            entry = found.setdefault(problem.code, [0, 0])
            entry[0] += 1
            entry[1] += self.rows.amount[row]
        by_count = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
        return {code: Sum(*entry) for code, entry in by_count}

    def _settle(self, row: int, state: int) -> None:
        assert self._state[row] == OPEN, "a row is accounted for once"
        self._state[row] = state
