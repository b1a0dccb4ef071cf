"""The rows of a receipts file in plain values, a list for each column: what grouping and import read."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field

from regulars.core.receipts.problem import Problem

QUANTITY_MAX = 10**12  # thousandths
AMOUNT_MAX = 10**12  # minor units
PRICE_SCALE = 6  # prices are whole millionths of a unit of money


@dataclass(slots=True, repr=False)
class Rows:
    """Row i of the file is `column[i]` of every column; None where the file says nothing.

    Times are micros, quantities thousandths, prices millionths of a unit of money, amounts minor
    units. In `amount` sales are positive and returns negative once `settle_amounts` has run.
    `problems` holds the first reason against each row that cannot be taken.
    """

    lines: Sequence[int]  # where the row stands in the file
    number: Sequence[str | None]
    at: Sequence[int | None]
    customer: Sequence[str | None]
    sku: Sequence[str | None]
    name: Sequence[str | None]
    quantity: Sequence[int | None]
    price: Sequence[int | None]
    amount: list[int]
    is_return: bytearray
    store: Sequence[str | None]
    till: Sequence[str | None]
    category: Sequence[tuple[str, ...]]
    brand: Sequence[str | None]
    reference: Sequence[str | None]
    payment: Sequence[str | None]
    channel: Sequence[str | None]
    cashier: Sequence[str | None]
    money_scale: int = 2
    goods: str = "goods"  # the sku of goods that the file does not name
    problems: MutableMapping[int, Problem] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def refuse(self, row: int, problem: Problem) -> None:
        """Note a reason against a row; the first one stays."""
        self.problems.setdefault(row, problem)
