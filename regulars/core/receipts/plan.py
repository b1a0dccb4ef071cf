"""A return of the file made returns of sales: one for each sale its goods came from, numbered for good.

The first parts are numbered `C1~2`, `C1~3`…, the last one has the number of the return itself. It is
written last: where the number is taken, the whole return is in the books; where it is not, the plan is
made again as if nothing of it were, comes out the same, and the parts that are there answer as they did.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from regulars.core.receipts.grouping import Slip, sku_of
from regulars.core.receipts.matching import Stock, Taken, Wanted
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import Rows

PART_MARK = "~"

Key = tuple[str, str, str]


class Part(NamedTuple):
    """Goods of one sale given back: thousandths by line, and the rows of the file they are for."""

    number: str
    sale: Key
    lines: Mapping[str, int]
    digest: bytes
    rows: tuple[int, ...]


class Plan(NamedTuple):
    """What a return of the file comes to. The rows of `refused` have no part in it."""

    parts: tuple[Part, ...]
    refused: Mapping[int, Problem]

    @property
    def rows(self) -> frozenset[int]:
        return frozenset(row for part in self.parts for row in part.rows)


def part_number(number: str, place: int) -> str:
    """The number of the `place`-th part; the first place has the number of the return itself."""
    return number if place == 1 else f"{number}{PART_MARK}{place}"


def plan_return(
    rows: Rows,
    slip: Slip,
    stock: Stock,
    *,
    key_of: Callable[[int], Hashable | Problem],
    since: int | None,
    digest: bytes,
) -> Plan:
    """Match every row of a return in the file's order, taking what is matched out of `stock`.

    `key_of` says by what a row's goods are looked for, or why they cannot be; sales before `since`
    are too old to be returned from.
    """
    refused: dict[int, Problem] = {}
    by_sale: dict[Key, dict[str, int]] = {}
    rows_of: dict[Key, list[int]] = {}
    for row in slip.rows:
        found = _matched(rows, row, stock, slip.at, key_of(row), since)
        if isinstance(found, Problem):
            refused[row] = found
            continue
        for taken in found:
            lines = by_sale.setdefault(taken.sale, {})
            lines[taken.line] = lines.get(taken.line, 0) + taken.quantity
            rows_of.setdefault(taken.sale, []).append(row)
    sales = list(by_sale)
    parts = []
    for place, sale in zip([*range(2, len(sales) + 1), 1], sales, strict=True) if sales else ():
        number = part_number(slip.number, place)
        seal = digest if place == 1 else sha256(digest + number.encode()).digest()
        parts.append(Part(number, sale, by_sale[sale], seal, tuple(rows_of[sale])))
    return Plan(tuple(parts), refused)


def rows_given_back(rows: Rows, slip: Slip, got: Mapping[str, int]) -> tuple[int, ...]:
    """Which rows of a return that is in the books already it was made of, from how much of what it gave back.

    Rows are taken in the order of the file, those that fit; where that does not come out even, the
    larger ones first.
    """
    for order in (slip.rows, sorted(slip.rows, key=lambda row: -(rows.quantity[row] or 0))):
        left = dict(got)
        taken = []
        for row in order:
            sku, quantity = sku_of(rows, row), rows.quantity[row] or 0
            if left.get(sku, 0) >= quantity:
                left[sku] -= quantity
                taken.append(row)
        if not any(left.values()):
            break
    return tuple(sorted(taken))


def wanted_of(rows: Rows, row: int, key: Hashable, at: int) -> Wanted:
    """What a returned row asks for."""
    return Wanted(key, at, rows.quantity[row] or 0, -rows.amount[row])


def _matched(
    rows: Rows,
    row: int,
    stock: Stock,
    at: int,
    key: Hashable | Problem,
    since: int | None,
) -> Sequence[Taken] | Problem:
    if isinstance(key, Problem):
        return key
    return stock.match(wanted_of(rows, row, key, at), since=since)
