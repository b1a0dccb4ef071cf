"""Which sale the returns of a file mean, and by what their goods are looked for."""

from collections.abc import Hashable, Iterable

from regulars.core.receipts.grouping import Slip, sku_of
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import Rows

Key = tuple[str, str, str]  # store, till, number
StockKey = tuple[str, Hashable, str]  # ("member" or "sale", whose or which, goods)


class References:
    """The sales of a file that its returns name by their numbers."""

    def __init__(self, rows: Rows, slips: Iterable[Slip]) -> None:
        self._rows = rows
        self.sales: dict[Key, Slip] = {}
        self._only: dict[str, Key | None] = {}  # None: several of that number
        some = list(slips)
        named = {rows.reference[row] for slip in some if slip.is_return for row in slip.rows}
        named.discard(None)
        for slip in some if named else ():
            if not slip.is_return and slip.number in named:
                self.sales[slip.key] = slip
                several = slip.number in self._only
                self._only[slip.number] = None if several else slip.key

    def sale_named(self, slip: Slip, number: str) -> Key:
        """The sale that a return means by a number: of the same till, else the only one of the file."""
        here = (slip.store, slip.till, number)
        if here in self.sales:
            return here
        return self._only.get(number) or here

    def stock_key(self, slip: Slip, row: int, member: Hashable | None) -> StockKey | Problem:
        """By what the goods of a returned row are looked for; `member` is whose return it is."""
        sku, number = sku_of(self._rows, row), self._rows.reference[row]
        if number is not None:
            return ("sale", self.sale_named(slip, number), sku)
        if member is not None:
            return ("member", member, sku)
        return Problem.of("return.no_member")
