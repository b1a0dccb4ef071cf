"""Finding the sale that returned goods came from, where the file does not say: never by a guess.

Goods given back belong to the member's latest earlier sale of the same goods at the same price that has
enough of them left; else to several such sales together, the latest first; else, in the same way, to
sales at a higher price (the till gave back less than was paid). Goods that came back for more than they
were sold for, or that the member has not got, are not matched. What is found depends only on the sales
and returns that come before in the order of the file.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from regulars.core.money import Rounding, divide
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.receipts.problem import Problem

NOT_ENOUGH = Problem.of("return.not_enough_left")


class SoldGoods(NamedTuple):
    """A line of a sale, for returns: which sale, which line, when, how much, at what price."""

    sale: tuple[str, str, str]
    line: str
    at: int  # micros
    quantity: int  # thousandths
    amount_minor: int
    place: int = 0  # among the lines of the sale

    @property
    def unit_minor(self) -> int:
        return divide(self.amount_minor * QUANTITY_SCALE, self.quantity, Rounding.HALF_UP)


class Wanted(NamedTuple):
    """Goods that came back: by whom (or of which sale), what, when, how much, for how much."""

    key: Hashable
    at: int
    quantity: int
    amount_minor: int

    @property
    def unit_minor(self) -> int:
        return divide(self.amount_minor * QUANTITY_SCALE, self.quantity, Rounding.HALF_UP)


class Taken(NamedTuple):
    """So much of that line."""

    sale: tuple[str, str, str]
    line: str
    quantity: int


@dataclass(slots=True)
class Stock:
    """What could still be given back, for the keys that are asked about and no others.

    A key is whatever returns are looked for by: a member with a product, or a sale with a product.
    Memory is bounded by the lines of the sales that have such a key.
    """

    keys: frozenset[Hashable]
    _goods: dict[Hashable, list[SoldGoods]] = field(default_factory=dict)
    _left: dict[tuple[tuple[str, str, str], str], int] = field(default_factory=dict)

    def add(self, key: Hashable, goods: SoldGoods, *, returned: int = 0) -> None:
        """A line that was sold, and how much of it came back already. The same again changes nothing."""
        if key not in self.keys:
            return
        held = self._goods.setdefault(key, [])
        if goods not in held:
            held.append(goods)
            held.sort(key=_latest_first)
        self._left.setdefault((goods.sale, goods.line), goods.quantity - returned)

    def put_back(self, parts: Iterable[Taken]) -> None:
        """What was taken did not come about, or is to be taken again."""
        for part in parts:
            place = (part.sale, part.line)
            if place in self._left:
                self._left[place] += part.quantity

    def match(self, wanted: Wanted, *, since: int | None = None) -> tuple[Taken, ...] | Problem:
        """The lines that `wanted` came from, taken from what is left; or why there are none.

        `since`: sales before that moment (micros) are too old to be returned from.
        """
        found = self._candidates(wanted, since)
        if isinstance(found, Problem):
            return found
        for candidates in found:
            parts = self._parts(candidates, wanted.quantity)
            if parts:
                for part in parts:
                    self._left[part.sale, part.line] -= part.quantity
                return tuple(parts)
        return NOT_ENOUGH

    def why_not(self, wanted: Wanted, *, since: int | None = None) -> Problem:
        """The reason for which `wanted` was not matched; it does not hang on what is left."""
        found = self._candidates(wanted, since)
        return found if isinstance(found, Problem) else NOT_ENOUGH

    def _candidates(
        self, wanted: Wanted, since: int | None
    ) -> tuple[Sequence[SoldGoods], Sequence[SoldGoods]] | Problem:
        """Sales at the price given back, and those at a higher one; the latest first."""
        earlier = [g for g in self._goods.get(wanted.key, ()) if g.at <= wanted.at]
        if not earlier:
            return Problem.of("return.no_sale")
        recent = [g for g in earlier if since is None or g.at >= since]
        if not recent:
            return Problem.of("return.sale_too_old")
        unit = wanted.unit_minor
        same = [g for g in recent if abs(g.unit_minor - unit) <= 1]
        dearer = [g for g in recent if g.unit_minor > unit + 1]
        return (same, dearer) if same or dearer else Problem.of("return.dearer_than_sold")

    def _parts(self, candidates: Sequence[SoldGoods], quantity: int) -> list[Taken]:
        for goods in candidates:
            if self._left[goods.sale, goods.line] >= quantity:
                return [Taken(goods.sale, goods.line, quantity)]
        parts = []
        for goods in candidates:
            part = min(quantity, self._left[goods.sale, goods.line])
            if part > 0:
                parts.append(Taken(goods.sale, goods.line, part))
                quantity -= part
            if not quantity:
                return parts
        return []


def _latest_first(goods: SoldGoods) -> tuple[int, tuple[str, str, str], int]:
    return -goods.at, goods.sale, goods.place
